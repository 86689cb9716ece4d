//! An app's MLS keys are never lost, never reused and never left behind.
//!
//! Messaging Layer Security (RFC 9420) lets a client be added to a group by a *key package* that it published
//! beforehand. This crate keeps a client's credentials, key packages and groups in one encrypted SQLite file and
//! changes them only inside transactions.
//!
//! ```
//! use mlskit::{Client, ClientId, Credential, KeypackageExt, openmls::prelude::Ciphersuite};
//!
//! # fn main() -> mlskit::Result<()> { smol::block_on(async {
//! // `Client::open(path, &key, id)` opens a file of your own; this one goes when it is closed.
//! let client = Client::temporary(ClientId::from("alice@example.com")).await?;
//!
//! let tx = client.new_transaction().await?;
//! let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
//! let credential_ref = tx.add_credential(Credential::basic(suite, client.id())?).await?;
//! let keypackage = tx.generate_keypackage(&credential_ref, None).await?;
//! tx.finish().await?;
//!
//! assert_eq!(client.get_keypackage_refs().await?, [keypackage.keypackage_ref()?]);
//! let bytes = keypackage.to_bytes()?; // what a directory serves
//! # assert!(!bytes.is_empty());
//! # client.close().await;
//! # Ok(()) }) }
//! ```
//!
//! | to | see |
//! |---|---|
//! | open a database | [`Client`], [`DatabaseKey`], [`ClientOptions`] |
//! | change what is in it | [`Client::transaction`], [`TransactionContext`] |
//! | say who a client is | [`Credential`], [`CredentialRef`] |
//! | configure a key package | [`KeypackageConfig`] |
//! | name and look at one | [`KeypackageRef`], [`KeypackageExt`] |
//! | keep a directory supplied with key packages | [`lifecycle`], [`Client::sync_keypackages`], [`KeypackagePolicy`] |
//! | see what changes, as it does | [`Client::changes`], [`watch`] |
//! | create a group, join one, follow and change it | [`group`], [`TransactionContext::create_group`], [`TransactionContext::join_group`] |
//! | find out what comes in, before it counts | [`group::Received`], [`group::StagedCommit`] |
//! | send what is to be sent | [`Client::outgoing`], [`group::SealedMessage`] |
//! | find out what went wrong | [`Error`] |
//!
//! # Futures and threads
//!
//! Every future is `Send` and needs no particular runtime. What a client awaits of SQLite and cryptography runs on
//! threads of its own, never on the caller's; [`KeypackageChecks`] and the methods of [`KeypackageExt`],
//! [`KeypackageRef`] and [`KeypackageInfo`] are plain functions that compute where they are called. Dropping a future
//! leaves either the whole of its call or nothing.
//!
//! # Features
//!
//! - `marmot`: the module `marmot`, key packages of the Marmot protocol and the Nostr events that they travel in.
//! - `vendored-openssl`: builds OpenSSL's libcrypto along for SQLCipher, instead of linking the system's. Not for
//!   Apple's systems, where CommonCrypto serves.
//!
//! # One SQLite a program
//!
//! Cargo allows one package with `links = "sqlite3"` in a program. If you use `rusqlite` yourself, use the version
//! that this crate uses.

pub use openmls;

mod client;
mod client_id;
mod clock;
mod credential;
mod error;
pub mod group;
mod hex;
pub mod keypackage;
pub mod lifecycle;
#[cfg(feature = "marmot")]
pub mod marmot;
mod nesting;
mod transaction;
pub mod watch;
#[cfg(test)]
mod witness;

pub use client::{Client, ClientOptions};
pub use client_id::ClientId;
pub use clock::{Clock, SystemClock};
pub use credential::{
    CertificateChain, Credential, CredentialFilter, CredentialRef, PrivateKey, SUPPORTED_CIPHERSUITES,
};
pub use error::{
    CertificateError, CredentialError, Error, ExtensionPlace, GroupError, KeypackageError, MessageError,
    MisplacedMessage, RejectedKeypackage, RejectedMessage, RejoinReason, Result,
};
pub use keypackage::{
    KEYPACKAGE_DEFAULT_LIFETIME, Keypackage, KeypackageChecks, KeypackageConfig, KeypackageExt, KeypackageInfo,
    KeypackageRef,
};
pub use lifecycle::{
    CredentialReplacement, KeypackageDirectory, KeypackagePolicy, KeypackagePublication, KeypackageStatus,
    KeypackageSync, KeypackageSyncError, KeypackageSyncReport, KeypackageSyncStep, OutgoingKeypackages,
};
pub use mlskit_keystore::{DatabaseKey, StorageError, TransactionError};
pub use transaction::TransactionContext;
pub use watch::{StateChange, StateChanges};

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

/// So do those for people who come from elsewhere.
#[cfg(all(doctest, feature = "marmot"))]
#[doc = include_str!("../../../docs/coming-from.md")]
pub struct ComingFrom;
