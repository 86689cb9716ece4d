//! The service over HTTP, on loopback, with real clients.

#![expect(clippy::unwrap_used, reason = "in a test")]

use std::{net::SocketAddr, path::Path, thread};

use mlskit::{
    Client, ClientId, Credential, CredentialRef, KeypackageConfig, KeypackageDirectory, KeypackageExt,
    KeypackagePolicy,
    group::{GroupConfig, JoinOptions, OutgoingKind, Received},
    openmls::prelude::{Ciphersuite, GroupId},
};
use mlskit_service::{
    Store,
    client::{ClientError, Service},
    directory::ServiceDirectory,
    router,
};
use tokio::{net::TcpListener, runtime::Runtime, sync::oneshot, task::JoinHandle};

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

/// A service that can be stopped, and started again on the same file.
struct Running {
    runtime: Runtime,
    stop: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    folder: tempfile::TempDir,
}

impl Running {
    fn start() -> (Self, Service) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut running = Self { runtime, stop: None, folder: tempfile::tempdir().unwrap() };
        let service = running.serve();
        (running, service)
    }

    fn restart(&mut self) -> Service {
        let (stop, serving) = self.stop.take().unwrap();
        stop.send(()).unwrap();
        self.runtime.block_on(serving).unwrap();
        self.serve()
    }

    fn serve(&mut self) -> Service {
        let (address, stop) = self.runtime.block_on(serve(&self.folder.path().join("service.db")));
        self.stop = Some(stop);
        Service::at(format!("http://{address}"))
    }
}

async fn serve(database: &Path) -> (SocketAddr, (oneshot::Sender<()>, JoinHandle<()>)) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = axum::serve(listener, router(Store::open(database).unwrap())).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    (address, (stop, tokio::spawn(async { app.await.unwrap() })))
}

struct Member {
    client: Client,
    credential: CredentialRef,
    seen: i64,
}

impl Member {
    fn new(name: &str) -> Self {
        block_on(async {
            let client = Client::temporary(ClientId::from(name)).await?;
            let tx = client.new_transaction().await?;
            let credential = tx.add_credential(Credential::basic(SUITE, client.id())?).await?;
            tx.finish().await?;
            Ok(Self { client, credential, seen: 0 })
        })
    }

    fn id(&self) -> Vec<u8> {
        self.client.id().as_bytes().to_vec()
    }

    fn packages(&self, count: usize, config: &KeypackageConfig) -> Vec<Vec<u8>> {
        let made = block_on(
            self.client.transaction(async |tx| tx.generate_keypackages(&self.credential, count, config).await),
        );
        made.iter().map(|keypackage| keypackage.to_mls_message().unwrap()).collect()
    }

    /// Creates a group with whom the directory knows as `other`.
    fn found_group_with(&self, other: &[u8], service: &Service) -> GroupId {
        let taken = service.take(other, SUITE.into()).unwrap().unwrap();
        block_on(async {
            let keypackage = self.client.import_keypackage(&taken).await?;
            self.client
                .transaction(async |tx| {
                    let group = tx.create_group(&self.credential, GroupConfig::default()).await?;
                    tx.add_members(&group, &[keypackage]).await?;
                    Ok::<_, mlskit::Error>(group)
                })
                .await
        })
    }

    fn outgoing(&self, kind: OutgoingKind) -> Vec<Vec<u8>> {
        let entries = block_on(self.client.outgoing());
        entries.into_iter().filter(|entry| entry.kind == kind).map(|entry| entry.bytes).collect()
    }

    /// Sends the pending commit and settles it as the service answers.
    fn commit(&self, group: &GroupId, service: &Service) -> bool {
        let [commit] = self.outgoing(OutgoingKind::Commit).try_into().unwrap();
        let taken = service.send(&commit).unwrap();
        block_on(self.client.transaction(async |tx| {
            if taken { tx.commit_accepted(group).await.map(drop) } else { tx.commit_rejected(group).await.map(drop) }
        }));
        taken
    }

    fn send_welcomes(&self, service: &Service) {
        for welcome in self.outgoing(OutgoingKind::Welcome) {
            service.send_welcome(&welcome).unwrap();
        }
    }

    fn say(&self, group: &GroupId, text: &str, service: &Service) {
        let sealed =
            block_on(self.client.transaction(async |tx| tx.encrypt_message(group, text.as_bytes(), b"").await));
        assert!(service.send(&sealed.open().unwrap()).unwrap());
    }

    /// What others have said since the last time; commits are accepted.
    fn hear(&mut self, group: &GroupId, service: &Service) -> Vec<String> {
        let mut heard = Vec::new();
        for line in service.messages(group.as_slice(), self.seen).unwrap() {
            self.seen = line.position;
            let received = block_on(self.client.transaction(async |tx| match tx.process_message(&line.bytes).await {
                Ok(Received::Commit(staged)) => tx.accept(*staged).await.map(|_| None),
                Ok(Received::Application { plaintext, .. }) => Ok(Some(plaintext.to_vec())),
                Ok(_) | Err(mlskit::Error::Message(_)) => Ok(None),
                Err(error) => Err(error),
            }));
            heard.extend(received.map(|plaintext| String::from_utf8(plaintext).unwrap()));
        }
        heard
    }
}

