//! Public keys derived from stored private ones, without the code that stored them.

use cbor4ii::core::{Value, dec::Decode, utils::SliceReader};
use p256::elliptic_curve::sec1::ToEncodedPoint;

const P256: u16 = 0x0002;

/// The keys that messages to a package are encrypted with: its init key and its leaf's (RFC 9420 §10).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HpkePair {
    pub(crate) init: Vec<u8>,
    pub(crate) encryption: Vec<u8>,
}

/// Derives both public keys from the private ones of an encoded bundle.
pub(crate) fn hpke_public(suite: u16, bundle: &[u8]) -> Result<HpkePair, String> {
    let value = Value::decode(&mut SliceReader::new(bundle)).map_err(|error| format!("no CBOR: {error}"))?;
    let derive = |name: &str| {
        let mut private = Vec::new();
        collect_bytes(field(&value, name).ok_or(format!("no {name}"))?, &mut private);
        public_of(suite, &private)
    };
    Ok(HpkePair { init: derive("private_init_key")?, encryption: derive("private_encryption_key")? })
}

/// Derives a credential's public key.
pub(crate) fn signature_public(suite: u16, private: &[u8]) -> Vec<u8> {
    if suite == P256 {
        public_of(suite, private).unwrap()
    } else {
        ed25519_dalek::SigningKey::try_from(private).unwrap().verifying_key().to_bytes().to_vec()
    }
}

/// DHKEM's private keys are an X25519 scalar or a big-endian P-256 number (RFC 9180 §7.1).
fn public_of(suite: u16, private: &[u8]) -> Result<Vec<u8>, String> {
    if suite == P256 {
        let secret = p256::SecretKey::from_slice(private).map_err(|error| format!("no P-256 key: {error}"))?;
        Ok(secret.public_key().to_encoded_point(false).as_bytes().to_vec())
    } else {
        let scalar = private.try_into().map_err(|_| format!("{} bytes are no X25519 key", private.len()))?;
        Ok(x25519_dalek::x25519(scalar, x25519_dalek::X25519_BASEPOINT_BYTES).to_vec())
    }
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let Value::Map(fields) = value else { return None };
    fields.iter().find(|(key, _)| matches!(key, Value::Text(key) if key == name)).map(|(_, value)| value)
}

/// However deep serde wraps them.
fn collect_bytes(value: &Value, into: &mut Vec<u8>) {
    match value {
        Value::Integer(byte) => into.push(u8::try_from(*byte).unwrap()),
        Value::Bytes(bytes) => into.extend(bytes),
        Value::Array(values) => values.iter().for_each(|value| collect_bytes(value, into)),
        Value::Map(fields) => fields.iter().for_each(|(_, value)| collect_bytes(value, into)),
        _ => {}
    }
}
