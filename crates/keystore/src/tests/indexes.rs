//! Each statement that may meet thousands of rows finds what it needs by an index. docs/storage.md, invariants I1–I4.

use rusqlite::{Connection, params_from_iter};
use smol::block_on;

use super::support::{
    NOW, a_credential, a_keypackage, add_credential, hash_refs, open_unencrypted, place, random, write,
};
use crate::{
    Keystore, connection,
    tables::keypackage::{
        BUNDLE, BURY_EXPIRED, BURY_EXPIRED_BY, BURY_OF_CREDENTIAL, BURY_OFFERED, BURY_ONE, COUNT_VALID, DELETE_EXPIRED,
        DELETE_OF_CREDENTIAL, DELETE_ONE, LIST,
    },
    tables::{credential, group, keypackage_life as life},
};

/// The plan that SQLite makes for `statement`, the very text that the code runs.
fn plan(connection: &Connection, statement: &str) -> Vec<String> {
    let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
    let values = vec![0_i64; explain.parameter_count()];
    let rows = explain.query_map(params_from_iter(values), |row| row.get(3)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn no_statement_scans_a_table() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        fill_with_sizes(&keystore, 100, 600).await;
        let connection =
            connection::open(&path, None, connection::Access::Write(&super::support::lock_wait())).unwrap();
        let expected = [
            (LIST, "SCAN key_package USING COVERING INDEX key_package_list"),
            (BUNDLE, "SEARCH key_package USING INDEX sqlite_autoindex_key_package_1 (hash_ref=?)"),
            (
                COUNT_VALID,
                "SEARCH key_package USING COVERING INDEX key_package_of_credential (credential=? AND not_after>?)",
            ),
            (BURY_ONE, "SEARCH key_package USING INDEX sqlite_autoindex_key_package_1 (hash_ref=?)"),
            (DELETE_ONE, "SEARCH key_package USING INDEX sqlite_autoindex_key_package_1 (hash_ref=?)"),
            (BURY_OF_CREDENTIAL, "SEARCH key_package USING INDEX key_package_of_credential (credential=?)"),
            (DELETE_OF_CREDENTIAL, "SEARCH key_package USING COVERING INDEX key_package_of_credential (credential=?)"),
            (DELETE_EXPIRED, "SEARCH key_package USING COVERING INDEX key_package_expiry (not_after<?)"),
            (BURY_EXPIRED, "SEARCH key_package USING INDEX key_package_expiry (not_after<?)"),
            (BURY_OFFERED, "SEARCH key_package USING INDEX sqlite_autoindex_key_package_1 (hash_ref=?)"),
            (life::IN_SERVICE, "SEARCH key_package USING COVERING INDEX key_package_life (state=? AND credential=?)"),
            (life::OUT_OF_SERVICE, "SEARCH key_package USING COVERING INDEX key_package_life (state=?)"),
            (life::COUNT, "SEARCH key_package USING INDEX key_package_of_credential (credential=?)"),
            (life::TOMBSTONES, "SCAN tombstone"),
            (life::OUTDATE, "SEARCH key_package USING COVERING INDEX key_package_life (state=? AND credential=?)"),
            (life::TOMBSTONE_EXPIRED, "SEARCH tombstone USING INDEX tombstone_expiry (not_after<?)"),
            (life::TOMBSTONE_PURGE, "SEARCH tombstone USING INDEX tombstone_over (over_at<?)"),
            (life::OFFER, "SEARCH key_package USING INDEX sqlite_autoindex_key_package_1 (hash_ref=?)"),
            (life::PUBLISHED, "SEARCH key_package USING INDEX sqlite_autoindex_key_package_1 (hash_ref=?)"),
            (life::PUBLISHED_LATE, "SEARCH key_package USING INDEX sqlite_autoindex_key_package_1 (hash_ref=?)"),
            (life::RETIRE, "SEARCH key_package USING INDEX sqlite_autoindex_key_package_1 (hash_ref=?)"),
            (life::WITHDRAWN, "SEARCH key_package USING INDEX sqlite_autoindex_key_package_1 (hash_ref=?)"),
            (life::FORGET, "SEARCH tombstone USING COVERING INDEX tombstone_of_ref (hash_ref=?)"),
            (life::IN_DOUBT, "SEARCH key_package USING INDEX key_package_life (state=?)"),
            (life::GRACE_ANEW, "SEARCH key_package USING INDEX key_package_life (state=?)"),
            (life::NOT_OVER, "SEARCH key_package USING INDEX key_package_over (over_at>?)"),
            (life::EXPIRED, "SEARCH key_package USING INDEX key_package_expiry (not_after<?)"),
            (life::HAD_GRACE, "SEARCH key_package USING COVERING INDEX key_package_life (state=?)"),
            (life::PURGE_EXPIRED, "SEARCH key_package USING COVERING INDEX key_package_over (over_at>? AND over_at<?)"),
            (life::PURGE_HAD_GRACE, "SEARCH key_package USING INDEX key_package_over (over_at>? AND over_at<?)"),
            (BURY_EXPIRED_BY, "SEARCH key_package USING INDEX key_package_over (over_at>? AND over_at<?)"),
            (life::TOMBSTONE_NOT_OVER, "SEARCH tombstone USING INDEX tombstone_over (over_at>?)"),
            (life::NEXT_EXPIRY, "SEARCH key_package USING INDEX key_package_expiry"),
            (life::FIRST_OVER, "SEARCH key_package USING COVERING INDEX key_package_over (over_at>?)"),
            (group::TO_MOVE, "SEARCH mls_group USING INDEX mls_group_of_credential (credential=?)"),
            (credential::PREDECESSORS, "SEARCH credential USING COVERING INDEX credential_of_successor (successor=?)"),
            (group::OF_CREDENTIAL, "MULTI-INDEX OR"),
        ];
        for (statement, expected) in expected {
            let plan = plan(&connection, statement);
            assert_eq!(plan[0], expected, "{statement}");
            // What hangs on the row by a foreign key.
            assert!(!plan[1..].iter().any(|step| step.starts_with("SCAN")), "{statement}: {plan:?}");
        }
    });
}

