//! Messages that come in, and what becomes of bad ones.

mod refusal;

use mlskit_keystore::Operation;
use openmls::prelude::{
    ContentType, GroupId, LeafNodeIndex, MlsGroup, MlsMessageIn, ProcessedMessage, ProcessedMessageContent,
    ProtocolMessage, Sender as OpenMlsSender, WireFormat,
};
use tls_codec::Deserialize;

use super::{
    Member, MemberId, Received, ReceivedProposal, StagedCommit, epoch, member,
    session::{self, Provider, Session},
};
use crate::{Client, Error, GroupError, MessageError, MisplacedMessage, RejectedMessage, Result};

pub(crate) fn process(operation: &mut Operation<'_>, client: &Client, bytes: &[u8]) -> Result<Received> {
    let message = decode(bytes)?;
    let group_id = message.group_id().clone();
    if operation.group(group_id.as_slice())?.is_none() {
        return Err(unknown(&group_id).into());
    }
    let is_commit = message.content_type() == ContentType::Commit;
    if is_commit && epoch::is_own_commit(operation, &group_id, bytes)? {
        return Ok(Received::OwnCommit);
    }
    let proposals = if is_commit { epoch::proposals(operation, &group_id)? } else { Vec::new() };
    session::look(operation, client.id(), &group_id, |session| check(session, &message))?;
    let is_application = message.content_type() == ContentType::Application;
    let work = |session: &mut Session, provider: &Provider<'_>| {
        let context = Context {
            group_id: group_id.clone(),
            epoch: member::number(message.epoch()),
            current: member::number(session.group.epoch()),
            is_commit,
        };
        let lent = epoch::lend(&mut session.group, proposals)?;
        let processed = session.group.process_message(provider, message);
        epoch::take_back(&mut session.group, &lent)?;
        let processed = processed.map_err(|error| refusal::of(error, &context))?;
        received(&session.group, processed, &context).map_err(|error| match error {
            // What a message brings is the message's fault.
            Error::Credential(error) => MessageError::Rejected(RejectedMessage::Credential(error)).into(),
            other => other,
        })
    };
    if is_application {
        return session::with_message(operation, client.id(), &group_id, work);
    }
    // What is refused after it was decrypted is to be as it was before: here the file has to have that.
    operation.write_cache()?;
    let outcome = session::with(operation, client.id(), &group_id, work);
    epoch::note(operation, &group_id, bytes, outcome)
}

/// Which group a message is for: what is in clear of it, and unchecked. For echoes and for messages that are refused, so
/// that an app knows which conversation they concern; of what a member says, [`Received::Application`] tells it checked.
///
/// # Errors
/// [`MessageError::Misplaced`] for what is no message of a group, [`MessageError::Malformed`].
pub fn group_of(message: &[u8]) -> Result<GroupId, MessageError> {
    Ok(decode(message)?.group_id().clone())
}

fn decode(bytes: &[u8]) -> Result<ProtocolMessage, MessageError> {
    let message = MlsMessageIn::tls_deserialize_exact(bytes).map_err(MessageError::malformed)?;
    let misplaced = match message.wire_format() {
        WireFormat::Welcome => MisplacedMessage::Welcome,
        WireFormat::GroupInfo => MisplacedMessage::GroupInfo,
        WireFormat::KeyPackage => MisplacedMessage::Keypackage,
        _ => return message.try_into_protocol_message().map_err(MessageError::malformed),
    };
    Err(MessageError::Misplaced(misplaced))
}

/// What is known of a message from outside.
pub(crate) struct Context {
    pub(crate) group_id: GroupId,
    pub(crate) epoch: u64,
    pub(crate) current: u64,
    pub(crate) is_commit: bool,
}

pub(crate) fn unknown(group_id: &GroupId) -> MessageError {
    MessageError::UnknownGroup { group_id: group_id.as_slice().to_vec() }
}

/// What can be said before OpenMLS looks at a message.
fn check(session: &Session, message: &ProtocolMessage) -> Result<()> {
    session.check_joined().map_err(|error| match error {
        GroupError::Removed => Error::from(unknown(message.group_id())),
        GroupError::JoinPending => MessageError::JoinPending.into(),
        other => other.into(),
    })?;
    let (current, epoch) = (member::number(session.group.epoch()), member::number(message.epoch()));
    if epoch > current {
        return Err(MessageError::FutureEpoch { epoch, current }.into());
    }
    // Of past epochs only the keys of private messages are kept.
    if epoch < current && message.wire_format() == WireFormat::PublicMessage {
        return Err(MessageError::TooOld { epoch, current }.into());
    }
    let is_external_commit = message.is_external() && message.content_type() == ContentType::Commit;
    if is_external_commit && !session.record.external_joins {
        return Err(MessageError::Rejected(RejectedMessage::ExternalJoin).into());
    }
    Ok(())
}

fn received(group: &MlsGroup, processed: ProcessedMessage, context: &Context) -> Result<Received> {
    let (sender, aad) = (processed.sender().clone(), processed.aad().to_vec());
    let (epoch, credential) = (member::number(processed.epoch()), processed.credential().clone());
    Ok(match processed.into_content() {
        ProcessedMessageContent::ApplicationMessage(message) => {
            let OpenMlsSender::Member(leaf) = sender else {
                return Err(MessageError::malformed("a message of nobody").into());
            };
            let sender = speaker(group, leaf, credential);
            Received::Application {
                group_id: group.group_id().clone(),
                sender,
                plaintext: message.into_bytes(),
                aad,
                epoch,
            }
        }
        ProcessedMessageContent::StagedCommitMessage(commit) => {
            Received::Commit(Box::new(StagedCommit::new(group, &sender, *commit)?))
        }
        ProcessedMessageContent::ProposalMessage(proposal)
        | ProcessedMessageContent::ExternalJoinProposalMessage(proposal) => {
            Received::Proposal(Box::new(ReceivedProposal::new(group, *proposal)?))
        }
        ProcessedMessageContent::OwnPendingCommit => Received::OwnCommit,
        // Of its own commits this client knows the bytes, and anybody in the group can put its name on others.
        ProcessedMessageContent::OwnPrivateMessage if context.is_commit && context.epoch == context.current => {
            return Err(MessageError::Rejected(RejectedMessage::UnknownOwnCommit).into());
        }
        ProcessedMessageContent::OwnPrivateMessage => Received::OwnMessage,
        #[allow(unreachable_patterns, reason = "features of OpenMLS add variants")]
        _ => return Err(MessageError::malformed("content of a draft").into()),
    })
}

/// Who spoke. In a past epoch the leaf may have been somebody else's: then its credential came with the message.
fn speaker(group: &MlsGroup, leaf: LeafNodeIndex, credential: openmls::prelude::Credential) -> Member {
    match Member::at(group, leaf) {
        Some(member) if member.credential == credential => member,
        _ => Member { id: MemberId { leaf_index: leaf.u32(), signature_key: Vec::new() }, credential, is_self: false },
    }
}
