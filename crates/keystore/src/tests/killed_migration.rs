//! A migration that is killed leaves the old schema or the new one, with all of the data, and the next open ends it.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::{
    CredentialRecord, DatabaseKey, KeypackageRecord, Keystore, StorageError,
    connection::{self, Access},
    integrity,
    schema::{MIGRATIONS, Migration},
};

const FILE: &str = "MLSKIT_MIGRATION_FILE";
const CHILD: &str = "tests::killed_migration::one_migration_when_a_parent_asks_for_it";
const KEY: [u8; 32] = [3; 32];
const KILLS: u32 = 36;
const PACKAGES: u32 = 500;

/// What is released, and a step after it that touches every row.
const WITH_ANOTHER_STEP: &[Migration] = &[
    MIGRATIONS[0],
    MIGRATIONS[1],
    MIGRATIONS[2],
    "ALTER TABLE key_package ADD COLUMN mark BLOB;
     UPDATE key_package SET mark = randomblob(500), state = 1, published_at = generated_at;
     CREATE UNIQUE INDEX key_package_mark ON key_package (mark);
     CREATE TABLE marked (id INTEGER PRIMARY KEY, hash_ref BLOB NOT NULL) STRICT;
     INSERT INTO marked (hash_ref) SELECT hash_ref FROM key_package;",
];

/// In the child: migrates, and then waits to be killed.
#[test]
fn one_migration_when_a_parent_asks_for_it() {
    let Ok(file) = env::var(FILE) else { return };
    say("start");
    let _keystore = smol::block_on(start(Path::new(&file), WITH_ANOTHER_STEP)).unwrap();
    say("migrated");
    // Ends when the parent is gone.
    let _ = io::stdin().read(&mut [0]);
}

#[test]
fn a_migration_killed_at_any_moment_is_done_wholly_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template.db");
    smol::block_on(fill(&template));
    let data = rows(&open(&template));

    let mut copy = Copy::of(&template);
    let mut child = MigrationToTheNext::start(&copy.file());
    let begun = Instant::now();
    child.wait_for("migrated");
    let whole = begun.elapsed();
    child.kill();

    let mut unfinished = 0;
    for kill in 0..KILLS {
        if version(&open(&copy.file())) == 4 {
            copy = Copy::of(&template);
        }
        let child = MigrationToTheNext::start(&copy.file());
        // From the first moment to a little after the last.
        thread::sleep(whole * kill / (KILLS * 4 / 5));
        unfinished += u32::from(!child.kill());
        check(&copy.file(), &data);
    }
    assert!(unfinished > 0, "each of {KILLS} migrations was over when it was killed");

    smol::block_on(async { start(&copy.file(), WITH_ANOTHER_STEP).await.unwrap().close().await });
    check(&copy.file(), &data);
    assert_eq!(version(&open(&copy.file())), 4);
}

/// Wholly the released schema or wholly the next, and every row as it was.
fn check(file: &Path, data: &[(Vec<u8>, Vec<u8>)]) {
    let connection = open(file);
    let count = |what: &str| connection.query_row(what, [], |row| row.get::<_, u32>(0)).unwrap();
    let columns = count("SELECT count(*) FROM pragma_table_info('key_package') WHERE name = 'mark'");
    let tables = count("SELECT count(*) FROM sqlite_schema WHERE name IN ('marked', 'key_package_mark')");
    let published = count("SELECT count(*) FROM key_package WHERE state = 1");
    match version(&connection) {
        3 => assert_eq!((columns, tables, published), (0, 0, 0)),
        4 => {
            assert_eq!((columns, tables, published), (1, 2, PACKAGES));
            assert_eq!(count("SELECT count(*) FROM key_package WHERE length(mark) = 500"), PACKAGES);
            assert_eq!(count("SELECT count(*) FROM marked JOIN key_package USING (hash_ref)"), PACKAGES);
        }
        other => panic!("schema {other}"),
    }
    integrity::check(&connection).unwrap();
    assert!(rows(&connection) == data, "rows changed");
}

struct MigrationToTheNext {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl MigrationToTheNext {
    fn start(file: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", CHILD, "--nocapture", "--test-threads=1"])
            .env(FILE, file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut started = Self { child, out };
        started.wait_for("start");
        started
    }

    fn wait_for(&mut self, wanted: &str) {
        let mut said = self.out.by_ref().lines();
        assert!(said.any(|line| line.unwrap() == wanted), "it ended before it said {wanted}");
    }

    /// Returns whether it was done.
    fn kill(mut self) -> bool {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), None, "it ended by itself");
        self.out.lines().any(|line| line.unwrap() == "migrated")
    }
}

struct Copy {
    folder: TempDir,
}

impl Copy {
    fn of(template: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(template, folder.path().join("copy.db")).unwrap();
        Self { folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("copy.db")
    }
}

async fn fill(file: &Path) {
    let keystore = start(file, MIGRATIONS).await.unwrap();
    let tx = keystore.begin().await.unwrap();
    tx.run(|operation| {
        let credential = CredentialRecord {
            ciphersuite: 1,
            credential_type: 1,
            content: b"alice".to_vec(),
            signature_key: vec![1; 32],
        };
        operation.insert_credential(&credential, &[2; 32])?;
        let id = operation.credential_id(&credential)?.unwrap();
        for number in 0..PACKAGES {
            let record = KeypackageRecord {
                hash_ref: [number.to_be_bytes(); 8].concat(),
                ciphersuite: 1,
                credential_type: 1,
                not_before: 0,
                not_after: 1 << 40,
                last_resort: false,
            };
            operation.insert_keypackage(id, &record, 7, &[number.to_le_bytes(); 250].concat())?;
        }
        Ok::<_, crate::Error>(())
    })
    .await
    .unwrap();
    tx.finish().await.unwrap();
    keystore.close().await;
}

async fn start(file: &Path, migrations: &'static [Migration]) -> crate::Result<Keystore> {
    let key = DatabaseKey::from_bytes(KEY)?;
    Keystore::start(file.to_owned(), Some(key), Duration::from_secs(10), migrations, None).await
}

fn open(file: &Path) -> Connection {
    let key = DatabaseKey::from_bytes(KEY).unwrap();
    let connection: Result<_, StorageError> = connection::open(file, Some(&key), Access::Read(super::support::BUSY));
    connection.unwrap()
}

fn version(connection: &Connection) -> u32 {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

fn rows(connection: &Connection) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut statement = connection.prepare("SELECT hash_ref, bundle FROM key_package ORDER BY id").unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

fn say(line: &str) {
    let mut out = io::stdout().lock();
    out.write_all(format!("\n{line}\n").as_bytes()).and_then(|()| out.flush()).unwrap();
}
