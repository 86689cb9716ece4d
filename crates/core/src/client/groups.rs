//! What can be read of groups without a transaction: the last committed state.

use std::time::Duration;

use openmls::prelude::GroupId;

use super::Client;
use crate::{
    KeypackageRef, Result, clock,
    group::{self, Member, OutgoingMessage},
};

impl Client {
    /// The ids of all groups, in the order in which they were joined; also of those that this client was removed from,
    /// until they are deleted.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn groups(&self) -> Result<Vec<GroupId>> {
        self.read(group::list).await
    }

    /// The groups in which this client's keys are `older_than` or older, in the order in which they were joined. Only
    /// new keys end what somebody who once learnt the old ones can read: see
    /// [`update_keys`](crate::TransactionContext::update_keys).
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn groups_due_for_update(&self, older_than: Duration) -> Result<Vec<GroupId>> {
        let now = clock::seconds(self.now());
        self.read(move |view| group::due_for_update(view, now, older_than)).await
    }

    /// The members of a group, in the order of their leaves.
    ///
    /// # Errors
    /// [`GroupError::UnknownGroup`](crate::GroupError::UnknownGroup); [`StorageError`](crate::StorageError)s.
    pub async fn members(&self, group_id: &GroupId) -> Result<Vec<Member>> {
        let group_id = group_id.clone();
        self.read(move |view| group::members(view, &group_id)).await
    }

    /// The epoch of a group.
    ///
    /// # Errors
    /// [`GroupError::UnknownGroup`](crate::GroupError::UnknownGroup); [`StorageError`](crate::StorageError)s.
    pub async fn epoch(&self, group_id: &GroupId) -> Result<u64> {
        let group_id = group_id.clone();
        self.read(move |view| group::epoch(view, &group_id)).await
    }

    /// The ratchet tree of a group, for a new member who does not get it with the Welcome (RFC 9420 §12.4.3.3).
    ///
    /// # Errors
    /// [`GroupError::UnknownGroup`](crate::GroupError::UnknownGroup); [`StorageError`](crate::StorageError)s.
    pub async fn ratchet_tree(&self, group_id: &GroupId) -> Result<Vec<u8>> {
        let group_id = group_id.clone();
        self.read(move |view| group::ratchet_tree(view, &group_id)).await
    }

    /// Which of the stored key packages a Welcome is for.
    ///
    /// # Errors
    /// [`GroupError::NoMatchingKeypackage`](crate::GroupError::NoMatchingKeypackage) when there is none;
    /// [`MessageError::Malformed`](crate::MessageError::Malformed); [`StorageError`](crate::StorageError)s.
    pub async fn welcome_refs(&self, welcome: &[u8]) -> Result<Vec<KeypackageRef>> {
        let welcome = welcome.to_vec();
        self.read(move |view| group::welcome_refs(view, &welcome)).await
    }

    /// What the delivery service must get: committed and unsettled, in the order in which it was made. The same
    /// bytes on every call, after a crash too.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn outgoing(&self) -> Result<Vec<OutgoingMessage>> {
        self.read(group::outgoing).await
    }
}
