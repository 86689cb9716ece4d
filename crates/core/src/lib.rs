//! An app's MLS keys are never lost, never reused and never left behind.

pub use openmls;

mod client;
mod client_id;
mod clock;
mod credential;
mod error;
pub mod keypackage;
mod nesting;
mod transaction;

pub use client::{Client, ClientOptions};
pub use client_id::ClientId;
pub use clock::{Clock, SystemClock};
pub use credential::{Credential, CredentialFilter, CredentialRef};
pub use error::{CredentialError, Error, KeypackageError, Result};
pub use keypackage::{
    KEYPACKAGE_DEFAULT_LIFETIME, Keypackage, KeypackageConfig, KeypackageExt, KeypackageLifetime, KeypackageRef,
};
pub use mlskit_keystore::{DatabaseKey, StorageError, TransactionError};
pub use transaction::TransactionContext;
