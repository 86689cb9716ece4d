//! What the directory must be told.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mlskit_keystore::{KeypackageState, View};

use super::{
    KeypackagePolicy,
    due::{Due, Fitness},
    replace::{in_force, line},
};
use crate::{Client, CredentialRef, KeypackageExt, KeypackageRef, Result, clock, keypackage};

/// A key package that a directory is to serve.
#[derive(Clone, PartialEq, Eq)]
pub struct KeypackagePublication {
    /// Names it in [`confirm_published`](crate::TransactionContext::confirm_published).
    pub keypackage_ref: KeypackageRef,
    /// The package, in the policy's [framing](KeypackagePolicy::framing): the same bytes until it is confirmed.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for KeypackagePublication {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { keypackage_ref, bytes } = self;
        write!(formatter, "KeypackagePublication({keypackage_ref}, {} bytes)", bytes.len())
    }
}

/// What a directory is to be told of a credential's key packages: committed and unconfirmed, in the order in which it is
/// to be told. After a crash it is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutgoingKeypackages {
    /// What is to be published: a last-resort package first, then in the order in which they were made.
    pub publish: Vec<KeypackagePublication>,
    /// What is to be withdrawn: of this and every other credential what was replaced, and what was removed.
    pub withdraw: Vec<KeypackageRef>,
    /// When there will be more to do, if nothing happens before: now, if a maintenance is due. Nothing, where there never
    /// will.
    pub next: Option<SystemTime>,
}

pub(crate) fn outgoing(
    view: &View<'_>,
    client: &Client,
    credential_ref: &CredentialRef,
    policy: &KeypackagePolicy,
) -> Result<OutgoingKeypackages> {
    let (credential, credential_ref) = in_force(view, client, credential_ref)?;
    let due = Due::new(policy, clock::seconds(client.now()), &credential_ref)?;
    let in_service = view.keypackages_in_service(credential)?;
    let out_of_service = view.keypackages_out_of_service()?;
    let line = line(view, credential)?;
    let of_line = out_of_service.iter().filter(|package| line.contains(&package.credential));
    let next = in_service.iter().chain(of_line).filter_map(|package| due.next(package));
    let mut next = next.chain(view.next_purge()?).min();
    // A package has aged since the maintenance, or there was none.
    let is_short = [true, false].into_iter().any(|last_resort| {
        let of_kind = in_service.iter().filter(|package| package.package.last_resort == last_resort);
        of_kind.filter(|package| due.fitness(package) == Fitness::Fresh).count() < policy.target_of(last_resort)
    });
    if is_short {
        next = Some(due.now);
    }

    let mut publish = Vec::new();
    for package in in_service {
        if package.state == KeypackageState::Generated && due.fitness(&package) == Fitness::Fresh {
            publish.extend(publication(view, package.package.try_into()?, policy)?);
        }
    }
    publish.sort_by_key(|publication| !publication.keypackage_ref.is_last_resort());

    let retired = out_of_service.into_iter().filter(|package| package.state == KeypackageState::Retired);
    let withdraw = retired.map(|package| package.package).chain(view.tombstones()?);
    let withdraw = withdraw.map(KeypackageRef::try_from).collect::<Result<_>>()?;
    Ok(OutgoingKeypackages { publish, withdraw, next: next.and_then(time) })
}

fn publication(
    view: &View<'_>,
    keypackage_ref: KeypackageRef,
    policy: &KeypackagePolicy,
) -> Result<Option<KeypackagePublication>> {
    let Some(keypackage) = keypackage::load(view, &keypackage_ref)? else { return Ok(None) };
    let bytes = policy.framing.apply(&keypackage.to_bytes()?);
    Ok(Some(KeypackagePublication { keypackage_ref, bytes }))
}

/// Nothing for what a clock can't show.
pub(super) fn time(seconds: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}
