//! Messages that come in, and what becomes of bad ones.

use mlskit_keystore::{Operation, StorageError};
use openmls::{
    group::{ProcessMessageError, StageCommitError, ValidationError},
    prelude::{
        LeafNodeIndex, MlsGroup, MlsMessageIn, ProcessedMessage, ProcessedMessageContent, ProtocolMessage,
        Sender as OpenMlsSender,
    },
};
use tls_codec::Deserialize;

use super::{
    Member, MemberId, Received, ReceivedProposal, StagedCommit, member,
    session::{self, Session},
};
use crate::{Client, Error, MessageError, RejectedMessage, Result};

pub(crate) fn process(operation: &mut Operation<'_>, client: &Client, bytes: &[u8]) -> Result<Received> {
    let message = MlsMessageIn::tls_deserialize_exact(bytes).map_err(MessageError::malformed)?;
    let message = message.try_into_protocol_message().map_err(MessageError::malformed)?;
    let group_id = message.group_id().clone();
    if operation.group(group_id.as_slice())?.is_none() {
        return Err(MessageError::UnknownGroup { group_id: group_id.as_slice().to_vec() }.into());
    }
    if operation.is_own_commit(group_id.as_slice(), bytes)? {
        return Ok(Received::OwnCommit);
    }
    session::with(operation, client.id(), &group_id, |session, provider| {
        check(session, &message)?;
        let current = member::number(session.group.epoch());
        let epoch = member::number(message.epoch());
        let processed =
            session.group.process_message(provider, message).map_err(|error| refusal(error, epoch, current))?;
        received(&session.group, processed)
    })
}

/// What can be said before OpenMLS looks at a message.
fn check(session: &Session, message: &ProtocolMessage) -> Result<()> {
    session.check_joined()?;
    let (current, epoch) = (member::number(session.group.epoch()), member::number(message.epoch()));
    if epoch > current {
        return Err(MessageError::FutureEpoch { epoch, current }.into());
    }
    if message.is_external()
        && message.is_handshake_message()
        && is_external_commit(message)
        && !session.record.external_joins
    {
        return Err(MessageError::Rejected(RejectedMessage::ExternalJoin).into());
    }
    Ok(())
}

fn is_external_commit(message: &ProtocolMessage) -> bool {
    message.content_type() == openmls::prelude::ContentType::Commit
}

fn received(group: &MlsGroup, processed: ProcessedMessage) -> Result<Received> {
    let (sender, aad) = (processed.sender().clone(), processed.aad().to_vec());
    let (epoch, credential) = (member::number(processed.epoch()), processed.credential().clone());
    Ok(match processed.into_content() {
        ProcessedMessageContent::ApplicationMessage(message) => {
            let OpenMlsSender::Member(leaf) = sender else {
                return Err(MessageError::malformed("a message of nobody").into());
            };
            let sender = speaker(group, leaf, credential);
            Received::Application { sender, plaintext: message.into_bytes(), aad, epoch }
        }
        ProcessedMessageContent::StagedCommitMessage(commit) => {
            Received::Commit(Box::new(StagedCommit::new(group, &sender, *commit)?))
        }
        ProcessedMessageContent::ProposalMessage(proposal)
        | ProcessedMessageContent::ExternalJoinProposalMessage(proposal) => {
            Received::Proposal(Box::new(ReceivedProposal::new(group, *proposal)?))
        }
        ProcessedMessageContent::OwnPendingCommit => Received::OwnCommit,
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

/// What becomes of a message that OpenMLS refused.
fn refusal(error: ProcessMessageError<StorageError>, epoch: u64, current: u64) -> Error {
    let reason = error.to_string();
    let too_old = MessageError::TooOld { epoch, current };
    match error {
        ProcessMessageError::StorageError(error) => return error.into(),
        // OpenMLS exports no name of the ratchet's errors; its words are all that tells them apart.
        ProcessMessageError::ValidationError(ValidationError::UnableToDecrypt(_)) if reason == SECRET_DELETED => {
            MessageError::Duplicate
        }
        ProcessMessageError::ValidationError(ValidationError::UnableToDecrypt(_)) if reason == GENERATION_TOO_OLD => {
            too_old
        }
        ProcessMessageError::ValidationError(ValidationError::NoPastEpochData) => too_old,
        ProcessMessageError::ValidationError(ValidationError::WrongEpoch) if epoch < current => too_old,
        ProcessMessageError::InvalidCommit(StageCommitError::EpochMismatch) => too_old,
        _ => MessageError::Rejected(RejectedMessage::Invalid { reason }),
    }
    .into()
}

const SECRET_DELETED: &str = "The requested secret was deleted to preserve forward secrecy.";
const GENERATION_TOO_OLD: &str = "Generation is too old to be processed.";
