//! Plays what the client tells of its changes, and nothing else, and compares what comes of it with what the client shows.

use std::collections::BTreeMap;

use mlskit::{
    Client, CredentialRef, KeypackageRef, KeypackageStatus, StateChange, StateChanges,
    watch::{CredentialChange, KeypackageChange},
};

use super::{Outcome, ensure, judge::Shown};
use crate::watching::unread;

/// What is known from changes alone.
pub(super) struct Watcher {
    changes: StateChanges,
    packages: BTreeMap<KeypackageRef, KeypackageChange>,
    credentials: Vec<CredentialRef>,
}

impl Watcher {
    pub(super) fn of(client: &Client) -> Self {
        Self { changes: client.changes(), packages: BTreeMap::new(), credentials: Vec::new() }
    }

    /// Goes on with another client, of what this one has left.
    pub(super) async fn follow(&mut self, client: &Client) -> Outcome {
        self.read().await?;
        self.changes = client.changes();
        Ok(())
    }

    async fn read(&mut self) -> Outcome {
        for change in unread(&mut self.changes).await {
            match change {
                StateChange::Keypackages { change, refs } => {
                    refs.into_iter().try_for_each(|one| self.package(one, change))?;
                }
                StateChange::Credential { change: CredentialChange::Added, credential_ref } => {
                    self.credentials.push(credential_ref);
                }
                StateChange::Credential { change: CredentialChange::Removed, credential_ref } => {
                    self.credentials.retain(|one| *one != credential_ref);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn package(&mut self, one: KeypackageRef, change: KeypackageChange) -> Outcome {
        use KeypackageChange::{Consumed, Generated, Outdated, Purged, Removed, Withdrawn};
        let before = self.packages.get(&one).copied();
        let fits = match before {
            // What a package has left behind is withdrawn too.
            None => matches!(change, Generated | Withdrawn),
            Some(before) => change != Generated && change != before,
        };
        ensure(fits, || format!("(d) {change:?} is told of {one}, which was {before:?}"))?;
        match change {
            Consumed | Removed | Purged => drop(self.packages.remove(&one)),
            Outdated => {}
            Withdrawn if before.is_none() => {}
            _ => drop(self.packages.insert(one, change)),
        }
        Ok(())
    }

    pub(super) async fn judge(&mut self, client: &Client, shown: &Shown) -> Outcome {
        self.read().await?;
        let credentials = client.credentials().await?;
        ensure(credentials == self.credentials, || {
            format!("(d) the credentials are {credentials:?}; told were {:?}", self.credentials)
        })?;
        let stored: BTreeMap<_, ()> = shown.stored.iter().map(|one| (one, ())).collect();
        ensure(stored.keys().copied().eq(self.packages.keys()), || {
            format!("(d) stored are {:?}; told were {:?}", shown.stored, self.packages)
        })?;
        let KeypackageStatus { unmanaged, pending, published, retired, withdrawn, .. } = shown.status;
        let found = [unmanaged, pending, published, retired, withdrawn];
        use KeypackageChange::{Generated, Pending, Published, Retired, Withdrawn};
        let told = [Generated, Pending, Published, Retired, Withdrawn]
            .map(|state| u32::try_from(self.packages.values().filter(|told| **told == state).count()).unwrap());
        ensure(told == found, || {
            format!("(d) own, pending, published, retired, withdrawn: {found:?}, and told were {told:?}")
        })
    }
}
