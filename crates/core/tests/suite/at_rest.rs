//! What stands in the file: nothing in clear, and after a new release the same as before.

use std::{
    collections::HashSet,
    env, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use mlskit::{
    Client, ClientId, ClientOptions, Clock, Credential, DatabaseKey, KeypackageConfig, KeypackageExt, KeypackagePolicy,
    KeypackageRef,
    group::{GroupConfig, OutgoingKind},
    openmls::prelude::Ciphersuite,
};
use mlskit_keystore::{Error, Keystore};
use mlskit_testkit::clock::TurnedClock;

use crate::{common::SUITE, killed::inspection};

scenarios! {
    async fn neither_identities_nor_keys_nor_packages_stand_in_clear() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alice.db");
        let key = DatabaseKey::generate().unwrap();
        let client = Client::open(&path, &key, ClientId::from("alice@example.com")).await.unwrap();
        let mut needles = vec![b"alice@example.com".to_vec(), b"private_init_key".to_vec(), key.as_bytes().to_vec()];
        for checkpointed in [true, false] {
            let tx = client.new_transaction().await.unwrap();
            let credential_ref = tx.add_credential(Credential::basic(SUITE, client.id()).unwrap()).await.unwrap();
            for package in tx.generate_keypackages(&credential_ref, 5, &KeypackageConfig::default()).await.unwrap() {
                needles.push(package.to_bytes().unwrap());
                needles.push(package.keypackage_ref().unwrap().hash_ref().to_vec());
            }
            let removed = tx.generate_keypackage(&credential_ref, None).await.unwrap();
            tx.finish().await.unwrap();
            if checkpointed {
                // What deletes a key empties the WAL into the file.
                let tx = client.new_transaction().await.unwrap();
                tx.remove_keypackage(&removed.keypackage_ref().unwrap()).await.unwrap();
                tx.finish().await.unwrap();
            }
        }
        // Before anybody else closes the file, which would empty the WAL.
        let files: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|file| (fs::read(&file).unwrap(), file))
            .collect();
        needles.extend(secrets(&path, &key, client.get_keypackage_refs().await.unwrap()).await);

        assert_eq!(needles.len(), 3 + 2 * 10 + 2 + 11);
        for (content, file) in files {
            assert!(content.len() > 10_000, "{} is in use", file.display());
            let parts: HashSet<_> = content.windows(16).collect();
            for needle in &needles {
                assert!(needle.chunks_exact(16).all(|part| !parts.contains(part)), "in {}", file.display());
            }
        }
    }

    async fn a_file_of_schema_1_opens_with_all_that_was_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("schema-1.db");
        fs::copy(fixture(), &path).unwrap();
        let client = open_fixture(&path).await;
        client.check_integrity().await.unwrap();

        let credentials = client.credentials().await.unwrap();
        let suites: Vec<_> = credentials.iter().map(|credential| credential.ciphersuite()).collect();
        assert_eq!(suites, FIXTURE_SUITES);
        let refs = client.get_keypackage_refs().await.unwrap();
        assert_eq!(refs.iter().map(KeypackageRef::is_last_resort).collect::<Vec<_>>(), [false, false, true, false]);
        for (index, keypackage_ref) in refs.iter().enumerate() {
            let package = client.keypackage(keypackage_ref).await.unwrap().unwrap();
            assert_eq!(package.keypackage_ref().unwrap(), *keypackage_ref);
            assert_eq!(package.ciphersuite(), FIXTURE_SUITES[index / 3]);
            assert!(keypackage_ref.is_valid_at(TurnedClock::at_second(FIXTURE_MADE).now()));
            let lifetime = keypackage_ref.lifetime().unwrap();
            assert_eq!(lifetime.not_after() - lifetime.not_before(), 30 * 24 * 60 * 60);
        }
        let more = client
            .transaction(async |tx| tx.generate_keypackages(&credentials[1], 2, &fixture_config()).await)
            .await
            .unwrap();
        assert_eq!(client.get_keypackage_refs().await.unwrap().len(), refs.len() + more.len());
        client.close().await;
        inspection::private_keys(&path, FIXTURE_KEY).await.unwrap();
    }

    async fn a_file_of_schema_3_opens_and_the_life_of_its_packages_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy.db");
        fs::copy(fixture_3(), &path).unwrap();
        let client = open_fixture(&path).await;
        client.check_integrity().await.unwrap();
        let [old, new] = &client.credentials().await.unwrap()[..] else { panic!() };
        let status = client.keypackage_status(new, &fixture_policy()).await.unwrap();
        assert_eq!((status.unmanaged, status.pending, status.published), (1, 1, 3), "one of them is the old credential's");
        assert_eq!((status.retired, status.withdrawn, status.removed), (1, 1, 1));
        assert_eq!(client.credential_replacement(old).await.unwrap().unwrap().keypackages, 3);
        let outgoing = client.maintain_keypackages(new, &fixture_policy()).await.unwrap();
        assert_eq!((outgoing.publish.len(), outgoing.withdraw.len()), (1, 2));
        client.close().await;
        inspection::private_keys(&path, FIXTURE_KEY).await.unwrap();
    }

    async fn a_file_of_schema_2_opens_and_its_groups_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy.db");
        fs::copy(fixture_2(), &path).unwrap();
        let client = open_fixture_2(&path).await;
        client.check_integrity().await.unwrap();
        let [alone, pending] = &client.groups().await.unwrap()[..] else { panic!() };
        for group in [alone, pending] {
            assert_eq!((client.epoch(group).await.unwrap(), client.members(group).await.unwrap().len()), (1, 1));
        }
        let [commit] = &client.outgoing().await.unwrap()[..] else { panic!() };
        assert_eq!((commit.kind, &commit.group_id), (OutgoingKind::Commit, pending));
        client.transaction(async |tx| tx.commit_accepted(pending).await).await.unwrap();
        let [welcome] = &client.outgoing().await.unwrap()[..] else { panic!() };
        assert_eq!(welcome.recipients.iter().map(|one| one.credential.serialized_content()).collect::<Vec<_>>(), [b"bob"]);
        assert_eq!(client.members(pending).await.unwrap().len(), 2);
        for group in [alone, pending] {
            client.transaction(async |tx| tx.encrypt_message(group, b"goes on", b"").await).await.unwrap();
        }
        client.close().await;
        inspection::private_keys(&path, FIXTURE_KEY).await.unwrap();
    }
}

