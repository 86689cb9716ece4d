//! What a message turned out to be.

use std::fmt;

use openmls::prelude::{
    ConfirmationTag, GroupId, LeafNodeIndex, MlsGroup, Proposal, QueuedProposal, Sender as OpenMlsSender,
    SenderExtensionIndex, StagedCommit as OpenMlsStagedCommit,
};
use tls_codec::{Deserialize, Serialize};

use super::{ExternalSender, Member, NewLeaf, member};
use crate::{MessageError, RejectedMessage, RejoinReason, Result};

/// What a message turned out to be.
#[non_exhaustive]
pub enum Received {
    /// Something that a member says.
    Application {
        /// The group in which it is said, as the message itself has it: trust no server's word for that.
        group_id: GroupId,
        /// Who says it, as of the epoch in which it was said.
        sender: Member,
        /// What is said.
        plaintext: Vec<u8>,
        /// What was authenticated along with it, in clear.
        aad: Vec<u8>,
        /// The epoch in which it was said.
        epoch: u64,
    },
    /// A change of the group, which holds when it is [accepted](crate::TransactionContext::accept).
    Commit(Box<StagedCommit>),
    /// A proposal, which may be committed when it is [accepted](crate::TransactionContext::accept_proposal).
    Proposal(Box<ReceivedProposal>),
    /// The echo of one's own pending commit: the delivery service has taken it, see
    /// [`commit_accepted`](crate::TransactionContext::commit_accepted).
    OwnCommit,
    /// The echo of another message of one's own; or so it says, which nobody can check.
    OwnMessage,
}

/// Of what is said only the length: it would get into logs.
impl fmt::Debug for Received {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application { group_id, sender, plaintext, aad, epoch } => formatter
                .debug_struct("Application")
                .field("group_id", group_id)
                .field("sender", sender)
                .field("plaintext", &format_args!("{} bytes", plaintext.len()))
                .field("aad", &format_args!("{} bytes", aad.len()))
                .field("epoch", epoch)
                .finish(),
            Self::Commit(commit) => formatter.debug_tuple("Commit").field(commit).finish(),
            Self::Proposal(proposal) => formatter.debug_tuple("Proposal").field(proposal).finish(),
            Self::OwnCommit => formatter.write_str("OwnCommit"),
            Self::OwnMessage => formatter.write_str("OwnMessage"),
        }
    }
}

/// Whose group, and which state of it, something was checked against.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Origin {
    pub(crate) epoch: u64,
    own_leaf: LeafNodeIndex,
    /// Groups that went different ways, or were made anew under the same id, differ in it.
    confirmation_tag: ConfirmationTag,
}

impl Origin {
    pub(crate) fn of(group: &MlsGroup) -> Self {
        Self {
            epoch: member::number(group.epoch()),
            own_leaf: group.own_leaf_index(),
            confirmation_tag: group.confirmation_tag().clone(),
        }
    }
}

/// Who made a commit or a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sender {
    /// A member.
    Member(Member),
    /// Somebody who joins by it (RFC 9420 §12.4.3.2), under whatever name: no member vouches for the credential.
    NewMember(NewLeaf),
    /// Somebody outside, whom the group's `external_senders` allow to propose.
    External(ExternalSender),
}

/// A commit that has been checked and does not hold yet. Dropping it changes nothing of the group.
///
/// Every credential that it brings is in here (RFC 9420 §5.3.1): in `added`, in `updated`, in `external_senders`, or in
/// `sender`.
#[derive(Debug)]
#[non_exhaustive]
pub struct StagedCommit {
    /// Who made it.
    pub sender: Sender,
    /// Who comes in.
    pub added: Vec<NewLeaf>,
    /// Who goes.
    pub removed: Vec<Member>,
    /// Whose leaf changes: before and after.
    pub updated: Vec<(Member, NewLeaf)>,
    /// Whether this client goes.
    pub self_removed: bool,
    /// Who outside of the group may propose changes from then on, if that changes.
    pub external_senders: Option<Vec<ExternalSender>>,
    group_id: GroupId,
    origin: Origin,
    commit: OpenMlsStagedCommit,
}

impl StagedCommit {
    pub(crate) fn new(group: &MlsGroup, sender: &OpenMlsSender, commit: OpenMlsStagedCommit) -> Result<Self> {
        check_proposals(&commit)?;
        let mut added = Vec::new();
        for add in commit.add_proposals() {
            added.push(NewLeaf::of(add.add_proposal().key_package())?);
        }
        let mut updated = Vec::new();
        for update in commit.update_proposals() {
            if let OpenMlsSender::Member(leaf) = update.sender() {
                let before = Member::at(group, *leaf).ok_or_else(nobody)?;
                updated.push((before, NewLeaf::check(update.update_proposal().leaf_node())?));
            }
        }
        let path = commit.update_path_leaf_node().map(NewLeaf::check).transpose()?;
        let sender = match sender {
            OpenMlsSender::Member(leaf) => {
                let before = Member::at(group, *leaf).ok_or_else(nobody)?;
                updated.extend(path.map(|after| (before.clone(), after)));
                Sender::Member(before)
            }
            _ => Sender::NewMember(path.ok_or_else(|| MessageError::malformed("an external commit without a path"))?),
        };
        let removed =
            commit.remove_proposals().filter_map(|remove| Member::at(group, remove.remove_proposal().removed()));
        Ok(Self {
            sender,
            added,
            removed: removed.collect(),
            updated,
            self_removed: commit.self_removed(),
            external_senders: new_external_senders(group, &commit)?,
            group_id: group.group_id().clone(),
            origin: Origin::of(group),
            commit,
        })
    }

