//! The calls on groups.

use std::sync::Arc;

use mlskit::group::{MemberId as CoreMemberId, OutgoingId};

use super::TransactionContext;
use crate::{
    CredentialRef, EpochChange, GroupConfig, GroupId, JoinOptions, JoinedGroup, Member, MemberId, PlainMessage,
    Received, ReceivedProposal, Result, SealedMessages, Secret, StagedCommit, member::each, numbers::size,
};

#[uniffi::export]
impl TransactionContext {
    /// Creates a group with this client as its only member, under a random id.
    ///
    /// # Errors
    /// `Credential` for a reference that is not this client's; `Group` for the configuration.
    pub async fn create_group(&self, credential_ref: CredentialRef, config: GroupConfig) -> Result<GroupId> {
        Ok((&self.core.create_group(&credential_ref.try_into()?, config.into()).await?).into())
    }

    /// Makes a commit that adds members by their key packages, in either framing, and puts it into the outbox; their
    /// Welcome appears there when it is accepted. The packages are checked once more, as `import_keypackage` does.
    ///
    /// # Errors
    /// `Keypackage` with `Rejected` or `ExpiresTooSoon`; `Group` with `CommitPending`.
    pub async fn add_members(&self, group_id: GroupId, keypackages: Vec<Vec<u8>>) -> Result<()> {
        let checks = self.checks.clone();
        let check = move || keypackages.iter().map(|bytes| checks.check(bytes)).collect::<Result<Vec<_>, _>>();
        let checked = blocking::unblock(check).await?;
        Ok(self.core.add_members(&group_id.into(), &checked).await?)
    }

    /// Makes a commit that removes members, and puts it into the outbox.
    ///
    /// # Errors
    /// `Group` with `UnknownMember` for an id of another epoch, or `CommitPending`.
    pub async fn remove_members(&self, group_id: GroupId, members: Vec<MemberId>) -> Result<()> {
        let members: Vec<CoreMemberId> = members.into_iter().map(Into::into).collect();
        Ok(self.core.remove_members(&group_id.into(), &members).await?)
    }

    /// Makes a commit that gives this client's leaf new keys, and another credential if one is given, and puts it into
    /// the outbox.
    ///
    /// # Errors
    /// `Group` with `CommitPending`; `Credential`.
    pub async fn update_keys(&self, group_id: GroupId, credential_ref: Option<CredentialRef>) -> Result<()> {
        let credential_ref = credential_ref.map(TryInto::try_into).transpose()?;
        Ok(self.core.update_keys(&group_id.into(), credential_ref.as_ref()).await?)
    }

    /// Makes a commit of the proposals accepted so far, and puts it into the outbox.
    ///
    /// # Errors
    /// `Group` with `NoProposals` or `CommitPending`.
    pub async fn commit_proposals(&self, group_id: GroupId) -> Result<()> {
        Ok(self.core.commit_proposals(&group_id.into()).await?)
    }

    /// Proposes to leave, and puts that into the outbox. It holds when another member has committed it (RFC 9420
    /// §12.1.3).
    ///
    /// # Errors
    /// `Group` with `CommitPending`.
    pub async fn leave_group(&self, group_id: GroupId) -> Result<()> {
        Ok(self.core.leave_group(&group_id.into()).await?)
    }

    /// The delivery service took the pending commit: the group goes one epoch on, the Welcome may go out.
    ///
    /// # Errors
    /// `Group` with `NoPendingCommit`.
    pub async fn commit_accepted(&self, group_id: GroupId) -> Result<EpochChange> {
        self.core.commit_accepted(&group_id.into()).await?.try_into()
    }

    /// The delivery service did not take the pending commit: the group is as it was before, and its Welcome is dropped.
    /// Only call this on an answer to the commit that is pending now: a commit that was taken after all can't be brought
    /// back. After a crash process what the server has first: the echo of one's own commit is `OwnCommit`. Returns whether the group is gone: an external commit that was rejected leaves none.
    ///
    /// # Errors
    /// `Group` with `NoPendingCommit`.
    pub async fn commit_rejected(&self, group_id: GroupId) -> Result<bool> {
        Ok(self.core.commit_rejected(&group_id.into()).await?)
    }

    /// Joins a group by a Welcome. Its key package and private keys are gone from the file with the commit of this
    /// transaction, unless it is a last-resort one; if the Welcome can't be opened, for any reason, they are as before.
    ///
    /// # Errors
    /// `Group` with `NoMatchingKeypackage`, `WelcomeReplayed` or `AlreadyJoined`.
    pub async fn join_group(&self, welcome: Vec<u8>, options: JoinOptions) -> Result<JoinedGroup> {
        Ok(self.core.join_group(&welcome, options.into()).await?.into())
    }

    /// Joins a group by a commit of one's own, where the group allows it (RFC 9420 §12.4.3.2): the way back for a member
    /// who lost track. Until `commit_accepted` the group neither sends nor processes.
    ///
    /// # Errors
    /// `Message` with `Malformed`; `Group` with `AlreadyJoined`.
    pub async fn join_by_external_commit(
        &self,
        group_info: Vec<u8>,
        credential_ref: CredentialRef,
        options: JoinOptions,
    ) -> Result<JoinedGroup> {
        let credential_ref = credential_ref.try_into()?;
        Ok(self.core.join_by_external_commit(&group_info, &credential_ref, options.into()).await?.into())
    }

