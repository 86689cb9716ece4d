//! Which keys of certificates and PKCS#8 documents can sign here.

use openmls::prelude::SignatureScheme;
use x509_cert::der::oid::db::DB;

/// Reads an algorithm identifier (RFC 8410 §3, RFC 5480 §2.1.1) in dotted numbers; `curve` is its parameter if that
/// is an object identifier. What is unknown here comes back by its name, to be shown.
pub(crate) fn scheme(algorithm: &str, curve: Option<&str>) -> Result<SignatureScheme, String> {
    match (algorithm, curve) {
        ("1.3.101.112", None) => Ok(SignatureScheme::ED25519),
        ("1.2.840.10045.2.1", Some("1.2.840.10045.3.1.7")) => Ok(SignatureScheme::ECDSA_SECP256R1_SHA256),
        (algorithm, Some(curve)) => Err(format!("{} with {}", name(algorithm), name(curve))),
        (algorithm, None) => Err(name(algorithm)),
    }
}

fn name(dotted: &str) -> String {
    DB.resolve(dotted).unwrap_or(dotted).to_owned()
}
