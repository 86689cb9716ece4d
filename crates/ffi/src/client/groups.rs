//! What can be read of groups without a transaction: the last committed state.

use std::time::Duration;

use super::Client;
use crate::{GroupId, KeypackageRef, Member, OutgoingMessage, Result, member::each};

#[uniffi::export]
impl Client {
    /// The ids of all groups, in the order in which they were joined.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn groups(&self) -> Result<Vec<GroupId>> {
        Ok(each(&self.core.groups().await?))
    }

    /// The groups in which this client's keys are `older_than` seconds old or older, in the order in which they were
    /// joined. Only new keys end what somebody who once learnt the old ones can read: see `update_keys`.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn groups_due_for_update(&self, older_than: u64) -> Result<Vec<GroupId>> {
        Ok(each(&self.core.groups_due_for_update(Duration::from_secs(older_than)).await?))
    }

    /// The members of a group, in the order of their leaves.
    ///
    /// # Errors
    /// `Group` with `UnknownGroup`; `Storage`.
    pub async fn members(&self, group_id: GroupId) -> Result<Vec<Member>> {
        Ok(each(&self.core.members(&group_id.into()).await?))
    }

    /// The epoch of a group.
    ///
    /// # Errors
    /// `Group` with `UnknownGroup`; `Storage`.
    pub async fn epoch(&self, group_id: GroupId) -> Result<u64> {
        Ok(self.core.epoch(&group_id.into()).await?)
    }

    /// The ratchet tree of a group, for a new member who does not get it with the Welcome (RFC 9420 §12.4.3.3).
    ///
    /// # Errors
    /// `Group` with `UnknownGroup`; `Storage`.
    pub async fn ratchet_tree(&self, group_id: GroupId) -> Result<Vec<u8>> {
        Ok(self.core.ratchet_tree(&group_id.into()).await?)
    }

    /// Which of the stored key packages a Welcome is for.
    ///
    /// # Errors
    /// `Group` with `NoMatchingKeypackage` when there is none; `Message` with `Malformed`; `Storage`.
    pub async fn welcome_refs(&self, welcome: Vec<u8>) -> Result<Vec<KeypackageRef>> {
        Ok(each(&self.core.welcome_refs(&welcome).await?))
    }

    /// What the delivery service must get: committed and unsettled, in the order in which it was made. The same bytes on
    /// every call, after a crash too.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn outgoing(&self) -> Result<Vec<OutgoingMessage>> {
        Ok(self.core.outgoing().await?.into_iter().map(Into::into).collect())
    }
}
