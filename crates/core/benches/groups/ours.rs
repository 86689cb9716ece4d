//! mlskit: a client whose encrypted file lies beside the build, on the disk.

use std::{path::PathBuf, time::Duration};

use mlskit::{
    Client, ClientId, CredentialRef, DatabaseKey, Result, TransactionContext,
    group::{GroupConfig, JoinOptions, Received},
};
use openmls::prelude::{GroupId, KeyPackage};
use tempfile::TempDir;

use crate::{
    shared::{
        disk::{add_credential, block_on, folder},
        harness::timed,
    },
    side::{PADDING, Side},
};

pub(crate) struct Ours {
    client: Client,
    credential_ref: CredentialRef,
    config: GroupConfig,
    group_id: Option<GroupId>,
    path: PathBuf,
    key: DatabaseKey,
    _folder: TempDir,
}

impl Ours {
    pub(crate) fn new(past_epochs: usize) -> Self {
        let (folder, key) = (folder(), DatabaseKey::generate().unwrap());
        let path = folder.path().join("ours.db");
        let client = open(&path, &key);
        let credential_ref = add_credential(&client);
        let config = GroupConfig::default().past_epochs(past_epochs).padding(PADDING);
        Self { client, credential_ref, config, group_id: None, path, key, _folder: folder }
    }

    fn group_id(&self) -> &GroupId {
        self.group_id.as_ref().unwrap()
    }

    fn transaction<T>(&self, work: impl AsyncFnOnce(&TransactionContext) -> Result<T>) -> T {
        block_on(self.client.transaction(work)).unwrap()
    }

    /// What the delivery service would have taken is gone from the outbox.
    fn settle(&self) {
        let ids: Vec<_> = block_on(self.client.outgoing()).unwrap().iter().map(|message| message.id).collect();
        self.transaction(async |tx| tx.mark_sent(&ids).await);
    }
}

fn open(path: &PathBuf, key: &DatabaseKey) -> Client {
    block_on(Client::open(path, key, ClientId::from("ours"))).unwrap()
}

impl Side for Ours {
    fn publish(&mut self) -> KeyPackage {
        self.transaction(async |tx| tx.generate_keypackage(&self.credential_ref, None).await)
    }

    fn create(&mut self) {
        let config = self.config.clone();
        self.group_id = Some(self.transaction(async |tx| tx.create_group(&self.credential_ref, config).await));
    }

    /// As in an app: the answer of the delivery service comes after the commit is stored.
    fn add(&mut self, members: &[KeyPackage]) -> Duration {
        let group_id = self.group_id();
        let (time, ()) = timed(|| {
            self.transaction(async |tx| tx.add_members(group_id, members).await);
            self.transaction(async |tx| tx.commit_accepted(group_id).await.map(drop));
        });
        self.settle();
        time
    }

    fn join(&mut self, welcome: &[u8]) -> Duration {
        let options = JoinOptions::default().config(self.config.clone());
        let (time, joined) = timed(|| self.transaction(async |tx| tx.join_group(welcome, options).await));
        self.group_id = Some(joined.id);
        time
    }

    fn update(&mut self) -> Duration {
        let group_id = self.group_id();
        timed(|| {
            self.transaction(async |tx| tx.update_keys(group_id, None).await);
            self.transaction(async |tx| tx.commit_accepted(group_id).await.map(drop));
        })
        .0
    }

    fn process(&mut self, commit: &[u8]) -> Duration {
        let process = async |tx: &TransactionContext| match tx.process_message(commit).await? {
            Received::Commit(staged) => tx.accept(*staged).await.map(drop),
            other => panic!("{other:?}"),
        };
        timed(|| self.transaction(process)).0
    }

    fn encrypt(&mut self, text: &[u8], count: usize) -> (Duration, Vec<u8>) {
        let encrypt = async |tx: &TransactionContext| {
            let mut sealed = Vec::with_capacity(count);
            for _ in 0..count {
                sealed.push(tx.encrypt_message(self.group_id(), text, &[]).await?);
            }
            Ok(sealed)
        };
        let (time, messages) = timed(|| {
            let sealed = self.transaction(encrypt);
            sealed.into_iter().map(|message| message.open().unwrap()).collect::<Vec<_>>()
        });
        (time, messages.into_iter().last().unwrap())
    }

    fn decrypt(&mut self, messages: &[Vec<u8>]) -> (Duration, Vec<u8>) {
        let decrypt = async |tx: &TransactionContext| {
            let mut texts = Vec::with_capacity(messages.len());
            for message in messages {
                match tx.process_message(message).await? {
                    Received::Application { plaintext, .. } => texts.push(plaintext),
                    other => panic!("{other:?}"),
                }
            }
            Ok(texts)
        };
        let (time, texts) = timed(|| self.transaction(decrypt));
        (time, texts.into_iter().last().unwrap())
    }

    fn load(&mut self) -> Duration {
        block_on(self.client.close());
        self.client = open(&self.path, &self.key);
        timed(|| block_on(self.client.epoch(self.group_id())).unwrap()).0
    }

    fn epoch(&mut self) -> u64 {
        block_on(self.client.epoch(self.group_id())).unwrap()
    }

    fn forget(&mut self) {
        if let Some(group_id) = self.group_id.take() {
            self.transaction(async |tx| tx.delete_group(&group_id).await);
        }
    }
}
