//! Members, and what an epoch changes about them.

use openmls::prelude::{Credential, GroupEpoch, LeafNode, LeafNodeIndex, MlsGroup};

use super::Superseded;
use crate::{CredentialError, Keypackage, Result, credential};

/// Names a member: its leaf and its signature key, so that a leaf that somebody else took over is noticed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MemberId {
    pub(crate) leaf_index: u32,
    pub(crate) signature_key: Vec<u8>,
}

impl MemberId {
    /// The id of the member with this key at this leaf.
    #[must_use]
    pub fn new(leaf_index: u32, signature_key: Vec<u8>) -> Self {
        Self { leaf_index, signature_key }
    }

    /// The member's place in the ratchet tree.
    #[must_use]
    pub fn leaf_index(&self) -> u32 {
        self.leaf_index
    }

    /// The member's public signature key.
    #[must_use]
    pub fn signature_key(&self) -> &[u8] {
        &self.signature_key
    }
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Names it in calls.
    pub id: MemberId,
    /// Who it says it is. Whether that is true is the app's to judge (RFC 9420 §5.3.1). It is OpenMLS's type: the
    /// `serialized_content` of a Basic one is the identity.
    pub credential: Credential,
    /// Whether it is this client.
    pub is_self: bool,
}

impl Member {
    pub(crate) fn all(group: &MlsGroup) -> Vec<Self> {
        let own = group.own_leaf_index();
        group.members().map(|member| Self::new(&member, own)).collect()
    }

    pub(crate) fn at(group: &MlsGroup, leaf: LeafNodeIndex) -> Option<Self> {
        group.member_at(leaf).map(|member| Self::new(&member, group.own_leaf_index()))
    }

    fn new(member: &openmls::prelude::Member, own: LeafNodeIndex) -> Self {
        Self {
            id: MemberId { leaf_index: member.index.u32(), signature_key: member.signature_key.clone() },
            credential: member.credential.clone(),
            is_self: member.index == own,
        }
    }
}

/// A leaf that comes in: of a new member, or of a member that changes its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLeaf {
    /// Who it says it is. Whether that is true is the app's to judge (RFC 9420 §5.3.1).
    pub credential: Credential,
    /// Its public signature key. For an X.509 credential it is its leaf certificate's key.
    pub signature_key: Vec<u8>,
}

impl NewLeaf {
    /// Takes a leaf, and refuses an X.509 chain of another key, which OpenMLS takes.
    pub(crate) fn check(leaf: &LeafNode) -> Result<Self, CredentialError> {
        let (credential, signature_key) = (leaf.credential(), leaf.signature_key().as_slice());
        credential::check_binding(credential, signature_key)?;
        Ok(Self { credential: credential.clone(), signature_key: signature_key.to_vec() })
    }

    pub(crate) fn of(keypackage: &Keypackage) -> Result<Self, CredentialError> {
        Self::check(keypackage.leaf_node())
    }
}

/// Refuses a group with a member whose X.509 chain is of another key than its own.
pub(crate) fn check_all(group: &MlsGroup) -> Result<(), CredentialError> {
    group.treesync().full_leaves().try_for_each(|(_, leaf)| NewLeaf::check(leaf).map(drop))
}

/// A group has gone one epoch on.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EpochChange {
    /// The new epoch.
    pub epoch: u64,
    /// What this client had begun itself, if the change has overtaken it.
    pub superseded: Option<Superseded>,
    /// Whether this client is no longer a member. The group's state stays until `delete_group`.
    pub self_removed: bool,
}

impl EpochChange {
    pub(crate) fn of(group: &MlsGroup, superseded: Option<Superseded>) -> Self {
        let self_removed = !group.is_active();
        // Who is removed has left as it proposed.
        let superseded = superseded.filter(|begun| !(self_removed && begun.left));
        Self { epoch: number(group.epoch()), superseded, self_removed }
    }
}

pub(crate) fn number(epoch: GroupEpoch) -> u64 {
    epoch.as_u64()
}
