//! Whoever adds Alice: mls-rs, which can be told what time it is. The clock that is turned here is not that of OpenMLS.

use mls_rs::{
    CipherSuite, CipherSuiteProvider as _, CryptoProvider as _, MlsMessage,
    client_builder::MlsConfig,
    identity::{
        SigningIdentity,
        basic::{BasicCredential, BasicIdentityProvider},
    },
    time::MlsTime,
};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;

use crate::common::SUITE;

fn client() -> mls_rs::Client<impl MlsConfig> {
    let suite = CipherSuite::new(SUITE.into());
    let crypto = RustCryptoProvider::default();
    let (secret, public) = crypto.cipher_suite_provider(suite).unwrap().signature_key_generate().unwrap();
    let identity = SigningIdentity::new(BasicCredential::new(b"bob".to_vec()).into_credential(), public);
    mls_rs::Client::builder()
        .identity_provider(BasicIdentityProvider)
        .crypto_provider(crypto)
        .signing_identity(identity, secret, suite)
        .build()
}

/// A Welcome into a new group, by a peer for whom a package is valid, which it is until `not_after`.
pub(crate) fn welcome(not_after: u64, bytes: &[u8]) -> Vec<u8> {
    let mut group = client().group_builder().unwrap().build().unwrap();
    let framed = MlsMessage::from_bytes(&[&[0, 1, 0, 5], bytes].concat()).unwrap();
    let in_its_window = MlsTime::from(not_after - 1);
    let commit = group.commit_builder().add_member(framed).unwrap().commit_time(in_its_window).build().unwrap();
    commit.welcome_messages()[0].to_bytes().unwrap()
}
