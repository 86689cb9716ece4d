//! A client in a small group, to be fed with the bytes of strangers. The fuzz targets use it, and the suite, which
//! replays their corpora.
//!
//! An input's first byte says which message it begins with: 0 for none, then the rest is the message, in which
//! [`GROUP_ID`] stands for the group's id; else one of the group's good messages, and the rest are changes of four bytes
//! each: where (two bytes), how, and with which byte. So noise comes past the decoding, and past the keys.

#![allow(dead_code, reason = "each target uses its part")]

use mlskit::{
    Client, ClientId, Credential, CredentialRef, Error, GroupError, Keypackage, KeypackageConfig, MessageError,
    TransactionContext,
    group::{GroupConfig, JoinOptions, OutgoingKind},
    openmls::prelude::{Ciphersuite, GroupId},
};

/// Stands for the group's id, which is as long.
pub(super) const GROUP_ID: &[u8; 16] = b"sixteen bytes id";

pub(super) struct World {
    bob: Client,
    tx: Option<TransactionContext>,
    group: GroupId,
    good: Vec<Vec<u8>>,
}

impl World {
    /// Bob is in a group, in which others have said, proposed and committed something.
    pub(super) async fn with_messages() -> Self {
        let ((alice, alices), (bob, bobs), (carol, carols)) =
            (client("alice").await, client("bob").await, client("carol").await);
        let config = GroupConfig::default().external_joins(true);
        let group = alice.transaction(async |tx| tx.create_group(&alices, config.clone()).await).await.unwrap();
        for (client, credential) in [(&bob, &bobs), (&carol, &carols)] {
            let (welcome, commit) = add(&alice, &group, package(client, credential, false).await).await;
            if !bob.groups().await.unwrap().is_empty() {
                follow(&bob, &commit).await;
            }
            let options = JoinOptions::default().config(config.clone());
            client.transaction(async |tx| tx.join_group(&welcome, options).await).await.unwrap();
        }
        let said = alice.transaction(async |tx| tx.encrypt_message(&group, b"hello", b"aad").await).await.unwrap();
        let mut good = vec![said.open().unwrap()];
        alice.transaction(async |tx| tx.update_keys(&group, None).await).await.unwrap();
        carol.transaction(async |tx| tx.leave_group(&group).await).await.unwrap();
        good.extend([outgoing(&alice, OutgoingKind::Commit).await, outgoing(&carol, OutgoingKind::Leave).await]);
        let info = alice.transaction(async |tx| tx.group_info(&group).await).await.unwrap();
        let (dave, daves) = client("dave").await;
        let joining =
            dave.transaction(async |tx| tx.join_by_external_commit(&info, &daves, JoinOptions::default()).await);
        joining.await.unwrap();
        good.push(outgoing(&dave, OutgoingKind::Commit).await);
        Self { bob, tx: None, group, good }
    }

    /// Bob has three packages, one of them a last-resort one, and a Welcome for each.
    pub(super) async fn with_welcomes() -> Self {
        let ((alice, alices), (bob, bobs)) = (client("alice").await, client("bob").await);
        let mut good = Vec::new();
        let mut last = None;
        for last_resort in [false, true, false] {
            let group =
                alice.transaction(async |tx| tx.create_group(&alices, GroupConfig::default()).await).await.unwrap();
            good.push(add(&alice, &group, package(&bob, &bobs, last_resort).await).await.0);
            last = Some(group);
        }
        // The third one without the header of an `MLSMessage`.
        good.last_mut().unwrap().drain(..4);
        Self { bob, tx: None, group: last.unwrap(), good }
    }

    /// Returns whether the message was taken. A panic, or an error that nobody could act on, fails.
    pub(super) async fn process_message(&mut self, input: &[u8]) -> bool {
        let bytes = self.message(input);
        let outcome = self.tx().await.process_message(&bytes).await.map(drop);
        self.check(&bytes, outcome).await
    }

    /// As [`process_message`](Self::process_message), for Welcomes.
    pub(super) async fn join_group(&mut self, input: &[u8]) -> bool {
        let bytes = self.message(input);
        let outcome = self.tx().await.join_group(&bytes, JoinOptions::default()).await.map(drop);
        if outcome.is_err() {
            assert_eq!(self.tx().await.get_keypackage_refs().await.unwrap().len(), 3, "{bytes:02x?} took a package");
        }
        self.check(&bytes, outcome).await
    }

