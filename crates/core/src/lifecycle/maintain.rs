//! Bringing the file to what the policy wants.

use mlskit_keystore::{CredentialId, Operation, PurgeTimes, View};

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
    for last_resort in [true, false] {
        let packages = in_service(operation, credential, &due, last_resort)?;
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

/// The packages of one kind that a directory serves or may serve, those of replaced credentials too.
fn in_service(view: &View<'_>, credential: CredentialId, due: &Due<'_>, last_resort: bool) -> Result<Vec<InService>> {
    let mut packages = Vec::new();
    for predecessor in view.predecessors(credential)? {
        let old = view.keypackages_in_service(predecessor)?.into_iter();
        packages.extend(old.map(|package| (due.fitness(&package).min(Fitness::Stale), package)));
    }
    let own = view.keypackages_in_service(credential)?.into_iter();
    packages.extend(own.map(|package| (due.fitness(&package), package)));
    let of_kind = packages.into_iter().filter(|(_, package)| package.package.last_resort == last_resort);
    Ok(of_kind.map(|(fitness, package)| InService::new(package, fitness)).collect())
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
