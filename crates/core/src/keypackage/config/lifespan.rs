//! When a key package may be used.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openmls::prelude::Lifetime;

use crate::{KeypackageError, keypackage::CLOCK_MARGIN};

/// SQLite's integers are signed, and an error has to have a number for what is too late.
const LATEST: u64 = i64::MAX.cast_unsigned() - 1;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Lifespan {
    /// The default lifetime, or what the client allows of it.
    #[default]
    Default,
    For(Duration),
    Window {
        not_before: SystemTime,
        not_after: SystemTime,
    },
}

impl Lifespan {
    pub(super) fn resolve(
        self,
        default: Duration,
        limit: Duration,
        now: SystemTime,
    ) -> Result<Lifetime, KeypackageError> {
        let now = storable(seconds(now))?;
        match self {
            Self::Default => from_now(default, now),
            Self::For(asked) if asked > limit => Err(KeypackageError::LifetimeTooLong { asked, limit }),
            Self::For(asked) => from_now(asked, now),
            Self::Window { not_before, not_after } => {
                let (not_before, not_after) = (storable(seconds(not_before))?, storable(seconds(not_after))?);
                window(not_before, not_after, limit.saturating_add(CLOCK_MARGIN), now)
            }
        }
    }
}

fn from_now(asked: Duration, now: u64) -> Result<Lifetime, KeypackageError> {
    if asked.as_secs() == 0 {
        return Err(KeypackageError::LifetimeTooShort { asked });
    }
    let not_after = storable(now.saturating_add(asked.as_secs()).try_into().unwrap_or(i64::MAX))?;
    Ok(Lifetime::init(now.saturating_sub(CLOCK_MARGIN.as_secs()), not_after))
}

fn window(not_before: u64, not_after: u64, limit: Duration, now: u64) -> Result<Lifetime, KeypackageError> {
    if not_after <= not_before {
        return Err(KeypackageError::WindowInverted { not_before, not_after });
    }
    // The end itself is outside, as in OpenMLS.
    if not_after <= now {
        return Err(KeypackageError::WindowOver { not_after, now });
    }
    let asked = Duration::from_secs(not_after - not_before);
    if asked > limit {
        return Err(KeypackageError::WindowTooLong { asked, limit });
    }
    Ok(Lifetime::init(not_before, not_after))
}

/// Seconds since 1970, also before it.
fn seconds(time: SystemTime) -> i64 {
    let clamp = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => clamp(since.as_secs()),
        Err(before) => -clamp(before.duration().as_secs()),
    }
}

fn storable(found: i64) -> Result<u64, KeypackageError> {
    match u64::try_from(found) {
        Ok(seconds) if seconds <= LATEST => Ok(seconds),
        _ => Err(KeypackageError::LifetimeOutOfRange { found, latest: LATEST }),
    }
}