/// Bundles lie in the rows. A list that read them would read thousands of pages here.
#[test]
fn a_list_reads_no_more_pages_if_bundles_are_large() {
    block_on(async {
        let mut pages = Vec::new();
        for size in [100, 20_000] {
            let (_folder, path) = place();
            let keystore = open_unencrypted(&path).await;
            fill_with_sizes(&keystore, 500, size).await;
            keystore.close().await;
            let connection = connection::open(&path, None, connection::Access::Read(super::support::BUSY)).unwrap();
            pages.push(pages_read_by(&connection, LIST));
        }
        assert!(pages[0] > 5, "{pages:?}");
        assert!(pages[1] <= pages[0] + 2, "{pages:?}");
    });
}

/// Cells of `dbstat` tell the pages of the only tree that the plan names; the plan is looked at above.
fn pages_read_by(connection: &Connection, statement: &str) -> u32 {
    let program = connection
        .prepare(&format!("EXPLAIN {statement}"))
        .unwrap()
        .query_map([], |row| Ok((row.get::<_, String>(1)?, row.get::<_, i64>(3)?)))
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let roots: Vec<_> = program.into_iter().filter(|(opcode, _)| opcode == "OpenRead").map(|(_, root)| root).collect();
    roots
        .into_iter()
        .map(|root| {
            let name: String = connection
                .query_row("SELECT name FROM sqlite_schema WHERE rootpage = ?1", [root], |row| row.get(0))
                .unwrap();
            connection
                .query_row("SELECT count(*) FROM dbstat WHERE name = ?1", [name], |row| row.get::<_, u32>(0))
                .unwrap()
        })
        .sum()
}

async fn fill_with_sizes(keystore: &Keystore, count: usize, size: usize) {
    write(keystore, move |operation| {
        let credential = add_credential(operation, &a_credential(), &random(32))?;
        for _ in 0..count {
            operation.insert_keypackage(credential, &a_keypackage(1000), NOW, &random(size))?;
        }
        Ok(())
    })
    .await
    .unwrap();
}

