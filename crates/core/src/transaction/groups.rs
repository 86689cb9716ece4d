//! The calls on groups.

use std::sync::Arc;

use openmls::prelude::GroupId;
use zeroize::Zeroizing;

use super::TransactionContext;
use crate::{
    CredentialRef, Keypackage, Result,
    group::{
        self, EpochChange, GroupConfig, JoinOptions, JoinedGroup, Member, MemberId, OutgoingId, PlainMessage, Received,
        ReceivedProposal, SealedMessage, StagedCommit,
    },
};

/// Groups. Beside its own errors each call has those of every call: [`GroupError`](crate::GroupError),
/// [`TransactionError`](crate::TransactionError) and [`StorageError`](crate::StorageError).
impl TransactionContext {
    /// Creates a group with this client as its only member, under a random id.
    ///
    /// # Errors
    /// [`CredentialError`](crate::CredentialError) for a reference that is not this client's.
    pub async fn create_group(&self, credential_ref: &CredentialRef, config: GroupConfig) -> Result<GroupId> {
        let credential_ref = credential_ref.clone();
        self.run(move |client, operation| group::create(operation, client, &credential_ref, &config)).await
    }

    /// Makes a commit that adds members, and puts it into the outbox; their Welcome appears there when it is accepted.
    ///
    /// # Errors
    /// [`KeypackageError::ExpiresTooSoon`](crate::KeypackageError::ExpiresTooSoon), and
    /// [`Rejected`](crate::KeypackageError::Rejected) for one that an import would refuse;
    /// [`GroupError::CommitPending`](crate::GroupError::CommitPending).
    pub async fn add_members(&self, group_id: &GroupId, keypackages: &[Keypackage]) -> Result<()> {
        let (group_id, keypackages) = (group_id.clone(), keypackages.to_vec());
        self.run(move |client, operation| group::add_members(operation, client, &group_id, &keypackages)).await
    }

    /// Makes a commit that removes members, and puts it into the outbox.
    ///
    /// # Errors
    /// [`GroupError::UnknownMember`](crate::GroupError::UnknownMember) for an id of another epoch;
    /// [`GroupError::CommitPending`](crate::GroupError::CommitPending).
    pub async fn remove_members(&self, group_id: &GroupId, members: &[MemberId]) -> Result<()> {
        let (group_id, members) = (group_id.clone(), members.to_vec());
        self.run(move |client, operation| group::remove_members(operation, client, &group_id, &members)).await
    }

    /// Makes a commit that gives this client's leaf new keys, and another credential if one is given, and puts it
    /// into the outbox.
    ///
    /// # Errors
    /// [`GroupError::CommitPending`](crate::GroupError::CommitPending); [`CredentialError`](crate::CredentialError).
    pub async fn update_keys(&self, group_id: &GroupId, credential_ref: Option<&CredentialRef>) -> Result<()> {
        let (group_id, credential_ref) = (group_id.clone(), credential_ref.cloned());
        self.run(move |client, operation| group::update_keys(operation, client, &group_id, credential_ref.as_ref()))
            .await
    }

    /// Makes a commit of the proposals accepted so far, and puts it into the outbox.
    ///
    /// # Errors
    /// [`GroupError::NoProposals`](crate::GroupError::NoProposals);
    /// [`GroupError::CommitPending`](crate::GroupError::CommitPending).
    pub async fn commit_proposals(&self, group_id: &GroupId) -> Result<()> {
        let group_id = group_id.clone();
        self.run(move |client, operation| group::commit_proposals(operation, client, &group_id)).await
    }

    /// Proposes to leave, and puts that into the outbox. It holds when another member has committed it (RFC 9420
    /// §12.1.3): nobody can remove itself.
    ///
    /// # Errors
    /// [`GroupError::CommitPending`](crate::GroupError::CommitPending).
    pub async fn leave_group(&self, group_id: &GroupId) -> Result<()> {
        let group_id = group_id.clone();
        self.run(move |client, operation| group::leave(operation, client, &group_id)).await
    }

    /// The delivery service took the pending commit: the group goes one epoch on, the Welcome may go out.
    ///
    /// # Errors
    /// [`GroupError::NoPendingCommit`](crate::GroupError::NoPendingCommit).
    pub async fn commit_accepted(&self, group_id: &GroupId) -> Result<EpochChange> {
        let group_id = group_id.clone();
        self.run(move |client, operation| group::commit_accepted(operation, client, &group_id)).await
    }

    /// The delivery service did not take the pending commit: the group is as it was before, and its Welcome is
    /// dropped. Only call this on an answer to the commit that is pending now: a commit that was taken after all can't be
    /// brought back. In particular, after a crash, that the epoch has a commit already may mean one's own: process what
    /// the server has first, its echo is [`OwnCommit`](crate::group::Received::OwnCommit). Returns whether the group is gone: an external commit that was rejected leaves none.
    ///
    /// # Errors
    /// [`GroupError::NoPendingCommit`](crate::GroupError::NoPendingCommit).
    pub async fn commit_rejected(&self, group_id: &GroupId) -> Result<bool> {
        let group_id = group_id.clone();
        self.run(move |client, operation| group::commit_rejected(operation, client, &group_id)).await
    }

