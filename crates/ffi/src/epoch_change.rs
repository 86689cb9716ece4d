//! What became of a group.

use mlskit::group as core;

use crate::{
    CredentialRef, ExternalSender, GroupId, Keypackage, KeypackageRef, Member, MlsError, Result, member::each,
};

/// A group has gone one epoch on.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct EpochChange {
    /// The new epoch.
    pub epoch: u64,
    /// What this client had begun itself, if the change has overtaken it.
    pub superseded: Option<Superseded>,
    /// Whether this client is no longer a member. The group's state stays until `delete_group`.
    pub self_removed: bool,
}

/// What this client had begun when another's commit came first. None of it will ever hold, and it is out of the outbox:
/// whoever still wants it does it again. All empty, it was an update of this client's keys.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Superseded {
    /// Whom the pending commit would have added. Their Welcome was never sent, so the same packages can be added again.
    pub added: Vec<Keypackage>,
    /// Whom it would have removed.
    pub removed: Vec<Member>,
    /// The credential that it would have moved this client to.
    pub credential: Option<CredentialRef>,
    /// Whether this client had proposed to leave.
    pub left: bool,
}

/// A group that was just joined. Whoever dislikes what it shows aborts the transaction or deletes the group.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct JoinedGroup {
    /// The group's id.
    pub id: GroupId,
    /// The epoch joined.
    pub epoch: u64,
    /// All members, this client among them.
    pub members: Vec<Member>,
    /// Who added this client; nobody, if it joined by an external commit.
    pub added_by: Option<Member>,
    /// Who outside of the group may propose to add and to remove members.
    pub external_senders: Vec<ExternalSender>,
    /// The package that the Welcome was for; none, if it joined by an external commit.
    pub keypackage_ref: Option<KeypackageRef>,
}

impl TryFrom<core::EpochChange> for EpochChange {
    type Error = MlsError;

    fn try_from(core: core::EpochChange) -> Result<Self> {
        let superseded = core.superseded.as_ref().map(Superseded::try_from).transpose()?;
        Ok(Self { epoch: core.epoch, superseded, self_removed: core.self_removed })
    }
}

impl TryFrom<&core::Superseded> for Superseded {
    type Error = MlsError;

    fn try_from(core: &core::Superseded) -> Result<Self> {
        Ok(Self {
            added: core.added.iter().map(Keypackage::try_from).collect::<Result<_>>()?,
            removed: each(&core.removed),
            credential: core.credential.as_ref().map(Into::into),
            left: core.left,
        })
    }
}

impl From<core::JoinedGroup> for JoinedGroup {
    fn from(core: core::JoinedGroup) -> Self {
        let core::JoinedGroup { id, epoch, members, added_by, external_senders, keypackage_ref } = core;
        Self {
            id: (&id).into(),
            epoch,
            members: each(&members),
            added_by: added_by.as_ref().map(Into::into),
            external_senders: each(&external_senders),
            keypackage_ref: keypackage_ref.as_ref().map(Into::into),
        }
    }
}