    /// Decrypts and checks a message; the group's id is in it. A commit or proposal holds only when it is accepted, in
    /// this transaction: its key is used up when the transaction is committed.
    ///
    /// # Errors
    /// `Message`, which tells what becomes of the message.
    pub async fn process_message(&self, bytes: Vec<u8>) -> Result<Received> {
        Received::new(self.core.process_message(&bytes).await?, &self.bound)
    }

    /// Lets a commit hold: the group goes one epoch on. Whatever the answer, the commit is spent.
    ///
    /// # Errors
    /// `Spent`; `Group` with `StaleCommit` or `ForeignCommit`.
    pub async fn accept(&self, commit: Arc<StagedCommit>) -> Result<EpochChange> {
        self.core.accept(commit.slot.take()?).await?.try_into()
    }

    /// Lets a proposal be committed, by this client's `commit_proposals` or by another's commit. Whatever the answer, the
    /// proposal is spent.
    ///
    /// Every commit that this client makes then carries it, and no message goes out before one does. A proposal may turn out
    /// impossible to commit: then each commit is `Refused`, and `drop_proposals` is the way on.
    ///
    /// # Errors
    /// `Spent`; `Group` with `StaleCommit` or `ForeignCommit`.
    pub async fn accept_proposal(&self, proposal: Arc<ReceivedProposal>) -> Result<()> {
        Ok(self.core.accept_proposal(proposal.slot.take()?).await?)
    }

    /// Forgets all proposals accepted in this epoch, so that this client can commit and speak without them. Should another
    /// member commit them after all, its commit is `MissingProposal`: make a commit of one's own at once.
    ///
    /// # Errors
    /// `Group` with `CommitPending` or `Leaving`.
    pub async fn drop_proposals(&self, group_id: GroupId) -> Result<()> {
        Ok(self.core.drop_proposals(&group_id.into()).await?)
    }

    /// Sets how this client runs its side of a group from now on. Context extensions are the group's: those in `config`
    /// are not looked at. Whether external joins are let in stays as it is if `config` does not say.
    ///
    /// # Errors
    /// `Group` with `SettingTooLarge`.
    pub async fn configure_group(&self, group_id: GroupId, config: GroupConfig) -> Result<()> {
        Ok(self.core.configure_group(&group_id.into(), config.into()).await?)
    }

    /// Encrypts messages to a group, in one call: all of them or none.
    ///
    /// # Errors
    /// `Group` with `ProposalsPending`.
    pub async fn encrypt_messages(
        &self,
        group_id: GroupId,
        messages: Vec<PlainMessage>,
    ) -> Result<Arc<SealedMessages>> {
        let messages = messages.into_iter().map(Into::into).collect();
        Ok(SealedMessages::new(self.core.encrypt_messages(&group_id.into(), messages).await?))
    }

    /// A secret of the present epoch that all members can derive (RFC 9420 §8.5), `length` bytes long.
    ///
    /// # Errors
    /// `Group` with `Refused` for a length that can't be derived.
    pub async fn export_secret(
        &self,
        group_id: GroupId,
        label: String,
        context: Vec<u8>,
        length: u64,
    ) -> Result<Secret> {
        Ok(self.core.export_secret(&group_id.into(), &label, &context, size(length)).await?.into())
    }

    /// What somebody needs to join by an external commit: a signed `GroupInfo` with the ratchet tree, as an `MLSMessage`.
    /// Whoever holds it can try to come in.
    ///
    /// # Errors
    /// `Group` with `UnknownGroup`.
    pub async fn group_info(&self, group_id: GroupId) -> Result<Vec<u8>> {
        Ok(self.core.group_info(&group_id.into()).await?)
    }

    /// Deletes a group's state, and the commit that it has in the outbox. Welcomes of accepted commits and leaves stay
    /// there: others wait for them.
    ///
    /// # Errors
    /// `Group` with `UnknownGroup`.
    pub async fn delete_group(&self, group_id: GroupId) -> Result<()> {
        Ok(self.core.delete_group(&group_id.into()).await?)
    }

    /// Settles Welcomes and leaves that have been sent. Commits are settled by the delivery service's answer.
    ///
    /// # Errors
    /// `Group` with `NotMarkable`: then none of `ids` is settled.
    pub async fn mark_sent(&self, ids: Vec<i64>) -> Result<()> {
        let ids: Vec<_> = ids.into_iter().map(OutgoingId::from_number).collect();
        Ok(self.core.mark_sent(&ids).await?)
    }

    /// The ids of all groups, in the order in which they were joined.
    ///
    /// # Errors
    /// As every call here.
    pub async fn groups(&self) -> Result<Vec<GroupId>> {
        Ok(each(&self.core.groups().await?))
    }

    /// The members of a group, in the order of their leaves.
    ///
    /// # Errors
    /// `Group` with `UnknownGroup`.
    pub async fn members(&self, group_id: GroupId) -> Result<Vec<Member>> {
        Ok(each(&self.core.members(&group_id.into()).await?))
    }

    /// The epoch of a group.
    ///
    /// # Errors
    /// `Group` with `UnknownGroup`.
    pub async fn epoch(&self, group_id: GroupId) -> Result<u64> {
        Ok(self.core.epoch(&group_id.into()).await?)
    }
}
