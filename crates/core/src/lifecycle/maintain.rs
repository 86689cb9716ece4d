//! Bringing the file to what the policy wants.

use mlskit_keystore::{CredentialId, KeypackageLife, Operation, PurgeTimes, View};

use super::{
    KeypackagePolicy,
    due::{Due, Fitness},
    plan::{InService, Plan},
    replace,
};
use crate::{Client, CredentialRef, KeypackageExt, KeypackageRef, Result, clock, keypackage};

pub(crate) fn maintain(
    operation: &mut Operation<'_>,
    client: &Client,
    credential_ref: &CredentialRef,
    policy: &KeypackagePolicy,
) -> Result<()> {
    let (credential, credential_ref) = replace::in_force(operation, client, credential_ref)?;
    let due = Due::new(policy, clock::seconds(client.now()), &credential_ref)?;
    // A clock that has not come so far since 1970 is wrong.
    if let Some(had_grace_by) = due.before(policy.second_look()) {
        let withdrawn_by = due.before(policy.grace);
        operation.purge_keypackages(PurgeTimes { now: due.now, credential, withdrawn_by, had_grace_by })?;
    }
    let (last_resort, single_use): (Vec<_>, Vec<_>) =
        in_service(operation, credential, &due)?.into_iter().partition(|(_, package)| package.package.last_resort);
    for (last_resort, packages) in [(true, last_resort), (false, single_use)] {
        let packages = packages.into_iter().map(|(fitness, package)| InService::new(package, fitness)).collect();
        let Plan { generate, retire } = Plan::new(policy.target_of(last_resort), packages);
        for hash_ref in retire {
            operation.retire_keypackage(&hash_ref, due.now)?;
        }
        if generate > 0 {
            let config = policy.config_of(last_resort);
            for keypackage in keypackage::generate_batch(operation, client, &credential_ref, generate, &config)? {
                operation.offer_keypackage(keypackage.keypackage_ref()?.hash_ref(), due.now)?;
            }
        }
    }
    replace::move_groups(operation, client, credential, &credential_ref)
}

/// The packages that a directory serves or may serve, of a credential and of those whose place it took, with what use there
/// is of each.
pub(super) fn in_service(
    view: &View<'_>,
    credential: CredentialId,
    due: &Due<'_>,
) -> Result<Vec<(Fitness, KeypackageLife)>> {
    let mut packages = Vec::new();
    for predecessor in view.predecessors(credential)? {
        let old = view.keypackages_in_service(predecessor)?.into_iter();
        packages.extend(old.map(|package| (due.fitness(&package).min(Fitness::Stale), package)));
    }
    let own = view.keypackages_in_service(credential)?.into_iter();
    packages.extend(own.map(|package| (due.fitness(&package), package)));
    Ok(packages)
}

pub(crate) fn renew(operation: &mut Operation<'_>, client: &Client, credential_ref: &CredentialRef) -> Result<()> {
    let (credential, _) = replace::in_force(operation, client, credential_ref)?;
    Ok(operation.outdate_keypackages(credential)?)
}

pub(crate) fn confirm_published(operation: &mut Operation<'_>, client: &Client, refs: &[KeypackageRef]) -> Result<()> {
    let now = clock::seconds(client.now());
    Ok(refs.iter().try_for_each(|one| operation.note_published(one.hash_ref(), now))?)
}

pub(crate) fn confirm_withdrawn(operation: &mut Operation<'_>, client: &Client, refs: &[KeypackageRef]) -> Result<()> {
    let now = clock::seconds(client.now());
    Ok(refs.iter().try_for_each(|one| operation.note_withdrawn(one.hash_ref(), now))?)
}
