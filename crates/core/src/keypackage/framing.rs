//! The two forms in which key packages travel: bare, and inside an `MLSMessage` (RFC 9420 §6).
//!
//! ```text
//! KeyPackage                        0001 SSSS …           version, ciphersuite, length of the init key, …
//! MLSMessage with a key package     0001 0005 0001 SSSS … version, wire format, then the package
//! ```
//!
//! Bytes 2 and 3 tell them apart, except that 0x0005 is the number of a ciphersuite too. There byte 4 decides: it is
//! zero in an `MLSMessage`, and in a bare package it is the length of an init key, which is never zero.

/// The protocol version of RFC 9420.
pub(crate) const MLS10: u16 = 1;

const WIRE_FORMAT_KEY_PACKAGE: u16 = 5;
const HEADER_LENGTH: usize = 4;

/// In which form a key package came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeypackageFraming {
    /// The bare `KeyPackage` of RFC 9420 §10.
    Bare,
    /// An `MLSMessage` of wire format `mls_key_package` (RFC 9420 §6).
    MlsMessage,
}

impl KeypackageFraming {
    /// The key package in `bytes`, in this form. It is not looked at.
    #[must_use]
    pub fn apply(self, bytes: &[u8]) -> Vec<u8> {
        let (_, package) = unwrap(bytes);
        match self {
            Self::Bare => package.to_vec(),
            Self::MlsMessage => wrap(package),
        }
    }
}

/// The form of `bytes`, and the bare package in them.
pub(crate) fn unwrap(bytes: &[u8]) -> (KeypackageFraming, &[u8]) {
    match bytes.split_at_checked(HEADER_LENGTH) {
        Some((header, package)) if header == message_header() && package.first().is_none_or(|&byte| byte == 0) => {
            (KeypackageFraming::MlsMessage, package)
        }
        _ => (KeypackageFraming::Bare, bytes),
    }
}

/// Wraps a bare package in an `MLSMessage`.
pub(crate) fn wrap(package: &[u8]) -> Vec<u8> {
    [message_header().as_slice(), package].concat()
}

fn message_header() -> [u8; HEADER_LENGTH] {
    let [[a, b], [c, d]] = [MLS10, WIRE_FORMAT_KEY_PACKAGE].map(u16::to_be_bytes);
    [a, b, c, d]
}
