//! What a key package is to be like.

use std::time::{Duration, SystemTime};

use openmls::prelude::Lifetime;

use super::KEYPACKAGE_DEFAULT_LIFETIME;
use crate::{ClientOptions, KeypackageError, Result, clock};

/// When a key package may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeypackageLifetime {
    /// From an hour ago, for clocks that are behind, until so long from now. Whole seconds, at least one.
    For(Duration),
}

/// What a key package is to be like. The default is a single-use package that lives for
/// [`KEYPACKAGE_DEFAULT_LIFETIME`].
#[derive(Debug, Clone)]
#[must_use]
pub struct KeypackageConfig {
    lifetime: KeypackageLifetime,
}

impl KeypackageConfig {
    /// How long it lives.
    pub fn lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime: KeypackageLifetime::For(lifetime) }
    }

    pub(crate) fn resolve_lifetime(&self, options: &ClientOptions, now: SystemTime) -> Result<Lifetime> {
        let KeypackageLifetime::For(asked) = self.lifetime;
        let limit = options.max_lifetime;
        if asked > limit {
            return Err(KeypackageError::LifetimeTooLong { asked, limit }.into());
        }
        if asked < Duration::from_secs(1) {
            return Err(KeypackageError::LifetimeTooShort { asked }.into());
        }
        let now = clock::seconds(now);
        Ok(Lifetime::init(now.saturating_sub(CLOCK_MARGIN.as_secs()), now + asked.as_secs()))
    }
}

/// How far back a lifetime begins, so that a peer whose clock is behind can use the package at once.
const CLOCK_MARGIN: Duration = Duration::from_hours(1);

impl Default for KeypackageConfig {
    fn default() -> Self {
        Self { lifetime: KeypackageLifetime::For(KEYPACKAGE_DEFAULT_LIFETIME) }
    }
}