    /// The group that it changes.
    #[must_use]
    pub fn group_id(&self) -> &GroupId {
        &self.group_id
    }

    /// The group, what the commit was checked against, and the commit.
    pub(crate) fn into_parts(self) -> (GroupId, Origin, OpenMlsStagedCommit) {
        (self.group_id, self.origin, self.commit)
    }
}

/// OpenMLS stages commits that end the group (`ReInit`) or need keys from elsewhere, of which this client could not keep
/// what they promise.
fn check_proposals(commit: &OpenMlsStagedCommit) -> Result<(), MessageError> {
    let unsupported = commit.queued_proposals().find(|queued| {
        !matches!(
            queued.proposal(),
            Proposal::Add(_)
                | Proposal::Update(_)
                | Proposal::Remove(_)
                | Proposal::ExternalInit(_)
                | Proposal::GroupContextExtensions(_)
        )
    });
    unsupported.map_or(Ok(()), |queued| {
        let proposal_type = queued.proposal().proposal_type().into();
        Err(MessageError::Rejoin(RejoinReason::UnsupportedProposal { proposal_type }))
    })
}

fn new_external_senders(group: &MlsGroup, commit: &OpenMlsStagedCommit) -> Result<Option<Vec<ExternalSender>>> {
    let (before, after) = (group.extensions(), commit.group_context().extensions());
    if before.external_senders() == after.external_senders() {
        return Ok(None);
    }
    ExternalSender::all(after).map(Some)
}

/// What somebody proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// That somebody comes in.
    Add(NewLeaf),
    /// That a member goes; its own leave, if it is the sender.
    Remove(Member),
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

/// A proposal that has been checked and can't be committed yet.
///
/// Dropping it changes nothing of the group. The file keeps it to the end of the epoch, so that another member's commit of
/// it can be followed; judge that one, which shows all that it brings. Accept what one's own commits are to carry.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReceivedProposal {
    /// Who made it.
    pub sender: Sender,
    /// What it proposes.
    pub change: Change,
    group_id: GroupId,
    origin: Origin,
    proposal: QueuedProposal,
}

impl ReceivedProposal {
    pub(crate) fn new(group: &MlsGroup, proposal: QueuedProposal) -> Result<Self> {
        let sender = match (proposal.sender(), proposal.proposal()) {
            (OpenMlsSender::Member(leaf), _) => Sender::Member(Member::at(group, *leaf).ok_or_else(nobody)?),
            (OpenMlsSender::External(index), _) => Sender::External(external_sender(group, *index)?),
            (_, Proposal::Add(add)) => Sender::NewMember(NewLeaf::of(add.key_package())?),
            _ => return Err(MessageError::malformed("a proposal of nobody").into()),
        };
        let change = change(group, &sender, proposal.proposal())?;
        Ok(Self { sender, change, group_id: group.group_id().clone(), origin: Origin::of(group), proposal })
    }

    /// The group that it is for.
    #[must_use]
    pub fn group_id(&self) -> &GroupId {
        &self.group_id
    }

    pub(crate) fn queued(&self) -> &QueuedProposal {
        &self.proposal
    }

    /// The group, what the proposal was checked against, and the proposal.
    pub(crate) fn into_parts(self) -> (GroupId, Origin, QueuedProposal) {
        (self.group_id, self.origin, self.proposal)
    }
}

fn change(group: &MlsGroup, sender: &Sender, proposal: &Proposal) -> Result<Change> {
    Ok(match (proposal, sender) {
        (Proposal::Add(add), _) => Change::Add(NewLeaf::of(add.key_package())?),
        (Proposal::Remove(remove), _) => Change::Remove(Member::at(group, remove.removed()).ok_or_else(nobody)?),
        (Proposal::Update(update), Sender::Member(before)) => {
            Change::Update { before: before.clone(), after: NewLeaf::check(update.leaf_node())? }
        }
        (Proposal::GroupContextExtensions(proposal), _) => {
            Change::ContextExtensions { external_senders: ExternalSender::all(proposal.extensions())? }
        }
        (other, _) => {
            let proposal_type = other.proposal_type().into();
            return Err(MessageError::Rejected(RejectedMessage::UnsupportedProposal { proposal_type }).into());
        }
    })
}

/// OpenMLS has checked the signature by the entry at this index, which it keeps to itself.
fn external_sender(group: &MlsGroup, index: SenderExtensionIndex) -> Result<ExternalSender> {
    let bytes = index.tls_serialize_detached().map_err(MessageError::malformed)?;
    let index = u32::tls_deserialize_exact(&bytes).map_err(MessageError::malformed)?;
    let all = ExternalSender::all(group.extensions())?;
    let sender = usize::try_from(index).ok().and_then(|index| all.into_iter().nth(index));
    Ok(sender.ok_or_else(nobody)?)
}

fn nobody() -> MessageError {
    MessageError::malformed("it names a leaf that nobody has")
}