/// The bundles with their private keys as they are stored, and the private signature keys.
async fn secrets(path: &Path, key: &DatabaseKey, refs: Vec<KeypackageRef>) -> Vec<Vec<u8>> {
    let keystore = Keystore::open(path, key, Duration::from_secs(5)).await.unwrap();
    let secrets = keystore
        .read(move |view| {
            let mut secrets = Vec::new();
            for keypackage_ref in &refs {
                secrets.push(view.keypackage_bundle(keypackage_ref.hash_ref())?.unwrap().to_vec());
            }
            for record in view.credentials()? {
                let credential = view.credential_id(&record)?.unwrap();
                secrets.push(view.signature_private_key(credential)?.to_vec());
            }
            Ok::<_, Error>(secrets)
        })
        .await
        .unwrap();
    keystore.close().await;
    secrets
}

const FIXTURE_KEY: [u8; 32] = *b"the key of a test file, not ours";
const FIXTURE_SUITES: [Ciphersuite; 2] = [SUITE, Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256];
/// When the fixture was made: 2027-01-15, by a clock of its own.
const FIXTURE_MADE: u64 = 1_800_000_000;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../keystore/fixtures/schema-1.db")
}

fn fixture_config() -> KeypackageConfig {
    let now = TurnedClock::at_second(FIXTURE_MADE).now();
    KeypackageConfig::default().window(now, now + Duration::from_hours(30 * 24))
}

async fn open_fixture(path: &Path) -> Client {
    let key = DatabaseKey::from_bytes(FIXTURE_KEY).unwrap();
    let options = ClientOptions::default().clock(Arc::new(TurnedClock::at_second(FIXTURE_MADE)));
    Client::open_with(path, &key, ClientId::from(crate::killed::CLIENT_ID), options).await.unwrap()
}

