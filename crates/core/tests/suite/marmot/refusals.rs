//! Events of strangers, with one thing wrong in each.

use mlskit::{Error, KeypackageError, RejectedKeypackage};
use mlskit_testkit::forge::Forge;

use super::*;

/// A good event, to be spoilt.
async fn event() -> (User, UnsignedEvent) {
    let bob = User::new().await;
    let keypackage = bob.generate(None).await.unwrap();
    let event = marmot::create_keypackage_event(&keypackage, &options()).unwrap();
    (bob, event)
}

async fn refusal(event: &UnsignedEvent) -> MarmotError {
    marmot::import_keypackage_event(&User::new().await.client, event).await.unwrap_err()
}

/// Why a package was not imported.
async fn rejection(event: &UnsignedEvent) -> RejectedKeypackage {
    match refusal(event).await {
        MarmotError::Mlskit(Error::Keypackage(KeypackageError::Rejected(reason))) => reason,
        other => panic!("{other:?}"),
    }
}

/// The event with other values in a tag.
fn with(event: &UnsignedEvent, name: &str, values: &[&str]) -> UnsignedEvent {
    let mut event = without(event, name);
    event.tags.push([name].iter().chain(values).map(|&part| part.to_owned()).collect());
    event
}

fn without(event: &UnsignedEvent, name: &str) -> UnsignedEvent {
    let mut event = event.clone();
    event.tags.retain(|tag| tag[0] != name);
    event
}

/// The event with another package in it.
fn carrying(event: &UnsignedEvent, package: &[u8]) -> UnsignedEvent {
    UnsignedEvent { content: base64(package), ..event.clone() }
}

/// By another implementation than the library's.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let all = chunk.iter().chain([&0; 2]).take(3).fold(0_usize, |all, &byte| all << 8 | usize::from(byte));
            let digits = [18, 12, 6, 0].map(|shift| char::from(DIGITS[all >> shift & 63]));
            digits.into_iter().take(chunk.len() + 1).chain("==".chars().skip(chunk.len() - 1)).collect::<Vec<_>>()
        })
        .collect()
}

/// A package that somebody else's library might make for Bob.
fn forged(bob: &User) -> Forge {
    Forge {
        credential: bob.keys.public_key().to_bytes().to_vec(),
        extension_types: vec![0xf2ee, 0x000a],
        extensions: vec![(0x000a, vec![])],
        ..Forge::default()
    }
}

