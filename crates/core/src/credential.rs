//! Credentials: who a client says it is (RFC 9420 §5.3), and the key that it signs with.

mod algorithm;
mod certificate_chain;
mod filter;
mod pem;
mod private_key;
mod reference;
mod signer;
mod x509;

pub use certificate_chain::CertificateChain;
pub use filter::CredentialFilter;
use mlskit_keystore::{CredentialId, CredentialRecord, Operation, View};
use openmls::prelude::{Ciphersuite, CredentialType, CredentialWithKey};
pub use private_key::PrivateKey;
pub use reference::CredentialRef;
pub(crate) use signer::SignatureKey;
pub(crate) use x509::check_binding;

use crate::{Client, ClientId, CredentialError, Error, Result, clock};

/// A credential to be added to a client with
/// [`add_credential`](crate::TransactionContext::add_credential).
#[derive(Debug, Clone)]
pub struct Credential {
    ciphersuite: Ciphersuite,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Basic { identity: ClientId },
    X509 { chain: CertificateChain, key: PrivateKey },
}

impl Credential {
    /// A Basic credential: the bare identity, which is the client's id. Its signature key is generated when it is
    /// added.
    ///
    /// # Errors
    /// [`CredentialError::UnsupportedCiphersuite`].
    pub fn basic(ciphersuite: Ciphersuite, identity: &ClientId) -> Result<Self> {
        check_ciphersuite(ciphersuite)?;
        Ok(Self { ciphersuite, kind: Kind::Basic { identity: identity.clone() } })
    }

    /// An X.509 credential: a chain of certificates, and the private key that belongs to its leaf. When it is
    /// added, the key must be the leaf certificate's, and each certificate valid by the client's clock; the
    /// certificates' signatures, and whom to trust, are the app's business.
    ///
    /// A key package may live longer than the certificate in it: RFC 9420 does not tie the two, and the one who
    /// checks a certificate does so when it counts. Ask for a shorter lifetime where peers refuse expired ones.
    ///
    /// # Errors
    /// [`CredentialError::UnsupportedCiphersuite`]; [`CredentialError::DifferentPrivateKeyAlgorithm`] and
    /// [`CertificateError::DifferentKeyAlgorithm`](crate::CertificateError::DifferentKeyAlgorithm) unless both are
    /// for what the ciphersuite signs with;
    /// [`CertificateError::UnknownKeyAlgorithm`](crate::CertificateError::UnknownKeyAlgorithm).
    pub fn x509(ciphersuite: Ciphersuite, chain: CertificateChain, key: PrivateKey) -> Result<Self> {
        check_ciphersuite(ciphersuite)?;
        let (expected, found) = (ciphersuite.signature_algorithm(), key.scheme());
        if expected != found {
            return Err(CredentialError::DifferentPrivateKeyAlgorithm { expected, found }.into());
        }
        x509::check_algorithm(&chain, expected)?;
        Ok(Self { ciphersuite, kind: Kind::X509 { chain, key } })
    }
}

/// The suites that a client can work with.
pub const SUPPORTED_CIPHERSUITES: [Ciphersuite; 3] = [
    Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519,
    Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256,
    Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519,
];

fn check_ciphersuite(found: Ciphersuite) -> Result<(), CredentialError> {
    if SUPPORTED_CIPHERSUITES.contains(&found) { Ok(()) } else { Err(unsupported(found)) }
}

fn unsupported(found: Ciphersuite) -> CredentialError {
    CredentialError::UnsupportedCiphersuite { found, supported: SUPPORTED_CIPHERSUITES.to_vec() }
}

pub(crate) fn add(operation: &mut Operation<'_>, client: &Client, credential: Credential) -> Result<CredentialRef> {
    let Credential { ciphersuite, kind } = credential;
    let (credential_type, content, key) = match kind {
        Kind::Basic { identity } if identity != *client.id() => {
            let expected = client.id().to_string();
            return Err(CredentialError::DifferentIdentity { expected, found: identity.to_string() }.into());
        }
        Kind::Basic { identity } => {
            (CredentialType::Basic, identity.as_bytes().to_vec(), SignatureKey::generate(ciphersuite)?)
        }
        Kind::X509 { chain, key } => {
            x509::check_dates(&chain, client.now())?;
            (CredentialType::X509, chain.content().to_vec(), SignatureKey::from_pkcs8(&key)?)
        }
    };
    let record = CredentialRecord {
        ciphersuite: ciphersuite.into(),
        credential_type: credential_type.into(),
        content,
        signature_key: key.public(),
    };
    let credential_ref = CredentialRef::new(client.id().clone(), record)?;
    let CredentialWithKey { credential, signature_key } = credential_ref.with_key();
    check_binding(&credential, signature_key.as_slice())?;
    let record = credential_ref.record();
    if operation.credential_id(record)?.is_some() {
        return Err(CredentialError::CredentialExists.into());
    }
    operation.insert_credential(record, &key.private())?;
    Ok(credential_ref)
}

pub(crate) fn find(view: &View<'_>, client: &ClientId, filter: &CredentialFilter) -> Result<Vec<CredentialRef>> {
    let records = if filter.in_force { view.credentials_in_force()? } else { view.credentials()? };
    let all = records.into_iter().map(|record| CredentialRef::new(client.clone(), record));
    all.filter(|found| found.as_ref().map_or(true, |found| filter.lets_through(found))).collect()
}

pub(crate) fn remove(operation: &mut Operation<'_>, client: &Client, credential_ref: &CredentialRef) -> Result<()> {
    let id = resolve(operation, client.id(), credential_ref)?;
    if let Some(group_id) = operation.group_of_credential(id)? {
        return Err(CredentialError::CredentialInUse { group_id }.into());
    }
    operation.delete_keypackages_of(id, clock::seconds(client.now()))?;
    Ok(operation.delete_credential(id)?)
}

/// Finds what `credential_ref` names in the file.
pub(crate) fn resolve(view: &View<'_>, client: &ClientId, credential_ref: &CredentialRef) -> Result<CredentialId> {
    if credential_ref.client_id() != client {
        let (expected, found) = (client.to_string(), credential_ref.client_id().to_string());
        return Err(CredentialError::ForeignCredential { expected, found }.into());
    }
    view.credential_id(credential_ref.record())?.ok_or(Error::Credential(CredentialError::CredentialNotFound))
}

/// The key that the credential signs with.
pub(crate) fn signature_key(view: &View<'_>, id: CredentialId, credential_ref: &CredentialRef) -> Result<SignatureKey> {
    let private = view.signature_private_key(id)?;
    SignatureKey::from_private(credential_ref.ciphersuite(), &private)
}
