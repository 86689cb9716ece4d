//! A member by OpenMLS alone, which does what mlskit never would. Its handshakes go out in clear.

use mlskit::{
    Keypackage,
    openmls::{
        credentials::NewSignerBundle,
        group::MlsGroup,
        prelude::{
            BasicCredential, Capabilities, Credential, CredentialType, CredentialWithKey, Extensions, GroupContext,
            GroupId, KeyPackage, LeafNodeParameters, Lifetime, MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY,
            MIXED_PLAINTEXT_WIRE_FORMAT_POLICY, MlsGroupJoinConfig, MlsMessageBodyIn, MlsMessageIn, MlsMessageOut,
            OpenMlsProvider as _, ProposalType, StagedWelcome,
        },
    },
};
use mlskit_testkit::certificates::{Chain, ChainBuilder, KeyKind};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::{crypto::OpenMlsCrypto as _, signatures::Signer as _, types::HashType};
use tls_codec::{Deserialize as _, Serialize as _, VLByteSlice};

use crate::common::SUITE;

/// The type of a proposal that only peers declare.
pub(crate) const CUSTOM: u16 = 0xf123;

/// The protocol's version and the wire format.
const HEADER: usize = 4;
/// A signature and a tag of [`SUITE`], each behind its length.
const SIGNATURE: usize = 2 + 64;
const TAG: usize = 1 + 32;

pub(crate) struct Peer {
    pub(crate) provider: OpenMlsRustCrypto,
    pub(crate) signer: SignatureKeyPair,
    pub(crate) with_key: CredentialWithKey,
    pub(crate) group: Option<MlsGroup>,
}

pub(crate) fn basic(name: &str) -> Credential {
    BasicCredential::new(name.as_bytes().to_vec()).into()
}

/// A credential with `chain`.
pub(crate) fn x509(chain: &Chain) -> Credential {
    Credential::new(CredentialType::X509, chain.credential_content())
}

/// A chain that is somebody else's.
pub(crate) fn anothers_chain() -> Chain {
    ChainBuilder::new(KeyKind::Ed25519, "somebody else").build().unwrap()
}

/// A new key, with `credential` whatever it says.
pub(crate) fn new_key(credential: Credential) -> (SignatureKeyPair, CredentialWithKey) {
    let signer = SignatureKeyPair::new(SUITE.signature_algorithm()).unwrap();
    let with_key = CredentialWithKey { credential, signature_key: signer.public().into() };
    (signer, with_key)
}

fn capabilities() -> Capabilities {
    Capabilities::builder()
        .credentials(vec![CredentialType::Basic, CredentialType::X509])
        .proposals(vec![ProposalType::Custom(CUSTOM)])
        .build()
}

impl Peer {
    pub(crate) fn new(credential: Credential) -> Self {
        let (signer, with_key) = new_key(credential);
        Self { provider: OpenMlsRustCrypto::default(), signer, with_key, group: None }
    }

    /// One who signs with the key of its chain.
    pub(crate) fn certified(chain: &Chain) -> Self {
        // PKCS#8 of Ed25519 ends with the private key or, in its second version, with the public one.
        let at = chain.pkcs8.windows(4).position(|window| window == [4, 0x22, 4, 0x20]).unwrap() + 4;
        let private = chain.pkcs8[at..at + 32].to_vec();
        let signer = SignatureKeyPair::from_raw(SUITE.signature_algorithm(), private, chain.public_key.clone());
        let with_key = CredentialWithKey { credential: x509(chain), signature_key: signer.public().into() };
        Self { provider: OpenMlsRustCrypto::default(), signer, with_key, group: None }
    }

    pub(crate) fn keypackage(&self) -> Keypackage {
        self.keypackage_until(Lifetime::default())
    }

    pub(crate) fn keypackage_until(&self, lifetime: Lifetime) -> Keypackage {
        KeyPackage::builder()
            .key_package_lifetime(lifetime)
            .leaf_node_capabilities(capabilities())
            .build(SUITE, &self.provider, &self.signer, self.with_key.clone())
            .unwrap()
            .into_key_package()
    }

    pub(crate) fn create(&mut self, extensions: Extensions<GroupContext>) {
        self.create_with(GroupId::random(self.provider.rand()), extensions);
    }

    /// Creates a group under the id of another.
    pub(crate) fn create_as(&mut self, group_id: &GroupId) {
        self.create_with(group_id.clone(), Extensions::default());
    }

    fn create_with(&mut self, group_id: GroupId, extensions: Extensions<GroupContext>) {
        let group = MlsGroup::builder()
            .with_group_id(group_id)
            .ciphersuite(SUITE)
            .with_wire_format_policy(MIXED_PLAINTEXT_WIRE_FORMAT_POLICY)
            .use_ratchet_tree_extension(true)
            .with_capabilities(capabilities())
            .with_group_context_extensions(extensions)
            .build(&self.provider, &self.signer, self.with_key.clone());
        self.group = Some(group.unwrap());
    }