fn block_on<T>(work: impl Future<Output = mlskit::Result<T>>) -> T {
    smol::block_on(work).unwrap()
}

#[test]
fn two_clients_meet_although_the_service_is_stopped_and_started() {
    let (mut running, service) = Running::start();
    let (alice, mut bob) = (Member::new("alice"), Member::new("bob"));
    for package in bob.packages(2, &KeypackageConfig::default()) {
        service.publish(&bob.id(), &package).unwrap();
    }
    let group = alice.found_group_with(&bob.id(), &service);

    let service = running.restart();
    assert!(alice.commit(&group, &service));
    alice.send_welcomes(&service);
    alice.send_welcomes(&service);
    let welcomes = service.welcomes(&bob.id(), 0).unwrap();
    assert_eq!(welcomes.len(), 1, "sent twice, kept once");
    block_on(bob.client.transaction(async |tx| tx.join_group(&welcomes[0].bytes, JoinOptions::default()).await));
    alice.say(&group, "before the service stops", &service);

    let service = running.restart();
    alice.say(&group, "after it started", &service);
    assert_eq!(bob.hear(&group, &service), ["before the service stops", "after it started"]);
}

#[test]
fn a_single_use_package_is_served_once_and_not_again_after_it_is_published_again() {
    let (mut running, service) = Running::start();
    let bob = Member::new("bob");
    let packages = bob.packages(20, &KeypackageConfig::default());
    for package in &packages {
        service.publish(&bob.id(), package).unwrap();
    }
    let takers: Vec<_> = (0..4)
        .map(|_| {
            let (service, id) = (service.clone(), bob.id());
            thread::spawn(move || (0..5).map(|_| service.take(&id, SUITE.into()).unwrap().unwrap()).collect::<Vec<_>>())
        })
        .collect();
    let mut taken: Vec<_> = takers.into_iter().flat_map(|taker| taker.join().unwrap()).collect();
    taken.sort();
    let mut published = packages.clone();
    published.sort();
    assert_eq!(taken, published, "each once");

    service.publish(&bob.id(), &packages[0]).unwrap();
    assert_eq!(service.take(&bob.id(), SUITE.into()).unwrap(), None);
    assert_eq!(running.restart().take(&bob.id(), SUITE.into()).unwrap(), None);
}

#[test]
fn the_last_resort_package_is_served_only_when_no_other_is_left_and_stays() {
    let (_running, service) = Running::start();
    let bob = Member::new("bob");
    let [last_resort] = bob.packages(1, &KeypackageConfig::default().last_resort(true)).try_into().unwrap();
    let [single_use] = bob.packages(1, &KeypackageConfig::default()).try_into().unwrap();
    service.publish(&bob.id(), &last_resort).unwrap();
    service.publish(&bob.id(), &single_use).unwrap();

    let take = || service.take(&bob.id(), SUITE.into()).unwrap();
    assert_eq!(take(), Some(single_use));
    assert_eq!(take(), Some(last_resort.clone()));
    assert_eq!(take(), Some(last_resort.clone()));
    assert_eq!(service.take(&bob.id(), 2).unwrap(), None, "no package of another ciphersuite");

    let reference = block_on(bob.client.get_keypackage_refs())[0].clone();
    service.withdraw(reference.hash_ref()).unwrap();
    assert_eq!(take(), None);
}

#[test]
fn a_package_that_was_withdrawn_is_not_served_even_if_it_arrives_afterwards() {
    let (_running, service) = Running::start();
    let bob = Member::new("bob");
    let [package] = bob.packages(1, &KeypackageConfig::default()).try_into().unwrap();
    let reference = block_on(bob.client.get_keypackage_refs())[0].clone();
    for _ in 0..2 {
        service.withdraw(reference.hash_ref()).unwrap();
        service.publish(&bob.id(), &package).unwrap();
        assert_eq!(service.take(&bob.id(), SUITE.into()).unwrap(), None);
    }
}

