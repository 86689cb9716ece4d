//! What a message turned out to be.

use std::sync::Arc;

use mlskit::group as core;

use crate::{
    ExternalSender, GroupId, Member, MlsError, NewLeaf, Result, Secret,
    bound::{AllBound, Bound, Slot},
    live::{Live, RECEIVED_PROPOSALS, STAGED_COMMITS},
    member::each,
};

/// What a message turned out to be.
#[derive(Debug, uniffi::Enum)]
pub enum Received {
    /// Something that a member says.
    Application {
        /// The group in which it is said, as the message itself has it.
        group_id: GroupId,
        /// Who says it, as of the epoch in which it was said.
        sender: Member,
        /// What is said.
        plaintext: Secret,
        /// What was authenticated along with it, in clear.
        aad: Vec<u8>,
        /// The epoch in which it was said.
        epoch: u64,
    },
    /// A change of the group, which holds when it is accepted.
    Commit {
        /// To be accepted.
        commit: Arc<StagedCommit>,
        /// What it would change.
        contents: CommitContents,
    },
    /// A proposal, which may be committed when it is accepted.
    Proposal {
        /// To be accepted.
        proposal: Arc<ReceivedProposal>,
        /// What it proposes.
        contents: ProposalContents,
    },
    /// The echo of one's own pending commit: the delivery service has taken it, see `commit_accepted`.
    OwnCommit,
    /// The echo of another message of one's own.
    OwnMessage,
}

/// Who made a commit or a proposal.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Sender {
    /// A member.
    FromMember {
        /// The member.
        member: Member,
    },
    /// Somebody who joins by it (RFC 9420 §12.4.3.2), under whatever name: no member vouches for the credential.
    FromNewMember {
        /// The leaf that it brings.
        leaf: NewLeaf,
    },
    /// Somebody outside, whom the group's `external_senders` allow to propose.
    FromOutside {
        /// The one outside.
        external_sender: ExternalSender,
    },
}

/// What a commit would change. Every credential that it brings is in here (RFC 9420 §5.3.1): in `added`, in `updated`,
/// in `external_senders`, or in `sender`.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CommitContents {
    /// The group that it changes.
    pub group_id: GroupId,
    /// Who made it.
    pub sender: Sender,
    /// Who comes in.
    pub added: Vec<NewLeaf>,
    /// Who goes.
    pub removed: Vec<Member>,
    /// Whose leaf changes.
    pub updated: Vec<LeafUpdate>,
    /// Whether this client goes.
    pub self_removed: bool,
    /// Who outside of the group may propose changes from then on, if that changes.
    pub external_senders: Option<Vec<ExternalSender>>,
}

/// A leaf that changes.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LeafUpdate {
    /// The leaf so far.
    pub before: Member,
    /// The leaf from then on.
    pub after: NewLeaf,
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ProposalContents {
    /// The group that it is for.
    pub group_id: GroupId,
    /// Who made it.
    pub sender: Sender,
    /// What it proposes.
    pub change: Change,
}

/// What somebody proposes.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Change {
    /// That somebody comes in.
    Add {
        /// The new leaf.
        leaf: NewLeaf,
    },
    /// That a member goes; its own leave, if it is the sender.
    Remove {
        /// The member.
        member: Member,
    },
    /// That the sender's leaf changes.
    Update {
        /// The leaf so far.
        before: Member,
        /// The leaf proposed.
        after: NewLeaf,
    },
    /// That the group's context extensions change.
    ContextExtensions {
        /// Who outside of the group may propose changes from then on.
        external_senders: Vec<ExternalSender>,
    },
}

/// A commit that has been checked and does not hold yet. Freeing it changes nothing of the group; it ends with its
/// transaction.
#[derive(Debug, uniffi::Object)]
pub struct StagedCommit {
    pub(crate) slot: Slot<core::StagedCommit>,
    _live: Live<STAGED_COMMITS>,
}

/// A proposal that has been checked and can't be committed yet. Freeing it changes nothing of the group, but its key is used
/// up: if another member commits it, that commit is `MissingProposal` here, and this client has to join again. So accept
/// what others may commit, and judge their commit. It ends with its transaction.
#[derive(Debug, uniffi::Object)]
pub struct ReceivedProposal {
    pub(crate) slot: Slot<core::ReceivedProposal>,
    _live: Live<RECEIVED_PROPOSALS>,
}

