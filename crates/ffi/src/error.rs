//! What calls fail with: the core's errors, with numbers and bytes in place of Rust's types.
//!
//! Each enum here has the variants of one of the core's, under the same names, and `Other` for one that this crate
//! does not know yet; a test compares the lists.

mod certificate;
mod credential;
mod group;
mod keypackage;
mod marmot;
mod message;
mod rejection;
mod storage;
mod transaction;

#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use mlskit::{marmot::MarmotError, openmls::prelude::Ciphersuite};

pub use certificate::CertificateFailure;
pub use credential::CredentialFailure;
pub use group::GroupFailure;
pub use keypackage::{ExtensionPlace, KeypackageFailure};
pub use marmot::MarmotFailure;
pub use message::{MessageFailure, MessageRejection, MisplacedMessage, RejoinReason};
pub use rejection::KeypackageRejection;
pub use storage::StorageFailure;
pub use transaction::TransactionFailure;

/// What any call can fail with. The variant tells where to look, `reason` what it is and who is at fault, `detail`
/// the same in English: what was expected, what was found, what to do.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Error)]
pub enum MlsError {
    /// The file, its key or its medium.
    Storage {
        /// What it is.
        reason: StorageFailure,
        /// For people.
        detail: String,
    },
    /// The use of a transaction.
    Transaction {
        /// What it is.
        reason: TransactionFailure,
        /// For people.
        detail: String,
    },
    /// A credential.
    Credential {
        /// What it is.
        reason: CredentialFailure,
        /// For people.
        detail: String,
    },
    /// A key package.
    Keypackage {
        /// What it is.
        reason: KeypackageFailure,
        /// For people.
        detail: String,
    },
    /// A call on a group.
    Group {
        /// What it is.
        reason: GroupFailure,
        /// For people.
        detail: String,
    },
    /// A message that came in.
    Message {
        /// What it is, and so what becomes of the message.
        reason: MessageFailure,
        /// For people.
        detail: String,
    },
    /// A key package of the Marmot protocol, or its event.
    Marmot {
        /// What it is.
        reason: MarmotFailure,
        /// For people.
        detail: String,
    },
    /// The caller's token was cancelled before the transaction began.
    Cancelled {
        /// For people.
        detail: String,
    },
    /// Caller: the commit or proposal was accepted before, or its transaction has ended.
    Spent {
        /// For people.
        detail: String,
    },
    /// An error that these bindings have no name for.
    Other {
        /// For people.
        detail: String,
    },
}

/// The result of every call.
pub type Result<T, E = MlsError> = std::result::Result<T, E>;

impl MlsError {
    pub(crate) fn cancelled() -> Self {
        Self::Cancelled { detail: "cancelled while waiting for its turn; no transaction was begun".to_owned() }
    }

    pub(crate) fn spent() -> Self {
        let detail =
            "the commit or proposal was accepted before, or its transaction has ended; process its message anew";
        Self::Spent { detail: detail.to_owned() }
    }

    pub(crate) fn unnamed(what: &str) -> Self {
        Self::Other { detail: format!("{what} that these bindings have no name for; update them") }
    }
}

impl From<mlskit::Error> for MlsError {
    fn from(error: mlskit::Error) -> Self {
        let detail = error.to_string();
        match error {
            mlskit::Error::Storage(error) => Self::Storage { reason: error.into(), detail },
            mlskit::Error::Transaction(error) => Self::Transaction { reason: error.into(), detail },
            mlskit::Error::Credential(error) => Self::Credential { reason: error.into(), detail },
            mlskit::Error::Keypackage(error) => Self::Keypackage { reason: error.into(), detail },
            mlskit::Error::Group(error) => Self::Group { reason: error.into(), detail },
            mlskit::Error::Message(error) => Self::Message { reason: error.into(), detail },
            _ => Self::Other { detail },
        }
    }
}

impl From<MarmotError> for MlsError {
    fn from(error: MarmotError) -> Self {
        let detail = error.to_string();
        match error {
            MarmotError::Mlskit(error) => error.into(),
            error => Self::Marmot { reason: error.into(), detail },
        }
    }
}

macro_rules! domain_to_error {
    ($($domain:ty),+) => {
        $(impl From<$domain> for MlsError {
            fn from(error: $domain) -> Self {
                mlskit::Error::from(error).into()
            }
        })+
    };
}

domain_to_error!(
    mlskit::StorageError,
    mlskit::CredentialError,
    mlskit::KeypackageError,
    mlskit::GroupError,
    mlskit::RejectedKeypackage
);

impl fmt::Display for MlsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage { detail, .. }
            | Self::Transaction { detail, .. }
            | Self::Credential { detail, .. }
            | Self::Keypackage { detail, .. }
            | Self::Group { detail, .. }
            | Self::Message { detail, .. }
            | Self::Marmot { detail, .. }
            | Self::Cancelled { detail }
            | Self::Spent { detail }
            | Self::Other { detail } => formatter.write_str(detail),
        }
    }
}

impl std::error::Error for MlsError {}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn suites(list: Vec<Ciphersuite>) -> Vec<u16> {
    list.into_iter().map(Into::into).collect()
}
