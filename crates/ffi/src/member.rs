//! Members of a group, and others who have a say in it.

use mlskit::{group as core, openmls::prelude as openmls};

use crate::{CredentialInfo, SignatureKey};

/// Names a member: its leaf and its signature key, so that a leaf that somebody else took over is noticed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
pub struct MemberId {
    /// The member's place in the ratchet tree.
    pub leaf_index: u32,
    /// The member's public signature key.
    pub signature_key: SignatureKey,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
pub struct Member {
    /// Names it in calls.
    pub id: MemberId,
    /// Who it says it is. Whether that is true is the app's to judge (RFC 9420 §5.3.1).
    pub credential: CredentialInfo,
    /// Whether it is this client.
    pub is_self: bool,
}

/// A leaf that comes in: of a new member, or of a member that changes its keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
pub struct NewLeaf {
    /// Who it says it is. Whether that is true is the app's to judge (RFC 9420 §5.3.1).
    pub credential: CredentialInfo,
    /// Its public signature key.
    pub signature_key: SignatureKey,
}

/// Somebody outside of a group who may propose to add and to remove members (RFC 9420 §12.1.8.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
pub struct ExternalSender {
    /// Who it says it is. Whether that is true is the app's to judge (RFC 9420 §5.3.1).
    pub credential: CredentialInfo,
    /// Its public signature key.
    pub signature_key: SignatureKey,
}

/// Many at once.
pub(crate) fn each<'a, C: 'a, T: From<&'a C>>(core: impl IntoIterator<Item = &'a C>) -> Vec<T> {
    core.into_iter().map(T::from).collect()
}

impl From<&core::MemberId> for MemberId {
    fn from(core: &core::MemberId) -> Self {
        Self { leaf_index: core.leaf_index(), signature_key: SignatureKey(core.signature_key().to_vec()) }
    }
}

impl From<MemberId> for core::MemberId {
    fn from(value: MemberId) -> Self {
        let MemberId { leaf_index, signature_key: SignatureKey(signature_key) } = value;
        Self::new(leaf_index, signature_key)
    }
}

impl From<&core::Member> for Member {
    fn from(core: &core::Member) -> Self {
        let core::Member { id, credential, is_self } = core;
        Self { id: id.into(), credential: CredentialInfo::of(credential), is_self: *is_self }
    }
}

impl From<&core::NewLeaf> for NewLeaf {
    fn from(core: &core::NewLeaf) -> Self {
        let core::NewLeaf { credential, signature_key } = core;
        Self { credential: CredentialInfo::of(credential), signature_key: SignatureKey(signature_key.clone()) }
    }
}

impl From<&core::ExternalSender> for ExternalSender {
    fn from(core: &core::ExternalSender) -> Self {
        let core::ExternalSender { credential, signature_key } = core;
        Self { credential: CredentialInfo::of(credential), signature_key: SignatureKey(signature_key.clone()) }
    }
}

impl From<ExternalSender> for openmls::ExternalSender {
    fn from(value: ExternalSender) -> Self {
        let ExternalSender { credential, signature_key: SignatureKey(signature_key) } = value;
        Self::new(signature_key.into(), credential.to_openmls())
    }
}
