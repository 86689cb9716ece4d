package dev.mlskit

import kotlin.time.Duration
import dev.mlskit.ffi.Received as FfiReceived
import dev.mlskit.ffi.TransactionContext as FfiTransaction

/**
 * An open transaction: the argument of a block of [MlsClient.transaction]. Each call is all or nothing in itself: one that fails
 * leaves the transaction as it was before.
 *
 * Beside its own exceptions each call has those of every call: [StorageException] of the file;
 * [TransactionException.TransactionFinished] once the transaction has ended. A call that names a credential throws
 * [CredentialException] for a reference that is not this client's, one that names a group [GroupException.UnknownGroup].
 *
 * ```kotlin
 * client.transaction { tx ->
 *     for (ref in tx.getKeypackageRefs()) if (ref.isExpired()) tx.removeKeypackage(ref)
 * }
 * ```
 */
public class TransactionContext internal constructor(
    private val native: NativeTransaction,
) {
    /**
     * Adds a credential, and makes or takes its signature key. A Basic one that is added again is a second one, with
     * another key: see [findCredentials].
     *
     * @throws CredentialException for a credential that this client can't use.
     */
    public suspend fun addCredential(credential: Credential): CredentialRef =
        credential.lend { lent -> native.call { addCredential(lent).toPublic() } }

    /** All credentials that the transaction sees, in the order in which they were added. */
    public suspend fun credentials(): List<CredentialRef> = native.call { credentials().map { it.toPublic() } }

    /** The credentials that [filter] lets through, in the order in which they were added. */
    public suspend fun findCredentials(filter: CredentialFilter): List<CredentialRef> =
        native.call { findCredentials(filter.toFfi()).map { it.toPublic() } }

    /**
     * Removes a credential with its signature key, and all of its key packages with theirs.
     *
     * @throws CredentialException.CredentialInUse while a group uses that very key.
     */
    public suspend fun removeCredential(credential: CredentialRef): Unit =
        native.call { removeCredential(credential.toFfi()) }

    /**
     * Generates a key package that lives for [lifetime], or for the default of 84 days, and stores it with its
     * private keys.
     *
     * @throws KeypackageException for a lifetime out of bounds.
     */
    public suspend fun generateKeypackage(
        credential: CredentialRef,
        lifetime: Duration? = null,
    ): Keypackage = native.call { Keypackage(generateKeypackage(credential.toFfi(), lifetime?.toFfiSeconds())) }

    /**
     * Generates a key package as [config] says, and stores it with its private keys.
     *
     * @throws KeypackageException for what such a package can't be.
     */
    public suspend fun generateKeypackage(
        credential: CredentialRef,
        config: KeypackageConfig,
    ): Keypackage = native.call { Keypackage(generateKeypackageWith(credential.toFfi(), config.toFfi())) }

    /**
     * Generates [count] key packages on all cores, all or none of them.
     *
     * @throws KeypackageException.BatchTooLarge for more than 10,000; as [generateKeypackage].
     */
    public suspend fun generateKeypackages(
        credential: CredentialRef,
        count: Int,
        config: KeypackageConfig = KeypackageConfig(),
    ): List<Keypackage> {
        require(count >= 0) { "a number of key packages is not negative, but $count was given" }
        return native.call {
            generateKeypackages(credential.toFfi(), count.toULong(), config.toFfi()).map(::Keypackage)
        }
    }

    /**
     * Generates a package as [Marmot.keypackageConfig] has it, for the key in the credential, and stores it with its private
     * keys.
     *
     * @throws MarmotException for a credential that no Marmot package may have, and for a [lifetime] over Marmot's.
     * @throws KeypackageException as [generateKeypackage].
     */
    public suspend fun generateMarmotKeypackage(
        credential: CredentialRef,
        lifetime: Duration? = null,
    ): Keypackage = native.call { Keypackage(generateMarmotKeypackage(credential.toFfi(), lifetime?.toFfiSeconds())) }

    /** References to all key packages that the transaction sees, in the order in which they were made. */
    public suspend fun getKeypackageRefs(): List<KeypackageRef> =
        native.call { getKeypackageRefs().map(::KeypackageRef) }

    /** The key package that [ref] names, if the transaction sees it. */
    public suspend fun keypackage(ref: KeypackageRef): Keypackage? =
        native.call { keypackage(ref.toFfi())?.let(::Keypackage) }

    /** [MlsClient.validKeypackageRefs], of what the transaction sees. */
    public suspend fun validKeypackageRefs(): List<KeypackageRef> =
        native.call { validKeypackageRefs().map(::KeypackageRef) }

    /** [MlsClient.isKeypackageValid], of what the transaction sees. */
    public suspend fun isKeypackageValid(ref: KeypackageRef): Boolean = native.call { isKeypackageValid(ref.toFfi()) }

    /** [MlsClient.isKeypackageValid], of what the transaction sees. */
    public suspend fun isKeypackageValid(id: String): Boolean = native.call { isKeypackageValidById(id) }

    /** [MlsClient.findKeypackageRef], of what the transaction sees. */
    public suspend fun findKeypackageRef(id: String): KeypackageRef? =
        native.call { findKeypackageRef(id)?.let(::KeypackageRef) }

    /** [MlsClient.countValidKeypackages], of what the transaction sees. */
    public suspend fun countValidKeypackages(credential: CredentialRef): Int =
        native.call { countValidKeypackages(credential.toFfi()).clamped() }

    /** Removes a key package and its private keys. One that is gone already is no error. */
    public suspend fun removeKeypackage(ref: KeypackageRef): Unit = native.call { removeKeypackage(ref.toFfi()) }

    /** Removes all key packages of a credential with their private keys. */
    public suspend fun removeKeypackagesFor(credential: CredentialRef): Unit =
        native.call { removeKeypackagesFor(credential.toFfi()) }

    /** Removes all key packages that have expired with their private keys, by index, and returns how many there were. */
    public suspend fun removeExpiredKeypackages(): Long = native.call { removeExpiredKeypackages().clamped() }

    /**
     * Brings a credential's key packages to what [policy] wants: makes what is missing, and puts into the outbox what is to be
     * published and what is to be withdrawn. See [MlsClient.outgoingKeypackages] for the outbox, and
     * [MlsClient.maintainKeypackages] for both in one call. Called again it changes nothing, unless time has passed or
     * something has happened.
     *
     * A credential that [was replaced][replaceCredential] gets no new packages: the one that took its place is maintained
     * in its stead.
     *
     * @throws KeypackageException for packages that can't be made as the policy wants them.
     */
    public suspend fun maintainKeypackages(
        credential: CredentialRef,
        policy: KeypackagePolicy = KeypackagePolicy(),
    ): Unit = native.call { maintainKeypackages(credential.toFfi(), policy.toFfi()) }

    /**
     * The directory has taken these packages. It puts packages that the app has made itself under the policy too.
     * References that are unknown, confirmed already or gone are no error.
     */
    public suspend fun confirmPublished(refs: List<KeypackageRef>): Unit =
        native.call { confirmPublished(refs.map(KeypackageRef::toFfi)) }

    /**
     * The directory serves these packages no longer. Their private keys stay until the policy's grace is over; what was
     * removed is forgotten. References that are unknown, confirmed already or gone are no error.
     */
    public suspend fun confirmWithdrawn(refs: List<KeypackageRef>): Unit =
        native.call { confirmWithdrawn(refs.map(KeypackageRef::toFfi)) }

    /**
     * Has all packages of a credential that were given out replaced by the next [maintainKeypackages], one for one as the new
     * ones are published: once, after an update of the app that makes them otherwise, for one. Each call makes a whole new
     * set, and what was not published before stays until it has expired, or all is.
     */
    public suspend fun renewKeypackages(credential: CredentialRef): Unit =
        native.call { renewKeypackages(credential.toFfi()) }

    /**
     * Puts the credential [new] in the place of [old]: packages of [new] are made, those of [old] are withdrawn as their
     * replacements are published, and each group in which this client has [old] gets a commit that moves it to [new], in
     * [MlsClient.outgoing]. Call it again, or [maintainKeypackages], after each [commitAccepted] and [commitRejected] until
     * nothing is left, to make the commits that could not be made before.
     *
     * From now on [new] is the credential [in force][CredentialFilter.inForce]: whatever maintains [old] maintains [new]. To
     * take it back, replace [new] by [old].
     *
     * It returns what is left of [old]. When [nothing is][CredentialReplacement.isDone], [removeCredential] takes nothing
     * away from anybody.
     *
     * @throws CredentialException.ReplacedByItself for one and the same credential.
     * @throws GroupException.DifferentCiphersuite for two credentials of different ciphersuites.
     * @throws KeypackageException for packages that can't be made as the policy wants them.
     */
    public suspend fun replaceCredential(
        old: CredentialRef,
        new: CredentialRef,
        policy: KeypackagePolicy = KeypackagePolicy(),
    ): CredentialReplacement = native.call { replaceCredential(old.toFfi(), new.toFfi(), policy.toFfi()).toPublic() }

    /**
     * Creates a group with this client as its only member, under a random id.
     *
     * @throws GroupException for what a group can't be.
     */
    public suspend fun createGroup(
        credential: CredentialRef,
        config: GroupConfig = GroupConfig(),
    ): GroupId = native.call { createGroup(credential.toFfi(), config.toFfi()) }

    /**
     * Makes a commit that adds members, and puts it into the outbox; their Welcome appears there when it is accepted.
     *
     * @throws KeypackageException.ExpiresTooSoon for a package that is about to expire.
     * @throws GroupException.CommitPending while another commit waits for its answer.
     */
    public suspend fun addMembers(
        groupId: GroupId,
        keypackages: List<Keypackage>,
    ): Unit = native.call { addMembers(groupId, keypackages.map { it.toFfi().bytes }) }

    /**
     * Makes a commit that removes members, and puts it into the outbox.
     *
     * @throws GroupException.UnknownMember for an id of another epoch.
     * @throws GroupException.CommitPending while another commit waits for its answer.
     */
    public suspend fun removeMembers(
        groupId: GroupId,
        members: List<MemberId>,
    ): Unit = native.call { removeMembers(groupId, members.map(MemberId::toFfi)) }

    /**
     * Makes a commit that gives this client's leaf new keys, and another credential if one is given, and puts it into the
     * outbox.
     *
     * @throws GroupException.CommitPending while another commit waits for its answer.
     */
    public suspend fun updateKeys(
        groupId: GroupId,
        credential: CredentialRef? = null,
    ): Unit = native.call { updateKeys(groupId, credential?.toFfi()) }

    /**
     * Makes a commit of the proposals accepted so far, and puts it into the outbox.
     *
     * @throws GroupException.NoProposals when there are none.
     * @throws GroupException.CommitPending while another commit waits for its answer.
     */
    public suspend fun commitProposals(groupId: GroupId): Unit = native.call { commitProposals(groupId) }

    /**
     * Forgets all proposals accepted in this epoch, so that this client can commit and speak without them. Should another
     * member commit them after all, its commit is [RejoinReason.MissingProposal]: make a commit of one's own at once.
     *
     * @throws GroupException.CommitPending while a commit waits for its answer.
     * @throws GroupException.Leaving after [leaveGroup].
     */
    public suspend fun dropProposals(groupId: GroupId): Unit = native.call { dropProposals(groupId) }

    /**
     * Sets how this client runs its side of a group from now on. Context extensions are the group's: those in [config] are
     * not looked at. Whether external joins are let in stays as it is if [config] does not say.
     *
     * @throws GroupException.SettingTooLarge for a number beyond its limit.
     */
    public suspend fun configureGroup(
        groupId: GroupId,
        config: GroupConfig,
    ): Unit = native.call { configureGroup(groupId, config.toFfi()) }

    /**
     * Proposes to leave, and puts that into the outbox. It holds when another member has committed it (RFC 9420
     * §12.1.3): nobody can remove itself.
     *
     * @throws GroupException.CommitPending while a commit waits for its answer.
     */
    public suspend fun leaveGroup(groupId: GroupId): Unit = native.call { leaveGroup(groupId) }

    /**
     * The delivery service took the pending commit: the group goes one epoch on, the Welcome may go out.
     *
     * @throws GroupException.NoPendingCommit when there is none.
     */
    public suspend fun commitAccepted(groupId: GroupId): EpochChange =
        native.call { commitAccepted(groupId).toPublic() }

    /**
     * The delivery service did not take the pending commit: the group is as it was before, and its Welcome is dropped.
     * Only call this on an answer to the commit that is pending now: one that was taken after all can't be brought back.
     * In particular, after a crash, that the epoch has a commit already may mean one's own: process what the server has
     * first, its echo is [Received.OwnCommit]. Returns whether the group is gone: an external commit that was rejected
     * leaves none.
     *
     * @throws GroupException.NoPendingCommit when there is none.
     */
    public suspend fun commitRejected(groupId: GroupId): Boolean = native.call { commitRejected(groupId) }

    /**
     * Joins a group by a Welcome. Its key package and private keys are gone from the file with the commit of this
     * transaction, unless it is a last-resort one; if the Welcome can't be opened, for any reason, they are as before.
     *
     * @throws GroupException.NoMatchingKeypackage for a Welcome for others, or one that was used.
     * @throws GroupException.WelcomeReplayed for one that a last-resort package has opened before.
     * @throws GroupException.AlreadyJoined unless [options] say to replace the group.
     * @throws GroupException.BadWelcome for one that was changed on the way.
     */
    public suspend fun joinGroup(
        welcome: ByteArray,
        options: JoinOptions = JoinOptions(),
    ): JoinedGroup = native.call { joinGroup(welcome, options.toFfi()).toPublic() }

    /**
     * Joins a group by a commit of one's own, where the group allows it (RFC 9420 §12.4.3.2): the way back for a member
     * who lost track. Until [commitAccepted] the group neither sends nor processes.
     *
     * @throws MessageException.Malformed for bytes that are no group info.
     * @throws GroupException.AlreadyJoined unless [options] say to replace the group.
     */
    public suspend fun joinByExternalCommit(
        groupInfo: ByteArray,
        credential: CredentialRef,
        options: JoinOptions = JoinOptions(),
    ): JoinedGroup = native.call { joinByExternalCommit(groupInfo, credential.toFfi(), options.toFfi()).toPublic() }

    /**
     * Decrypts and checks a message; the group's id is in it. A commit or proposal holds only when it is accepted, in
     * this transaction: its key is used up when the transaction commits.
     *
     * @throws MessageException which tells what becomes of the message.
     */
    public suspend fun processMessage(message: ByteArray): Received =
        when (val received = native.callForObject { processMessage(message) }) {
            is FfiReceived.Application ->
                received.run { Received.Application(groupId, sender.toPublic(), plaintext, aad, epoch.clamped()) }
            is FfiReceived.Commit -> {
                native.own(received.commit::close)
                Received.Commit(StagedCommit(received.commit, received.contents))
            }
            is FfiReceived.Proposal -> {
                native.own(received.proposal::close)
                Received.Proposal(ReceivedProposal(received.proposal, received.contents))
            }
            is FfiReceived.OwnCommit -> Received.OwnCommit
            is FfiReceived.OwnMessage -> Received.OwnMessage
        }

    /**
     * Lets a commit hold: the group goes one epoch on.
     *
     * @throws GroupException.StaleCommit for one of an epoch that has passed.
     * @throws MlsException.Spent for one that was accepted before, or is of another transaction.
     */
    public suspend fun accept(commit: StagedCommit): EpochChange {
        if (commit.ffi.uniffiIsDestroyed) throw spent()
        return native.call { accept(commit.ffi).toPublic() }
    }

    /**
     * Lets a proposal be committed by this client. Another's commit of it can be followed without.
     *
     * Every commit that this client makes then carries it, and no message goes out before one does. A proposal may turn
     * out impossible to commit: its package expires, or whoever sent it meant harm. Then each commit is
     * [GroupException.Refused], and [dropProposals] is the way on.
     *
     * @throws GroupException.StaleCommit for one of an epoch that has passed.
     * @throws MlsException.Spent for one that was accepted before, or is of another transaction.
     */
    public suspend fun acceptProposal(proposal: ReceivedProposal) {
        if (proposal.ffi.uniffiIsDestroyed) throw spent()
        native.call { acceptProposal(proposal.ffi) }
    }

    /**
     * Encrypts a message to a group. [aad] is authenticated along with it and stays in clear.
     *
     * @throws GroupException.ProposalsPending while there are proposals to be committed first.
     */
    public suspend fun encryptMessage(
        groupId: GroupId,
        plaintext: ByteArray,
        aad: ByteArray = ByteArray(0),
    ): SealedMessage = encryptMessages(groupId, listOf(PlainMessage(plaintext, aad))).single()

    /**
     * Encrypts many messages to a group in one call, which is several times as fast as one by one. They come back in their
     * order, or none does.
     *
     * ```kotlin
     * val sealed = client.transaction { tx -> tx.encryptMessages(group, texts.map { PlainMessage(it.encodeToByteArray()) }) }
     * sealed.forEach { deliver(it.open()) }
     * ```
     *
     * @throws GroupException.ProposalsPending while there are proposals to be committed first.
     */
    public suspend fun encryptMessages(
        groupId: GroupId,
        messages: List<PlainMessage>,
    ): List<SealedMessage> {
        val sealed = native.callForObject { encryptMessages(groupId, messages.map(PlainMessage::toFfi)) }
        val batch = SealedBatch(sealed)
        native.own(batch::settle)
        return messages.indices.map { SealedMessage(batch, it) }
    }

    /**
     * A secret of the present epoch that all members can derive (RFC 9420 §8.5), [length] bytes long. Wipe it after use.
     *
     * @throws GroupException.Refused for a length that can't be derived.
     */
    public suspend fun exportSecret(
        groupId: GroupId,
        label: String,
        context: ByteArray,
        length: Int,
    ): ByteArray {
        require(length >= 0) { "a length is not negative, but $length was given" }
        return native.call { exportSecret(groupId, label, context, length.toULong()) }
    }

    /**
     * What somebody needs to join by an external commit: a signed `GroupInfo` with the ratchet tree, as an `MLSMessage`.
     * Whoever holds it can try to come in.
     */
    public suspend fun groupInfo(groupId: GroupId): ByteArray = native.call { groupInfo(groupId) }

    /**
     * Deletes a group's state, and the commit that it has in the outbox. Welcomes of accepted commits and leaves stay
     * there: others wait for them.
     */
    public suspend fun deleteGroup(groupId: GroupId): Unit = native.call { deleteGroup(groupId) }

    /**
     * Settles Welcomes and leaves that have been sent. Commits are settled by the delivery service's answer.
     *
     * @throws GroupException.NotMarkable for another; then none of [ids] is settled.
     */
    public suspend fun markSent(ids: List<OutgoingId>): Unit = native.call { markSent(ids.map(OutgoingId::number)) }

    /** The ids of all groups, in the order in which they were joined. */
    public suspend fun groups(): List<GroupId> = native.call { groups() }

    /** The members of a group, in the order of their leaves. */
    public suspend fun members(groupId: GroupId): List<Member> = native.call { members(groupId).map { it.toPublic() } }

    /** The epoch of a group. */
    public suspend fun epoch(groupId: GroupId): Long = native.call { epoch(groupId).clamped() }

    /**
     * Commits before the block's end. Every later call but [abort] gets [TransactionException.TransactionFinished], and
     * what is stored stays so, whatever the block does after. A coroutine that is cancelled commits nothing.
     */
    public suspend fun finish(): Unit = native.finish()

    /** Rolls back before the block's end. The block may go on and return a value. */
    public suspend fun abort(): Unit = native.abort()
}

private fun spent() =
    MlsException.Spent(
        "the commit or proposal was accepted before, or its transaction has ended; process its message anew",
    )
