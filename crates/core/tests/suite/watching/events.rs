//! What a `tracing` subscriber gets: the same changes, and nothing that is secret or names a person.

use std::{
    env,
    fmt::{self, Write as _},
    process::Command,
    sync::{Mutex, PoisonError},
};

use mlskit::{
    Client, ClientId, DatabaseKey, KeypackageConfig, KeypackageRef, StateChange, group::GroupConfig,
    watch::CredentialChange,
};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use super::{another, unread};
use crate::{group::commit, killed::tell, lifecycle::few};

const ASKED: &str = "MLSKIT_EVENTS";
const CHILD: &str = "watching::events::a_life_with_a_subscriber_when_a_parent_asks_for_it";

/// A subscriber is the whole process's.
#[test]
fn events_are_the_changes_and_nothing_else() {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", CHILD, "--nocapture", "--test-threads=1"])
        .env(ASKED, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("\nthe events are the changes\n"), "{output:?}");
}

static EVENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("mlskit")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        assert_eq!((metadata.target(), *metadata.level()), ("mlskit", Level::INFO));
        let mut line = Line(String::new());
        event.record(&mut line);
        EVENTS.lock().unwrap_or_else(PoisonError::into_inner).push(line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, "{field}={value:?};").unwrap();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// The whole of what an event may say: where each byte of it comes from is to be seen here.
fn line(change: &StateChange) -> String {
    match change {
        StateChange::Credential { change, credential_ref } => {
            let (name, by) = match change {
                CredentialChange::Replaced { by } => ("Replaced", format!("by={};", hex(by.signature_key()))),
                CredentialChange::Added => ("Added", String::new()),
                CredentialChange::Removed => ("Removed", String::new()),
                other => panic!("{other:?}"),
            };
            let key = hex(credential_ref.signature_key());
            format!("message=credential;change={name};signature_key={key};{by}")
        }
        StateChange::Keypackages { change, refs } => {
            let first: Vec<_> = refs.iter().take(100).map(KeypackageRef::to_string).collect();
            let more = if refs.len() > 100 { format!(" and {} more", refs.len() - 100) } else { String::new() };
            let count = refs.len();
            format!("message=key packages;change={change:?};count={count};refs={}{more};", first.join(" "))
        }
        StateChange::Group { change, group_id, epoch } => {
            let epoch = epoch.map(|epoch| format!("epoch={epoch};")).unwrap_or_default();
            format!("message=group;change={change:?};group_id={};{epoch}", hex(group_id.as_slice()))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_life_with_a_subscriber_when_a_parent_asks_for_it() {
    if env::var_os(ASKED).is_none() {
        return;
    }
    tracing::subscriber::set_global_default(Listener).unwrap();
    smol::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let key = DatabaseKey::from_bytes([0xab; DatabaseKey::LENGTH]).unwrap();
        let client = Client::open(folder.path().join("db"), &key, ClientId::from("alice@example.com")).await.unwrap();
        let mut changes = client.changes();
        let (old, new) = commit(&client, async |tx| {
            Ok((tx.add_credential(another(&client)).await?, tx.add_credential(another(&client)).await?))
        })
        .await;
        let config = KeypackageConfig::default();
        commit(&client, async |tx| {
            let group_id = tx.create_group(&old, GroupConfig::default()).await?;
            tx.encrypt_message(&group_id, b"nobody else is to know", b"").await?;
            tx.delete_group(&group_id).await?;
            tx.generate_keypackages(&old, 103, &config).await?;
            tx.replace_credential(&old, &new, &few(2)).await?;
            tx.remove_credential(&old).await
        })
        .await;
        client.transaction(async |tx| tx.remove_credential(&old).await).await.unwrap_err();
        drop(client.new_transaction().await.unwrap().remove_credential(&new).await);
        client.close().await;

        let told: Vec<_> = unread(&mut changes).await.iter().map(line).collect();
        assert_eq!(told.len(), 10, "{told:#?}");
        assert_eq!(*EVENTS.lock().unwrap(), told);
    });
    tell("\nthe events are the changes");
}
