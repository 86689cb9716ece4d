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
//! [`KeypackageConfig`](crate::KeypackageConfig) is asked for; neither makes a package that breaks a rule. A package that is
//! to be used once has to be asked for by `last_resort(false)`, or by a [policy](crate::KeypackagePolicy) with a target: it
//! declares the extension of last resort, as all must, without having it. A
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
//! # async fn publish(event: marmot::UnsignedEvent) -> bool { true }
//! # fn note_id(keypackage_ref: &mlskit::KeypackageRef, event: &marmot::UnsignedEvent) {}
//! # fn noted_id(keypackage_ref: &mlskit::KeypackageRef) -> Option<String> { None }
//! # const RELAYS: &[&str] = &["wss://relay.example.com"];
//! /// Called at the start, after each join, and when `OutgoingKeypackages::next` has come.
//! async fn rotate(client: &Client, credential_ref: &CredentialRef, pubkey: &NostrPublicKey) -> Result<(), MarmotError> {
//!     let config = marmot::keypackage_config(pubkey, None)?;
//!     // Relays serve a package to whoever asks, so none is used once only.
//!     let policy = KeypackagePolicy::default().target(0).last_resort(true).config(config);
//!     loop { // once more after what was confirmed: only then is what it replaces to be withdrawn
//!         let outgoing = client.maintain_keypackages(credential_ref, &policy).await?;
//!         if outgoing.publish.is_empty() && outgoing.withdraw.is_empty() {
//!             return Ok(());
//!         }
//!         for publication in outgoing.publish {
//!             let Some(keypackage) = client.keypackage(&publication.keypackage_ref).await? else { continue };
//!             let event = marmot::create_keypackage_event(&keypackage, &EventOptions::new(RELAYS))?;
//!             note_id(&publication.keypackage_ref, &event); // before it is published: it has to be found for its deletion
//!             if !publish(event).await { return Ok(()) } // the next time it is the same event
//!             client.transaction(async |tx| tx.confirm_published(&[publication.keypackage_ref]).await).await?;
//!         }
//!         for keypackage_ref in outgoing.withdraw {
//!             if let Some(id) = noted_id(&keypackage_ref) {
//!                 if !publish(marmot::create_deletion_event(pubkey, &[&id], None)?).await { return Ok(()) }
//!             }
//!             client.transaction(async |tx| tx.confirm_withdrawn(&[keypackage_ref]).await).await?;
//!         }
//!     }
//! }
//! # smol::block_on(async {
//! # let pubkey = NostrPublicKey::from_bytes(&[7; 32]).unwrap();
//! # let client = Client::temporary(pubkey.client_id()).await.unwrap();
//! # let credential = marmot::credential(&pubkey).unwrap();
//! # let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await.unwrap();
//! # rotate(&client, &credential_ref, &pubkey).await.unwrap();
//! # client.transaction(async |tx| tx.renew_keypackages(&credential_ref).await).await.unwrap();
//! # rotate(&client, &credential_ref, &pubkey).await.unwrap();
//! # let status = client.keypackage_status(&credential_ref, &KeypackagePolicy::default()).await.unwrap();
//! # assert_eq!((status.published, status.retired, status.withdrawn), (1, 0, 1));
//! # client.close().await;
//! # });
//! ```
//!
//! The policy's own [lifetime](crate::KeypackagePolicy::lifetime) may be [`MAX_LIFETIME`] then. Without a policy:
//! [generate](generate_keypackage) the replacement in the transaction of the join, ask for the old event's deletion when a
//! relay has taken the new one, and [remove](crate::TransactionContext::remove_keypackage) the old package a week later.
//!
//! # With a Nostr library
//!
//! Nothing here signs: the `nostr` crate does, and checks what relays bring.
//!
//! ```
//! use mlskit::marmot::UnsignedEvent;
//! use nostr::prelude::*;
//!
//! fn sign(event: UnsignedEvent, keys: &Keys) -> Result<Event, Box<dyn std::error::Error>> {
//!     let tags = event.tags.into_iter().map(Tag::parse).collect::<Result<Vec<_>, _>>()?;
//!     let builder = EventBuilder::new(Kind::from(event.kind), event.content).tags(tags);
//!     Ok(builder.custom_created_at(Timestamp::from(event.created_at)).finalize(keys)?)
//! }
//!
//! /// Goes to `import_keypackage_event`.
//! fn checked(event: &Event) -> Result<UnsignedEvent, Box<dyn std::error::Error>> {
//!     event.verify()?;
//!     Ok(UnsignedEvent {
//!         kind: event.kind.as_u16(),
//!         pubkey: event.pubkey.to_hex(),
//!         created_at: event.created_at.as_secs(),
//!         tags: event.tags.iter().map(|tag| tag.as_slice().to_vec()).collect(),
//!         content: event.content.clone(),
//!     })
//! }
//! # let keys = Keys::generate();
//! # let tags = vec![vec!["relays".to_owned(), "wss://relay.example.com".to_owned()]];
//! # let event = UnsignedEvent { kind: 443, pubkey: keys.public_key().to_hex(), created_at: 7, tags, content: "eA==".into() };
//! # assert_eq!(checked(&sign(event.clone(), &keys).unwrap()).unwrap(), event);
//! ```
//!
//! # What is left out
//!
//! - The extension with a group's data, 0xf2ee, and the events of groups: an app writes the extension and gives it to
//!   [`GroupConfig::context_extension`](crate::group::GroupConfig::context_extension).
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
