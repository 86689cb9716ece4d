//! OpenMLS, with whatever provider: a side, and the host whose groups the sides join.

use std::time::{Duration, Instant};

use openmls::prelude::{
    BasicCredential, CredentialWithKey, GroupId, KeyPackage, LeafNodeParameters, MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY,
    MlsGroup, MlsGroupJoinConfig, MlsMessageBodyIn, MlsMessageIn, ProcessedMessageContent, SignatureScheme,
    StagedWelcome, Welcome,
};
use openmls_basic_credential::SignatureKeyPair;
use openmls_traits::OpenMlsProvider;
use tls_codec::Deserialize;

use crate::{
    side::{PADDING, Side},
    suite::SUITE,
};

pub(crate) struct Party<P> {
    provider: P,
    signer: SignatureKeyPair,
    credential: CredentialWithKey,
    past_epochs: usize,
    group: Option<MlsGroup>,
}

impl<P: OpenMlsProvider> Party<P> {
    pub(crate) fn new(name: &str, past_epochs: usize, provider: P) -> Self {
        let signer = SignatureKeyPair::new(SignatureScheme::ED25519).unwrap();
        let credential = BasicCredential::new(name.as_bytes().to_vec()).into();
        let credential = CredentialWithKey { credential, signature_key: signer.public().into() };
        Self { provider, signer, credential, past_epochs, group: None }
    }

    pub(crate) fn group(&mut self) -> &mut MlsGroup {
        self.group.as_mut().unwrap()
    }

    /// Makes a Welcome and drops the commit, or merges it.
    pub(crate) fn invite(&mut self, keypackage: &KeyPackage, merge: bool) -> Vec<u8> {
        let group = self.group.as_mut().unwrap();
        let (_, welcome, _) =
            group.add_members(&self.provider, &self.signer, std::slice::from_ref(keypackage)).unwrap();
        if merge {
            group.merge_pending_commit(&self.provider).unwrap();
        } else {
            group.clear_pending_commit(self.provider.storage()).unwrap();
        }
        welcome.to_bytes().unwrap()
    }

    /// Gives itself new keys, and returns the commit.
    pub(crate) fn commit(&mut self) -> Vec<u8> {
        let group = self.group.as_mut().unwrap();
        let bundle = group.self_update(&self.provider, &self.signer, LeafNodeParameters::default()).unwrap();
        let commit = bundle.into_commit().to_bytes().unwrap();
        group.merge_pending_commit(&self.provider).unwrap();
        commit
    }

    fn join_config(&self) -> MlsGroupJoinConfig {
        MlsGroupJoinConfig::builder()
            .wire_format_policy(MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY)
            .max_past_epochs(self.past_epochs)
            .padding_size(PADDING)
            .use_ratchet_tree_extension(true)
            .build()
    }

    fn receive(&mut self, bytes: &[u8]) -> ProcessedMessageContent {
        let message = MlsMessageIn::tls_deserialize_exact(bytes).unwrap().try_into_protocol_message().unwrap();
        let group = self.group.as_mut().unwrap();
        group.process_message(&self.provider, message).unwrap().into_content()
    }

    fn group_id(&mut self) -> GroupId {
        self.group().group_id().clone()
    }
}

impl<P: OpenMlsProvider> Side for Party<P> {
    fn publish(&mut self) -> KeyPackage {
        let credential = self.credential.clone();
        KeyPackage::builder().build(SUITE, &self.provider, &self.signer, credential).unwrap().key_package().clone()
    }

    fn create(&mut self) {
        let builder = MlsGroup::builder()
            .ciphersuite(SUITE)
            .with_wire_format_policy(MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY)
            .max_past_epochs(self.past_epochs)
            .padding_size(PADDING)
            .use_ratchet_tree_extension(true);
        self.group = Some(builder.build(&self.provider, &self.signer, self.credential.clone()).unwrap());
    }

    fn add(&mut self, members: &[KeyPackage]) -> Duration {
        let group = self.group.as_mut().unwrap();
        let since = Instant::now();
        let (commit, welcome, _) = group.add_members(&self.provider, &self.signer, members).unwrap();
        let messages = [commit, welcome].map(|message| message.to_bytes().unwrap());
        group.merge_pending_commit(&self.provider).unwrap();
        let time = since.elapsed();
        assert!(messages.iter().all(|message| message.len() > members.len()));
        time
    }

    fn join(&mut self, welcome: &[u8]) -> Duration {
        let config = self.join_config();
        let since = Instant::now();
        let staged = StagedWelcome::new_from_welcome(&self.provider, &config, decode_welcome(welcome), None).unwrap();
        let group = staged.into_group(&self.provider).unwrap();
        let time = since.elapsed();
        self.group = Some(group);
        time
    }

    fn update(&mut self) -> Duration {
        let since = Instant::now();
        let commit = self.commit();
        let time = since.elapsed();
        assert!(!commit.is_empty());
        time
    }

    fn process(&mut self, commit: &[u8]) -> Duration {
        let since = Instant::now();
        let ProcessedMessageContent::StagedCommitMessage(staged) = self.receive(commit) else { panic!("not a commit") };
        self.group.as_mut().unwrap().merge_staged_commit(&self.provider, *staged).unwrap();
        since.elapsed()
    }

    fn encrypt(&mut self, text: &[u8], count: usize) -> (Duration, Vec<u8>) {
        let group = self.group.as_mut().unwrap();
        let since = Instant::now();
        let encrypt = |_| group.create_message(&self.provider, &self.signer, text).unwrap().to_bytes().unwrap();
        let messages: Vec<_> = (0..count).map(encrypt).collect();
        (since.elapsed(), messages.into_iter().last().unwrap())
    }

    fn decrypt(&mut self, messages: &[Vec<u8>]) -> (Duration, Vec<u8>) {
        let since = Instant::now();
        let mut decrypt = |message: &Vec<u8>| match self.receive(message) {
            ProcessedMessageContent::ApplicationMessage(message) => message.into_bytes(),
            other => panic!("{other:?}"),
        };
        let texts: Vec<_> = messages.iter().map(&mut decrypt).collect();
        (since.elapsed(), texts.into_iter().last().unwrap())
    }

    fn load(&mut self) -> Duration {
        let group_id = self.group_id();
        self.group = None;
        let since = Instant::now();
        self.group = MlsGroup::load(self.provider.storage(), &group_id).unwrap();
        let time = since.elapsed();
        assert!(self.group.is_some());
        time
    }

    fn epoch(&mut self) -> u64 {
        self.group().epoch().as_u64()
    }

    fn forget(&mut self) {
        if let Some(mut group) = self.group.take() {
            group.delete(self.provider.storage()).unwrap();
        }
    }
}

fn decode_welcome(bytes: &[u8]) -> Welcome {
    match MlsMessageIn::tls_deserialize_exact(bytes).unwrap().extract() {
        MlsMessageBodyIn::Welcome(welcome) => welcome,
        other => panic!("{other:?}"),
    }
}