impl Bound for StagedCommit {
    fn end(&self) {
        let _ = self.slot.take();
    }
}

impl Bound for ReceivedProposal {
    fn end(&self) {
        let _ = self.slot.take();
    }
}

/// Which group a message is for: what is in clear of it, and unchecked. For echoes and for messages that are refused.
///
/// # Errors
/// `Message` with `Misplaced` or `Malformed`.
#[uniffi::export]
pub fn group_of(message: Vec<u8>) -> Result<GroupId> {
    let group_id = core::group_of(&message).map_err(mlskit::Error::from)?;
    Ok((&group_id).into())
}

impl Received {
    /// What came in, with its objects bound to the transaction.
    pub(crate) fn new(received: core::Received, bound: &AllBound) -> Result<Self> {
        Ok(match received {
            core::Received::Application { group_id, sender, plaintext, aad, epoch } => {
                let group_id = (&group_id).into();
                Self::Application { group_id, sender: (&sender).into(), plaintext: plaintext.into(), aad, epoch }
            }
            core::Received::Commit(commit) => {
                let contents = CommitContents::try_from(&*commit)?;
                let commit = Arc::new(StagedCommit { slot: Slot::new(*commit), _live: Live::new() });
                bound.bind(&commit);
                Self::Commit { commit, contents }
            }
            core::Received::Proposal(proposal) => {
                let contents = ProposalContents::try_from(&*proposal)?;
                let proposal = Arc::new(ReceivedProposal { slot: Slot::new(*proposal), _live: Live::new() });
                bound.bind(&proposal);
                Self::Proposal { proposal, contents }
            }
            core::Received::OwnCommit => Self::OwnCommit,
            core::Received::OwnMessage => Self::OwnMessage,
            _ => return Err(MlsError::unnamed("a kind of message")),
        })
    }
}

impl TryFrom<&core::StagedCommit> for CommitContents {
    type Error = MlsError;

    fn try_from(core: &core::StagedCommit) -> Result<Self> {
        let update =
            |(before, after): &(core::Member, core::NewLeaf)| LeafUpdate { before: before.into(), after: after.into() };
        Ok(Self {
            group_id: core.group_id().into(),
            sender: (&core.sender).try_into()?,
            added: each(&core.added),
            removed: each(&core.removed),
            updated: core.updated.iter().map(update).collect(),
            self_removed: core.self_removed,
            external_senders: core.external_senders.as_ref().map(each),
        })
    }
}

impl TryFrom<&core::ReceivedProposal> for ProposalContents {
    type Error = MlsError;

    fn try_from(core: &core::ReceivedProposal) -> Result<Self> {
        let (sender, change) = ((&core.sender).try_into()?, (&core.change).try_into()?);
        Ok(Self { group_id: core.group_id().into(), sender, change })
    }
}

impl TryFrom<&core::Sender> for Sender {
    type Error = MlsError;

    fn try_from(core: &core::Sender) -> Result<Self> {
        Ok(match core {
            core::Sender::Member(member) => Self::FromMember { member: member.into() },
            core::Sender::NewMember(leaf) => Self::FromNewMember { leaf: leaf.into() },
            core::Sender::External(sender) => Self::FromOutside { external_sender: sender.into() },
            _ => return Err(MlsError::unnamed("a kind of sender")),
        })
    }
}

impl TryFrom<&core::Change> for Change {
    type Error = MlsError;

    fn try_from(core: &core::Change) -> Result<Self> {
        Ok(match core {
            core::Change::Add(leaf) => Self::Add { leaf: leaf.into() },
            core::Change::Remove(member) => Self::Remove { member: member.into() },
            core::Change::Update { before, after } => Self::Update { before: before.into(), after: after.into() },
            core::Change::ContextExtensions { external_senders } => {
                Self::ContextExtensions { external_senders: each(external_senders) }
            }
            _ => return Err(MlsError::unnamed("a kind of proposal")),
        })
    }
}
