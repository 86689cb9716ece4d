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

mod bound;
mod bytes;
mod cancel_token;
mod capabilities;
mod client;
mod client_options;
mod constants;
mod credential;
mod credential_filter;
mod credential_info;
mod credential_ref;
mod credential_replacement;
mod epoch_change;
mod error;
mod extension;
mod group_config;
mod keypackage;
mod keypackage_config;
mod keypackage_framing;
mod keypackage_info;
mod keypackage_policy;
mod keypackage_ref;
mod keypackage_status;
mod keypackage_sync;
mod live;
mod manual_clock;
mod marmot;
mod member;
mod numbers;
mod outgoing;
mod outgoing_keypackages;
mod received;
mod sealed_message;
mod secret;
mod state_change;
mod state_changes;
mod transaction;

pub use bytes::{ClientId, GroupId, HashRef, NostrPublicKey, SignatureKey};
pub use cancel_token::CancelToken;
pub use capabilities::Capabilities;
pub use client::Client;
pub use client_options::ClientOptions;
pub use constants::{Constants, constants, generate_database_key, version};
pub use credential::{CertificateChain, Credential};
pub use credential_filter::CredentialFilter;
pub use credential_info::CredentialInfo;
pub use credential_ref::CredentialRef;
pub use credential_replacement::CredentialReplacement;
pub use epoch_change::{EpochChange, JoinedGroup, Superseded};
pub use error::{
    CertificateFailure, CredentialFailure, ExtensionPlace, GroupFailure, KeypackageFailure, KeypackageRejection,
    MarmotFailure, MessageFailure, MessageRejection, MisplacedMessage, MlsError, RejoinReason, Result, StorageFailure,
    TransactionFailure,
};
pub use extension::Extension;
pub use group_config::{GroupConfig, JoinOptions};
pub use keypackage::{Keypackage, check_keypackage};
pub use keypackage_config::{KeypackageConfig, Lifespan};
pub use keypackage_framing::{KeypackageFraming, frame_keypackage};
pub use keypackage_info::{ExtensionInfo, KeypackageInfo, LeafSource, keypackage_info};
pub use keypackage_policy::KeypackagePolicy;
pub use keypackage_ref::{KeypackageRef, keypackage_ref_from_bytes};
pub use keypackage_status::KeypackageStatus;
pub use keypackage_sync::{KeypackageSync, KeypackageSyncStep};
pub use live::{LiveObjects, live_objects};
pub use manual_clock::ManualClock;
pub use marmot::{
    EventOptions, MarmotConstants, UnsignedEvent, create_deletion_event, create_keypackage_event, event_relays,
    marmot_constants, marmot_credential, marmot_default_capabilities, marmot_ensure_capabilities,
    marmot_keypackage_config, marmot_keypackage_default_extensions, nostr_public_key, nostr_public_key_from_hex,
    nostr_public_key_of,
};
pub use member::{ExternalSender, Member, MemberId, NewLeaf};
pub use outgoing::{OutgoingKind, OutgoingMessage};
pub use outgoing_keypackages::{KeypackagePublication, OutgoingKeypackages};
pub use received::{
    Change, CommitContents, LeafUpdate, ProposalContents, Received, ReceivedProposal, Sender, StagedCommit, group_of,
};
pub use sealed_message::{PlainMessage, SealedMessages};
pub use secret::Secret;
pub use state_change::{CredentialChange, GroupChange, KeypackageChange, StateChange};
pub use state_changes::StateChanges;
pub use transaction::TransactionContext;

#[cfg(not(panic = "unwind"))]
compile_error!("a panic may not cross to the other language, and UniFFI stops it by unwinding");

uniffi::setup_scaffolding!();
