//! marmot-ts's document on key packages: for each of its examples what takes its place here; and Nostr's events, with
//! the `nostr` crate on the other side.

mod packages;
mod refusals;
mod rotation;

use std::time::{Duration, UNIX_EPOCH};

use mlskit::{
    Client, CredentialRef, Keypackage, KeypackageExt,
    group::{GroupConfig, JoinOptions},
    marmot::{self, EventOptions, MarmotError, NostrPublicKey, UnsignedEvent},
};
use nostr::prelude::{Event, FinalizeEvent as _, Keys, Kind, PublicKey, Tag, Timestamp};

use crate::group::{add, hear, say};

const DAY: Duration = Duration::from_hours(24);

/// A user of Nostr, and the client of one device.
struct User {
    keys: Keys,
    client: Client,
    credential_ref: CredentialRef,
}

impl User {
    async fn new() -> Self {
        let keys = Keys::generate();
        let pubkey = NostrPublicKey::from_bytes(keys.public_key().as_bytes()).unwrap();
        let client = Client::temporary(pubkey.client_id()).await.unwrap();
        let credential = marmot::credential(&pubkey).unwrap();
        let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await.unwrap();
        Self { keys, client, credential_ref }
    }

    fn pubkey(&self) -> NostrPublicKey {
        NostrPublicKey::from(self.keys.public_key().to_bytes())
    }

    async fn generate(&self, lifetime: Option<Duration>) -> Result<Keypackage, MarmotError> {
        let Self { client, credential_ref, .. } = self;
        client.transaction(async |tx| marmot::generate_keypackage(tx, credential_ref, lifetime).await).await
    }

    /// Signs an event with the user's Nostr key.
    fn sign(&self, event: UnsignedEvent) -> Event {
        let UnsignedEvent { kind, pubkey, created_at, tags, content } = event;
        let tags = tags.into_iter().map(|tag| Tag::parse(tag).unwrap());
        let author = PublicKey::from_hex(&pubkey).unwrap();
        let unsigned = nostr::prelude::UnsignedEvent::new(
            author,
            Timestamp::from_secs(created_at),
            Kind::from_u16(kind),
            tags,
            content,
        );
        unsigned.finalize(&self.keys).unwrap()
    }
}

fn options() -> EventOptions {
    EventOptions::new(&["wss://relay1.example.com", "wss://relay2.example.com"])
}

/// What a relay gave, when its signature has been found to be right.
fn received(event: &Event) -> UnsignedEvent {
    event.verify().unwrap();
    UnsignedEvent {
        kind: event.kind.as_u16(),
        pubkey: event.pubkey.to_hex(),
        created_at: event.created_at.as_secs(),
        tags: event.tags.iter().map(|tag| tag.as_slice().to_vec()).collect(),
        content: event.content.clone(),
    }
}

fn values<'a>(event: &'a UnsignedEvent, name: &str) -> Vec<&'a str> {
    let tag = event.tags.iter().find(|tag| tag[0] == name).unwrap_or_else(|| panic!("no tag {name}: {event:?}"));
    tag[1..].iter().map(String::as_str).collect()
}

