//! Chains and keys as they come in files.

use mlskit::{CertificateChain, CertificateError, Credential, CredentialError, Error, PrivateKey};
use mlskit_testkit::certificates::{Chain, ChainBuilder, pem};

use super::SUITES;

fn chains() -> impl Iterator<Item = Chain> {
    SUITES.into_iter().map(|(_, kind)| ChainBuilder::new(kind, "alice").intermediates(1).build().unwrap())
}

fn not_pem(text: &str) -> (u32, String) {
    match CertificateChain::from_pem(text).unwrap_err() {
        Error::Credential(CredentialError::Certificate(CertificateError::NotPem { position, reason })) => {
            (position, reason)
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_chain_is_the_same_from_der_and_from_pem() {
    for chain in chains() {
        let expected = CertificateChain::from_der(chain.certificates.clone()).unwrap();
        let text = chain.pem();
        let with_words = text.replace("-----BEGIN", "subject=CN = alice\n\n-----BEGIN");
        for text in [text.replace('\n', "\r\n"), format!("\n{text}\n\n"), with_words, text] {
            assert_eq!(CertificateChain::from_pem(&text).unwrap(), expected, "{text}");
        }
    }
}

#[test]
fn a_private_key_is_the_same_from_der_and_from_pem() {
    for ((suite, _), chain) in SUITES.into_iter().zip(chains()) {
        let text = chain.pkcs8_pem();
        for bytes in [chain.pkcs8.clone(), text.replace('\n', "\r\n").into_bytes(), text.into_bytes()] {
            let key = PrivateKey::from_pkcs8(&bytes).unwrap();
            let certificates = CertificateChain::from_pem(&chain.pem()).unwrap();
            Credential::x509(suite, certificates, key).unwrap();
        }
    }
}

/// RFC 7468 §2 lets a reader take lines of any width; some programs write 76 columns, some a single line.
#[test]
fn lines_of_any_width_are_taken() {
    for ((suite, _), chain) in SUITES.into_iter().zip(chains()) {
        for width in [4, 63, 76, usize::MAX] {
            let certificates = CertificateChain::from_pem(&with_lines_of(width, &chain.pem())).unwrap();
            assert_eq!(certificates, CertificateChain::from_der(chain.certificates.clone()).unwrap());
            let key = PrivateKey::from_pkcs8(with_lines_of(width, &chain.pkcs8_pem()).as_bytes()).unwrap();
            Credential::x509(suite, certificates, key).unwrap();
        }
    }
}

fn with_lines_of(width: usize, pem: &str) -> String {
    let mut column = 0;
    pem.split_inclusive('\n').fold(String::new(), |mut wrapped, line| {
        if line.starts_with('-') {
            let break_line = if column > 0 { "\n" } else { "" };
            column = 0;
            return wrapped + break_line + line;
        }
        for digit in line.trim_end().chars() {
            wrapped.push(digit);
            column += 1;
            if column == width {
                wrapped.push('\n');
                column = 0;
            }
        }
        wrapped
    })
}

#[test]
fn a_private_key_is_found_among_certificates_and_words() {
    for ((suite, _), chain) in SUITES.into_iter().zip(chains()) {
        let (key, certificates) = (chain.pkcs8_pem(), chain.pem());
        for text in [
            format!("{key}{certificates}"),
            format!("{certificates}{key}"),
            format!("Bag Attributes\n    friendlyName: alice\n{key}   \n\nend"),
        ] {
            let key = PrivateKey::from_pkcs8(text.as_bytes()).unwrap();
            Credential::x509(suite, CertificateChain::from_pem(&certificates).unwrap(), key).unwrap();
        }
        let unfinished = key.split_at(key.find("-----END").unwrap()).0;
        let reason = "there is no -----END PRIVATE KEY-----".to_owned();
        let refused = PrivateKey::from_pkcs8(unfinished.as_bytes()).unwrap_err();
        assert_eq!(refused, Error::Credential(CredentialError::NotAPrivateKey { reason }));
    }
}

#[test]
fn a_pem_block_of_another_kind_is_named() {
    for chain in chains() {
        let key = chain.pkcs8_pem();
        assert_eq!(not_pem(&format!("{key}{}", chain.pem())), (0, "found the label PRIVATE KEY".to_owned()));
        assert_eq!(not_pem(&format!("{}{key}", chain.pem())), (3, "found the label PRIVATE KEY".to_owned()));
    }
}

#[test]
fn a_damaged_pem_block_is_refused_with_its_place() {
    for chain in chains() {
        let text = chain.pem();
        let last_line = text.rfind("-----END").unwrap();
        assert_eq!(not_pem(&text[..last_line]).0, 2);
        let second = text.match_indices("-----BEGIN").nth(1).unwrap().0;
        let mut damaged = text.clone();
        damaged.replace_range(second + 100..second + 101, "*");
        assert_eq!(not_pem(&damaged).0, 1);
    }
}

#[test]
fn private_keys_of_other_formats_are_named() {
    for label in ["ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY", "CERTIFICATE"] {
        let text = pem(label, &[0x30, 0]);
        let reason = format!("found the label {label}");
        let refused = PrivateKey::from_pkcs8(text.as_bytes()).unwrap_err();
        assert_eq!(refused, Error::Credential(CredentialError::NotAPrivateKey { reason }));
    }
}

#[test]
fn a_key_that_was_cut_in_the_wrong_place_is_not_shown() {
    let text = ChainBuilder::new(SUITES[0].1, "alice").build().unwrap().pkcs8_pem();
    let unfinished = text.replacen("KEY-----", "KEY", 1);
    let one_line = text.replace('\n', "");
    let secret = text.lines().nth(1).unwrap().to_owned();
    for cut in [unfinished, one_line] {
        let key = PrivateKey::from_pkcs8(cut.as_bytes()).unwrap_err();
        let chain = CertificateChain::from_pem(&cut).unwrap_err();
        assert!(!format!("{key} {key:?} {chain} {chain:?}").contains(&secret));
        assert!(format!("{key} {chain}").matches("does not end with the label").count() == 2);
    }
}