/// Makes the fixture of schema 2 anew, as [`makes_the_fixture_when_asked`] that of schema 1.
#[test]
fn makes_the_second_fixture_when_asked() {
    if env::var_os("MLSKIT_MAKE_FIXTURE_2").is_none() {
        return;
    }
    smol::block_on(async {
        let path = fixture_2();
        assert!(!path.exists(), "remove {} first, if its schema is not released yet", path.display());
        let (bob, bobs) = crate::common::client("bob").await;
        let package = bob.transaction(async |tx| tx.generate_keypackage(&bobs, None).await).await.unwrap();
        let client = open_fixture_2(&path).await;
        let tx = client.new_transaction().await.unwrap();
        let credential = Credential::basic(SUITE, client.id()).unwrap();
        let credential = tx.add_credential(credential).await.unwrap();
        tx.generate_keypackage_with(&credential, &KeypackageConfig::default().last_resort(true)).await.unwrap();
        for pending in [false, true] {
            let group = tx.create_group(&credential, GroupConfig::default()).await.unwrap();
            tx.update_keys(&group, None).await.unwrap();
            tx.commit_accepted(&group).await.unwrap();
            if pending {
                tx.add_members(&group, std::slice::from_ref(&package)).await.unwrap();
            }
        }
        tx.finish().await.unwrap();
        client.close().await;
    });
}

/// Makes the fixture of schema 3 anew, as [`makes_the_fixture_when_asked`] that of schema 1.
#[test]
fn makes_the_third_fixture_when_asked() {
    if env::var_os("MLSKIT_MAKE_FIXTURE_3").is_none() {
        return;
    }
    smol::block_on(async {
        let path = fixture_3();
        assert!(!path.exists(), "remove {} first, if its schema is not released yet", path.display());
        let client = open_fixture(&path).await;
        let tx = client.new_transaction().await.unwrap();
        let credential = || Credential::basic(SUITE, client.id()).unwrap();
        let (old, new) =
            (tx.add_credential(credential()).await.unwrap(), tx.add_credential(credential()).await.unwrap());
        tx.maintain_keypackages(&old, &fixture_policy().target(3)).await.unwrap();
        let of_old = tx.get_keypackage_refs().await.unwrap();
        tx.confirm_published(&of_old).await.unwrap();
        tx.remove_keypackage(&of_old[1]).await.unwrap();
        tx.replace_credential(&old, &new, &fixture_policy()).await.unwrap();
        let of_new = tx.get_keypackage_refs().await.unwrap().split_off(3);
        tx.confirm_published(&of_new[..2]).await.unwrap();
        tx.maintain_keypackages(&new, &fixture_policy()).await.unwrap();
        tx.confirm_withdrawn(&of_old[..1]).await.unwrap();
        tx.generate_keypackage_with(&new, &fixture_config()).await.unwrap();
        tx.finish().await.unwrap();
        client.close().await;
    });
}

fn fixture_3() -> PathBuf {
    fixture().with_file_name("schema-3.db")
}

fn fixture_policy() -> KeypackagePolicy {
    KeypackagePolicy::default().target(2)
}

fn fixture_2() -> PathBuf {
    fixture().with_file_name("schema-2.db")
}

async fn open_fixture_2(path: &Path) -> Client {
    let key = DatabaseKey::from_bytes(FIXTURE_KEY).unwrap();
    Client::open(path, &key, ClientId::from(crate::killed::CLIENT_ID)).await.unwrap()
}

/// Makes the fixture anew: `MLSKIT_MAKE_FIXTURE=1 cargo test -p mlskit --test suite makes_the_fixture`. Once a schema
/// is released its fixture stays as it is.
#[test]
fn makes_the_fixture_when_asked() {
    if env::var_os("MLSKIT_MAKE_FIXTURE").is_none() {
        return;
    }
    smol::block_on(async {
        let path = fixture();
        assert!(!path.exists(), "remove {} first, if its schema is not released yet", path.display());
        let client = open_fixture(&path).await;
        let tx = client.new_transaction().await.unwrap();
        let [first, second] = FIXTURE_SUITES.map(|suite| Credential::basic(suite, client.id()).unwrap());
        let (first, second) = (tx.add_credential(first).await.unwrap(), tx.add_credential(second).await.unwrap());
        tx.generate_keypackages(&first, 2, &fixture_config()).await.unwrap();
        let removed = tx.generate_keypackage_with(&first, &fixture_config()).await.unwrap();
        tx.generate_keypackage_with(&first, &fixture_config().last_resort(true)).await.unwrap();
        tx.generate_keypackage_with(&second, &fixture_config()).await.unwrap();
        tx.remove_keypackage(&removed.keypackage_ref().unwrap()).await.unwrap();
        tx.finish().await.unwrap();
        client.close().await;
    });
}
