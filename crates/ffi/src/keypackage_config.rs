//! What a key package is to be like.

use std::time::Duration;

use crate::{Capabilities, Extension, MlsError, NostrPublicKey, Result, numbers::time};

/// What a key package is to be like. What is left out gives a single-use package without extensions that lives for the
/// default lifetime and offers all that the client can do.
///
/// What is asked for is declared: version, ciphersuite, credential type and each extension of the package are added to
/// its capabilities.
#[derive(Debug, Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct KeypackageConfig {
    /// When it may be used.
    #[uniffi(default = None)]
    pub lifespan: Option<Lifespan>,
    /// Extensions of the package itself.
    #[uniffi(default = [])]
    pub extensions: Vec<Extension>,
    /// Extensions of its leaf node, which stays in the group's tree after the join.
    #[uniffi(default = [])]
    pub leaf_node_extensions: Vec<Extension>,
    /// What the package says that its client can do, beside what the package itself uses.
    #[uniffi(default = None)]
    pub capabilities: Option<Capabilities>,
    /// Types of extensions to declare on top, though the package itself doesn't use them.
    #[uniffi(default = [])]
    pub supported_extensions: Vec<u16>,
    /// Whether it may be used more than once, when the directory has no other left (RFC 9420 §16.8).
    #[uniffi(default = false)]
    pub last_resort: bool,
    /// Whether to declare random values that mean nothing, so that peers stay able to cope with what they don't know
    /// (RFC 9420 §13.5).
    #[uniffi(default = false)]
    pub grease: bool,
    /// Whose package it is, for one of the Marmot protocol: see `marmot_keypackage_config`. Its rules then hold, whatever else
    /// is asked for here; without capabilities, it has `marmot_default_capabilities`.
    #[uniffi(default = None)]
    pub marmot: Option<NostrPublicKey>,
}

/// When a key package may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Lifespan {
    /// From an hour ago on, for peers whose clocks are behind, until so long from now.
    For {
        /// Seconds.
        seconds: u64,
    },
    /// In a window, which may lie ahead.
    Window {
        /// Its first second, since 1970.
        not_before: u64,
        /// The first second after it, since 1970.
        not_after: u64,
    },
}

impl TryFrom<KeypackageConfig> for mlskit::KeypackageConfig {
    type Error = MlsError;

    fn try_from(value: KeypackageConfig) -> Result<Self> {
        let KeypackageConfig {
            lifespan,
            extensions,
            leaf_node_extensions,
            capabilities,
            supported_extensions,
            last_resort,
            grease,
            marmot,
        } = value;
        let config = match marmot {
            Some(pubkey) => mlskit::marmot::keypackage_config(&pubkey.try_into()?, None)?,
            None => Self::default(),
        };
        let mut config = config.last_resort(last_resort).grease(grease);
        config = match lifespan {
            Some(Lifespan::For { seconds }) => config.lifetime(Duration::from_secs(seconds)),
            Some(Lifespan::Window { not_before, not_after }) => config.window(time(not_before), time(not_after)),
            None => config,
        };
        if let Some(capabilities) = capabilities {
            config = config.capabilities(capabilities.try_into()?);
        }
        config = extensions.into_iter().fold(config, |config, extension| config.extension(extension.into()));
        config = leaf_node_extensions
            .into_iter()
            .fold(config, |config, extension| config.leaf_node_extension(extension.into()));
        Ok(supported_extensions.into_iter().fold(config, |config, number| config.supports_extension(number.into())))
    }
}
