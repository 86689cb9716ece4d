//! What mlskit's Kotlin and Swift packages call: the Rust API of [`mlskit`] once more, in types that UniFFI carries.
//!
//! Nothing is decided here. Apps use the hand-written facades over what UniFFI generates from this crate: Kotlin's
//! `dev.mlskit`, Swift's `MLSKit`.
//!
//! - What has a life of its own is an object ([`Client`], [`TransactionContext`], [`StagedCommit`] …); all else crosses
//!   as a record, whole, in one call.
//! - A transaction is a guard object and a [`CancelToken`]: no code of an app is called from here.
//! - Ciphersuites, types of extensions and the like are numbers of the IANA registries (RFC 9420 §17); times are
//!   seconds since 1970, lifetimes seconds.
//! - What is exported depends on no feature, since the generated code has to fit every build.

mod bytes;
mod cancel_token;
mod client;
mod client_options;
mod constants;
mod credential;
mod credential_info;
mod credential_ref;
mod error;
mod keypackage;
mod keypackage_ref;
mod live;
mod manual_clock;
mod secret;
mod transaction;

pub use bytes::{ClientId, GroupId, HashRef, SignatureKey};
pub use cancel_token::CancelToken;
pub use client::Client;
pub use client_options::ClientOptions;
pub use constants::{Constants, constants, generate_database_key, version};
pub use credential::{CertificateChain, Credential};
pub use credential_info::CredentialInfo;
pub use credential_ref::CredentialRef;
pub use error::{
    CertificateFailure, CredentialFailure, ExtensionPlace, GroupFailure, KeypackageFailure, KeypackageRejection,
    MessageFailure, MessageRejection, MlsError, RejoinReason, Result, StorageFailure, TransactionFailure,
};
pub use keypackage::Keypackage;
pub use keypackage_ref::{KeypackageRef, keypackage_ref_from_bytes};
pub use live::{LiveObjects, live_objects};
pub use manual_clock::ManualClock;
pub use secret::Secret;
pub use transaction::TransactionContext;

uniffi::setup_scaffolding!();
