//! The rules of X.509 credentials. Trust in the certificates is the app's business; that a certificate speaks of
//! the very key that signs is checked here, because OpenMLS takes the content for opaque bytes.

#[cfg(test)]
mod tests;

use std::time::SystemTime;

use openmls::prelude::{Credential, CredentialType, SignatureScheme};
use x509_cert::{Certificate, der::asn1::ObjectIdentifier};

use super::{
    CertificateChain, algorithm,
    certificate_chain::{decode_certificate, split},
};
use crate::{CertificateError, clock};

/// Checks for anybody's credential that each of its certificates can be read, and that the leaf's is for
/// `signature_key`, the key of the leaf node. A credential of another type has no certificate to check.
pub(crate) fn check_binding(credential: &Credential, signature_key: &[u8]) -> Result<(), CertificateError> {
    if credential.credential_type() != CredentialType::X509 {
        return Ok(());
    }
    let mut certificates = (0..).zip(split(credential.serialized_content())?);
    let (position, leaf) = certificates.next().ok_or(CertificateError::EmptyChain)?;
    check_key(&decode_certificate(position, leaf)?, signature_key)?;
    certificates.try_for_each(|(position, issuer)| decode_certificate(position, issuer).map(drop))
}

/// Checks that the leaf certificate's key is for `expected`.
pub(crate) fn check_algorithm(chain: &CertificateChain, expected: SignatureScheme) -> Result<(), CertificateError> {
    let leaf = chain.certificates().first().ok_or(CertificateError::EmptyChain)?;
    let found = scheme(leaf)?;
    if found == expected { Ok(()) } else { Err(CertificateError::DifferentKeyAlgorithm { expected, found }) }
}

/// Checks that each certificate is valid at `now`.
pub(crate) fn check_dates(chain: &CertificateChain, now: SystemTime) -> Result<(), CertificateError> {
    let mut certificates = (0..).zip(chain.certificates());
    certificates.try_for_each(|(position, certificate)| check_dates_of(position, certificate, now))
}

fn check_dates_of(position: u32, certificate: &Certificate, now: SystemTime) -> Result<(), CertificateError> {
    let validity = certificate.tbs_certificate().validity();
    let (not_before, not_after) = (validity.not_before.to_system_time(), validity.not_after.to_system_time());
    if now < not_before {
        return Err(CertificateError::NotYetValid { position, not_before, now });
    }
    // RFC 5280 §4.1.2.5: the last second is part of the validity.
    if clock::seconds(now) > clock::seconds(not_after) {
        return Err(CertificateError::Expired { position, not_after, now });
    }
    Ok(())
}

fn check_key(leaf: &Certificate, signature_key: &[u8]) -> Result<(), CertificateError> {
    let scheme = scheme(leaf)?;
    let bits = &leaf.tbs_certificate().subject_public_key_info().subject_public_key;
    let certificate = match (scheme, bits.raw_bytes()) {
        // RFC 5480 §2.2 lets a certificate compress the point; RFC 9420 §5.1.1 does not let a leaf node.
        (SignatureScheme::ECDSA_SECP256R1_SHA256, compressed @ [2 | 3, ..]) => uncompress(compressed),
        (_, key) => key.to_vec(),
    };
    if certificate == signature_key {
        Ok(())
    } else {
        Err(CertificateError::DifferentKey { certificate, signature_key: signature_key.to_vec() })
    }
}

/// The point as RFC 9420 §5.1.1 encodes it, or as it stands if it is none.
fn uncompress(point: &[u8]) -> Vec<u8> {
    p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
        .map_or_else(|_| point.to_vec(), |key| key.to_encoded_point(false).as_bytes().to_vec())
}

fn scheme(certificate: &Certificate) -> Result<SignatureScheme, CertificateError> {
    let identifier = &certificate.tbs_certificate().subject_public_key_info().algorithm;
    let parameters = identifier.parameters.as_ref();
    let curve = parameters.and_then(|any| any.decode_as::<ObjectIdentifier>().ok()).map(|curve| curve.to_string());
    algorithm::scheme(&identifier.oid.to_string(), curve.as_deref())
        .map_err(|found| CertificateError::UnknownKeyAlgorithm { found })
}