scenarios! {
    /// "Example: Full Workflow", to the end: from the package to a message in the group.
    async fn the_full_workflow_leads_into_a_group() {
        // 1. and 3. The private keys are stored already.
        let bob = User::new().await;
        let keypackage = bob.generate(None).await.unwrap();
        // 2.
        let keypackage_ref = keypackage.keypackage_ref().unwrap();
        assert_eq!(bob.client.get_keypackage_refs().await.unwrap(), std::slice::from_ref(&keypackage_ref));
        // 4.
        let event = bob.sign(marmot::create_keypackage_event(&keypackage, &options()).unwrap());
        let published = event.as_json();

        // 5. Someone adds me to a group using this key package
        let alice = User::new().await;
        let event = Event::from_json(published).unwrap();
        let fetched = marmot::import_keypackage_event(&alice.client, &received(&event)).await.unwrap();
        assert_eq!(fetched, keypackage);
        let group = alice.client.transaction(async |tx| {
            let config = GroupConfig::default();
            tx.create_group(&alice.credential_ref, config).await
        }).await.unwrap();
        let (_, welcome) = add(&alice.client, &group, &fetched).await;

        // 6.
        let joined = bob.client.transaction(async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await.unwrap();
        assert_eq!(joined.keypackage_ref.as_ref(), Some(&keypackage_ref));
        let adder = joined.added_by.unwrap().credential;
        assert_eq!(NostrPublicKey::of(&adder).unwrap(), alice.pubkey());
        assert_eq!(hear(&bob.client, &say(&alice.client, &group, "hello").await).await, "hello");
    }

    /// "Publish: Share public package via Nostr (kind 443 event)": each field as MIP-00 has it.
    async fn an_event_has_every_field_of_mip_00() {
        let bob = User::new().await;
        let keypackage = bob.generate(None).await.unwrap();
        let options = options().client("mlskit's tests").created_at(UNIX_EPOCH + Duration::from_secs(1_693_876_543));
        let event = marmot::create_keypackage_event(&keypackage, &options).unwrap();
        assert_eq!((event.kind, event.created_at), (443, 1_693_876_543));
        assert_eq!(event.pubkey, bob.keys.public_key().to_hex());
        assert_eq!(values(&event, "mls_protocol_version"), ["1.0"]);
        assert_eq!(values(&event, "mls_ciphersuite"), ["0x0001"]);
        assert_eq!(values(&event, "mls_extensions"), ["0xf2ee", "0x000a"]);
        assert_eq!(values(&event, "encoding"), ["base64"]);
        assert_eq!(values(&event, "relays"), ["wss://relay1.example.com", "wss://relay2.example.com"]);
        assert_eq!(event.relays(), values(&event, "relays"));
        assert_eq!(values(&event, "client"), ["mlskit's tests"]);
        assert_eq!(event.tags.len(), 6);
        // The bare package in base64 with padding; it begins with the version and the ciphersuite.
        assert!(event.content.starts_with("AAEAAS"), "{}", event.content);
        assert_eq!(event.content.len() % 4, 0);

        let protected = marmot::create_keypackage_event(&keypackage, &options.protected(true)).unwrap();
        assert_eq!(values(&protected, "-"), [""; 0]);
        assert!(bob.sign(protected).is_protected());
    }

    /// An event without a name in it tells nobody which app made it.
    async fn an_event_has_nothing_that_nobody_asked_for() {
        let bob = User::new().await;
        let event = marmot::create_keypackage_event(&bob.generate(None).await.unwrap(), &options()).unwrap();
        let names: Vec<_> = event.tags.iter().map(|tag| tag[0].as_str()).collect();
        assert_eq!(names, ["mls_protocol_version", "mls_ciphersuite", "mls_extensions", "encoding", "relays"]);
    }

    async fn an_event_is_not_made_of_what_is_not_marmots_nor_without_relays() {
        let bob = User::new().await;
        let keypackage = bob.generate(None).await.unwrap();
        let create = |relays: &[&str]| marmot::create_keypackage_event(&keypackage, &EventOptions::new(relays));
        assert_eq!(create(&[]).unwrap_err(), MarmotError::NoRelays);
        for found in ["https://relay.example.com", "wss://", "wss:///path", "relay.example.com", "wss://a b"] {
            let found = found.to_owned();
            assert_eq!(create(&["wss://good.example.com", &found]).unwrap_err(), MarmotError::WrongRelay { found });
        }
        let other = bob.client.transaction(async |tx| tx.generate_keypackage(&bob.credential_ref, None).await).await;
        let refusal = marmot::create_keypackage_event(&other.unwrap(), &options()).unwrap_err();
        assert_eq!(refusal, MarmotError::NotDeclared { missing: 0xf2ee });

        let deletion = |ids: &[&str]| marmot::create_deletion_event(&bob.pubkey(), ids, None).unwrap_err();
        assert_eq!(deletion(&[]), MarmotError::NothingToDelete);
        assert_eq!(deletion(&["abc"]), MarmotError::WrongEventId { found: "abc".to_owned() });
    }
}
