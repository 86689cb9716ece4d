//! Chains of certificates, good ones and bad ones, made anew for each test.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pem::{EncodeConfig, LineEnding, Pem, encode_config};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PublicKeyData, SignatureAlgorithm, date_time_ymd,
};

/// What the leaf's key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// For ciphersuites 0x0001 and 0x0003.
    Ed25519,
    /// For ciphersuite 0x0002.
    P256,
    /// As [`P256`](Self::P256), with the point compressed in the certificate, as RFC 5480 §2.2 allows.
    P256Compressed,
    /// For no suite that mlskit supports.
    P384,
}

impl KeyKind {
    fn algorithm(self) -> &'static SignatureAlgorithm {
        match self {
            Self::Ed25519 => &PKCS_ED25519,
            Self::P256 | Self::P256Compressed => &PKCS_ECDSA_P256_SHA256,
            Self::P384 => &PKCS_ECDSA_P384_SHA384,
        }
    }
}

/// What a chain is to be like.
#[derive(Debug, Clone)]
#[must_use]
pub struct ChainBuilder {
    kind: KeyKind,
    subject: String,
    intermediates: usize,
    self_signed: bool,
    leaf_validity: (SystemTime, SystemTime),
    issuers_validity: (SystemTime, SystemTime),
}

impl ChainBuilder {
    /// A leaf certificate and its root's, valid from an hour ago for a year.
    pub fn new(kind: KeyKind, subject: &str) -> Self {
        let now = SystemTime::now();
        let validity = (now - Duration::from_hours(1), now + Duration::from_hours(365 * 24));
        Self {
            kind,
            subject: subject.to_owned(),
            intermediates: 0,
            self_signed: false,
            leaf_validity: validity,
            issuers_validity: validity,
        }
    }

    /// Only the leaf, signed with its own key.
    pub fn self_signed(self) -> Self {
        Self { self_signed: true, ..self }
    }

    /// So many certificates between the leaf and the root.
    pub fn intermediates(self, intermediates: usize) -> Self {
        Self { intermediates, ..self }
    }

    /// When the leaf is valid, in whole seconds; both ends are part of it.
    pub fn leaf_validity(self, from: SystemTime, until: SystemTime) -> Self {
        Self { leaf_validity: (from, until), ..self }
    }

    /// When all others are valid, as [`leaf_validity`](Self::leaf_validity).
    pub fn issuers_validity(self, from: SystemTime, until: SystemTime) -> Self {
        Self { issuers_validity: (from, until), ..self }
    }

    /// Makes the keys and the certificates.
    ///
    /// # Errors
    /// None that a test can cause: what the certificate library says.
    pub fn build(&self) -> Result<Chain, rcgen::Error> {
        let key = KeyPair::generate_for(self.kind.algorithm())?;
        let params = params(&self.subject, self.leaf_validity)?;
        let mut certificates = Vec::new();
        if self.self_signed {
            certificates.push(params.self_signed(&key)?.der().to_vec());
        } else {
            let mut issuer = CertifiedIssuer::self_signed(self.issuer("root")?, self.issuer_key()?)?;
            certificates.push(issuer.der().to_vec());
            for number in 1..=self.intermediates {
                let next = self.issuer(&format!("intermediate {number}"))?;
                issuer = CertifiedIssuer::signed_by(next, self.issuer_key()?, &issuer)?;
                certificates.push(issuer.der().to_vec());
            }
            certificates.push(self.leaf(&params, &key, &issuer)?);
            certificates.reverse();
        }
        Ok(Chain { certificates, public_key: key.public_key_raw().to_vec(), pkcs8: key.serialize_der() })
    }

    fn leaf(
        &self,
        params: &CertificateParams,
        key: &KeyPair,
        issuer: &Issuer<'_, KeyPair>,
    ) -> Result<Vec<u8>, rcgen::Error> {
        let certificate = match self.kind {
            KeyKind::P256Compressed => params.signed_by(&Compressed::new(key), issuer)?,
            _ => params.signed_by(key, issuer)?,
        };
        Ok(certificate.der().to_vec())
    }

    fn issuer(&self, name: &str) -> Result<CertificateParams, rcgen::Error> {
        let mut params = params(name, self.issuers_validity)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(params)
    }

    fn issuer_key(&self) -> Result<KeyPair, rcgen::Error> {
        KeyPair::generate_for(self.kind.algorithm())
    }
}

fn params(name: &str, (from, until): (SystemTime, SystemTime)) -> Result<CertificateParams, rcgen::Error> {
    let since_1970 = |time: SystemTime| Duration::from_secs(time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()));
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(1970, 1, 1) + since_1970(from);
    params.not_after = date_time_ymd(1970, 1, 1) + since_1970(until);
    Ok(params)
}

/// The public half of a P-256 key, with its point compressed.
struct Compressed {
    point: Vec<u8>,
}

impl Compressed {
    fn new(key: &KeyPair) -> Self {
        let odd = key.public_key_raw().last().is_some_and(|last| last & 1 == 1);
        let x = key.public_key_raw().iter().skip(1).take(32);
        Self { point: std::iter::once(if odd { 3 } else { 2 }).chain(x.copied()).collect() }
    }
}

impl PublicKeyData for Compressed {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

/// A chain with its leaf's key. The fields may be bent at will.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Each certificate in DER, leaf first.
    pub certificates: Vec<Vec<u8>>,
    /// The leaf's public key as RFC 9420 §5.1.1 encodes it.
    pub public_key: Vec<u8>,
    /// The leaf's private key as a PKCS#8 document in DER.
    pub pkcs8: Vec<u8>,
}

impl Chain {
    /// The certificates in PEM, leaf first.
    #[must_use]
    pub fn pem(&self) -> String {
        self.certificates.iter().map(|der| pem("CERTIFICATE", der)).collect()
    }

    /// The leaf's private key in PEM.
    #[must_use]
    pub fn pkcs8_pem(&self) -> String {
        pem("PRIVATE KEY", &self.pkcs8)
    }

    /// The content of a credential with this chain (RFC 9420 §5.3), encoded by hand: without the length of the
    /// whole, each certificate after its length.
    #[must_use]
    pub fn credential_content(&self) -> Vec<u8> {
        let mut content = Vec::new();
        for certificate in &self.certificates {
            // RFC 9420 §2.1.2: the two highest bits tell how many bytes the length takes.
            match u32::try_from(certificate.len()).unwrap_or(u32::MAX) {
                short @ ..64 => content.extend(short.to_be_bytes().iter().skip(3)),
                medium @ ..16_384 => content.extend((medium | 0x4000).to_be_bytes().iter().skip(2)),
                long => content.extend((long | 0x8000_0000).to_be_bytes()),
            }
            content.extend(certificate);
        }
        content
    }
}

/// Wraps `der` in PEM under `label`.
#[must_use]
pub fn pem(label: &str, der: &[u8]) -> String {
    let ending = EncodeConfig::new().set_line_ending(LineEnding::LF);
    encode_config(&Pem::new(label, der), ending)
}
