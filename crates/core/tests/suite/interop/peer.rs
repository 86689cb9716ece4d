//! A client by mls-rs, in at most one group.

use mls_rs::{
    CipherSuite, CipherSuiteProvider as _, CryptoProvider as _, ExtensionList, Group, MlsMessage,
    client_builder::MlsConfig,
    group::{CommitEffect, CommitOutput, ReceivedMessage},
    identity::{
        SigningIdentity,
        basic::{BasicCredential, BasicIdentityProvider},
    },
};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;
use mlskit::{Keypackage, KeypackageExt, openmls::prelude::Ciphersuite};

pub(super) struct Peer<C: MlsConfig> {
    client: mls_rs::Client<C>,
    group: Option<Group<C>>,
}

pub(super) fn peer(suite: Ciphersuite, name: &str) -> Peer<impl MlsConfig> {
    let suite = CipherSuite::new(suite.into());
    let crypto = RustCryptoProvider::default();
    let (secret, public) = crypto.cipher_suite_provider(suite).unwrap().signature_key_generate().unwrap();
    let identity = SigningIdentity::new(BasicCredential::new(name.as_bytes().to_vec()).into_credential(), public);
    let client = mls_rs::Client::builder()
        .identity_provider(BasicIdentityProvider)
        .crypto_provider(crypto)
        .signing_identity(identity, secret, suite)
        .build();
    Peer { client, group: None }
}

fn decode(bytes: &[u8]) -> MlsMessage {
    MlsMessage::from_bytes(bytes).unwrap()
}

/// As an MLSMessage: version 1, wire format 5.
pub(super) fn framed(keypackage: &Keypackage) -> Vec<u8> {
    [&[0, 1, 0, 5], &keypackage.to_bytes().unwrap()[..]].concat()
}

/// What a message did to a group.
pub(super) struct Processed(ReceivedMessage);

impl Processed {
    pub(super) fn is_removed(&self) -> bool {
        matches!(&self.0, ReceivedMessage::Commit(commit) if matches!(commit.effect, CommitEffect::Removed { .. }))
    }
}

impl<C: MlsConfig> Peer<C> {
    pub(super) fn group(&mut self) -> &mut Group<C> {
        self.group.as_mut().unwrap()
    }

    pub(super) fn create(&mut self) {
        self.group = Some(self.client.group_builder().unwrap().build().unwrap());
    }

    pub(super) fn publish(&self) -> Vec<u8> {
        let none = ExtensionList::new;
        self.client.generate_key_package_message(none(), none(), None).unwrap().to_bytes().unwrap()
    }

    pub(super) fn join(&mut self, welcome: &[u8]) {
        self.group = Some(self.client.join_group(None, &decode(welcome), None).unwrap().0);
    }

    /// Returns the commit.
    pub(super) fn join_by_external_commit(&mut self, group_info: &[u8]) -> Vec<u8> {
        let (group, commit) = self.client.commit_external(decode(group_info)).unwrap();
        self.group = Some(group);
        commit.to_bytes().unwrap()
    }

    pub(super) fn group_info(&mut self) -> Vec<u8> {
        self.group().group_info_message_allowing_ext_commit(true).unwrap().to_bytes().unwrap()
    }

    /// Returns the commit and the Welcome.
    pub(super) fn add(&mut self, keypackage: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let output = self.group().commit_builder().add_member(decode(keypackage)).unwrap().build().unwrap();
        let [welcome] = output.welcome_messages() else { panic!("{output:?}") };
        (self.apply(&output), welcome.to_bytes().unwrap())
    }

    pub(super) fn remove(&mut self, index: u32) -> Vec<u8> {
        let output = self.group().commit_builder().remove_member(index).unwrap().build().unwrap();
        self.apply(&output)
    }

    /// Commits to nothing but new keys and what is proposed.
    pub(super) fn update(&mut self) -> Vec<u8> {
        let output = self.group().commit(Vec::new()).unwrap();
        self.apply(&output)
    }

    pub(super) fn propose_update(&mut self) -> Vec<u8> {
        self.group().propose_update(Vec::new()).unwrap().to_bytes().unwrap()
    }

    fn apply(&mut self, output: &CommitOutput) -> Vec<u8> {
        self.group().apply_pending_commit().unwrap();
        output.commit_message().to_bytes().unwrap()
    }

    pub(super) fn process(&mut self, bytes: &[u8]) -> Processed {
        Processed(self.group().process_incoming_message(decode(bytes)).unwrap())
    }

    pub(super) fn say(&mut self, text: &str) -> Vec<u8> {
        self.group().encrypt_application_message(text.as_bytes(), Vec::new()).unwrap().to_bytes().unwrap()
    }

    pub(super) fn hear(&mut self, bytes: &[u8]) -> String {
        match self.process(bytes).0 {
            ReceivedMessage::ApplicationMessage(message) => String::from_utf8(message.data().to_vec()).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn index_of(&mut self, name: &str) -> u32 {
        self.group().member_with_identity(name.as_bytes()).unwrap().index
    }
}
