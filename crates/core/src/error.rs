//! One error for the whole API, with a domain enum inside, so that `?` works throughout.

mod certificate;
mod credential;
mod group;
mod keypackage;
mod message;
mod rejected;

pub use certificate::CertificateError;
pub use credential::CredentialError;
pub use group::GroupError;
pub use keypackage::{ExtensionPlace, KeypackageError};
pub use message::{MessageError, MisplacedMessage, RejectedMessage, RejoinReason};
use mlskit_keystore::{StorageError, TransactionError};
pub use rejected::RejectedKeypackage;

/// What any call can fail with. The domain tells where to look, the variant who is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file, its key or its medium.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The use of a transaction.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// A credential.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// A key package.
    #[error(transparent)]
    Keypackage(#[from] KeypackageError),
    /// A call on a group.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// A message that came in.
    #[error(transparent)]
    Message(#[from] MessageError),
}

impl From<mlskit_keystore::Error> for Error {
    fn from(error: mlskit_keystore::Error) -> Self {
        match error {
            mlskit_keystore::Error::Storage(error) => Self::Storage(error),
            mlskit_keystore::Error::Transaction(error) => Self::Transaction(error),
            // The enum may grow only together with this crate.
            other => Self::Storage(StorageError::Sqlite { code: 0, message: other.to_string() }),
        }
    }
}

impl From<CertificateError> for Error {
    fn from(error: CertificateError) -> Self {
        Self::Credential(error.into())
    }
}

impl From<RejectedKeypackage> for Error {
    fn from(reason: RejectedKeypackage) -> Self {
        Self::Keypackage(KeypackageError::Rejected(reason))
    }
}

/// This crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A number for an error: of the same width on every system, for bindings to other languages.
pub(crate) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
