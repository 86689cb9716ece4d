//! What is left of groups. docs/storage.md, invariants G1, G2 and G7.

use openmls_traits::storage::{CURRENT_VERSION, Entity, Key, StorageProvider, traits};
use serde::{Deserialize, Serialize};
use smol::block_on;

use super::support::{NOW, a_credential, add_credential, open_unencrypted, place, random, write};
use crate::{GroupChange, GroupRecord, Operation, OutgoingKind, OutgoingRecord, Result, SeenCommit};

#[derive(Debug, Serialize, Deserialize)]
struct Bytes(Vec<u8>);

impl Entity<CURRENT_VERSION> for Bytes {}
impl Key<CURRENT_VERSION> for Bytes {}
impl traits::EncryptionKey<CURRENT_VERSION> for Bytes {}
impl traits::HpkeKeyPair<CURRENT_VERSION> for Bytes {}
impl traits::GroupId<CURRENT_VERSION> for Bytes {}
impl traits::GroupState<CURRENT_VERSION> for Bytes {}
impl traits::MessageSecrets<CURRENT_VERSION> for Bytes {}

fn rows(operation: &Operation<'_>, table: &str) -> Result<u32> {
    Ok(operation.connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?)
}

/// A group, with the keys of two Update proposals of its own, and a commit with its Welcome and a leave outside.
fn add_group(operation: &mut Operation<'_>, name: &[u8], credential: crate::CredentialId) -> Result<()> {
    let group = GroupRecord {
        group_id: name.to_vec(),
        credential,
        next_credential: None,
        is_joining: false,
        external_joins: false,
        keys_updated_at: NOW,
    };
    operation.insert_group(&group, GroupChange::Created, 0)?;
    let storage = operation.group_storage(name);
    for _ in 0..2 {
        storage.write_encryption_key_pair(&Bytes(random(32)), &Bytes(random(64)))?;
    }
    storage.write_group_state(&Bytes(name.to_vec()), &Bytes(random(64)))?;
    for kind in [OutgoingKind::Commit, OutgoingKind::Welcome, OutgoingKind::Leave] {
        let record = OutgoingRecord {
            id: 0,
            group_id: name.to_vec(),
            kind,
            epoch: 0,
            recipients: Vec::new(),
            bytes: random(10),
        };
        operation.insert_outgoing(&record, kind != OutgoingKind::Welcome)?;
    }
    Ok(())
}

#[test]
fn the_keys_of_dropped_updates_go_with_their_epoch_or_their_group_and_no_others() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        write(&keystore, |operation| {
            let credential = add_credential(operation, &a_credential(), &random(32))?;
            add_group(operation, b"one", credential)?;
            add_group(operation, b"two", credential)?;
            assert_eq!(rows(operation, "encryption_key_pair")?, 4);
            operation.sweep_encryption_key_pairs(b"one")?;
            assert_eq!(rows(operation, "encryption_key_pair")?, 2);
            assert!(operation.deleted_secrets());
            Ok(())
        })
        .await
        .unwrap();
        write(&keystore, |operation| {
            operation.delete_group(b"two")?;
            assert_eq!((rows(operation, "encryption_key_pair")?, rows(operation, "group_blob")?), (0, 1));
            assert!(operation.deleted_secrets());
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn what_is_noted_of_an_epoch_is_there_until_that_is_over_and_is_its_groups() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        write(&keystore, |operation| {
            let credential = add_credential(operation, &a_credential(), &random(32))?;
            for name in [b"one", b"two"] {
                add_group(operation, name, credential)?;
                for number in 0..3_u8 {
                    operation.note_received_proposal(name, &[9 - number], &number)?;
                }
                operation.note_received_proposal(name, &[9], &0_u8)?;
                operation.note_commit(name, SeenCommit::Made, b"made")?;
                operation.note_commit(name, SeenCommit::Processed, b"processed")?;
            }
            Ok(())
        })
        .await
        .unwrap();
        write(&keystore, |operation| {
            operation.end_epoch(b"one", GroupChange::EpochChanged, 1)?;
            for (name, is_there) in [(b"one", false), (b"two", true)] {
                let proposals: Vec<u8> = if is_there { vec![0, 1, 2] } else { Vec::new() };
                assert_eq!(operation.received_proposals::<u8>(name)?, proposals);
                assert_eq!(operation.has_seen_commit(name, SeenCommit::Made, b"made")?, is_there);
                assert_eq!(operation.has_seen_commit(name, SeenCommit::Processed, b"processed")?, is_there);
                assert!(!operation.has_seen_commit(name, SeenCommit::Made, b"processed")?);
            }
            assert_eq!(rows(operation, "group_blob")?, 2 + 5, "OpenMLS's state stays");
            operation.delete_group(b"two")?;
            assert_eq!(rows(operation, "group_blob")?, 1);
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn a_deleted_group_leaves_in_the_outbox_what_others_wait_for() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        write(&keystore, |operation| {
            let credential = add_credential(operation, &a_credential(), &random(32))?;
            for (name, is_accepted) in [(b"one", false), (b"two", true)] {
                add_group(operation, name, credential)?;
                if is_accepted {
                    operation.release_welcomes(name)?;
                }
                operation.delete_group(name)?;
            }
            let left = operation.outgoing()?.into_iter().map(|record| (record.group_id, record.kind));
            assert_eq!(
                left.collect::<Vec<_>>(),
                [
                    (b"one".to_vec(), OutgoingKind::Leave),
                    (b"two".to_vec(), OutgoingKind::Welcome),
                    (b"two".to_vec(), OutgoingKind::Leave),
                ]
            );
            assert_eq!(rows(operation, "outgoing")?, 3);
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn message_secrets_that_are_deferred_are_not_written_and_it_says_so() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        write(&keystore, |operation| {
            let credential = add_credential(operation, &a_credential(), &random(32))?;
            add_group(operation, b"one", credential)?;
            let id = Bytes(b"one".to_vec());
            let before = rows(operation, "group_blob")?;
            let deferring = operation.group_storage(b"one").deferring_message_secrets();
            assert!(!deferring.has_deferred());
            deferring.write_message_secrets(&id, &Bytes(random(64)))?;
            assert!(deferring.has_deferred());
            assert_eq!(rows(operation, "group_blob")?, before);

            let writing = operation.group_storage(b"one");
            writing.write_message_secrets(&id, &Bytes(random(64)))?;
            assert!(!writing.has_deferred());
            assert_eq!(rows(operation, "group_blob")?, before + 1);
            Ok(())
        })
        .await
        .unwrap();
    });
}
