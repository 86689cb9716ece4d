//! Groups (RFC 9420): created, joined, changed and spoken in inside transactions.
//!
//! | state | call | then |
//! |---|---|---|
//! | settled | one that makes a commit | pending: the commit is in the outbox, its Welcome waits |
//! | pending | `commit_accepted` | settled, one epoch on; the Welcome goes out |
//! | pending | `commit_rejected` | settled, as before; the Welcome is dropped |
//! | settled or pending | `accept` of another's commit | settled, one epoch on; one's own pending commit is superseded |
//! | settled | `accept_proposal` | settled, but nothing is said until a commit with it; or until `drop_proposals` |
//! | settled | `leave_group` | leaving: the proposal is in the outbox; only receiving goes on |
//! | leaving | `accept` of a commit with it | removed: only reading and `delete_group` |
//! | leaving | `accept` of a commit without it | settled, one epoch on; the proposal is superseded |
//! | none | `join_by_external_commit` | joining: the commit is in the outbox; nothing is sent or processed |
//! | joining | `commit_accepted` | settled |
//! | joining | `commit_rejected` | none: to be tried again with fresh group info |

mod commit;
mod config;
mod create;
mod epoch;
mod external;
mod external_sender;
mod incoming;
mod member;
mod message;
mod outbox;
mod received;
mod session;
mod superseded;
mod welcome;

pub(crate) use commit::{
    accept, accept_proposal, add_members, commit_accepted, commit_proposals, commit_rejected, drop_proposals, leave,
    remove_members, update_keys,
};
pub use config::{GroupConfig, JoinOptions};
pub(crate) use create::{configure, create, delete};
pub(crate) use external::{group_info, join_by_external_commit, ratchet_tree};
pub use external_sender::ExternalSender;
pub use incoming::group_of;
pub(crate) use incoming::process;
pub use member::{EpochChange, Member, MemberId, NewLeaf};
pub use message::{PlainMessage, SealedMessage};
pub(crate) use message::{encrypt, export_secret};
pub use outbox::{OutgoingId, OutgoingKind, OutgoingMessage, Recipient};
pub(crate) use outbox::{mark_sent, outgoing};
pub(crate) use received::Origin;
pub use received::{Change, Received, ReceivedProposal, Sender, StagedCommit};
pub(crate) use session::{due_for_update, epoch, list, members};
pub use superseded::Superseded;
pub use welcome::JoinedGroup;
pub(crate) use welcome::{join, welcome_refs};
