//! Key packages of the Marmot protocol, and the Nostr events that they travel in.

mod event;
mod generate;
mod public_key;

pub use event::{EventOptions, UnsignedEvent, create_deletion_event, create_keypackage_event, event_relays};
pub use generate::{
    marmot_default_capabilities, marmot_ensure_capabilities, marmot_keypackage_config,
    marmot_keypackage_default_extensions,
};
use mlskit::marmot as core;
pub use public_key::{marmot_credential, nostr_public_key, nostr_public_key_from_hex, nostr_public_key_of};

/// Numbers of the Marmot protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct MarmotConstants {
    /// The only ciphersuite.
    pub ciphersuite: u16,
    /// The extension with a group's name, relays and the like, in the group's context. Each member declares it.
    pub group_data_extension: u16,
    /// The extension that marks a package of last resort. Each member declares it.
    pub last_resort_extension: u16,
    /// The longest lifetime, in seconds.
    pub max_lifetime: u64,
    /// The kind of events with a key package.
    pub keypackage_event_kind: u16,
}

/// The numbers of the Marmot protocol.
#[uniffi::export]
#[must_use]
pub fn marmot_constants() -> MarmotConstants {
    MarmotConstants {
        ciphersuite: core::CIPHERSUITE.into(),
        group_data_extension: core::GROUP_DATA_EXTENSION,
        last_resort_extension: core::LAST_RESORT_EXTENSION,
        max_lifetime: core::MAX_LIFETIME.as_secs(),
        keypackage_event_kind: core::KEYPACKAGE_EVENT_KIND,
    }
}
