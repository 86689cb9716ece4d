//! Whether others take a package: OpenMLS and mls-rs, each by validating it and by adding it to a group.

use mls_rs::{
    CipherSuiteProvider as _, CryptoProvider as _, MlsMessage,
    identity::{
        SigningIdentity,
        basic::{BasicCredential, BasicIdentityProvider},
    },
};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;
use mlskit::{
    Keypackage, KeypackageExt,
    openmls::{
        group::MlsGroup,
        prelude::{
            Ciphersuite, CredentialWithKey, DeserializeBytes as _, KeyPackageIn, OpenMlsProvider as _, ProtocolVersion,
        },
    },
};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;

/// A package that somebody refuses is told with the reason.
pub(super) fn check(keypackage: &Keypackage) -> Result<(), String> {
    let bytes = keypackage.to_bytes().unwrap();
    let added = validated_by_openmls(&bytes)?;
    assert_eq!(&added, keypackage, "what a peer decodes is what was made");
    added_by_openmls(added)?;
    added_by_mls_rs(keypackage.ciphersuite(), &bytes)
}

fn validated_by_openmls(bytes: &[u8]) -> Result<Keypackage, String> {
    let decoded = KeyPackageIn::tls_deserialize_exact_bytes(bytes).map_err(|error| format!("OpenMLS: {error}"))?;
    let validated = decoded.validate(OpenMlsRustCrypto::default().crypto(), ProtocolVersion::Mls10);
    validated.map_err(|error| format!("OpenMLS: {error}"))
}

fn added_by_openmls(keypackage: Keypackage) -> Result<(), String> {
    let suite = keypackage.ciphersuite();
    let provider = OpenMlsRustCrypto::default();
    let signer = SignatureKeyPair::new(suite.signature_algorithm()).unwrap();
    let credential = mlskit::openmls::prelude::BasicCredential::new(b"carol".to_vec());
    let with_key = CredentialWithKey { credential: credential.into(), signature_key: signer.public().into() };
    let mut group = MlsGroup::builder().ciphersuite(suite).build(&provider, &signer, with_key).unwrap();
    group.add_members(&provider, &signer, &[keypackage]).map_err(|error| format!("OpenMLS's group: {error}"))?;
    group.merge_pending_commit(&provider).map_err(|error| format!("OpenMLS's group: {error}"))
}

fn added_by_mls_rs(suite: Ciphersuite, bytes: &[u8]) -> Result<(), String> {
    let suite = mls_rs::CipherSuite::new(suite.into());
    let crypto = RustCryptoProvider::default();
    let (secret, public) = crypto.cipher_suite_provider(suite).unwrap().signature_key_generate().unwrap();
    let identity = SigningIdentity::new(BasicCredential::new(b"dave".to_vec()).into_credential(), public);
    let dave = mls_rs::Client::builder()
        .identity_provider(BasicIdentityProvider)
        .crypto_provider(crypto)
        .signing_identity(identity, secret, suite)
        .build();
    let mut group = dave.group_builder().unwrap().build().unwrap();

    // An MLSMessage: version 1, wire format 5.
    let framed = [&[0, 1, 0, 5], bytes].concat();
    let refused = |error: mls_rs::error::MlsError| format!("mls-rs: {error}");
    let message = MlsMessage::from_bytes(&framed).map_err(refused)?;
    group.commit_builder().add_member(message).map_err(refused)?.build().map_err(refused)?;
    group.apply_pending_commit().map_err(refused)?;
    assert_eq!(group.roster().members().len(), 2);
    Ok(())
}
