//! Hermetic MLS's guide to key packages: for each of its examples what takes its place here. docs/coming-from.md shows
//! both side by side.

use std::{sync::Arc, time::Duration};

use mlskit::{
    Client, ClientId, ClientOptions, Credential, ExtensionPlace, KeypackageConfig, KeypackageDirectory as _,
    KeypackageError, KeypackageExt, KeypackagePolicy,
    group::{GroupConfig, JoinOptions},
    openmls::prelude::{Capabilities, Extension, ExtensionType, ExternalSendersExtension, ProtocolVersion},
};
use mlskit_testkit::{clock::HandClock, directory::MemoryDirectory};

use crate::{
    common::{SUITE, client, client_with},
    group::{add, commit, hear, say},
};

const DAY: Duration = Duration::from_hours(24);

scenarios! {
    /// "Creating Basic Key Packages". The client is ready when it is open; its id is Alice's for good.
    async fn a_package_is_created_and_has_an_id() {
        let client = Client::temporary(ClientId::from("alice@example.com")).await.unwrap();
        let credential = Credential::basic(SUITE, client.id()).unwrap();
        let keypackage = commit(&client, async |tx| {
            let credential_ref = tx.add_credential(credential).await?;
            tx.generate_keypackage(&credential_ref, None).await
        }).await;
        let id = keypackage.keypackage_ref().unwrap().to_string();
        assert_eq!(id.len(), 64, "Key package created with ID: {id}");
        assert!(client.is_keypackage_valid_by_id(&id).await.unwrap());
    }

    /// "Key Package Configuration". Its extensions are none: `capabilities` is a field of the leaf node, and
    /// `external_senders` an extension of a group.
    async fn a_package_is_configured() {
        let (client, credential_ref) = client("alice@example.com").await;
        let config = KeypackageConfig::default()
            .lifetime(Duration::from_secs(60 * 60 * 24 * 7))
            .capabilities(Capabilities::builder().versions(vec![ProtocolVersion::Mls10]).ciphersuites(vec![SUITE]).build());
        let keypackage = commit(&client, async |tx| tx.generate_keypackage_with(&credential_ref, &config).await).await;
        let lifetime = keypackage.life_time();
        assert_eq!(lifetime.not_after() - lifetime.not_before(), (7 * DAY).as_secs() + 3600);
        let capabilities = keypackage.leaf_node().capabilities();
        assert_eq!(capabilities.versions(), [ProtocolVersion::Mls10]);
        assert_eq!(capabilities.ciphersuites(), [SUITE.into()]);

        let misplaced = config.extension(Extension::ExternalSenders(ExternalSendersExtension::new()));
        let refusal = client.transaction(async |tx| tx.generate_keypackage_with(&credential_ref, &misplaced).await);
        let (found, place) = (ExtensionType::ExternalSenders, ExtensionPlace::Keypackage);
        assert_eq!(refusal.await.unwrap_err(), KeypackageError::ExtensionMisplaced { found, place }.into());
    }

    /// "Managing Key Package Lifecycle": is a package still valid, and which are?
    async fn valid_packages_are_found_by_reference_and_by_id() {
        let clock = Arc::new(HandClock::at_present());
        let (client, credential_ref) = client_with("alice@example.com", ClientOptions::default().clock(clock.clone())).await;
        let (short, long) = commit(&client, async |tx| {
            let short = tx.generate_keypackage(&credential_ref, Some(7 * DAY)).await?.keypackage_ref()?;
            let long = tx.generate_keypackage(&credential_ref, None).await?.keypackage_ref()?;
            assert_eq!(tx.valid_keypackage_refs().await?, [short.clone(), long.clone()]);
            assert!(tx.is_keypackage_valid(&short).await? && tx.is_keypackage_valid_by_id(&long.to_string()).await?);
            assert_eq!(tx.find_keypackage_ref(&short.to_string()).await?, Some(short.clone()));
            Ok((short, long))
        }).await;
        assert_eq!(client.valid_keypackage_refs().await.unwrap(), [short.clone(), long.clone()]);

        clock.advance(8 * DAY);
        assert_eq!(client.valid_keypackage_refs().await.unwrap(), std::slice::from_ref(&long));
        assert!(!client.is_keypackage_valid(&short).await.unwrap());
        assert!(!client.is_keypackage_valid_by_id(&short.to_string()).await.unwrap());
        assert!(client.is_keypackage_valid(&long).await.unwrap());
        assert!(client.is_keypackage_valid_by_id(&long.to_string().to_uppercase()).await.unwrap());
        commit(&client, async |tx| {
            assert_eq!(tx.valid_keypackage_refs().await?, std::slice::from_ref(&long));
            assert!(!tx.is_keypackage_valid(&short).await? && !tx.is_keypackage_valid_by_id(&short.to_string()).await?);
            Ok(())
        }).await;

        // What has expired is still found, and still there.
        assert_eq!(client.find_keypackage_ref(&short.to_string()).await.unwrap(), Some(short.clone()));
        commit(&client, async |tx| tx.remove_keypackage(&long).await).await;
        assert!(!client.is_keypackage_valid(&long).await.unwrap());
        for nothing in ["", "0", "xyz", &"00".repeat(32), &short.to_string()[2..], "ÄÖ"] {
            assert_eq!(client.find_keypackage_ref(nothing).await.unwrap(), None);
            assert!(!client.is_keypackage_valid_by_id(nothing).await.unwrap());
        }
    }

    /// "Refresh expiring key packages". A policy says how many there are to be; what comes close to its end is replaced,
    /// published, and only then withdrawn.
    async fn expiring_packages_are_refreshed() {
        let clock = Arc::new(HandClock::at_present());
        let (client, credential_ref) = client_with("alice@example.com", ClientOptions::default().clock(clock.clone())).await;
        let everybodys = MemoryDirectory::default();
        let directory = everybodys.of(client.id());
        let policy = KeypackagePolicy::default().target(2).last_resort(false).lifetime(7 * DAY);
        let first = client.sync_keypackages(&directory, &credential_ref, &policy).await.unwrap();
        assert_eq!(everybodys.served(client.id()), first.published);
        let nothing = client.sync_keypackages(&directory, &credential_ref, &policy).await.unwrap();
        assert_eq!((nothing.published, nothing.withdrawn), (vec![], vec![]));

        clock.advance(6 * DAY);
        let refreshed = client.sync_keypackages(&directory, &credential_ref, &policy).await.unwrap();
        assert_eq!((refreshed.published.len(), &refreshed.withdrawn), (2, &first.published));
        assert_eq!(everybodys.served(client.id()), refreshed.published);
        assert!(client.is_keypackage_valid(&first.published[0]).await.unwrap(), "its keys have a time of grace");
    }

    /// "Exporting and Publishing Key Packages" and "Retrieving and Importing Key Packages", to a first message.
    async fn a_published_package_is_fetched_imported_and_added() {
        let everybodys = MemoryDirectory::default();
        let (bob, bobs) = client("bob@example.com").await;
        let keypackage = commit(&bob, async |tx| tx.generate_keypackage(&bobs, None).await).await;
        let bytes = keypackage.to_bytes().unwrap();
        everybodys.of(bob.id()).publish(&keypackage.keypackage_ref().unwrap(), &bytes).await.unwrap();

        let (alice, alices) = client("alice@example.com").await;
        let directory = everybodys.of(alice.id());
        let fetched = directory.fetch(bob.id(), SUITE).await.unwrap().unwrap();
        let bobs_keypackage = alice.import_keypackage_of(bob.id(), &fetched).await.unwrap();
        assert_eq!(bobs_keypackage, keypackage);
        assert_eq!(directory.fetch(bob.id(), SUITE).await.unwrap(), None);

        let group = commit(&alice, async |tx| tx.create_group(&alices, GroupConfig::default()).await).await;
        let (_, welcome) = add(&alice, &group, &bobs_keypackage).await;
        commit(&bob, async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
        assert_eq!(hear(&bob, &say(&alice, &group, "hello").await).await, "hello");
    }
}
