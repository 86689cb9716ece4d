//! What becomes of a message that OpenMLS refused.

use mlskit_keystore::StorageError;
use openmls::{
    framing::errors::{MessageDecryptionError, SecretTreeError},
    group::{
        GroupContextExtensionsProposalValidationError, ProcessMessageError, ProposalValidationError, StageCommitError,
        ValidationError,
    },
    prelude::{ApplyUpdatePathError, KeyPackageVerifyError},
    treesync::errors::{LeafNodeValidationError, LifetimeError},
};

use super::{Context, unknown};
use crate::{Error, MessageError, RejectedMessage, RejoinReason};

pub(super) fn of(error: ProcessMessageError<StorageError>, context: &Context) -> Error {
    match error {
        ProcessMessageError::StorageError(error) => error.into(),
        ProcessMessageError::ValidationError(error) => validation(&error, context).into(),
        ProcessMessageError::InvalidCommit(error) => commit(&error, context).into(),
        // This client was removed.
        ProcessMessageError::GroupStateError(_) => unknown(&context.group_id).into(),
        other => MessageError::invalid(other).into(),
    }
}

fn validation(error: &ValidationError, context: &Context) -> MessageError {
    match error {
        ValidationError::UnableToDecrypt(error) => decryption(error, context),
        ValidationError::NoPastEpochData => too_old(context),
        ValidationError::WrongEpoch if context.epoch < context.current => too_old(context),
        ValidationError::InvalidSignature
        | ValidationError::InvalidMembershipTag
        | ValidationError::MissingMembershipTag => not_authentic(error),
        // A proposal on its own can be dropped; a commit with an Add in it can't.
        ValidationError::KeyPackageVerifyError(KeyPackageVerifyError::LifetimeError(error)) if context.is_commit => {
            lifetime(error)
        }
        other => MessageError::invalid(other),
    }
}

fn decryption(error: &MessageDecryptionError, context: &Context) -> MessageError {
    match error {
        MessageDecryptionError::SecretTreeError(SecretTreeError::SecretReuseError) => MessageError::Duplicate,
        MessageDecryptionError::SecretTreeError(SecretTreeError::TooDistantInThePast) => too_old(context),
        MessageDecryptionError::SecretTreeError(SecretTreeError::TooDistantInTheFuture) => {
            MessageError::Rejected(RejectedMessage::TooFarAhead)
        }
        other => not_authentic(other),
    }
}

fn commit(error: &StageCommitError, context: &Context) -> MessageError {
    let reason = match error {
        StageCommitError::EpochMismatch => return too_old(context),
        StageCommitError::LeafNodeValidation(LeafNodeValidationError::Lifetime(error))
        | StageCommitError::ProposalValidationError(ProposalValidationError::LeafNodeValidation(
            LeafNodeValidationError::Lifetime(error),
        )) => return lifetime(error),
        StageCommitError::ProposalValidationError(ProposalValidationError::UnsupportedProposalType) => {
            return MessageError::Rejected(RejectedMessage::UndeclaredProposal);
        }
        StageCommitError::GroupContextExtensionsProposalValidationError(
            GroupContextExtensionsProposalValidationError::ExtensionNotInRequiredCapabilities,
        ) => RejoinReason::UndeclaredExtension,
        StageCommitError::MissingProposal => RejoinReason::MissingProposal,
        StageCommitError::OwnCommitMismatch => RejoinReason::OwnCommitLost,
        StageCommitError::PskError(_) => RejoinReason::UnsupportedProposal { proposal_type: PRE_SHARED_KEY },
        // What these see is for this client's eyes: the other members were sent something else.
        StageCommitError::OwnKeyNotFound
        | StageCommitError::MissingDecryptionKey
        | StageCommitError::UpdatePathError(
            ApplyUpdatePathError::UnableToDecrypt
            | ApplyUpdatePathError::PathMismatch
            | ApplyUpdatePathError::MissingOwnLeaf
            | ApplyUpdatePathError::MissingCiphertext,
        ) => RejoinReason::UnreadablePath,
        other => return MessageError::invalid(other),
    };
    MessageError::Rejoin(reason)
}

fn lifetime(error: &LifetimeError) -> MessageError {
    MessageError::Rejoin(match error {
        LifetimeError::NotValidYet { .. } => RejoinReason::LeafNotYetValid,
        _ => RejoinReason::ExpiredLeaf,
    })
}

fn too_old(&Context { epoch, current, .. }: &Context) -> MessageError {
    MessageError::TooOld { epoch, current }
}

fn not_authentic(error: &impl ToString) -> MessageError {
    MessageError::Rejected(RejectedMessage::NotAuthentic { reason: error.to_string() })
}

/// RFC 9420 §17.4.
const PRE_SHARED_KEY: u16 = 4;