    pub(crate) fn join(&mut self, welcome: &[u8]) {
        let MlsMessageBodyIn::Welcome(welcome) = MlsMessageIn::tls_deserialize_exact(welcome).unwrap().extract() else {
            panic!("no Welcome")
        };
        let config = MlsGroupJoinConfig::builder()
            .wire_format_policy(MIXED_PLAINTEXT_WIRE_FORMAT_POLICY)
            .use_ratchet_tree_extension(true)
            .build();
        let staged = StagedWelcome::build_from_welcome(&self.provider, &config, welcome).unwrap();
        let staged = staged.skip_lifetime_validation().build().unwrap();
        self.group = Some(staged.into_group(&self.provider).unwrap());
    }

    /// From now on its handshakes are encrypted too.
    pub(crate) fn encrypts_all(&mut self) {
        let config = MlsGroupJoinConfig::builder().wire_format_policy(MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY).build();
        self.with(|group, provider, _| group.set_configuration(provider.storage(), &config).unwrap());
    }

    /// Does something to the group.
    pub(crate) fn with<T>(
        &mut self,
        work: impl FnOnce(&mut MlsGroup, &OpenMlsRustCrypto, &SignatureKeyPair) -> T,
    ) -> T {
        work(self.group.as_mut().unwrap(), &self.provider, &self.signer)
    }

    /// Adds others; returns the Welcome.
    pub(crate) fn add(&mut self, keypackages: &[Keypackage]) -> (Vec<u8>, Vec<u8>) {
        self.with(|group, provider, signer| {
            let (commit, welcome, _) = group.add_members(provider, signer, keypackages).unwrap();
            group.merge_pending_commit(provider).unwrap();
            (bytes(&commit), bytes(&welcome))
        })
    }

    /// A commit by which this peer changes its credential, and with it its key.
    pub(crate) fn commit_credential(&mut self, credential: Credential) -> Vec<u8> {
        let (new, with_key) = new_key(credential);
        self.with(|group, provider, signer| {
            let bundle = NewSignerBundle { signer: &new, credential_with_key: with_key };
            let parameters = LeafNodeParameters::default();
            bytes(group.self_update_with_new_signer(provider, signer, bundle, parameters).unwrap().commit())
        })
    }

    /// A proposal by which this peer changes its credential, and with it its key.
    pub(crate) fn propose_credential(&mut self, credential: Credential) -> Vec<u8> {
        let (new, with_key) = new_key(credential);
        self.with(|group, provider, signer| {
            let bundle = NewSignerBundle { signer: &new, credential_with_key: with_key };
            let parameters = LeafNodeParameters::default();
            bytes(&group.propose_self_update_with_new_signer(provider, signer, bundle, parameters).unwrap().0)
        })
    }

    /// A commit by itself whose content (RFC 9420 §6) was changed and then signed and tagged again. What depends on the
    /// content beyond that, as the confirmation tag does, is as it was.
    pub(crate) fn forge(&mut self, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        // The commit will bring the next epoch's.
        let key = self.membership_key();
        let commit = self.commit();
        let context = self.group.as_ref().unwrap().public_group().group_context().tls_serialize_detached().unwrap();
        let (header, rest) = commit.split_at(HEADER);
        let (content, tags) = rest.split_at(rest.len() - SIGNATURE - 2 * TAG);
        let confirmation = &tags[SIGNATURE..SIGNATURE + TAG];
        let mut content = content.to_vec();
        change(&mut content);
        let to_sign = [header, &content, &context].concat();
        let label = VLByteSlice(b"MLS 1.0 FramedContentTBS");
        let signature = self.signer.sign(&(label, VLByteSlice(&to_sign)).tls_serialize_detached().unwrap()).unwrap();
        let signature = VLByteSlice(&signature).tls_serialize_detached().unwrap();
        let to_tag = [&to_sign, &signature, confirmation].concat();
        let tag = self.provider.crypto().hmac(HashType::Sha2_256, &key, &to_tag).unwrap();
        let tag = VLByteSlice(tag.as_slice()).tls_serialize_detached().unwrap();
        [header, &content, &signature, confirmation, &tag].concat()
    }

    /// As OpenMLS stores it, in JSON.
    fn membership_key(&self) -> Vec<u8> {
        let values = self.provider.storage().values.read().unwrap();
        let stored = values.values().filter_map(|value| std::str::from_utf8(value).ok());
        let of_this_epoch = stored.filter_map(|value| value.split_once("\"membership_key\"")).next().unwrap().1;
        let (from, to) = (of_this_epoch.find('[').unwrap() + 1, of_this_epoch.find(']').unwrap());
        of_this_epoch[from..to].split(',').map(|byte| byte.parse().unwrap()).collect()
    }

    /// What every member seals the name of a private message's sender with.
    pub(crate) fn sender_data_secret(&self) -> Vec<u8> {
        let values = self.provider.storage().values.read().unwrap();
        let found = values.values().find_map(|value| {
            let json = String::from_utf8_lossy(value);
            let (_, secret) = json.split_once("\"sender_data_secret\"")?;
            let (numbers, _) = secret.split_once('[')?.1.split_once(']')?;
            Some(numbers.split(',').map(|number| number.trim().parse().unwrap()).collect())
        });
        found.unwrap()
    }

    /// A commit that changes nothing but keys.
    pub(crate) fn commit(&mut self) -> Vec<u8> {
        self.with(|group, provider, signer| {
            bytes(group.self_update(provider, signer, LeafNodeParameters::default()).unwrap().commit())
        })
    }
}

pub(crate) fn bytes(message: &MlsMessageOut) -> Vec<u8> {
    message.to_bytes().unwrap()
}
