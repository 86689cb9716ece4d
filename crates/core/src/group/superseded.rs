//! What another's commit has overtaken.

use super::{Member, session::Session};
use crate::{CredentialRef, Keypackage};

/// What this client had begun when another's commit came first. None of it will ever hold, and it is out of the
/// outbox: whoever still wants it does it again. All empty, it was an update of this client's keys.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Superseded {
    /// Whom the pending commit would have added. Their Welcome was never sent, so the same packages can be given to
    /// `add_members` again.
    pub added: Vec<Keypackage>,
    /// Whom it would have removed.
    pub removed: Vec<Member>,
    /// The credential that it would have moved this client to.
    pub credential: Option<CredentialRef>,
    /// Whether this client had proposed to leave.
    pub left: bool,
}

impl Superseded {
    /// Asked before the other's commit is merged, which forgets it. The credential is the caller's to fill in.
    pub(super) fn in_group(session: &Session) -> Option<Self> {
        let (pending, left) = (session.group.pending_commit(), session.is_leaving());
        if pending.is_none() && !left {
            return None;
        }
        let added = pending.into_iter().flat_map(|commit| commit.add_proposals());
        let removed = pending.into_iter().flat_map(|commit| commit.remove_proposals());
        Some(Self {
            added: added.map(|add| add.add_proposal().key_package().clone()).collect(),
            removed: removed
                .filter_map(|remove| Member::at(&session.group, remove.remove_proposal().removed()))
                .collect(),
            credential: None,
            left,
        })
    }
}