#[test]
fn what_had_not_expired_leaves_a_tombstone_that_goes_when_it_is_seen_twice_to_have_expired_and_that_no_list_or_count_shows()
 {
    block_on(async {
        let (_folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        let tombstones = |operation: &crate::Operation<'_>| {
            let mut statement = operation.connection.prepare("SELECT hash_ref FROM tombstone ORDER BY id")?;
            Ok::<_, crate::Error>(statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<Vec<u8>>, _>>()?)
        };
        let packages = [-1000, 0, 1, 1000, 2000].map(a_keypackage);
        let refs = packages.clone().map(|package| package.hash_ref);
        let (credential, after_removal) = write(&keystore, move |operation| {
            let credential = add_credential(operation, &a_credential(), &random(32))?;
            let other = add_credential(operation, &a_credential(), &random(32))?;
            operation.insert_keypackage(other, &a_keypackage(1000), NOW, &random(10))?;
            for package in &packages {
                operation.insert_keypackage(credential, package, NOW, &random(10))?;
            }
            assert_eq!(operation.count_valid_keypackages(credential, NOW)?, 3);
            assert!(operation.delete_keypackage(&packages[4].hash_ref, NOW)?);
            assert!(!operation.delete_keypackage(&packages[4].hash_ref, NOW)?);
            assert_eq!(operation.count_valid_keypackages(credential, NOW)?, 2);
            assert_eq!(operation.delete_keypackages_of(credential, NOW)?, 4);
            assert_eq!(operation.count_valid_keypackages(credential, NOW)?, 0);
            assert_eq!(operation.count_valid_keypackages(other, NOW)?, 1);
            Ok((credential, tombstones(operation)?))
        })
        .await
        .unwrap();
        assert_eq!(after_removal, [refs[4].clone(), refs[2].clone(), refs[3].clone()]);
        assert_eq!(hash_refs(&keystore).await.unwrap().len(), 1);

        let day = 24 * 60 * 60;
        let times = [
            (NOW + 1, &[4, 2, 3][..]),
            (NOW + 2000, &[4, 2, 3]),
            // The clock was wrong.
            (NOW + 1, &[4, 2, 3]),
            (NOW + day, &[4, 2, 3]),
            (NOW + day + 1, &[4, 3]),
            (NOW + 2 * day, &[]),
        ];
        for (now, left) in times {
            let rest = write(&keystore, move |operation| {
                operation.delete_keypackages_of(credential, now)?;
                tombstones(operation)
            });
            let expected: Vec<_> = left.iter().map(|&index| refs[index].clone()).collect();
            assert_eq!(rest.await.unwrap(), expected, "at {now}");
        }
    });
}

#[test]
fn counting_and_expiry_go_by_window_state_and_credential() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        write(&keystore, |operation| {
            let credential = add_credential(operation, &a_credential(), &random(32))?;
            let mut future = a_keypackage(1000);
            future.not_before = NOW + 1;
            let packages = [a_keypackage(1000), a_keypackage(1000), a_keypackage(0), a_keypackage(-5), future];
            for package in &packages {
                operation.insert_keypackage(credential, package, NOW, &random(10))?;
            }
            assert_eq!(operation.count_valid_keypackages(credential, NOW)?, 2);
            operation.connection.execute(
                "UPDATE key_package SET state = 2, retired_at = 1 WHERE hash_ref = ?1",
                [&packages[0].hash_ref],
            )?;
            assert_eq!(operation.count_valid_keypackages(credential, NOW)?, 1);
            assert_eq!(operation.count_valid_keypackages(credential, NOW + 1)?, 2);
            assert_eq!(operation.delete_expired_keypackages(NOW)?, 2);
            assert_eq!(operation.delete_expired_keypackages(NOW)?, 0);
            assert!(operation.deleted_secrets());
            assert_eq!(operation.keypackages()?.len(), 3);
            let tombstones: u32 =
                operation.connection.query_row("SELECT count(*) FROM tombstone", [], |row| row.get(0))?;
            assert_eq!(tombstones, 0);
            Ok(())
        })
        .await
        .unwrap();
    });
}
