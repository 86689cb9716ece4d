//! What an app may set when it opens a client.

use std::{sync::Arc, time::Duration};

use crate::ManualClock;

/// Limits of a client. What is left out has the default of the Rust API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, uniffi::Record)]
pub struct ClientOptions {
    /// The longest lifetime of a key package that this client makes, in seconds. Default: 84 days.
    #[uniffi(default = None)]
    pub max_lifetime: Option<u64>,
    /// The longest lifetime of another's key package that this client imports, in seconds; an hour for clocks comes on
    /// top. Default: 100 days.
    #[uniffi(default = None)]
    pub max_accepted_lifetime: Option<u64>,
    /// How long a key package must go on living to be added to a group, in seconds. Default: one day.
    #[uniffi(default = None)]
    pub min_remaining_lifetime: Option<u64>,
    /// How long a transaction waits for another, in milliseconds. Default: 10 seconds; at most a day.
    #[uniffi(default = None)]
    pub busy_timeout_millis: Option<u64>,
}

impl ClientOptions {
    pub(crate) fn to_core(self, clock: Option<Arc<ManualClock>>) -> mlskit::ClientOptions {
        let Self { max_lifetime, max_accepted_lifetime, min_remaining_lifetime, busy_timeout_millis } = self;
        let mut options = mlskit::ClientOptions::default();
        if let Some(seconds) = max_lifetime {
            options = options.max_lifetime(Duration::from_secs(seconds));
        }
        if let Some(seconds) = max_accepted_lifetime {
            options = options.max_accepted_lifetime(Duration::from_secs(seconds));
        }
        if let Some(seconds) = min_remaining_lifetime {
            options = options.min_remaining_lifetime(Duration::from_secs(seconds));
        }
        if let Some(millis) = busy_timeout_millis {
            options = options.busy_timeout(Duration::from_millis(millis));
        }
        match clock {
            Some(clock) => options.clock(clock),
            None => options,
        }
    }
}
