//! What an app may set when it opens a client.

use std::{sync::Arc, time::Duration};

use crate::{Clock, KEYPACKAGE_DEFAULT_LIFETIME, SystemClock};

/// Limits and surroundings of a client. The default fits a messenger.
///
/// ```
/// # use std::time::Duration;
/// let options = mlskit::ClientOptions::default().busy_timeout(Duration::from_secs(2));
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ClientOptions {
    pub(crate) max_lifetime: Duration,
    pub(crate) max_accepted_lifetime: Duration,
    pub(crate) min_remaining_lifetime: Duration,
    pub(crate) busy_timeout: Duration,
    pub(crate) clock: Arc<dyn Clock>,
}

impl ClientOptions {
    /// The longest lifetime of a key package that this client makes, and its default lifetime if that
    /// would be longer. Default: 84 days.
    pub fn max_lifetime(self, max_lifetime: Duration) -> Self {
        Self { max_lifetime, ..self }
    }

    /// The longest lifetime of another's key package that this client imports (RFC 9420 §7.2 asks for a limit);
    /// an hour for clocks comes on top. Default: 100 days, so that the 90 days of Marmot pass.
    pub fn max_accepted_lifetime(self, max_accepted_lifetime: Duration) -> Self {
        Self { max_accepted_lifetime, ..self }
    }

    /// How long a key package must go on living to be added to a group: a commit that adds one which has expired when
    /// it is processed is refused for ever by whoever comes late. Default: one day.
    pub fn min_remaining_lifetime(self, min_remaining_lifetime: Duration) -> Self {
        Self { min_remaining_lifetime, ..self }
    }

    /// How long a transaction waits for another, of this client or of another process. Default: 10 seconds; at
    /// most a day.
    pub fn busy_timeout(self, busy_timeout: Duration) -> Self {
        Self { busy_timeout, ..self }
    }

    /// Where the time comes from. Default: the system's clock.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            max_lifetime: KEYPACKAGE_DEFAULT_LIFETIME,
            max_accepted_lifetime: Duration::from_hours(100 * 24),
            min_remaining_lifetime: Duration::from_hours(24),
            busy_timeout: Duration::from_secs(10),
            clock: Arc::new(SystemClock),
        }
    }
}
