//! Joining by a Welcome (RFC 9420 §12.4.3.1).

use mlskit_keystore::{GroupChange, GroupRecord, Operation, OutgoingKind, StorageError, View};
use openmls::prelude::{
    GroupId, JoinBuilder, MlsMessageBodyIn, MlsMessageIn, ProcessedWelcome, RatchetTreeIn, StagedWelcome, Welcome,
    WelcomeError,
};
use tls_codec::{Deserialize, Serialize};

use super::{ExternalSender, JoinOptions, Member, epoch, member, session, session::Provider};
use crate::{
    Client, CredentialError, CredentialFilter, Error, GroupError, KeypackageRef, MessageError, Result, clock,
    credential, keypackage,
};

/// A group that was just joined. Whoever dislikes what it shows aborts the transaction or deletes the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedGroup {
    /// The group's id.
    pub id: GroupId,
    /// The epoch joined.
    pub epoch: u64,
    /// All members, this client among them.
    pub members: Vec<Member>,
    /// Who added this client; nobody, if it joined by an external commit.
    pub added_by: Option<Member>,
    /// Who outside of the group may propose to add and to remove members.
    pub external_senders: Vec<ExternalSender>,
    /// The package that the Welcome was for; none, if it joined by an external commit.
    pub keypackage_ref: Option<KeypackageRef>,
}

/// Version 1.0 of the protocol, and the wire format of Welcomes.
const MESSAGE_WITH_WELCOME: [u8; 4] = [0, 1, 0, 3];

pub(crate) fn join(
    operation: &mut Operation<'_>,
    client: &Client,
    bytes: &[u8],
    options: &JoinOptions,
) -> Result<JoinedGroup> {
    let welcome = decode(bytes)?;
    let keypackage_ref =
        stored_refs(operation, &welcome)?.into_iter().next().ok_or(GroupError::NoMatchingKeypackage)?;
    let staged = stage(operation, welcome, options)?;
    let group_id = staged.group_context().group_id().clone();
    if !operation.note_opened_welcome(keypackage_ref.hash_ref(), &identity(&staged)?)? {
        return Err(GroupError::WelcomeReplayed.into());
    }
    make_room(operation, &group_id, options)?;
    let credential_ref = own_credential(operation, client, &staged)?;
    let record = GroupRecord {
        group_id: group_id.as_slice().to_vec(),
        credential: credential::resolve(operation, client.id(), &credential_ref)?,
        next_credential: None,
        is_joining: false,
        external_joins: options.config.external_joins.unwrap_or(false),
        keys_updated_at: clock::seconds(client.now()),
    };
    operation.insert_group(&record, GroupChange::Joined, member::number(staged.group_context().epoch()))?;
    let added_by = staged.welcome_sender_index();
    let group = staged.into_group(&Provider::new(operation, &group_id)).map_err(GroupError::refused)?;
    member::check_all(&group)?;
    operation.note_deleted_secrets();
    Ok(JoinedGroup {
        epoch: member::number(group.epoch()),
        members: Member::all(&group),
        added_by: Member::at(&group, added_by),
        external_senders: ExternalSender::all(group.extensions())?,
        keypackage_ref: Some(keypackage_ref),
        id: group_id,
    })
}

/// Leaves' lifetimes are not checked: one member who has been away for long would bar everybody.
fn stage(view: &View<'_>, welcome: Welcome, options: &JoinOptions) -> Result<StagedWelcome> {
    // The group is not known before the Welcome is open, and nothing is written under a group's name until then.
    let provider = Provider::new(view, &GroupId::from_slice(&[]));
    let processed =
        ProcessedWelcome::new_from_welcome(&provider, &options.config.join_config()?, welcome).map_err(refusal)?;
    // Whether an old group may be replaced, and that all of it goes, is `make_room`'s business.
    let mut builder = JoinBuilder::new(&provider, processed).skip_lifetime_validation().replace_old_group();
    if let Some(tree) = &options.ratchet_tree {
        builder =
            builder.with_ratchet_tree(RatchetTreeIn::tls_deserialize_exact(tree).map_err(MessageError::malformed)?);
    }
    builder.build().map_err(refusal)
}

fn refusal(error: WelcomeError<StorageError>) -> Error {
    match error {
        WelcomeError::StorageError(error) => error.into(),
        WelcomeError::NoMatchingKeyPackage => GroupError::NoMatchingKeypackage.into(),
        WelcomeError::MissingRatchetTree => GroupError::RatchetTreeMissing.into(),
        other => GroupError::BadWelcome { reason: other.to_string() }.into(),
    }
}

/// What a Welcome leads to, whatever a server did to the parts of it that are for others.
fn identity(staged: &StagedWelcome) -> Result<Vec<u8>> {
    let context = staged.group_context().tls_serialize_detached().map_err(GroupError::bug)?;
    epoch::digest(&context)
}

/// Refuses to join a group that this client is a member of, or deletes that one, as `options` say.
pub(crate) fn make_room(operation: &mut Operation<'_>, group_id: &GroupId, options: &JoinOptions) -> Result<()> {
    if operation.group(group_id.as_slice())?.is_none() {
        return Ok(());
    }
    // What is left of a group that this client was removed from bars nobody.
    if !options.replace && session::load_group(operation, group_id)?.is_active() {
        return Err(GroupError::AlreadyJoined { group_id: group_id.as_slice().to_vec() }.into());
    }
    session::forget(operation, group_id);
    operation.delete_outgoing(group_id.as_slice(), OutgoingKind::Leave)?;
    Ok(operation.delete_group(group_id.as_slice())?)
}

fn own_credential(view: &View<'_>, client: &Client, staged: &StagedWelcome) -> Result<crate::CredentialRef> {
    let own = staged.own_leaf_node().ok_or_else(|| GroupError::bug("a Welcome without one's own leaf"))?;
    let filter = CredentialFilter::default().signature_key(own.signature_key().as_slice());
    let found = credential::find(view, client.id(), &filter)?
        .into_iter()
        .find(|found| found.with_key().credential == *own.credential());
    Ok(found.ok_or(CredentialError::CredentialNotFound)?)
}

/// Which of the stored packages a Welcome is for.
pub(crate) fn welcome_refs(view: &View<'_>, bytes: &[u8]) -> Result<Vec<KeypackageRef>> {
    let refs = stored_refs(view, &decode(bytes)?)?;
    if refs.is_empty() { Err(GroupError::NoMatchingKeypackage.into()) } else { Ok(refs) }
}

fn stored_refs(view: &View<'_>, welcome: &Welcome) -> Result<Vec<KeypackageRef>> {
    let mut stored = Vec::new();
    for secrets in welcome.secrets() {
        stored.extend(keypackage::find(view, secrets.new_member().as_slice())?);
    }
    Ok(stored)
}

/// Takes an `MLSMessage` or the bare `Welcome` (RFC 9420 §12.4.3.1). What begins like the former is no bare Welcome: it
/// would be for nobody.
fn decode(bytes: &[u8]) -> Result<Welcome, MessageError> {
    if !bytes.starts_with(&MESSAGE_WITH_WELCOME) {
        return Welcome::tls_deserialize_exact(bytes).map_err(MessageError::malformed);
    }
    match MlsMessageIn::tls_deserialize_exact(bytes).map_err(MessageError::malformed)?.extract() {
        MlsMessageBodyIn::Welcome(welcome) => Ok(welcome),
        _ => Err(MessageError::malformed("an MLSMessage that is no Welcome")),
    }
}
