//! What a kill cannot prove: that a commit is on the medium before it is reported.

use std::{env, fs, io, io::Write, path::Path, process::Command, time::Duration};

use crate::{CredentialRecord, DatabaseKey, Error, Keystore, Transaction};

const FILE: &str = "MLSKIT_DURABLE_FILE";
const CHILD: &str = "tests::durability::some_commits_when_a_parent_asks_for_them";
const COMMITS: usize = 12;

#[test]
fn a_connection_that_writes_is_set_to_survive_a_loss_of_power() {
    smol::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let keystore = open(&folder.path().join("durable.db")).await;
        let pragmas = [
            ("synchronous", "2"),
            ("journal_mode", "wal"),
            ("secure_delete", "1"),
            ("foreign_keys", "1"),
            ("fullfsync", "1"),
            ("checkpoint_fullfsync", "1"),
        ];
        for key_changed in [false, true] {
            if key_changed {
                keystore.change_key(&DatabaseKey::generate().unwrap()).await.unwrap();
            }
            let tx = keystore.begin().await.unwrap();
            for (pragma, wanted) in pragmas {
                let found = tx.run(move |operation| Ok::<_, Error>(read(operation.connection, pragma)?)).await.unwrap();
                assert_eq!(found, wanted, "{pragma}, key changed: {key_changed}");
            }
        }
    });
}

fn read(connection: &rusqlite::Connection, pragma: &str) -> rusqlite::Result<String> {
    connection.pragma_query_value(None, pragma, |row| {
        let value = row.get_ref(0)?;
        Ok(value.as_i64().map_or_else(|_| value.as_str().unwrap().to_owned(), |number| number.to_string()))
    })
}

/// In the child: inserts, removals and a change of the key, each reported when it is done.
#[test]
fn some_commits_when_a_parent_asks_for_them() {
    let Ok(file) = env::var(FILE) else { return };
    smol::block_on(async {
        let keystore = open(Path::new(&file)).await;
        report("open");
        for number in 0..COMMITS {
            match number % 4 {
                3 => keystore.change_key(&DatabaseKey::generate().unwrap()).await.unwrap(),
                2 => commit(&keystore, number, remove_last).await,
                _ => commit(&keystore, number, add).await,
            }
            report("committed");
        }
    });
}

async fn commit(keystore: &Keystore, number: usize, what: fn(&mut crate::Operation<'_>, usize) -> crate::Result<()>) {
    let tx: Transaction = keystore.begin().await.unwrap();
    tx.run(move |operation| what(operation, number)).await.unwrap();
    tx.finish().await.unwrap();
}

fn add(operation: &mut crate::Operation<'_>, number: usize) -> crate::Result<()> {
    let signature_key = number.to_be_bytes().to_vec();
    let record = CredentialRecord { ciphersuite: 1, credential_type: 1, content: vec![1], signature_key };
    operation.insert_credential(&record, &[2; 32])
}

fn remove_last(operation: &mut crate::Operation<'_>, _: usize) -> crate::Result<()> {
    let last = operation.credentials()?.pop().unwrap();
    let id = operation.credential_id(&last)?.unwrap();
    operation.delete_credential(id)
}

#[cfg(target_os = "linux")]
#[test]
fn each_commit_is_synced_between_its_write_and_its_report() {
    let folder = tempfile::tempdir().unwrap();
    let (file, trace) = (folder.path().join("durable.db"), folder.path().join("trace"));
    let output = Command::new("strace")
        .args(["--follow-forks", "--decode-fds=path", "--string-limit=64", "--signal=none"])
        .arg("--trace=write,pwrite64,fsync,fdatasync,ftruncate")
        .arg("--output")
        .arg(&trace)
        .arg(env::current_exe().unwrap())
        .args(["--exact", CHILD, "--nocapture", "--test-threads=1"])
        .env(FILE, &file)
        .output();
    let output = match output {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            panic!("this test counts system calls with strace, which is not installed: apt-get install strace")
        }
        other => other.unwrap(),
    };
    assert!(output.status.success(), "strace said: {}", String::from_utf8_lossy(&output.stderr));

    let events = events(&fs::read_to_string(&trace).unwrap());
    let reports = check(&events).unwrap();
    assert_eq!(reports, COMMITS);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Write(Place),
    /// Done, not merely asked for.
    Sync(Place),
    Truncate(Place),
    Open,
    Committed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Database,
    Wal,
    Folder,
}