    async fn tx(&mut self) -> &TransactionContext {
        if self.tx.is_none() {
            self.tx = Some(self.bob.new_transaction().await.unwrap());
        }
        self.tx.as_ref().unwrap()
    }

    /// What was refused has changed nothing; what was taken is given back.
    async fn check(&mut self, bytes: &[u8], outcome: Result<(), Error>) -> bool {
        let is_good = self.good.iter().any(|good| good == bytes);
        match outcome {
            Ok(()) => {
                assert!(is_good, "{bytes:02x?} was taken");
                self.tx.take().unwrap().abort().await.unwrap();
            }
            Err(error) => {
                assert!(!is_good, "{bytes:02x?} was refused: {error:?}");
                assert!(is_about_the_message(&error), "{bytes:02x?}: {error:?}");
            }
        }
        is_good
    }

    fn message(&self, input: &[u8]) -> Vec<u8> {
        let Some((&which, rest)) = input.split_first() else { return Vec::new() };
        let Some(good) = usize::from(which).checked_sub(1).and_then(|which| self.good.get(which)) else {
            return self.with_group_id(rest);
        };
        let mut bytes = good.clone();
        for &[high, low, how, with] in rest.as_chunks().0 {
            let at = usize::from(u16::from_be_bytes([high, low])) % bytes.len().max(1);
            match how % 4 {
                0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= with),
                1 => bytes.insert(at, with),
                2 => drop(bytes.drain(at..(at + usize::from(with)).min(bytes.len()))),
                _ => bytes.truncate(at),
            }
        }
        bytes
    }

    fn with_group_id(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        if let Some(at) = bytes.windows(GROUP_ID.len()).position(|window| window == GROUP_ID) {
            bytes.splice(at..at + GROUP_ID.len(), self.group.as_slice().iter().copied());
        }
        bytes
    }
}

fn is_about_the_message(error: &Error) -> bool {
    match error {
        Error::Message(error) => !matches!(error, MessageError::Duplicate),
        Error::Group(
            GroupError::BadWelcome { .. } | GroupError::NoMatchingKeypackage | GroupError::RatchetTreeMissing,
        ) => true,
        _ => false,
    }
}

async fn client(name: &str) -> (Client, CredentialRef) {
    let client = Client::temporary(ClientId::from(name)).await.unwrap();
    let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    let credential = Credential::basic(suite, client.id()).unwrap();
    let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await.unwrap();
    (client, credential_ref)
}

async fn package(client: &Client, credential_ref: &CredentialRef, last_resort: bool) -> Keypackage {
    let config = KeypackageConfig::default().last_resort(last_resort);
    client.transaction(async |tx| tx.generate_keypackage_with(credential_ref, &config).await).await.unwrap()
}

/// Adds somebody; returns the Welcome and the commit.
async fn add(adder: &Client, group: &GroupId, keypackage: Keypackage) -> (Vec<u8>, Vec<u8>) {
    adder.transaction(async |tx| tx.add_members(group, &[keypackage]).await).await.unwrap();
    let commit = outgoing(adder, OutgoingKind::Commit).await;
    adder.transaction(async |tx| tx.commit_accepted(group).await).await.unwrap();
    let welcome = outgoing(adder, OutgoingKind::Welcome).await;
    let ids: Vec<_> = adder.outgoing().await.unwrap().iter().map(|message| message.id).collect();
    adder.transaction(async |tx| tx.mark_sent(&ids).await).await.unwrap();
    (welcome, commit)
}

async fn follow(client: &Client, commit: &[u8]) {
    let followed = client.transaction(async |tx| {
        let mlskit::group::Received::Commit(staged) = tx.process_message(commit).await? else { panic!("no commit") };
        tx.accept(*staged).await
    });
    followed.await.unwrap();
}

async fn outgoing(client: &Client, kind: OutgoingKind) -> Vec<u8> {
    let all = client.outgoing().await.unwrap();
    all.into_iter().find(|message| message.kind == kind).unwrap().bytes
}
