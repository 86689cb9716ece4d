//! How many key packages there are to be, and how long they live.

use std::time::Duration;

use crate::{KeypackageConfig, keypackage::KeypackageFraming};

/// How many key packages a directory is to serve, what they are like, and when they go. The default fits a messenger.
///
/// ```
/// use std::time::Duration;
///
/// use mlskit::{KeypackageConfig, KeypackagePolicy};
///
/// let policy = KeypackagePolicy::default()
///     .target(100)
///     .lifetime(Duration::from_hours(24 * 60))
///     .config(KeypackageConfig::default().grease(true));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct KeypackagePolicy {
    pub(super) target: u32,
    pub(super) refresh_margin: Duration,
    pub(super) grace: Duration,
    pub(super) last_resort: bool,
    lifetime: Option<Duration>,
    pub(super) framing: KeypackageFraming,
    config: KeypackageConfig,
}

impl KeypackagePolicy {
    /// How many single-use packages the directory is to have, at most
    /// [`MAX_BATCH`](crate::keypackage::MAX_BATCH). Default: 20, which is more invitations than most clients get
    /// between two times online; what goes beyond is the last-resort package's.
    pub fn target(self, target: u32) -> Self {
        Self { target, ..self }
    }

    /// How long before its expiry a package is replaced, at least; up to a quarter of it earlier, so that clients which
    /// were set up at once don't come back at once. Of packages that live for less than three times as long, it is a
    /// third of their life. Default: 28 days, so that a client which is online once in four weeks never
    /// has an expired one at the directory.
    pub fn refresh_margin(self, refresh_margin: Duration) -> Self {
        Self { refresh_margin, ..self }
    }

    /// How long the private keys of a withdrawn package stay: for Welcomes of peers who fetched it before. What is over
    /// is purged when it has been seen to be over twice, a day apart (or `grace`, if that is shorter): a client that
    /// was offline for long gets its messages first, and a clock that is wrong for an hour costs no keys.
    /// Default: 7 days.
    pub fn grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// Whether the directory is to have a package to serve when no other is left (RFC 9420 §16.8). Default: yes,
    /// since a client without can't be added at all while it is offline.
    pub fn last_resort(self, last_resort: bool) -> Self {
        Self { last_resort, ..self }
    }

    /// How long packages live, within [`ClientOptions::max_lifetime`](crate::ClientOptions::max_lifetime). Default:
    /// [`KEYPACKAGE_DEFAULT_LIFETIME`](crate::KEYPACKAGE_DEFAULT_LIFETIME), or the client's limit if that is shorter.
    pub fn lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }

    /// In which form packages are given out, pending ones too: change it together with
    /// [`renew_keypackages`](crate::TransactionContext::renew_keypackages), or a directory gets other bytes for what it may
    /// have already. Default: bare.
    pub fn framing(self, framing: KeypackageFraming) -> Self {
        Self { framing, ..self }
    }

    /// What packages are like. The policy's own lifetime and [`last_resort`](Self::last_resort) stand for those of
    /// `config`. It is for packages made from now on:
    /// [`renew_keypackages`](crate::TransactionContext::renew_keypackages) has those that are there replaced.
    pub fn config(self, config: KeypackageConfig) -> Self {
        Self { config, ..self }
    }

    pub(super) fn config_of(&self, last_resort: bool) -> KeypackageConfig {
        let config = self.config.clone().default_lifetime().last_resort(last_resort);
        match self.lifetime {
            Some(lifetime) => config.lifetime(lifetime),
            None => config,
        }
    }

    /// How many packages of a kind there are to be.
    pub(super) fn target_of(&self, last_resort: bool) -> usize {
        if last_resort { usize::from(self.last_resort) } else { usize::try_from(self.target).unwrap_or(usize::MAX) }
    }

    /// How long after its grace was first seen to be over a package is purged. Of what has expired it is always a day.
    pub(super) fn second_look(&self) -> Duration {
        self.grace.min(Duration::from_hours(24))
    }
}

impl Default for KeypackagePolicy {
    fn default() -> Self {
        Self {
            target: 20,
            refresh_margin: Duration::from_hours(24 * 28),
            grace: Duration::from_hours(24 * 7),
            last_resort: true,
            lifetime: None,
            framing: KeypackageFraming::Bare,
            config: KeypackageConfig::default(),
        }
    }
}
