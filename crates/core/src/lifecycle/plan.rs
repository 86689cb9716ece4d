//! What to make and what to retire, decided without the file.
//!
//! The rule behind it: of the packages that are known to be published, as many stay in service as the policy wants, or as
//! there were. So a replacement that was not confirmed retires nothing.

use mlskit_keystore::{KeypackageLife, KeypackageState};

use super::due::Fitness;

/// A package in service, as far as a plan needs it.
#[derive(Debug, Clone)]
pub(super) struct InService {
    pub(super) hash_ref: Vec<u8>,
    pub(super) is_published: bool,
    pub(super) fitness: Fitness,
    pub(super) not_after: u64,
}

impl InService {
    pub(super) fn new(package: KeypackageLife, fitness: Fitness) -> Self {
        let is_published = package.state == KeypackageState::Published;
        let (hash_ref, not_after) = (package.package.hash_ref, package.package.not_after);
        Self { hash_ref, is_published, fitness, not_after }
    }
}

/// What leads to the policy's state, of one kind of packages.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) generate: usize,
    pub(super) retire: Vec<Vec<u8>>,
}

impl Plan {
    pub(super) fn new(target: usize, mut packages: Vec<InService>) -> Self {
        // Whatever is retired, it is the worst of its kind.
        packages.sort_by_key(|package| (package.fitness, package.not_after));
        let (fresh, stale): (Vec<_>, Vec<_>) = packages.into_iter().partition(|it| it.fitness == Fitness::Fresh);
        let generate = target.saturating_sub(fresh.len());
        let mut retire = Self::surplus(target, &fresh);

        let published = fresh.iter().filter(|it| it.is_published && !retire.contains(&it.hash_ref)).count();
        let (published_stale, pending_stale): (Vec<_>, Vec<_>) = stale.into_iter().partition(|it| it.is_published);
        let replaced = (published + published_stale.len()).saturating_sub(target);
        retire.extend(published_stale.into_iter().take(replaced).map(|it| it.hash_ref));
        // Nobody knows whether a directory serves these: they neither replace anything nor go before all is replaced.
        if published >= target {
            retire.extend(pending_stale.into_iter().map(|it| it.hash_ref));
        }
        Self { generate, retire }
    }

    /// What is more than the policy wants: first what is not known to be published.
    fn surplus(target: usize, fresh: &[InService]) -> Vec<Vec<u8>> {
        let mut candidates: Vec<_> = fresh.iter().collect();
        candidates.sort_by_key(|package| (package.is_published, package.not_after));
        let surplus = fresh.len().saturating_sub(target);
        candidates.into_iter().take(surplus).map(|package| package.hash_ref.clone()).collect()
    }
}