    /// Joins a group by a Welcome. Its key package and private keys are gone from the file with the commit of this
    /// transaction, unless it is a last-resort one; if the Welcome can't be opened, for any reason, they are as before.
    ///
    /// # Errors
    /// [`GroupError::NoMatchingKeypackage`](crate::GroupError::NoMatchingKeypackage),
    /// [`WelcomeReplayed`](crate::GroupError::WelcomeReplayed),
    /// [`AlreadyJoined`](crate::GroupError::AlreadyJoined).
    pub async fn join_group(&self, welcome: &[u8], options: JoinOptions) -> Result<JoinedGroup> {
        let welcome = welcome.to_vec();
        self.run(move |client, operation| group::join(operation, client, &welcome, &options)).await
    }

    /// Joins a group by a commit of one's own, where the group allows it (RFC 9420 §12.4.3.2): the way back for a
    /// member who lost track, with [`JoinOptions::replace`]. If a leaf of the same signature key is left in the group, the
    /// commit removes it. Until `commit_accepted` the group neither sends nor processes.
    ///
    /// # Errors
    /// [`MessageError::Malformed`](crate::MessageError::Malformed);
    /// [`GroupError::AlreadyJoined`](crate::GroupError::AlreadyJoined).
    pub async fn join_by_external_commit(
        &self,
        group_info: &[u8],
        credential_ref: &CredentialRef,
        options: JoinOptions,
    ) -> Result<JoinedGroup> {
        let (group_info, credential_ref) = (group_info.to_vec(), credential_ref.clone());
        self.run(move |client, operation| {
            group::join_by_external_commit(operation, client, &group_info, &credential_ref, &options)
        })
        .await
    }

    /// Decrypts and checks a message; the group's id is in it. A commit or proposal holds only when it is accepted.
    ///
    /// Its key is used up when the transaction is committed. So a commit is to be accepted in the transaction that
    /// processes it: who is killed between the two finds it a
    /// [`CommitNotAccepted`](crate::RejoinReason::CommitNotAccepted) and can't follow the group any more. A proposal is kept
    /// by this call for the commits of others, whether or not it is accepted.
    ///
    /// # Errors
    /// [`MessageError`](crate::MessageError), which tells what becomes of the message.
    pub async fn process_message(&self, bytes: &[u8]) -> Result<Received> {
        let bytes = bytes.to_vec();
        self.run_message(move |client, operation| group::process(operation, client, &bytes)).await
    }

    /// Lets a commit hold: the group goes one epoch on.
    ///
    /// # Errors
    /// [`GroupError::StaleCommit`](crate::GroupError::StaleCommit),
    /// [`ForeignCommit`](crate::GroupError::ForeignCommit); for a key package that this client would not add,
    /// [`KeypackageError`](crate::KeypackageError).
    pub async fn accept(&self, commit: StagedCommit) -> Result<EpochChange> {
        self.run(move |client, operation| group::accept(operation, client, commit)).await
    }

    /// Lets a proposal be committed by this client. Another's commit of it can be followed without.
    ///
    /// Every commit that this client makes then carries it, and no message goes out before one does. A proposal may turn
    /// out impossible to commit: its package expires, or whoever sent it meant harm. Then each commit is
    /// [`Refused`](crate::GroupError::Refused), and [`drop_proposals`](Self::drop_proposals) is the way on.
    ///
    /// # Errors
    /// [`GroupError::StaleCommit`](crate::GroupError::StaleCommit),
    /// [`ForeignCommit`](crate::GroupError::ForeignCommit); for a key package that this client would not add,
    /// [`KeypackageError`](crate::KeypackageError).
    pub async fn accept_proposal(&self, proposal: ReceivedProposal) -> Result<()> {
        self.run(move |client, operation| group::accept_proposal(operation, client, proposal)).await
    }

    /// Takes back all that was accepted in this epoch, so that this client can commit and speak without it. Another's commit
    /// of it can be followed as before.
    ///
    /// # Errors
    /// [`GroupError::CommitPending`](crate::GroupError::CommitPending), [`Leaving`](crate::GroupError::Leaving).
    pub async fn drop_proposals(&self, group_id: &GroupId) -> Result<()> {
        let group_id = group_id.clone();
        self.run(move |client, operation| group::drop_proposals(operation, client, &group_id)).await
    }

