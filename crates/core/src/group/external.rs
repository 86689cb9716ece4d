//! Joining without a Welcome (RFC 9420 §12.4.3.2): the way back for a member who lost track.

use mlskit_keystore::{GroupChange, GroupRecord, Operation, View};
use openmls::{
    group::ExternalCommitBuilderError,
    messages::group_info::VerifiableGroupInfo,
    prelude::{GroupId, LeafNodeParameters, MlsGroup, MlsMessageBodyIn, MlsMessageIn, RatchetTreeIn},
};
use openmls_traits::OpenMlsProvider;
use tls_codec::{Deserialize, Serialize};

use super::{ExternalSender, JoinOptions, JoinedGroup, Member, commit, member, session, session::Provider};
use crate::{Client, CredentialRef, GroupError, MessageError, Result, clock, credential, keypackage};

/// Version 1.0 of the protocol, and the wire format of group infos.
const MESSAGE_WITH_GROUP_INFO: [u8; 4] = [0, 1, 0, 4];

pub(crate) fn join_by_external_commit(
    operation: &mut Operation<'_>,
    client: &Client,
    group_info: &[u8],
    credential_ref: &CredentialRef,
    options: &JoinOptions,
) -> Result<JoinedGroup> {
    let group_info = decode(group_info)?;
    let group_id = group_info.group_id().clone();
    let (expected, found) = (group_info.ciphersuite(), credential_ref.ciphersuite());
    if expected != found {
        return Err(GroupError::DifferentCiphersuite { expected, found }.into());
    }
    let credential = credential::resolve(operation, client.id(), credential_ref)?;
    let key = credential::signature_key(operation, credential, credential_ref)?;
    super::welcome::make_room(operation, &group_id, options)?;
    let record = GroupRecord {
        group_id: group_id.as_slice().to_vec(),
        credential,
        next_credential: None,
        is_joining: true,
        external_joins: options.config.external_joins.unwrap_or(true),
        keys_updated_at: clock::seconds(client.now()),
    };
    // The epoch that its commit leads to.
    let epoch = member::number(group_info.epoch()).saturating_add(1);
    operation.insert_group(&record, GroupChange::Joining, epoch)?;
    let capabilities = keypackage::default_capabilities(credential_ref)?;
    let provider = Provider::new(operation, &group_id);
    let mut builder =
        MlsGroup::external_commit_builder().with_config(options.config.join_config()?).skip_lifetime_validation();
    if let Some(tree) = &options.ratchet_tree {
        builder =
            builder.with_ratchet_tree(RatchetTreeIn::tls_deserialize_exact(tree).map_err(MessageError::malformed)?);
    }
    let (group, bundle) = builder
        .build_group(&provider, group_info, credential_ref.with_key())
        .map_err(|error| match error {
            ExternalCommitBuilderError::MissingRatchetTree => GroupError::RatchetTreeMissing,
            other => GroupError::refused(other),
        })?
        .leaf_node_parameters(LeafNodeParameters::builder().with_capabilities(capabilities).build())
        .load_psks(provider.storage())
        .map_err(GroupError::refused)?
        .build(provider.rand(), provider.crypto(), &key, |_| true)
        .map_err(GroupError::refused)?
        .finalize(&provider)
        .map_err(GroupError::refused)?;
    member::check_all(&group)?;
    commit::made_of(&group, bundle)?.put(operation, &group_id)?;
    Ok(JoinedGroup {
        epoch: member::number(group.epoch()),
        members: Member::all(&group),
        added_by: None,
        external_senders: ExternalSender::all(group.extensions())?,
        keypackage_ref: None,
        id: group_id,
    })
}

/// Takes an `MLSMessage` or the bare `GroupInfo` (RFC 9420 §12.4.3). What begins like the former would be a bare one of
/// ciphersuite 4, which is not supported.
fn decode(bytes: &[u8]) -> Result<VerifiableGroupInfo, MessageError> {
    if !bytes.starts_with(&MESSAGE_WITH_GROUP_INFO) {
        return VerifiableGroupInfo::tls_deserialize_exact(bytes).map_err(MessageError::malformed);
    }
    match MlsMessageIn::tls_deserialize_exact(bytes).map_err(MessageError::malformed)?.extract() {
        MlsMessageBodyIn::GroupInfo(group_info) => Ok(group_info),
        _ => Err(MessageError::malformed("an MLSMessage that is no GroupInfo")),
    }
}

pub(crate) fn group_info(operation: &mut Operation<'_>, client: &Client, group_id: &GroupId) -> Result<Vec<u8>> {
    session::with(operation, client.id(), group_id, |session, provider| {
        session.check_joined()?;
        let info =
            session.group.export_group_info(provider.crypto(), &session.key, true).map_err(GroupError::refused)?;
        Ok(info.to_bytes().map_err(GroupError::bug)?)
    })
}

pub(crate) fn ratchet_tree(view: &View<'_>, group_id: &GroupId) -> Result<Vec<u8>> {
    let tree = session::load_group(view, group_id)?.export_ratchet_tree();
    Ok(tree.tls_serialize_detached().map_err(GroupError::bug)?)
}
