//! The same work without mlskit: OpenMLS with its own storage in memory, and mls-rs with its.

use ed25519_dalek::Signer as _;
use mls_rs::{
    CipherSuite, CipherSuiteProvider as _, CryptoProvider as _, MlsMessage,
    client_builder::MlsConfig,
    external_client::{ExternalClient, builder::MlsConfig as ExternalMlsConfig},
    identity::{
        SigningIdentity,
        basic::{BasicCredential, BasicIdentityProvider},
    },
    storage_provider::in_memory::InMemoryKeyPackageStorage,
};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;
use mlskit::openmls::prelude::{
    BasicCredential as OpenMlsBasicCredential, CredentialWithKey, KeyPackage, KeyPackageBundle, SignatureScheme,
};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::{
    OpenMlsProvider as _,
    signatures::{Signer, SignerError},
};

use crate::shared::suite::SUITE;

pub(crate) struct OpenMls<S> {
    pub(crate) provider: OpenMlsRustCrypto,
    signer: S,
    credential: CredentialWithKey,
}

impl OpenMls<SignatureKeyPair> {
    /// As its book shows it.
    pub(crate) fn new() -> Self {
        let signer = SignatureKeyPair::new(SignatureScheme::ED25519).unwrap();
        let public = signer.public().to_vec();
        Self::with(signer, &public)
    }
}

impl OpenMls<CachedKey> {
    /// With a signer that expands its key once, as mlskit's does.
    pub(crate) fn with_cached_key() -> Self {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).unwrap();
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        let public = key.verifying_key().to_bytes();
        Self::with(CachedKey(key), &public)
    }
}

impl<S: Signer> OpenMls<S> {
    fn with(signer: S, public: &[u8]) -> Self {
        let credential = OpenMlsBasicCredential::new(b"alice".to_vec());
        let credential = CredentialWithKey { credential: credential.into(), signature_key: public.into() };
        Self { provider: OpenMlsRustCrypto::default(), signer, credential }
    }

    pub(crate) fn generate(&self) -> KeyPackageBundle {
        self.generate_with(&self.provider)
    }

    pub(crate) fn generate_with(&self, provider: &OpenMlsRustCrypto) -> KeyPackageBundle {
        KeyPackage::builder().build(SUITE, provider, &self.signer, self.credential.clone()).unwrap()
    }

    pub(crate) fn count(&self) -> usize {
        self.provider.storage().values.read().unwrap().len()
    }
}

pub(crate) struct CachedKey(ed25519_dalek::SigningKey);

impl Signer for CachedKey {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(payload).to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

pub(crate) struct MlsRs<C> {
    client: mls_rs::Client<C>,
    pub(crate) storage: InMemoryKeyPackageStorage,
}

pub(crate) fn mls_rs() -> MlsRs<impl MlsConfig> {
    let crypto = RustCryptoProvider::default();
    let suite = crypto.cipher_suite_provider(CipherSuite::CURVE25519_AES128).unwrap();
    let (secret, public) = suite.signature_key_generate().unwrap();
    let identity = SigningIdentity::new(BasicCredential::new(b"alice".to_vec()).into_credential(), public);
    let storage = InMemoryKeyPackageStorage::new();
    let client = mls_rs::Client::builder()
        .identity_provider(BasicIdentityProvider)
        .crypto_provider(crypto)
        .key_package_repo(storage.clone())
        .signing_identity(identity, secret, CipherSuite::CURVE25519_AES128)
        .build();
    MlsRs { client, storage }
}

impl<C: MlsConfig> MlsRs<C> {
    pub(crate) fn generate(&self) -> MlsMessage {
        self.client.generate_key_package_message(Default::default(), Default::default(), None).unwrap()
    }
}

pub(crate) fn mls_rs_checker() -> ExternalClient<impl ExternalMlsConfig> {
    ExternalClient::builder()
        .identity_provider(BasicIdentityProvider)
        .crypto_provider(RustCryptoProvider::default())
        .build()
}