#[test]
fn a_client_keeps_the_service_supplied_although_it_is_stopped_and_started() {
    let (mut running, service) = Running::start();
    let bob = Member::new("bob");
    let policy = KeypackagePolicy::default().target(2);
    let sync = |service: &Service| {
        let directory = ServiceDirectory::new(service, bob.client.id());
        smol::block_on(bob.client.sync_keypackages(&directory, &bob.credential, &policy))
    };
    assert_eq!(sync(&service).unwrap().published.len(), 3);

    let alice = Member::new("alice");
    let directory = ServiceDirectory::new(&service, alice.client.id());
    let taken = smol::block_on(directory.fetch(bob.client.id(), SUITE)).unwrap().unwrap();
    block_on(alice.client.import_keypackage_of(bob.client.id(), &taken));
    let group = alice.found_group_with(&bob.id(), &service);
    assert!(alice.commit(&group, &service));
    alice.send_welcomes(&service);
    let welcome = service.welcomes(&bob.id(), 0).unwrap().remove(0);
    block_on(bob.client.transaction(async |tx| tx.join_group(&welcome.bytes, JoinOptions::default()).await));

    let (stopped, again) = (service, running.restart());
    let report = sync(&again).unwrap();
    assert_eq!((report.published.len(), report.withdrawn.len(), report.refused.len()), (1, 1, 0));
    assert!(report.next.is_some());
    drop(stopped);
    running.stop.take().unwrap().0.send(()).unwrap();
    block_on(bob.client.transaction(async |tx| tx.remove_keypackages_for(&bob.credential).await));
    sync(&again).unwrap_err();
    assert!(sync(&running.serve()).unwrap().published.len() == 3);
}

#[test]
fn of_two_commits_of_one_epoch_the_first_is_taken_and_the_same_commit_twice_is_one() {
    let (_running, service) = Running::start();
    let (alice, mut bob) = (Member::new("alice"), Member::new("bob"));
    for package in bob.packages(1, &KeypackageConfig::default()) {
        service.publish(&bob.id(), &package).unwrap();
    }
    let group = alice.found_group_with(&bob.id(), &service);
    assert!(alice.commit(&group, &service));
    alice.send_welcomes(&service);
    let welcome = service.welcomes(&bob.id(), 0).unwrap().remove(0);
    block_on(bob.client.transaction(async |tx| tx.join_group(&welcome.bytes, JoinOptions::default()).await));

    for member in [&alice, &bob] {
        block_on(member.client.transaction(async |tx| tx.update_keys(&group, None).await));
    }
    let [commit] = alice.outgoing(OutgoingKind::Commit).try_into().unwrap();
    assert!(service.send(&commit).unwrap());
    assert!(alice.commit(&group, &service), "its answer was lost: the same answer again");
    assert!(!bob.commit(&group, &service), "the second of its epoch");

    bob.hear(&group, &service);
    let epochs = block_on(async { Ok((alice.client.epoch(&group).await?, bob.client.epoch(&group).await?)) });
    assert_eq!(epochs, (2, 2));
    assert_eq!(service.messages(group.as_slice(), 0).unwrap().len(), 2);
}

#[test]
fn who_lost_track_comes_back_by_the_group_info_that_the_service_keeps() {
    let (_running, service) = Running::start();
    let (alice, bob) = (Member::new("alice"), Member::new("bob"));
    let config = GroupConfig::default().external_joins(true);
    let (group, info) = block_on(alice.client.transaction(async |tx| {
        let group = tx.create_group(&alice.credential, config).await?;
        let info = tx.group_info(&group).await?;
        Ok::<_, mlskit::Error>((group, info))
    }));
    assert_eq!(service.group_info(group.as_slice()).unwrap(), None);
    service.put_group_info(group.as_slice(), &info).unwrap();

    let info = service.group_info(group.as_slice()).unwrap().unwrap();
    block_on(bob.client.transaction(async |tx| {
        tx.join_by_external_commit(&info, &bob.credential, JoinOptions::default()).await.map(drop)
    }));
    assert!(bob.commit(&group, &service));
    assert_eq!(block_on(bob.client.epoch(&group)), 1);
}

#[test]
fn what_can_not_be_read_is_refused_in_words() {
    let (_running, service) = Running::start();
    let refusals = [
        service.publish(b"bob", b"noise").unwrap_err(),
        service.send(b"noise").map(drop).unwrap_err(),
        service.send_welcome(b"noise").unwrap_err(),
    ];
    for refusal in refusals {
        let ClientError::Refused { status: 400, reason } = refusal else { panic!("{refusal}") };
        assert!(reason.starts_with("the body can't be taken: "), "{reason}");
    }
}

#[test]
fn a_welcome_for_packages_that_nobody_published_is_refused() {
    let (_running, service) = Running::start();
    let (alice, bob) = (Member::new("alice"), Member::new("bob"));
    let [package] = bob.packages(1, &KeypackageConfig::default()).try_into().unwrap();
    let group = block_on(async {
        let keypackage = alice.client.import_keypackage(&package).await?;
        alice
            .client
            .transaction(async |tx| {
                let group = tx.create_group(&alice.credential, GroupConfig::default()).await?;
                tx.add_members(&group, &[keypackage]).await?;
                Ok::<_, mlskit::Error>(group)
            })
            .await
    });
    assert!(alice.commit(&group, &service));
    let [welcome] = alice.outgoing(OutgoingKind::Welcome).try_into().unwrap();
    let refusal = service.send_welcome(&welcome).unwrap_err();
    assert!(matches!(refusal, ClientError::Refused { status: 404, .. }), "{refusal}");
}
