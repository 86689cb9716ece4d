//! mls-rs, with its storage in memory, into which it writes a group when it is asked to.

use std::time::Duration;

use mls_rs::{
    CipherSuite, CipherSuiteProvider as _, CryptoProvider as _, ExtensionList, Group, MlsMessage,
    client_builder::MlsConfig,
    group::{CommitEffect, ReceivedMessage},
    identity::{
        SigningIdentity,
        basic::{BasicCredential, BasicIdentityProvider},
    },
    mls_rules::{CommitOptions, DefaultMlsRules, EncryptionOptions},
    storage_provider::in_memory::InMemoryGroupStateStorage,
};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;
use openmls::prelude::KeyPackage;

use crate::{shared::harness::timed, side::Side, world};

pub(crate) struct MlsRs<C: MlsConfig> {
    client: mls_rs::Client<C>,
    storage: InMemoryGroupStateStorage,
    group: Option<Group<C>>,
}

/// It keeps one past epoch at least, and pads in its own steps, which for the text of these cases is 1.25 KiB, too.
pub(crate) fn mls_rs(past_epochs: usize) -> MlsRs<impl MlsConfig> {
    let crypto = RustCryptoProvider::default();
    let suite = CipherSuite::CURVE25519_AES128;
    let (secret, public) = crypto.cipher_suite_provider(suite).unwrap().signature_key_generate().unwrap();
    let identity = SigningIdentity::new(BasicCredential::new(b"mls-rs".to_vec()).into_credential(), public);
    let storage = InMemoryGroupStateStorage::new().with_max_epoch_retention(past_epochs.max(1)).unwrap();
    let rules = DefaultMlsRules::new()
        // As OpenMLS's `add_members` does.
        .with_commit_options(CommitOptions::new().with_path_required(true))
        .with_encryption_options(EncryptionOptions::new(true, Default::default()));
    let client = mls_rs::Client::builder()
        .identity_provider(BasicIdentityProvider)
        .crypto_provider(crypto)
        .group_state_storage(storage.clone())
        .mls_rules(rules)
        .signing_identity(identity, secret, suite)
        .build();
    MlsRs { client, storage, group: None }
}

impl<C: MlsConfig> MlsRs<C> {
    fn group(&mut self) -> &mut Group<C> {
        self.group.as_mut().unwrap()
    }

    fn receive(&mut self, bytes: &[u8]) -> ReceivedMessage {
        self.group().process_incoming_message(MlsMessage::from_bytes(bytes).unwrap()).unwrap()
    }

    fn store(&mut self) {
        self.group().write_to_storage().unwrap();
    }
}

impl<C: MlsConfig> Side for MlsRs<C> {
    fn publish(&mut self) -> KeyPackage {
        let none = ExtensionList::new;
        let message = self.client.generate_key_package_message(none(), none(), None).unwrap();
        world::unframe(&message.to_bytes().unwrap())
    }

    fn create(&mut self) {
        self.group = Some(self.client.group_builder().unwrap().build().unwrap());
    }

    fn add(&mut self, members: &[KeyPackage]) -> Duration {
        let members: Vec<_> =
            members.iter().map(|member| MlsMessage::from_bytes(&world::frame(member)).unwrap()).collect();
        timed(|| {
            let builder = self.group().commit_builder();
            let builder = members.into_iter().fold(builder, |builder, member| builder.add_member(member).unwrap());
            let output = builder.build().unwrap();
            assert_eq!(output.welcome_messages().len(), 1);
            std::hint::black_box(
                [&output.welcome_messages()[0], output.commit_message()].map(|one| one.to_bytes().unwrap()),
            );
            self.group().apply_pending_commit().unwrap();
            self.store();
        })
        .0
    }

    fn join(&mut self, welcome: &[u8]) -> Duration {
        let (time, group) = timed(|| {
            let welcome = MlsMessage::from_bytes(welcome).unwrap();
            let mut group = self.client.join_group(None, &welcome, None).unwrap().0;
            group.write_to_storage().unwrap();
            group
        });
        self.group = Some(group);
        time
    }

    fn update(&mut self) -> Duration {
        timed(|| {
            let output = self.group().commit(Vec::new()).unwrap();
            std::hint::black_box(output.commit_message().to_bytes().unwrap());
            self.group().apply_pending_commit().unwrap();
            self.store();
        })
        .0
    }

    fn process(&mut self, commit: &[u8]) -> Duration {
        let (time, received) = timed(|| {
            let received = self.receive(commit);
            self.store();
            received
        });
        assert!(
            matches!(received, ReceivedMessage::Commit(commit) if matches!(commit.effect, CommitEffect::NewEpoch(_)))
        );
        time
    }

    fn encrypt(&mut self, text: &[u8], count: usize) -> (Duration, Vec<u8>) {
        let (time, messages) = timed(|| {
            let group = self.group();
            let encrypt = |_| group.encrypt_application_message(text, Vec::new()).unwrap().to_bytes().unwrap();
            let messages: Vec<_> = (0..count).map(encrypt).collect();
            self.store();
            messages
        });
        (time, messages.into_iter().last().unwrap())
    }

    fn decrypt(&mut self, messages: &[Vec<u8>]) -> (Duration, Vec<u8>) {
        let (time, texts) = timed(|| {
            let mut decrypt = |message: &Vec<u8>| match self.receive(message) {
                ReceivedMessage::ApplicationMessage(message) => message.data().to_vec(),
                other => panic!("{other:?}"),
            };
            let texts: Vec<_> = messages.iter().map(&mut decrypt).collect();
            self.store();
            texts
        });
        (time, texts.into_iter().last().unwrap())
    }

    fn load(&mut self) -> Duration {
        let group_id = self.group().group_id().to_vec();
        self.group = None;
        let (time, group) = timed(|| self.client.load_group(&group_id).unwrap());
        self.group = Some(group);
        time
    }

    fn epoch(&mut self) -> u64 {
        self.group().current_epoch()
    }

    fn forget(&mut self) {
        if let Some(group) = self.group.take() {
            self.storage.delete_group(group.group_id());
        }
    }
}