/// Reads the lines of strace that matter: `123 fdatasync(7</folder/durable.db-wal>) = 0`. A call during which
/// another thread calls is in two lines, `… <unfinished ...>` and `123 <... fdatasync resumed>) = 0`.
fn events(trace: &str) -> Vec<Event> {
    let mut syncing: Vec<(&str, Option<Place>)> = Vec::new();
    let mut events = Vec::new();
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').unwrap();
        let call = call.trim_start();
        let place = place(call);
        if call.starts_with("write(1<") && call.contains("committed") {
            events.push(Event::Committed);
        } else if call.starts_with("write(1<") && call.contains("open") {
            events.push(Event::Open);
        } else if call.starts_with("<... f") && call.contains("sync resumed") && call.ends_with("= 0") {
            let at = syncing.iter().position(|(by, _)| *by == thread).unwrap();
            events.extend(syncing.swap_remove(at).1.map(Event::Sync));
        } else if call.starts_with("fsync(") || call.starts_with("fdatasync(") {
            if call.ends_with("= 0") {
                events.extend(place.map(Event::Sync));
            } else {
                syncing.push((thread, place));
            }
        } else if call.starts_with("ftruncate(") {
            events.extend(place.map(Event::Truncate));
        } else if call.starts_with("pwrite64(") || call.starts_with("write(") {
            events.extend(place.map(Event::Write));
        }
    }
    events
}

fn place(call: &str) -> Option<Place> {
    let path = call.split_once('<')?.1.split_once('>')?.0;
    if path.ends_with(".db-wal") {
        Some(Place::Wal)
    } else if path.ends_with(".db") {
        Some(Place::Database)
    } else {
        Path::new(path).is_dir().then_some(Place::Folder)
    }
}

/// Checks the order of things and counts the reported commits.
fn check(events: &[Event]) -> Result<usize, &'static str> {
    let opened = events.iter().position(|event| *event == Event::Open).ok_or("it never opened")?;
    let (mut dirty_database, mut dirty_wal, mut syncs, mut reports) = (false, false, 0, 0);
    for event in &events[opened..] {
        match event {
            Event::Write(Place::Wal) => dirty_wal = true,
            Event::Sync(Place::Wal) if dirty_wal => (dirty_wal, syncs) = (false, syncs + 1),
            Event::Write(Place::Database) if dirty_wal => return Err("the WAL was copied before it was synced"),
            Event::Write(Place::Database) => dirty_database = true,
            Event::Sync(Place::Database) => dirty_database = false,
            Event::Truncate(Place::Wal) if dirty_database => {
                return Err("the WAL was emptied before its copy was synced");
            }
            Event::Committed if dirty_wal || syncs == 0 => return Err("a commit was reported before it was synced"),
            Event::Committed => (syncs, reports) = (0, reports + 1),
            _ => {}
        }
    }
    let named =
        events.iter().position(|event| *event == Event::Sync(Place::Folder)).ok_or("its name was never synced")?;
    let first = events.iter().position(|event| *event == Event::Committed).ok_or("nothing was committed")?;
    if named < first { Ok(reports) } else { Err("a commit was reported before the file's name was synced") }
}

#[test]
fn the_order_of_writes_syncs_and_reports_is_checked() {
    use Event::{Committed, Open, Sync, Truncate, Write};
    use Place::{Database, Folder, Wal};
    let good = [Open, Write(Wal), Sync(Wal), Sync(Folder), Committed, Write(Database), Sync(Database), Truncate(Wal)];
    assert_eq!(check(&good), Ok(1));
    for missing in [Write(Wal), Sync(Wal), Sync(Folder), Sync(Database)] {
        let events: Vec<_> = good.into_iter().filter(|event| *event != missing).collect();
        assert!(check(&events).is_err(), "{missing:?} is missing");
    }
    assert!(check(&[Open, Write(Wal), Committed, Sync(Wal), Sync(Folder)]).is_err());
    assert!(check(&[Open, Sync(Folder), Write(Wal), Write(Database), Sync(Wal), Committed]).is_err());
}

#[test]
fn a_call_in_two_lines_counts_when_it_returns() {
    let trace = "7 pwrite64(5</x/a.db-wal>, \"\"..., 24, 0) = 24\n\
                 7 fdatasync(5</x/a.db-wal> <unfinished ...>\n\
                 8 write(1<pipe:[1]>, \"\\ncommitted\\n\", 11) = 11\n\
                 7 <... fdatasync resumed>)          = 0\n";
    assert_eq!(events(trace), [Event::Write(Place::Wal), Event::Committed, Event::Sync(Place::Wal)]);
}

async fn open(file: &Path) -> Keystore {
    let key = DatabaseKey::generate().unwrap();
    let opened: Result<_, Error> = Keystore::open(file, &key, Duration::from_secs(10)).await;
    opened.unwrap()
}

fn report(line: &str) {
    let mut out = io::stdout().lock();
    out.write_all(format!("\n{line}\n").as_bytes()).and_then(|()| out.flush()).unwrap();
}
