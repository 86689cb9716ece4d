//! Packages that clients with mls-rs make.

use std::time::Duration;

use mls_rs::{
    CipherSuite, CipherSuiteProvider as _, Client, CryptoProvider as _,
    identity::{
        SigningIdentity,
        basic::{BasicCredential, BasicIdentityProvider},
    },
};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;
use mlskit::{KeypackageChecks, KeypackageExt, RejectedKeypackage};

const DAY: Duration = Duration::from_hours(24);

/// As mls-rs makes it unless told otherwise.
fn made(suite: u16) -> Vec<u8> {
    let suite = CipherSuite::new(suite);
    let crypto = RustCryptoProvider::default();
    let (secret, public) = crypto.cipher_suite_provider(suite).unwrap().signature_key_generate().unwrap();
    let dave = SigningIdentity::new(BasicCredential::new(b"dave".to_vec()).into_credential(), public);
    let client = Client::builder()
        .identity_provider(BasicIdentityProvider)
        .crypto_provider(crypto)
        .signing_identity(dave, secret, suite)
        .build();
    let message = client.generate_key_package_message(Default::default(), Default::default(), None).unwrap();
    message.to_bytes().unwrap()
}

#[test]
fn they_live_for_a_year_which_is_too_long_unless_the_limit_is_raised() {
    for suite in [1, 2, 3] {
        let bytes = made(suite);
        let rejected = KeypackageChecks::default().check(&bytes).unwrap_err();
        let RejectedKeypackage::LifetimeTooLong { found, .. } = rejected else { panic!("{rejected}") };
        assert!((365 * DAY..366 * DAY).contains(&found), "{found:?}");

        let raised = KeypackageChecks::default().max_accepted_lifetime(400 * DAY);
        let keypackage = raised.check(&bytes).unwrap();
        assert_eq!(u16::from(keypackage.ciphersuite()), suite);
        assert_eq!(keypackage.leaf_node().credential().serialized_content(), b"dave");
        assert_eq!(keypackage.to_mls_message().unwrap(), bytes);
    }
}
