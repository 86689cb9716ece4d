//! What a package's times mean at a moment.

use std::time::Duration;

use mlskit_keystore::{KeypackageLife, KeypackageState};
use openmls_rust_crypto::RustCrypto;
use openmls_traits::{crypto::OpenMlsCrypto, types::HashType};

use super::KeypackagePolicy;
use crate::{CredentialRef, Result, error::KeypackageError};

/// How far ahead a window may begin. What begins later was made by a clock that was wrong, or the clock is wrong now.
const MAX_AHEAD: u64 = 24 * 60 * 60;

/// Tells when the packages of one credential are due, at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due<'a> {
    pub(super) policy: &'a KeypackagePolicy,
    /// Seconds since 1970.
    pub(super) now: u64,
    /// Where in the span of jitter this client stands: it is the same on every call.
    jitter: u64,
}

/// What use there is of a package in service. In the order in which they are better kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fitness {
    /// No peer takes it: it has expired, or begins in the future.
    Useless,
    /// It does its service until its replacement is published.
    Stale,
    /// It needs no replacement.
    Fresh,
}

impl<'a> Due<'a> {
    pub(super) fn new(policy: &'a KeypackagePolicy, now: u64, credential_ref: &CredentialRef) -> Result<Self> {
        let digest = RustCrypto::default()
            .hash(HashType::Sha2_256, credential_ref.signature_key())
            .map_err(|error| KeypackageError::NotEncoded { reason: format!("{error:?}") })?;
        let jitter = digest.first_chunk().copied().map_or(0, u64::from_be_bytes);
        Ok(Self { policy, now, jitter })
    }

    pub(super) fn fitness(&self, package: &KeypackageLife) -> Fitness {
        let KeypackageLife { package: record, is_outdated, .. } = package;
        if record.not_after <= self.now || record.not_before > self.now.saturating_add(MAX_AHEAD) {
            Fitness::Useless
        } else if *is_outdated || self.refresh_at(package) <= self.now {
            Fitness::Stale
        } else {
            Fitness::Fresh
        }
    }

    /// When a replacement is due: never in the first half of its life, so that a new package is fresh.
    pub(super) fn refresh_at(&self, package: &KeypackageLife) -> u64 {
        let KeypackageLife { package: record, generated_at, .. } = package;
        let life = record.not_after.saturating_sub(record.not_before.max(*generated_at));
        let margin = self.policy.refresh_margin.as_secs().min(life / 3);
        let span = u128::from(margin / 4);
        let jitter = u64::try_from((span * u128::from(self.jitter)) >> u64::BITS).unwrap_or(0);
        record.not_after.saturating_sub(margin).saturating_sub(jitter)
    }

    /// When something is to be done about a package before it expires, if nobody says anything about it before.
    pub(super) fn next(&self, package: &KeypackageLife) -> Option<u64> {
        let KeypackageLife { state, withdrawn_at, over_at, .. } = package;
        match (state, withdrawn_at) {
            (KeypackageState::Withdrawn, &Some(withdrawn_at)) if withdrawn_at <= self.now => {
                let grace_over = withdrawn_at.saturating_add(self.policy.grace.as_secs());
                let second_look = over_at.map(|over_at| over_at.saturating_add(self.policy.second_look().as_secs()));
                Some(second_look.unwrap_or(0).max(grace_over))
            }
            (KeypackageState::Generated | KeypackageState::Published, _) if self.fitness(package) == Fitness::Fresh => {
                Some(self.refresh_at(package))
            }
            _ => None,
        }
    }

    /// Nothing, if that was before 1970.
    pub(super) fn before(&self, time: Duration) -> Option<u64> {
        self.now.checked_sub(time.as_secs())
    }
}
