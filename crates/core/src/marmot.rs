//! Key packages of the [Marmot protocol](https://github.com/marmot-protocol/marmot), which carries MLS over Nostr, as
//! MIP-00 had them with events of kind 443. Only with the feature `marmot`.
//!
//! | MIP-00 asks for | here |
//! |---|---|
//! | a Basic credential whose identity is the raw Nostr key, 32 bytes | [`NostrPublicKey`], [`credential`] |
//! | ciphersuite 0x0001 | [`CIPHERSUITE`] |
//! | the extensions 0xf2ee and 0x000a among the capabilities | [`default_capabilities`], [`ensure_capabilities`] |
//! | packages of last resort | [`keypackage_default_extensions`] |
//! | three months of life | 84 days, and at most [`MAX_LIFETIME`] |
//! | events of kind 443 | [`create_keypackage_event`], [`import_keypackage_event`] |
//!
//! All of it at once: [`generate_keypackage`], or [`keypackage_config`] wherever a
//! [`KeypackageConfig`](crate::KeypackageConfig) is asked for; neither makes a package that breaks a rule. A
//! package's reference is [`KeypackageExt::keypackage_ref`](crate::KeypackageExt::keypackage_ref), and its private keys
//! are in the client's file.
//!
//! ```
//! use mlskit::{Client, KeypackageExt, marmot::{self, EventOptions, MarmotError, NostrPublicKey}};
//!
//! # fn main() -> Result<(), MarmotError> { smol::block_on(async {
//! # let hex = "884704bd421671e01c13f854d2ce23ce2a5bfe9562f4f297ad2bc921ba30c3a6";
//! let pubkey = NostrPublicKey::from_hex(hex)?; // nobody's but the user's: as the app's signer says
//! let client = Client::temporary(pubkey.client_id()).await?;
//! let keypackage = client
//!     .transaction(async |tx| {
//!         let credential_ref = tx.add_credential(marmot::credential(&pubkey)?).await?;
//!         marmot::generate_keypackage(tx, &credential_ref, None).await
//!     })
//!     .await?;
//! println!("stored as {}", keypackage.keypackage_ref()?);
//! let event = marmot::create_keypackage_event(&keypackage, &EventOptions::new(&["wss://relay.example.com"]))?;
//! # assert_eq!(event.kind, 443);
//! // Now the app's Nostr library signs the event and publishes it.
//! # client.close().await;
//! # Ok(()) }) }
//! ```
//!
//! # Rotation after use
//!
//! A package of last resort survives the Welcome that it opens, since others that are under way may be for it too. A
//! [policy](crate::KeypackagePolicy) has it replaced once a Welcome was joined, withdrawn once its replacement is published,
//! and its keys deleted after a time of grace. A Welcome that can't be opened changes nothing.
//!
//! ```
//! use mlskit::{Client, CredentialRef, KeypackagePolicy, marmot::{self, EventOptions, MarmotError, NostrPublicKey}};
//!
//! # async fn publish(event: marmot::UnsignedEvent) -> String { String::new() }
//! # fn id_of_the_event_with(keypackage_ref: &mlskit::KeypackageRef) -> String { String::new() }
//! /// Called at the start, after each join, and when `OutgoingKeypackages::next` has come.
//! async fn rotate(client: &Client, credential_ref: &CredentialRef, pubkey: &NostrPublicKey) -> Result<(), MarmotError> {
//!     let config = marmot::keypackage_config(pubkey, None)?;
//!     // Relays serve a package to whoever asks, so none is used once only.
//!     let policy = KeypackagePolicy::default().target(0).last_resort(true).config(config);
//!     let outgoing = client.maintain_keypackages(credential_ref, &policy).await?;
//!     for publication in outgoing.publish {
//!         let Some(keypackage) = client.keypackage(&publication.keypackage_ref).await? else { continue };
//!         publish(marmot::create_keypackage_event(&keypackage, &EventOptions::new(&["wss://relay.example.com"]))?).await;
//!         client.transaction(async |tx| tx.confirm_published(&[publication.keypackage_ref]).await).await?;
//!     }
//!     for keypackage_ref in outgoing.withdraw {
//!         publish(marmot::create_deletion_event(pubkey, &[&id_of_the_event_with(&keypackage_ref)], None)?).await;
//!         client.transaction(async |tx| tx.confirm_withdrawn(&[keypackage_ref]).await).await?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! The policy's own [lifetime](crate::KeypackagePolicy::lifetime) may be [`MAX_LIFETIME`] then. Without a policy:
//! [generate](generate_keypackage) the replacement in the transaction of the join, ask for the old event's deletion when a
//! relay has taken the new one, and [remove](crate::TransactionContext::remove_keypackage) the old package a week later.
//!
//! # What is left out
//!
//! - Events of kind 30443, of the later MIP-00, differ by more than their number: they are replaced by their `d` tag,
//!   name the package's reference in `i`, have proposals of their own, and end after 84 days at the latest. They are
//!   refused as [`MarmotError::WrongKind`].
//! - Content in hexadecimal digits, without an `encoding` tag or with another, which MIP-00 has given up: bytes could be
//!   read in two ways.
//! - The members' identities, which must never change: [`StagedCommit::updated`](crate::group::StagedCommit::updated)
//!   shows them before and after, and an app accepts no commit in which they differ.
//! - Nostr itself. Nothing here signs an event or checks its signature: verify what a relay gives before it is
//!   imported. Whether 32 bytes are a point on the curve shows then, too.

mod capabilities;
mod error;
mod event;
mod generate;
mod import;
mod public_key;

use std::time::Duration;

pub use capabilities::{default_capabilities, ensure_capabilities};
pub use error::MarmotError;
pub use event::{EventOptions, UnsignedEvent, create_deletion_event, create_keypackage_event};
pub use generate::{generate_keypackage, keypackage_config, keypackage_default_extensions};
pub use import::import_keypackage_event;
use openmls::prelude::Ciphersuite;
pub use public_key::{NostrPublicKey, credential};

/// The only ciphersuite, 0x0001.
pub const CIPHERSUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

/// The extension with a group's name, relays and the like, in the group's context. Each member declares it.
pub const GROUP_DATA_EXTENSION: u16 = 0xf2ee;

/// The extension that marks a package of last resort. Each member declares it.
pub const LAST_RESORT_EXTENSION: u16 = 0x000a;

/// The longest lifetime: 90 days, or 7,776,000 seconds. It takes the place of
/// [`ClientOptions::max_lifetime`](crate::ClientOptions::max_lifetime), which is 84 days by default.
pub const MAX_LIFETIME: Duration = Duration::from_hours(90 * 24);

/// The kind of events with a key package.
pub const KEYPACKAGE_EVENT_KIND: u16 = 443;

/// What a package has to declare, in the order in which MIP-00 names it.
const REQUIRED_EXTENSIONS: [u16; 2] = [GROUP_DATA_EXTENSION, LAST_RESORT_EXTENSION];
