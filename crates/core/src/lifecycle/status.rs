//! How a credential's key packages are doing, to show and to watch.

use std::time::SystemTime;

use mlskit_keystore::{KeypackageLife, KeypackageState, View};
use openmls::prelude::Ciphersuite;

use super::{
    KeypackagePolicy,
    due::{Due, Fitness},
    maintain::in_service,
    outgoing::time,
    replace::{in_force, line},
};
use crate::{Client, CredentialFilter, CredentialRef, Result, clock, credential};

/// Counts of the key packages of a credential and of those whose place it took, and when something is due.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeypackageStatus {
    /// Made by the app and never said to be published: the policy leaves them alone until they expire.
    pub unmanaged: u32,
    /// Given out to be published, and not confirmed: a peer may have them or not.
    pub pending: u32,
    /// Published, and neither used up nor retired; with the last-resort package.
    pub published: u32,
    /// Those of the published that are to be replaced.
    pub stale: u32,
    /// Replaced, and to be withdrawn; of all credentials.
    pub retired: u32,
    /// Withdrawn, with keys for Welcomes that are under way; of all credentials.
    pub withdrawn: u32,
    /// Removed by the app, or used up by a Welcome, and to be withdrawn; of all credentials. They have no keys.
    pub removed: u32,
    /// Whether one of the published is a last-resort package.
    pub has_last_resort: bool,
    /// Since when the oldest of the pending has been waiting: long ago means that the directory can't be reached, or
    /// refuses.
    pub oldest_pending: Option<SystemTime>,
    /// When the first of the packages in service is to be replaced; no later than now, if one is waiting for that.
    pub next_refresh: Option<SystemTime>,
}

pub(crate) fn status(
    view: &View<'_>,
    client: &Client,
    credential_ref: &CredentialRef,
    policy: &KeypackagePolicy,
) -> Result<KeypackageStatus> {
    let (credential, credential_ref) = in_force(view, client, credential_ref)?;
    let due = Due::new(policy, clock::seconds(client.now()), &credential_ref)?;
    let mut status = KeypackageStatus::default();
    for one in line(view, credential)? {
        let (_, unmanaged) = view.count_keypackages(one)?;
        status.unmanaged += unmanaged;
    }
    let in_service = in_service(view, credential, &due)?;
    in_service.iter().for_each(|(fitness, package)| status.add(package, *fitness));
    view.keypackages_out_of_service()?.iter().for_each(|package| status.add(package, Fitness::Stale));
    status.removed = number(view.tombstones()?.len());
    let pending = in_service.iter().filter(|(_, package)| package.state == KeypackageState::Generated);
    // A clock that was ahead may have noted a time to come.
    status.oldest_pending = pending.map(|(_, package)| package.offered_at.min(due.now)).min().and_then(time);
    let refreshes = in_service.iter().map(|(fitness, package)| match fitness {
        Fitness::Fresh => due.refresh_at(package),
        _ => due.refresh_at(package).min(due.now),
    });
    status.next_refresh = refreshes.min().and_then(time);
    Ok(status)
}

impl KeypackageStatus {
    fn add(&mut self, package: &KeypackageLife, fitness: Fitness) {
        match package.state {
            KeypackageState::Generated => self.pending += 1,
            KeypackageState::Published => {
                self.published += 1;
                self.stale += u32::from(fitness != Fitness::Fresh);
                self.has_last_resort |= package.package.last_resort;
            }
            KeypackageState::Retired => self.retired += 1,
            KeypackageState::Withdrawn => self.withdrawn += 1,
        }
    }
}

/// How many packages of the credentials of a suite, or of one credential, are valid now.
pub(crate) fn count_valid(view: &View<'_>, client: &Client, of: &CountOf) -> Result<u32> {
    let credentials = match of {
        CountOf::Credential(credential_ref) => vec![credential_ref.clone()],
        CountOf::Ciphersuite(suite) => {
            credential::find(view, client.id(), &CredentialFilter::default().ciphersuite(*suite))?
        }
    };
    let now = clock::seconds(client.now());
    let mut count = 0;
    for credential_ref in credentials {
        let id = credential::resolve(view, client.id(), &credential_ref)?;
        count += view.count_valid_keypackages(id, now)?;
    }
    Ok(count)
}

/// Whose packages are counted.
pub(crate) enum CountOf {
    Credential(CredentialRef),
    Ciphersuite(Ciphersuite),
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
