//! A check that never fails proves nothing: here each has something to find.

use std::path::PathBuf;

use mlskit::{Client, ClientId, Credential, DatabaseKey, KeypackageConfig};
use mlskit_keystore::{Error, KeypackageRecord};
use tempfile::TempDir;

use super::{
    CLIENT_ID,
    inspection::{self, open_keystore},
    report::{Line, State},
    subject::follow,
};
use crate::common::SUITE;

const KEY: [u8; 32] = [7; 32];

struct Filled {
    folder: TempDir,
    before: State,
    after: State,
}

impl Filled {
    fn file(&self) -> PathBuf {
        self.folder.path().join("filled.db")
    }
}

/// A file with one credential, before and after a batch.
async fn filled() -> Filled {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::from_bytes(KEY).unwrap();
    let client = Client::open(folder.path().join("filled.db"), &key, ClientId::from(CLIENT_ID)).await.unwrap();
    let credential = Credential::basic(SUITE, client.id()).unwrap();
    let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await.unwrap();
    let before = State::of_client(KEY, &client).await.unwrap();
    let batch =
        client.transaction(async |tx| tx.generate_keypackages(&credential_ref, 3, &KeypackageConfig::default()).await);
    batch.await.unwrap();
    let after = State::of_client(KEY, &client).await.unwrap();
    client.close().await;
    Filled { folder, before, after }
}

#[test]
fn a_report_of_a_commit_leaves_only_the_state_after_it() {
    let [empty, one, two] =
        [0_u8, 1, 2].map(|n| State { packages: vec![n.to_string(); n.into()], ..State::empty(KEY) });
    let said = |lines: &[Line]| follow(std::slice::from_ref(&empty), lines);
    let (found, committed) = (Line::Found(empty.clone()), Line::Committed);

    assert_eq!(said(&[Line::Start, found.clone()]).unwrap(), std::slice::from_ref(&empty));
    assert_eq!(said(&[found.clone(), Line::Intend(one.clone())]).unwrap(), [empty.clone(), one.clone()]);
    let lines = [found, Line::Intend(one.clone()), committed, Line::Intend(two.clone())];
    assert_eq!(said(&lines[..3]).unwrap(), std::slice::from_ref(&one));
    assert_eq!(said(&lines).unwrap(), [one.clone(), two]);
    assert!(said(&[Line::Start, Line::Found(one)]).is_err());
}

#[test]
fn a_line_that_was_cut_off_was_not_said() {
    let state = State { credentials: vec!["a".into()], packages: vec!["b".into(), "c".into()], key: KEY };
    let whole = Line::Intend(state).to_string();
    assert_eq!(Line::parse(&whole).unwrap().to_string(), whole);
    for end in 0..whole.len() {
        assert_eq!(Line::parse(&whole[..end]), None);
    }
    assert_eq!(Line::parse("commit"), None);
}

scenarios! {
    async fn half_a_batch_is_neither_state() {
        let filled = filled().await;
        assert_eq!(inspection::state(&filled.file(), &[KEY]).await.unwrap(), filled.after);

        let keystore = open_keystore(&filled.file(), KEY).await;
        let tx = keystore.begin().await.unwrap();
        tx.run(|operation| {
            let last = operation.keypackages()?.pop().unwrap();
            operation.delete_keypackage(&last.hash_ref, 0)
        })
        .await
        .unwrap();
        tx.finish().await.unwrap();
        keystore.close().await;

        let found = inspection::state(&filled.file(), &[KEY]).await.unwrap();
        assert!(found != filled.before && found != filled.after);
    }

    async fn a_package_with_the_private_keys_of_another_is_found() {
        let filled = filled().await;
        inspection::private_keys(&filled.file(), KEY).await.unwrap();

        let keystore = open_keystore(&filled.file(), KEY).await;
        let tx = keystore.begin().await.unwrap();
        tx.run(swap_private_keys).await.unwrap();
        tx.finish().await.unwrap();
        keystore.close().await;

        let reason = inspection::private_keys(&filled.file(), KEY).await.unwrap_err();
        assert!(reason.ends_with("its private keys are another's"), "{reason}");
    }

    async fn a_file_that_opens_with_neither_key_or_is_damaged_is_found() {
        let filled = filled().await;
        assert!(inspection::state(&filled.file(), &[[8; 32], [9; 32]]).await.unwrap_err().contains("0 open it"));
        let mut bytes = std::fs::read(filled.file()).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(filled.file(), bytes).unwrap();
        assert!(inspection::state(&filled.file(), &[KEY]).await.is_err());
    }
}

/// Puts the last bundle's private keys, which follow the package in its encoding, behind the first's package.
fn swap_private_keys(operation: &mut mlskit_keystore::Operation<'_>) -> Result<(), Error> {
    let credential = operation.credential_id(&operation.credentials()?[0])?.unwrap();
    let records: Vec<KeypackageRecord> = operation.keypackages()?;
    let [first, last] = [&records[0], &records[2]];
    let mut bundle = operation.keypackage_bundle(&first.hash_ref)?.unwrap();
    let other = operation.keypackage_bundle(&last.hash_ref)?.unwrap();
    let private = |bundle: &[u8]| bundle.windows(16).position(|window| window == b"private_init_key").unwrap();
    let (from, to) = (private(&other), private(&bundle));
    bundle.truncate(to);
    bundle.extend_from_slice(&other[from..]);
    operation.delete_keypackage(&first.hash_ref, u64::from(u32::MAX))?;
    operation.insert_keypackage(credential, first, 0, &bundle)
}
