//! How many key packages there are to be, and how long they live.

use std::time::Duration;

use crate::{KeypackageConfig, KeypackageFraming, MlsError, Result};

/// How many key packages a directory is to serve, what they are like, and when they go. What is left out has the default
/// of the Rust API.
#[derive(Debug, Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct KeypackagePolicy {
    /// How many single-use packages the directory is to have; at most `Constants::max_batch`. Default: 20.
    #[uniffi(default = None)]
    pub target: Option<u32>,
    /// How long before its expiry a package is replaced, at least, in seconds; up to a quarter of it earlier. Of packages that
    /// live for less than three times as long, it is a third of their life. Default: 28 days.
    #[uniffi(default = None)]
    pub refresh_margin: Option<u64>,
    /// How long the private keys of a withdrawn package stay, in seconds: for Welcomes of peers who fetched it before.
    /// Default: 7 days.
    #[uniffi(default = None)]
    pub grace: Option<u64>,
    /// Whether the directory is to have a package to serve when no other is left (RFC 9420 §16.8). Default: yes.
    #[uniffi(default = None)]
    pub last_resort: Option<bool>,
    /// How long packages live, in seconds, within `ClientOptions::max_lifetime`. Default: 84 days, or the client's limit if
    /// that is shorter.
    #[uniffi(default = None)]
    pub lifetime: Option<u64>,
    /// In which form packages are given out. Default: bare.
    #[uniffi(default = None)]
    pub framing: Option<KeypackageFraming>,
    /// What packages are like. The policy's own lifetime and last resort stand for those given here.
    #[uniffi(default = None)]
    pub config: Option<KeypackageConfig>,
}

impl TryFrom<KeypackagePolicy> for mlskit::KeypackagePolicy {
    type Error = MlsError;

    fn try_from(value: KeypackagePolicy) -> Result<Self> {
        let KeypackagePolicy { target, refresh_margin, grace, last_resort, lifetime, framing, config } = value;
        let mut policy = Self::default();
        if let Some(target) = target {
            policy = policy.target(target);
        }
        if let Some(seconds) = refresh_margin {
            policy = policy.refresh_margin(Duration::from_secs(seconds));
        }
        if let Some(seconds) = grace {
            policy = policy.grace(Duration::from_secs(seconds));
        }
        if let Some(last_resort) = last_resort {
            policy = policy.last_resort(last_resort);
        }
        if let Some(seconds) = lifetime {
            policy = policy.lifetime(Duration::from_secs(seconds));
        }
        if let Some(framing) = framing {
            policy = policy.framing(framing.into());
        }
        Ok(match config {
            Some(config) => policy.config(config.try_into()?),
            None => policy,
        })
    }
}
