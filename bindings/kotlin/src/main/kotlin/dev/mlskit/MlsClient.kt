package dev.mlskit

import dev.mlskit.ffi.keepThreadsAttached
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.File
import kotlin.concurrent.atomics.AtomicBoolean
import kotlin.concurrent.atomics.ExperimentalAtomicApi
import kotlin.time.Duration
import dev.mlskit.ffi.Client as FfiClient
import dev.mlskit.ffi.StateChanges as FfiStateChanges

/**
 * One client of MLS, with everything that it keeps in one encrypted file: credentials, key packages and groups. They
 * change only inside of a [transaction]. Safe to share between threads and coroutines. Nothing of SQLite or
 * cryptography runs on the caller's thread.
 *
 * ```kotlin
 * suspend fun publish(file: File, key: DatabaseKey): ByteArray {
 *     val client = MlsClient.open(file, key, ClientId("alice@example.com"))
 *     try {
 *         return client.transaction { tx ->
 *             val suite = Ciphersuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519
 *             val credential =
 *                 tx.findCredentials(CredentialFilter(ciphersuite = suite, inForce = true)).firstOrNull()
 *                     ?: tx.addCredential(Credential.basic(suite, client.id))
 *             tx.generateKeypackage(credential).toByteArray() // lives for 84 days
 *         } // here everything is stored, before it nothing
 *     } finally {
 *         client.shutdown()
 *     }
 * }
 * ```
 */