    /// Sets how this client runs its side of a group from now on. Context extensions are the group's: those in `config`
    /// are not looked at. Whether external joins are let in stays as it is if `config` does not say.
    ///
    /// # Errors
    /// [`GroupError::SettingTooLarge`](crate::GroupError::SettingTooLarge).
    pub async fn configure_group(&self, group_id: &GroupId, config: GroupConfig) -> Result<()> {
        let group_id = group_id.clone();
        self.run(move |client, operation| group::configure(operation, client, &group_id, &config)).await
    }

    /// Encrypts a message to a group. `aad` is authenticated along with it and stays in clear.
    ///
    /// # Errors
    /// [`GroupError::ProposalsPending`](crate::GroupError::ProposalsPending).
    pub async fn encrypt_message(&self, group_id: &GroupId, plaintext: &[u8], aad: &[u8]) -> Result<SealedMessage> {
        let (group_id, message) = (group_id.clone(), PlainMessage::new(plaintext).aad(aad));
        let is_committed = Arc::clone(&self.is_committed);
        self.run_message(move |client, operation| group::encrypt(operation, client, &group_id, &message, is_committed))
            .await
    }

    /// Encrypts many messages in one call, which spares each of them the way to the writer thread and back. They come back
    /// in their order, or none does.
    ///
    /// # Errors
    /// As [`encrypt_message`](Self::encrypt_message).
    pub async fn encrypt_messages(
        &self,
        group_id: &GroupId,
        messages: Vec<PlainMessage>,
    ) -> Result<Vec<SealedMessage>> {
        let (group_id, is_committed) = (group_id.clone(), Arc::clone(&self.is_committed));
        self.run_message(move |client, operation| {
            let encrypt = |message| group::encrypt(operation, client, &group_id, message, Arc::clone(&is_committed));
            messages.iter().map(encrypt).collect()
        })
        .await
    }

    /// A secret of the present epoch that all members can derive (RFC 9420 §8.5), `length` bytes long.
    ///
    /// # Errors
    /// [`GroupError::Refused`](crate::GroupError::Refused) for a length that can't be derived.
    pub async fn export_secret(
        &self,
        group_id: &GroupId,
        label: &str,
        context: &[u8],
        length: usize,
    ) -> Result<Zeroizing<Vec<u8>>> {
        let (group_id, label, context) = (group_id.clone(), label.to_owned(), context.to_vec());
        self.run(move |client, operation| group::export_secret(operation, client, &group_id, &label, &context, length))
            .await
    }

    /// What somebody needs to join by an external commit: a signed `GroupInfo` with the ratchet tree, as an
    /// `MLSMessage`. Whoever holds it can try to come in. It is given out whether or not this client lets external joins in:
    /// who uses it where the members don't is refused by them, whatever the delivery service answers.
    ///
    /// # Errors
    /// [`GroupError::UnknownGroup`](crate::GroupError::UnknownGroup).
    pub async fn group_info(&self, group_id: &GroupId) -> Result<Vec<u8>> {
        let group_id = group_id.clone();
        self.run(move |client, operation| group::group_info(operation, client, &group_id)).await
    }

    /// Deletes a group's state, and the commit that it has in the outbox. Welcomes of accepted commits and leaves
    /// stay there: others wait for them.
    ///
    /// # Errors
    /// [`GroupError::UnknownGroup`](crate::GroupError::UnknownGroup).
    pub async fn delete_group(&self, group_id: &GroupId) -> Result<()> {
        let group_id = group_id.clone();
        self.run(move |_, operation| group::delete(operation, &group_id)).await
    }

    /// Settles Welcomes and leaves that have been sent. Commits are settled by the delivery service's answer. An id that
    /// is no longer in the outbox is no error: it was settled before.
    ///
    /// # Errors
    /// [`GroupError::NotMarkable`](crate::GroupError::NotMarkable): then none of `ids` is settled.
    pub async fn mark_sent(&self, ids: &[OutgoingId]) -> Result<()> {
        let ids = ids.to_vec();
        self.run(move |_, operation| group::mark_sent(operation, &ids)).await
    }

    /// The ids of all groups, in the order in which they were joined; also of those that this client was removed from,
    /// until they are deleted.
    ///
    /// # Errors
    /// As every call here.
    pub async fn groups(&self) -> Result<Vec<GroupId>> {
        self.run(|_, operation| group::list(operation)).await
    }

    /// The members of a group, in the order of their leaves.
    ///
    /// # Errors
    /// [`GroupError::UnknownGroup`](crate::GroupError::UnknownGroup).
    pub async fn members(&self, group_id: &GroupId) -> Result<Vec<Member>> {
        let group_id = group_id.clone();
        self.run(move |_, operation| group::members(operation, &group_id)).await
    }

    /// The epoch of a group.
    ///
    /// # Errors
    /// [`GroupError::UnknownGroup`](crate::GroupError::UnknownGroup).
    pub async fn epoch(&self, group_id: &GroupId) -> Result<u64> {
        let group_id = group_id.clone();
        self.run(move |_, operation| group::epoch(operation, &group_id)).await
    }
}
