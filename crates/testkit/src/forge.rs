//! Makes key packages byte by byte, so that anything in them can be wrong and yet be signed correctly.
//!
//! Change what the test is about, and leave the rest:
//!
//! ```
//! use mlskit_testkit::forge::Forge;
//! let for_another_version = Forge { version: 2, ..Forge::default() }.bytes();
//! ```

mod corpus;

use std::time::{SystemTime, UNIX_EPOCH};

pub use corpus::corpus;
use ed25519_dalek::{Signer, pkcs8::DecodePrivateKey};

use crate::certificates::Chain;

/// All fields of a key package (RFC 9420 §10). The default is a good one of ciphersuite 0x0001.
#[derive(Debug, Clone)]
pub struct Forge {
    /// The protocol version.
    pub version: u16,
    /// The ciphersuite.
    pub ciphersuite: u16,
    /// The key for Welcomes.
    pub init_key: Vec<u8>,
    /// The leaf's key in the tree.
    pub encryption_key: Vec<u8>,
    /// The key that the leaf claims to sign with; `None` for the one that it does sign with.
    pub signature_key: Option<Vec<u8>>,
    /// The credential's type.
    pub credential_type: u16,
    /// The credential's content, without the length in front.
    pub credential: Vec<u8>,
    /// Capabilities: protocol versions.
    pub versions: Vec<u16>,
    /// Capabilities: ciphersuites.
    pub ciphersuites: Vec<u16>,
    /// Capabilities: extension types.
    pub extension_types: Vec<u16>,
    /// Capabilities: proposal types.
    pub proposals: Vec<u16>,
    /// Capabilities: credential types.
    pub credentials: Vec<u16>,
    /// The number of the leaf's source, and what follows it.
    pub source: (u8, Vec<u8>),
    /// The leaf's extensions: type and content.
    pub leaf_extensions: Vec<(u16, Vec<u8>)>,
    /// The package's extensions: type and content.
    pub extensions: Vec<(u16, Vec<u8>)>,
    /// Who signs.
    pub signer: ForgeSigner,
    /// What stands in place of the leaf's signature; `None` for the right one.
    pub leaf_signature: Option<Vec<u8>>,
    /// What stands in place of the package's signature; `None` for the right one.
    pub signature: Option<Vec<u8>>,
}

/// A private key that everybody knows.
#[derive(Debug, Clone)]
pub enum ForgeSigner {
    /// For ciphersuites 0x0001 and 0x0003.
    Ed25519([u8; 32]),
    /// For ciphersuite 0x0002.
    P256([u8; 32]),
}

impl Default for Forge {
    fn default() -> Self {
        let now = now();
        Self {
            version: 1,
            ciphersuite: 1,
            init_key: vec![0x11; 32],
            encryption_key: vec![0x22; 32],
            signature_key: None,
            credential_type: 1,
            credential: b"bob@example.com".to_vec(),
            versions: vec![1],
            ciphersuites: vec![1, 2, 3],
            extension_types: Vec::new(),
            proposals: Vec::new(),
            credentials: vec![1],
            source: made_for_key_package(now - 60 * 60, now + 60 * 60 * 24 * 84),
            leaf_extensions: Vec::new(),
            extensions: Vec::new(),
            signer: ForgeSigner::Ed25519([0x33; 32]),
            leaf_signature: None,
            signature: None,
        }
    }
}

/// The leaf source of a key package, with its lifetime in seconds since 1970.
#[must_use]
pub fn made_for_key_package(not_before: u64, not_after: u64) -> (u8, Vec<u8>) {
    (1, [not_before.to_be_bytes(), not_after.to_be_bytes()].concat())
}

/// 65 bytes in the form of an uncompressed point, which lies on no curve with P-256's equation.
#[must_use]
pub fn off_the_curve() -> Vec<u8> {
    [vec![4], vec![0xaa; 64]].concat()
}

/// The system's clock, in seconds since 1970.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

impl Forge {
    /// A good package of ciphersuite 0x0002, whose keys are points of P-256.
    #[must_use]
    pub fn p256() -> Self {
        Self {
            ciphersuite: 2,
            init_key: ForgeSigner::P256([0x11; 32]).public(),
            encryption_key: ForgeSigner::P256([0x22; 32]).public(),
            signer: ForgeSigner::P256([0x33; 32]),
            ..Self::default()
        }
    }

