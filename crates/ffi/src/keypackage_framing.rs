//! The two forms in which key packages travel.

use mlskit::keypackage::KeypackageFraming as Core;

/// In which form a key package travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum KeypackageFraming {
    /// The bare `KeyPackage` of RFC 9420 §10.
    Bare,
    /// An `MLSMessage` of wire format `mls_key_package` (RFC 9420 §6).
    MlsMessage,
}

/// The key package in `bytes`, which are in either form, in the form asked for. It is not looked at.
#[uniffi::export]
#[must_use]
pub fn frame_keypackage(bytes: Vec<u8>, framing: KeypackageFraming) -> Vec<u8> {
    Core::from(framing).apply(&bytes)
}

impl From<Core> for KeypackageFraming {
    fn from(core: Core) -> Self {
        match core {
            Core::Bare => Self::Bare,
            Core::MlsMessage => Self::MlsMessage,
        }
    }
}

impl From<KeypackageFraming> for Core {
    fn from(value: KeypackageFraming) -> Self {
        match value {
            KeypackageFraming::Bare => Self::Bare,
            KeypackageFraming::MlsMessage => Self::MlsMessage,
        }
    }
}