public class MlsClient private constructor(
    private val ffi: FfiClient,
) : AutoCloseable {
    /** The client's id. */
    public val id: ClientId = ffi.id()

    @OptIn(ExperimentalAtomicApi::class)
    private val isClosed = AtomicBoolean(false)

    // Launched when it is asked for: a coroutine that waits to be started would keep a client that nobody has any more.
    private val end by lazy { ENDS.launch { ffi.use { it.shutdown() } } }

    /**
     * Runs [block] in a transaction: stored as a whole when it returns, rolled back when it throws anything, is
     * cancelled or times out, before this call returns or throws. What the block throws comes out as it is.
     *
     * Transactions of a client run one after another, in the order in which they were asked for; who is cancelled while
     * waiting stops at once. A call that is cancelled while it commits has committed.
     *
     * A transaction of the same client inside of the block, which would wait for itself, is refused, by the block's
     * coroutine and its children; one from another scope waits for [ClientOptions.busyTimeout] at most. The client's
     * other calls see in there only what is committed. The context that the block gets is of no use after it.
     *
     * ```kotlin
     * val keypackages = client.transaction { tx -> tx.generateKeypackages(credential, 100) }
     * ```
     *
     * @throws TransactionException.NestedTransaction inside of another transaction of this client.
     * @throws TransactionException.TransactionBusy when another was open for the whole [ClientOptions.busyTimeout].
     * @throws StorageException of the file and its medium.
     */
    public suspend fun <T> transaction(block: suspend (TransactionContext) -> T): T = inTransaction(block)

    /**
     * All credentials, in the order in which they were added.
     *
     * @throws StorageException of the file.
     */
    public suspend fun credentials(): List<CredentialRef> = read { credentials().map { it.toPublic() } }

    /**
     * References to all key packages that are stored, in the order in which they were made.
     *
     * @throws StorageException of the file.
     */
    public suspend fun getKeypackageRefs(): List<KeypackageRef> = read { getKeypackageRefs().map(::KeypackageRef) }

    /**
     * The stored key package that [ref] names, or `null`.
     *
     * @throws StorageException of the file.
     */
    public suspend fun keypackage(ref: KeypackageRef): Keypackage? = read { keypackage(ref.toFfi())?.let(::Keypackage) }

    /**
     * References to all stored key packages whose window the client's clock is inside of, in the order in which they were
     * made. Each of them still opens a Welcome.
     *
     * @throws StorageException of the file.
     */
    public suspend fun validKeypackageRefs(): List<KeypackageRef> = read { validKeypackageRefs().map(::KeypackageRef) }

    /**
     * Whether a key package is stored here, and the client's clock inside its window.
     *
     * @throws StorageException of the file.
     */
    public suspend fun isKeypackageValid(ref: KeypackageRef): Boolean = read { isKeypackageValid(ref.toFfi()) }

    /**
     * The same of the package with this id: see [findKeypackageRef].
     *
     * @throws StorageException of the file.
     */
    public suspend fun isKeypackageValid(id: String): Boolean = read { isKeypackageValidById(id) }

    /**
     * The reference to the stored key package with this id: its hash in hexadecimal digits, as [KeypackageRef.toString]
     * gives it. What no package is called by is the id of none.
     *
     * @throws StorageException of the file.
     */
    public suspend fun findKeypackageRef(id: String): KeypackageRef? =
        read { findKeypackageRef(id)?.let(::KeypackageRef) }

    /**
     * How many key packages of a credential are valid now, and neither retired nor withdrawn: those that the app keeps to
     * itself, and last-resort ones, among them. By index.
     *
     * @throws CredentialException for a reference that is not this client's.
     */
    public suspend fun countValidKeypackages(credential: CredentialRef): Int =
        read { countValidKeypackages(credential.toFfi()).clamped() }

    /**
     * The same of all credentials for a ciphersuite.
     *
     * @throws CredentialException.UnsupportedCiphersuite for one that this client can't work with.
     */
    public suspend fun countValidKeypackages(ciphersuite: Ciphersuite): Int =
        read { countValidKeypackagesIn(ciphersuite.toFfi()).clamped() }

    /**
     * Keeps a directory supplied with a credential's key packages, as [policy] wants it: publishes what is missing, withdraws
     * what is replaced, and stores each answer. Call it when the app starts, after each Welcome, when the network comes
     * back, and at [KeypackageSyncReport.next].
     *
     * No transaction is open while the directory is awaited. Whatever goes wrong, the next call goes on from there;
     * so this one may be cancelled at any point, and be given a time limit. Two at once do no harm. After a
     * [replacement][TransactionContext.replaceCredential] it may put commits into [outgoing]: send them.
     *
     * ```kotlin
     * val report = client.syncKeypackages(directory, credential)
     * schedule(report.next)
     * ```
     *
     * What the directory throws comes out as it is, unless it is [a refusal][KeypackageDirectory.isRefusal]. What was done
     * until then stays done; try again as the network returns, or with the app's own back-off.
     *
     * @throws CredentialException for a reference that is not this client's.
     * @throws KeypackageException for packages that can't be made as the policy wants them.
     * @throws TransactionException as [transaction].
     */
    public suspend fun syncKeypackages(
        directory: KeypackageDirectory,
        credential: CredentialRef,
        policy: KeypackagePolicy = KeypackagePolicy(),
    ): KeypackageSyncReport = supply(directory, credential, policy)

    /**
     * Brings a credential's key packages to what [policy] wants, in a transaction of its own, and returns what the directory
     * is to be told: tell it, then tell the store what it has answered, by [TransactionContext.confirmPublished] and
     * [TransactionContext.confirmWithdrawn]. Until then it is returned again, byte for byte. Then call it once more, until it
     * returns nothing to do: what a published package replaces is only then to be withdrawn. For apps whose directory is
     * not one for [syncKeypackages].
     *
     * After a [replacement][TransactionContext.replaceCredential] it may have put commits into [outgoing], too.
     *
     * @throws CredentialException for a reference that is not this client's.
     * @throws KeypackageException for packages that can't be made as the policy wants them.
     * @throws TransactionException as [transaction].
     */
    public suspend fun maintainKeypackages(
        credential: CredentialRef,
        policy: KeypackagePolicy = KeypackagePolicy(),
    ): OutgoingKeypackages {
        enter()
        return read { maintainKeypackages(credential.toFfi(), policy.toFfi()).toPublic() }
    }

    /**
     * What the directory is to be told, as the last [maintainKeypackages] left it: committed and unconfirmed.
     *
     * @throws CredentialException for a reference that is not this client's.
     */
    public suspend fun outgoingKeypackages(
        credential: CredentialRef,
        policy: KeypackagePolicy = KeypackagePolicy(),
    ): OutgoingKeypackages = read { outgoingKeypackages(credential.toFfi(), policy.toFfi()).toPublic() }

    /**
     * How a credential's key packages are doing, with those of the credentials whose place it took. For one that was
     * replaced, how those of the one in force are.
     *
     * @throws CredentialException for a reference that is not this client's.
     */
    public suspend fun keypackageStatus(
        credential: CredentialRef,
        policy: KeypackagePolicy = KeypackagePolicy(),
    ): KeypackageStatus = read { keypackageStatus(credential.toFfi(), policy.toFfi()).toPublic() }

    /**
     * What is left of a credential that [TransactionContext.replaceCredential] has replaced. `null` for one whose place no
     * other has taken.
     *
     * @throws CredentialException for a reference that is not this client's.
     */
    public suspend fun credentialReplacement(old: CredentialRef): CredentialReplacement? =
        read { credentialReplacement(old.toFfi())?.toPublic() }

    /**
     * The credentials that [filter] lets through, in the order in which they were added.
     *
     * @throws StorageException of the file.
     */
    public suspend fun findCredentials(filter: CredentialFilter): List<CredentialRef> =
        read { findCredentials(filter.toFfi()).map { it.toPublic() } }

    /**
     * Checks another client's key package, bare or in an `MLSMessage`, with everything that RFC 9420 §10.1 and §7.3 ask
     * before it may be used. Nothing is stored. Whether its credential tells the truth is for the app to find out.
     *
     * @throws KeypackageException.Rejected with the first reason not to accept it.
     */
    public suspend fun importKeypackage(bytes: ByteArray): Keypackage = read { Keypackage(importKeypackage(bytes)) }

    /**
     * As [importKeypackage], and checks that the package is [owner]'s, as a directory may give another's.
     *
     * @throws KeypackageException.Rejected with the first reason not to accept it.
     */
    public suspend fun importKeypackageOf(
        owner: ClientId,
        bytes: ByteArray,
    ): Keypackage = read { Keypackage(importKeypackageOf(owner, bytes)) }

    /**
     * Takes the package out of an event of Nostr and checks both: each tag that MIP-00 asks for, all that [importKeypackage]
     * checks, [Marmot]'s rules, and that event and package are of one and the same author and say the same. Nothing is
     * stored.
     *
     * The event's id and signature are *not* checked: that is for the app's Nostr library, before.
     *
     * @throws MarmotException for the event.
     * @throws KeypackageException.Rejected for the package.
     */
    public suspend fun importKeypackageEvent(event: UnsignedEvent): Keypackage =
        read { Keypackage(importKeypackageEvent(event.toFfi())) }

    /**
     * Encrypts the whole file with another key. Killed at any moment, the file opens with either the old or the new one.
     * Keep both keys until this has returned: an exception leaves the old one in force nearly always. Once it has been
     * asked for, it is seen through to its end although the coroutine is cancelled.
     *
     * @throws StorageException.InvalidKeyLength for a key that is none.
     * @throws TransactionException as [transaction].
     */
    public suspend fun changeKey(key: DatabaseKey) {
        enter()
        currentCoroutineContext().ensureActive()
        val client = open()
        key.lend { bytes -> uninterrupted { alive { client.changeKey(bytes) } } }
    }

    /**
     * Reads the whole file, in its turn among the transactions, and checks that every page is as it was written and that
     * everything in it agrees: for diagnostics, or after a medium has misbehaved. Some 10 ms a megabyte.
     *
     * @throws StorageException.Corrupt when it is damaged.
     * @throws TransactionException as [transaction].
     */
    public suspend fun checkIntegrity() {
        enter()
        read { checkIntegrity() }
    }

    /**
     * The ids of all groups, in the order in which they were joined.
     *
     * @throws StorageException of the file.
     */
    public suspend fun groups(): List<GroupId> = read { groups() }

    /**
     * The groups in which this client's keys are [olderThan] or older, in the order in which they were joined. Only new
     * keys end what somebody who once learnt the old ones can read: see [TransactionContext.updateKeys].
     *
     * @throws StorageException of the file.
     */
    public suspend fun groupsDueForUpdate(olderThan: Duration): List<GroupId> =
        read { groupsDueForUpdate(olderThan.toFfiSeconds()) }

    /**
     * The members of a group, in the order of their leaves.
     *
     * @throws GroupException.UnknownGroup for a group that this client is not in.
     */
    public suspend fun members(groupId: GroupId): List<Member> = read { members(groupId).map { it.toPublic() } }

    /**
     * The epoch of a group.
     *
     * @throws GroupException.UnknownGroup for a group that this client is not in.
     */
    public suspend fun epoch(groupId: GroupId): Long = read { epoch(groupId).clamped() }

    /**
     * The ratchet tree of a group, for a new member who does not get it with the Welcome (RFC 9420 §12.4.3.3).
     *
     * @throws GroupException.UnknownGroup for a group that this client is not in.
     */
    public suspend fun ratchetTree(groupId: GroupId): Bytes = read { Bytes(ratchetTree(groupId)) }

    /**
     * Which of the stored key packages a Welcome is for.
     *
     * @throws GroupException.NoMatchingKeypackage when there is none.
     * @throws MessageException.Malformed for bytes that are no Welcome.
     */
    public suspend fun welcomeRefs(welcome: ByteArray): List<KeypackageRef> =
        read { welcomeRefs(welcome).map(::KeypackageRef) }

    /**
     * What the delivery service must get: committed and unsettled, in the order in which it was made. The same bytes on
     * every call, after a crash too. Send it outside of transactions, for each settles one message:
     *
     * ```kotlin
     * for (message in client.outgoing()) {
     *     val isTaken = send(message)
     *     client.transaction { tx ->
     *         when (message.kind) {
     *             OutgoingKind.COMMIT ->
     *                 if (isTaken) tx.commitAccepted(message.groupId) else tx.commitRejected(message.groupId)
     *             OutgoingKind.WELCOME, OutgoingKind.LEAVE -> tx.markSent(listOf(message.id))
     *         }
     *     }
     * }
     * ```
     *
     * A `send` that doesn't know the answer throws: then the message goes out again later.
     *
     * @throws StorageException of the file.
     */
    public suspend fun outgoing(): List<OutgoingMessage> = read { outgoing().map(::OutgoingMessage) }

    /**
     * What transactions of this client change from the moment on in which it is collected. What is not committed is not
     * told, and neither is what another client of the same file commits. It does not keep the client open, and ends when it
     * is closed and all is told.
     *
     * Each collector has a buffer of its own, of 256 changes. Whoever is too slow is told how many were
     * [missed][StateChange.Missed].
     *
     * ```kotlin
     * scope.launch(start = CoroutineStart.UNDISPATCHED) { // so it watches before what comes next
     *     client.changes().collect { screen.show(client.keypackageStatus(credential)) }
     * }
     * ```
     */
    public fun changes(): Flow<StateChange> = watch()

    /**
     * Closes the client without waiting for it: what is open is rolled back, and then the file is closed, by another
     * thread. Every later call gets [StorageException.Closed]; closing again does nothing.
     */
    override fun close() {
        closeForCalls()
        end.start()
    }

    /**
     * As [close], and waits until the file is closed and everything native is freed: in a coroutine that is cancelled too,
     * so that it may stand in a `finally`.
     */
    public suspend fun shutdown() {
        closeForCalls()
        withContext(NonCancellable) { end.join() }
    }

    /** The client's id. */
    override fun toString(): String = "MlsClient($id)"

    /** Nothing, of a client that is closed. It takes no time. */
    internal fun subscribe(): FfiStateChanges? =
        try {
            native { ffi.changes() }
        } catch (e: IllegalStateException) {
            if (isOpen()) throw e else null
        }

    internal fun open(): FfiClient = if (isOpen()) ffi else throw closed()

    @OptIn(ExperimentalAtomicApi::class)
    private fun isOpen() = !isClosed.load()

    @OptIn(ExperimentalAtomicApi::class)
    private fun closeForCalls() = isClosed.store(true)

    internal suspend fun <T> read(work: suspend FfiClient.() -> T): T {
        val client = open()
        return background { alive { client.work() } }
    }

    /** UniFFI's own exception for an object that is freed, which another thread may do at any time, is not the app's to see. */
    internal suspend fun <T> alive(work: suspend () -> T): T =
        try {
            work()
        } catch (e: IllegalStateException) {
            if (isOpen()) throw e else throw closed()
        }

    /** Opens clients. */
    public companion object {
        /**
         * Which group a message is for: what is in clear of it, and unchecked. For echoes and for messages that are
         * refused; of what a member says, [Received.Application] tells it checked.
         *
         * @throws MessageException.Misplaced for what is no message of a group.
         * @throws MessageException.Malformed for bytes that can't be read.
         */
        public fun groupOf(message: ByteArray): GroupId = native { dev.mlskit.ffi.groupOf(message) }

        /**
         * Opens the database in [file] under [key], creating it if there is none. The first open gives it to
         * [clientId] for good. Keep the file where no backup takes it, and the key in the platform's key store.
         *
         * @throws StorageException that speaks of the file or the key; the file is left as it was.
         * @throws CredentialException.DifferentClient for another client's file.
         */
        public suspend fun open(
            file: File,
            key: DatabaseKey,
            clientId: ClientId,
            options: ClientOptions = ClientOptions(),
        ): MlsClient =
            key.lend { bytes ->
                opened { FfiClient.open(file.path, bytes, clientId, options.toFfi(), options.clock?.ffi) }
            }

        /**
         * Makes a client for a test or a demo, in a new folder inside [folder], or inside the system's for temporary
         * files, which Android has not before version 13. It is a file, under a key that nobody keeps, and goes
         * when the client is [shutdown].
         *
         * @throws StorageException.Io when the folder can't be made.
         */
        public suspend fun temporary(
            clientId: ClientId,
            folder: File? = null,
            options: ClientOptions = ClientOptions(),
        ): MlsClient = opened { FfiClient.temporary(folder?.path, clientId, options.toFfi(), options.clock?.ffi) }

        private suspend fun opened(open: suspend () -> FfiClient): MlsClient {
            val client = MlsClient(uninterrupted(open))
            try {
                currentCoroutineContext().ensureActive()
            } catch (e: Throwable) {
                client.close()
                throw e
            }
            return client
        }

        private val ENDS = CoroutineScope(SupervisorJob() + Dispatchers.Default)

        init {
            keepThreadsAttached()
        }
    }
}

private fun closed() = StorageException.Closed("the database was closed; open it again")