    /// A good package with the X.509 credential of `chain`, whose key signs.
    #[must_use]
    pub fn certified(chain: &Chain) -> Self {
        let ed25519 = ed25519_dalek::SigningKey::from_pkcs8_der(&chain.pkcs8);
        let forge = match (ed25519, p256::SecretKey::from_pkcs8_der(&chain.pkcs8)) {
            (Ok(key), _) => Self { signer: ForgeSigner::Ed25519(key.to_bytes()), ..Self::default() },
            (_, Ok(key)) => Self { signer: ForgeSigner::P256(key.to_bytes().into()), ..Self::p256() },
            _ => Self::default(),
        };
        Self { credential_type: 2, credential: chain.credential_content(), credentials: vec![2], ..forge }
    }

    /// The bare `KeyPackage`.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let unsigned = [
            self.version.to_be_bytes().to_vec(),
            self.ciphersuite.to_be_bytes().to_vec(),
            vector(&self.init_key),
            self.leaf(),
            extensions(&self.extensions),
        ]
        .concat();
        let signature = self.signature.clone().unwrap_or_else(|| self.signer.sign("KeyPackageTBS", &unsigned));
        [unsigned, vector(&signature)].concat()
    }

    /// The package in an `MLSMessage`.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        [vec![0, 1, 0, 5], self.bytes()].concat()
    }

    fn leaf(&self) -> Vec<u8> {
        let (source, of_source) = &self.source;
        let unsigned = [
            vector(&self.encryption_key),
            vector(&self.signature_key.clone().unwrap_or_else(|| self.signer.public())),
            self.credential_type.to_be_bytes().to_vec(),
            vector(&self.credential),
            numbers(&self.versions),
            numbers(&self.ciphersuites),
            numbers(&self.extension_types),
            numbers(&self.proposals),
            numbers(&self.credentials),
            vec![*source],
            of_source.clone(),
            extensions(&self.leaf_extensions),
        ]
        .concat();
        let signature = self.leaf_signature.clone().unwrap_or_else(|| self.signer.sign("LeafNodeTBS", &unsigned));
        [unsigned, vector(&signature)].concat()
    }
}

impl ForgeSigner {
    /// The public key, as it stands in a leaf.
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(private) => {
                ed25519_dalek::SigningKey::from_bytes(private).verifying_key().to_bytes().to_vec()
            }
            Self::P256(private) => p256_key(private).verifying_key().to_encoded_point(false).as_bytes().to_vec(),
        }
    }

    /// `SignWithLabel` of RFC 9420 §5.1.2.
    #[must_use]
    pub fn sign(&self, label: &str, content: &[u8]) -> Vec<u8> {
        let content = [vector(format!("MLS 1.0 {label}").as_bytes()), vector(content)].concat();
        match self {
            Self::Ed25519(private) => ed25519_dalek::SigningKey::from_bytes(private).sign(&content).to_vec(),
            Self::P256(private) => {
                let signature: p256::ecdsa::Signature = p256_key(private).sign(&content);
                signature.to_der().as_bytes().to_vec()
            }
        }
    }
}

#[expect(clippy::expect_used, reason = "the private keys are written in tests, and nearly all numbers are keys")]
fn p256_key(private: &[u8; 32]) -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_bytes(private.into()).expect("a private key of P-256")
}

/// A vector `<V>` of RFC 9420 §2.1.2.
#[must_use]
pub fn vector(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    let [_, _, third, fourth] = length.to_be_bytes();
    let length = match length {
        0..0x40 => vec![fourth],
        0x40..0x4000 => vec![third | 0x40, fourth],
        _ => (length | 0x8000_0000).to_be_bytes().to_vec(),
    };
    [&length, content].concat()
}

fn numbers(numbers: &[u16]) -> Vec<u8> {
    vector(&numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<_>>())
}

fn extensions(extensions: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let encoded = extensions.iter().flat_map(|(number, data)| [number.to_be_bytes().to_vec(), vector(data)].concat());
    vector(&encoded.collect::<Vec<_>>())
}