scenarios! {
    async fn an_event_of_another_kind_is_refused() {
        let (_, event) = event().await;
        for found in [0, 444, 30443] {
            let other = UnsignedEvent { kind: found, ..event.clone() };
            assert_eq!(refusal(&other).await, MarmotError::WrongKind { found });
        }
    }

    async fn an_event_lacks_no_tag_and_repeats_none() {
        let (_, event) = event().await;
        for tag in ["mls_protocol_version", "mls_ciphersuite", "mls_extensions", "encoding", "relays"] {
            assert_eq!(refusal(&without(&event, tag)).await, MarmotError::MissingTag { tag });
            let mut twice = event.clone();
            twice.tags.push(event.tags.iter().find(|found| found[0] == tag).unwrap().clone());
            assert_eq!(refusal(&twice).await, MarmotError::RepeatedTag { tag });
        }
    }

    async fn a_tag_says_what_mip_00_says() {
        let (_, event) = event().await;
        for (name, values) in [
            ("mls_protocol_version", &["2.0"][..]),
            ("mls_protocol_version", &["1.0", "1.0"]),
            ("mls_ciphersuite", &["0x0002"]),
            ("mls_ciphersuite", &["1"]),
            ("mls_ciphersuite", &[]),
            ("mls_extensions", &["0xf2ee", "10"]),
            ("mls_extensions", &["0xf2ee", "0x000a", "0x+00a"]),
            ("mls_extensions", &["0xf2ee", "0x000a", "0x0000a"]),
            ("encoding", &["hex"]),
            ("relays", &[]),
        ] {
            match refusal(&with(&event, name, values)).await {
                MarmotError::WrongTag { tag, .. } => assert_eq!(tag, name),
                other => panic!("{name} {values:?}: {other:?}"),
            }
        }
        let unreachable = with(&event, "relays", &["wss://relay.example.com", "relay"]);
        assert_eq!(refusal(&unreachable).await, MarmotError::WrongRelay { found: "relay".to_owned() });
    }

    async fn the_listed_extensions_are_marmots_no_default_ones_and_declared() {
        let (_, event) = event().await;
        let listing = |values: &[&str]| with(&event, "mls_extensions", values);
        assert_eq!(refusal(&listing(&["0x000a"])).await, MarmotError::NotListed { missing: 0xf2ee });
        assert_eq!(refusal(&listing(&["0xf2ee"])).await, MarmotError::NotListed { missing: 0x000a });
        for (found, value) in [(1, "0x0001"), (3, "0x0003"), (5, "0x0005")] {
            let refused = refusal(&listing(&["0xf2ee", "0x000a", value])).await;
            assert_eq!(refused, MarmotError::DefaultListed { found });
        }
        let more = refusal(&listing(&["0xf2ee", "0x000a", "0xff01"])).await;
        assert_eq!(more, MarmotError::ListedOnly { found: 0xff01 });
        let client = User::new().await.client;
        marmot::import_keypackage_event(&client, &listing(&["0x000A", "0xF2EE"])).await.unwrap();
    }

    async fn the_content_is_one_package_in_base64() {
        let (bob, event) = event().await;
        for content in ["AAEA!", "AAE", " ", &event.content.trim_end_matches('=')[1..]] {
            let refused = refusal(&UnsignedEvent { content: content.to_owned(), ..event.clone() }).await;
            assert!(matches!(refused, MarmotError::NotBase64 { .. }), "{content}: {refused:?}");
        }
        assert_eq!(rejection(&carrying(&event, &[])).await, RejectedKeypackage::Empty);

        let package = forged(&bob).bytes();
        let client = User::new().await.client;
        marmot::import_keypackage_event(&client, &carrying(&event, &package)).await.unwrap();
        let framed = [&[0, 1, 0, 5][..], &package].concat();
        marmot::import_keypackage_event(&client, &carrying(&event, &framed)).await.unwrap();
    }

    /// Mallory signs an event with her own key, and puts Bob's package into it; or one that she made in his name.
    async fn an_event_with_the_package_of_another_is_refused() {
        let (bob, event) = event().await;
        let mallory = User::new().await;
        let (expected, found) = (mallory.pubkey().to_string(), bob.pubkey().to_string());
        let stolen = UnsignedEvent { pubkey: expected.clone(), ..event.clone() };
        let refused = MarmotError::OtherPublicKey { expected, found };
        assert_eq!(refusal(&stolen).await, refused);
        assert_eq!(refusal(&carrying(&stolen, &forged(&bob).bytes())).await, refused);
        let nobodys = UnsignedEvent { pubkey: event.pubkey.to_uppercase(), ..event };
        assert_eq!(refusal(&nobodys).await, MarmotError::WrongPublicKeyText { length: 64 });
    }

    /// What RFC 9420 asks is asked here too, and what MIP-00 asks beside.
    async fn a_package_that_breaks_a_rule_is_refused() {
        let (bob, event) = event().await;
        let package = |forge: Forge| carrying(&event, &forge.bytes());
        let expired = package(Forge { source: (1, [1_u64, 2].map(u64::to_be_bytes).concat()), ..forged(&bob) });
        assert!(matches!(rejection(&expired).await, RejectedKeypackage::Expired { .. }));
        let unsigned = package(Forge { signature: Some(vec![0; 64]), ..forged(&bob) });
        assert_eq!(rejection(&unsigned).await, RejectedKeypackage::WrongSignature);

        let other_suite = package(Forge { ciphersuite: 3, ciphersuites: vec![3], ..forged(&bob) });
        assert_eq!(refusal(&other_suite).await, MarmotError::WrongCiphersuite { found: 3 });
        let poor = package(Forge { extension_types: vec![0x000a], ..forged(&bob) });
        assert_eq!(refusal(&poor).await, MarmotError::NotDeclared { missing: 0xf2ee });
        let in_digits = package(Forge { credential: event.pubkey.clone().into_bytes(), ..forged(&bob) });
        assert_eq!(refusal(&in_digits).await, MarmotError::WrongPublicKeyLength { found: 64 });
    }

    /// The later MIP-00 has the tag, and some clients write it into events of kind 443 too.
    async fn a_reference_in_the_event_is_the_packages() {
        let (bob, event) = event().await;
        let stored = bob.client.get_keypackage_refs().await.unwrap();
        let client = User::new().await.client;
        let right = with(&event, "i", &[&stored[0].to_string()]);
        marmot::import_keypackage_event(&client, &right).await.unwrap();
        let expected = stored[0].to_string();
        let wrong = with(&event, "i", &[&"00".repeat(32)]);
        let found = "00".repeat(32);
        assert_eq!(refusal(&wrong).await, MarmotError::OtherKeypackage { expected, found });
    }

    async fn an_error_shows_no_more_than_the_beginning_of_what_a_stranger_wrote() {
        let (_, event) = event().await;
        let long = "é".repeat(100_000);
        let refused = refusal(&with(&event, "encoding", &[&long])).await.to_string();
        assert!(refused.len() < 400, "{} bytes", refused.len());
    }
}
