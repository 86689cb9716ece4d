package com.example.member

import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.Credential
import dev.mlskit.CredentialFilter
import dev.mlskit.CredentialInfo
import dev.mlskit.CredentialRef
import dev.mlskit.DatabaseKey
import dev.mlskit.GroupId
import dev.mlskit.JoinOptions
import dev.mlskit.KeypackageFraming
import dev.mlskit.KeypackagePolicy
import dev.mlskit.MessageException
import dev.mlskit.MessageRejection
import dev.mlskit.MlsClient
import dev.mlskit.MlsException
import dev.mlskit.OutgoingKind
import dev.mlskit.OutgoingMessage
import dev.mlskit.Received
import dev.mlskit.StorageException
import dev.mlskit.TransactionException
import java.io.File
import dev.mlskit.Member as GroupMember

private val SUITE = Ciphersuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519

/** What came of a [Member.sync]. */
enum class Synced {
    DONE,

    /** A commit came too late: what it was to do is to be done again. */
    REJECTED,

    /** This client has to be removed and added again. */
    REJOIN,
}

/** One member with its file: what an app does around mlskit, and no more. It is in one group at most. */
class Member private constructor(
    private val client: MlsClient,
    private val credential: CredentialRef,
    private val service: Service,
) {
    /** Encrypted, and not yet with the service. An app would keep these in its own database. */
    private val unsent = ArrayDeque<ByteArray>()
    private val heard = mutableListOf<String>()

    /** How far the queues have been read. Who forgets it reads all again, and is told [MessageException.Duplicate]. */
    private var welcomesSeen = 0L
    private var messagesSeen = 0L

    /** Read, and too early: what they build on is still to come. An app would bound them: anybody may send such. */
    private val waiting = ArrayDeque<ByteArray>()

    /** Whether the others went on in a way that this client can't follow: it has to be removed and added again. */
    private var isLost = false

    /**
     * Has the service serve so many key packages. An app does so at each start, after each Welcome, and when the report
     * says. Whatever fails is done again by the next call.
     */
    suspend fun publish(count: Int) {
        val policy = KeypackagePolicy(count, lastResort = false, framing = KeypackageFraming.MLS_MESSAGE)
        val report = client.syncKeypackages(service, credential, policy)
        report.refused.firstOrNull()?.let { throw it.error }
    }

    /** Creates a group. */
    suspend fun create(): GroupId = client.transaction { tx -> tx.createGroup(credential) }

    /** Adds a client to the group; the commit waits in the outbox. */
    suspend fun add(name: String) {
        val taken = checkNotNull(service.fetch(ClientId(name), SUITE)) { "no key package is left" }
        val keypackage = client.importKeypackageOf(ClientId(name), taken)
        val group = group()
        client.transaction { tx -> tx.addMembers(group, listOf(keypackage)) }
    }

    /** Gives this member new keys in the group; the commit waits in the outbox. */
    suspend fun rotate() {
        val group = group()
        client.transaction { tx -> tx.updateKeys(group) }
    }

    /** Removes a member from the group; the commit waits in the outbox. */
    suspend fun remove(name: String) {
        val group = group()
        val member = client.members(group).first { it.name == name }
        client.transaction { tx -> tx.removeMembers(group, listOf(member.id)) }
    }

    /** Encrypts a message to the group, to be sent. */
    suspend fun say(text: String) {
        val group = group()
        val sealed = client.transaction { tx -> tx.encryptMessage(group, text.encodeToByteArray()) }
        unsent += sealed.open()
    }

    /** What the others said since the last time. */
    fun takeHeard(): List<String> = heard.toList().also { heard.clear() }

    /** The group's epoch and members. */
    suspend fun state(): String {
        val group = client.groups().lastOrNull() ?: return "no group"
        return "epoch ${client.epoch(group)} of ${client.members(group).joinToString(",") { it.name }}"
    }

    /** How many key packages this member holds private keys of. */
    suspend fun packages(): Int = client.getKeypackageRefs().size

    /**
     * Sends all that waits, then takes in all that came. Whatever fails is done again by the next call: nothing is
     * settled before the service has answered.
     */
    suspend fun sync(): Synced {
        val isTaken = sendOutbox()
        while (unsent.isNotEmpty()) {
            service.send(unsent.first())
            unsent.removeFirst()
        }
        // First what may have ended its membership: only then does a Welcome to the same group bring it back.
        hear()
        join()
        hear()
        return when {
            isLost -> Synced.REJOIN
            isTaken -> Synced.DONE
            else -> Synced.REJECTED
        }
    }

    /** Closes the file. */
    suspend fun close() = client.shutdown()

    private suspend fun group(): GroupId = checkNotNull(client.groups().lastOrNull()) { "in no group" }

    private suspend fun sendOutbox(): Boolean {
        var isTaken = true
        // A Welcome appears when its commit was accepted: so the outbox is asked again.
        while (true) {
            val message = client.outgoing().firstOrNull() ?: return isTaken
            isTaken = send(message) && isTaken
        }
    }

    private suspend fun send(message: OutgoingMessage): Boolean {
        val bytes = message.toByteArray()
        if (message.kind == OutgoingKind.COMMIT) {
            val isTaken = service.send(bytes)
            client.transaction { tx ->
                if (isTaken) tx.commitAccepted(message.groupId) else tx.commitRejected(message.groupId)
            }
            return isTaken
        }
        if (message.kind == OutgoingKind.WELCOME) service.sendWelcome(bytes) else service.send(bytes)
        client.transaction { tx -> tx.markSent(listOf(message.id)) }
        return true
    }

    private suspend fun join() {
        for (line in service.welcomes(welcomesSeen)) {
            try {
                // This app joins whatever it is added to; another would look at who is in there, and abort.
                client.transaction { tx -> tx.joinGroup(line.bytes, JoinOptions(replace = isLost)) }
                isLost = false
            } catch (e: MlsException) {
                // These may work the next time. The others were opened before, or never right: anybody can send such
                // a thing, and it must not bar the next.
                if (e is StorageException || e is TransactionException) throw e
            }
            welcomesSeen = line.position
        }
    }

    private suspend fun hear() {
        val group = client.groups().lastOrNull() ?: return
        for (line in service.messages(group, messagesSeen)) {
            waiting += line.bytes
            messagesSeen = line.position
        }
        // Until a round brings nothing: what came too early may have its turn after what came late.
        do {
            val before = waiting.size
            repeat(before) {
                val isTooEarly = process(waiting.first(), group)
                val message = waiting.removeFirst()
                if (isTooEarly) waiting += message
            }
        } while (waiting.size < before)
    }

    /** Takes in one message. Returns whether it is to be kept, as what it builds on is still to come. */
    private suspend fun process(
        message: ByteArray,
        group: GroupId,
    ): Boolean {
        try {
            // A message and what follows from it are one transaction.
            client.transaction { tx ->
                when (val received = tx.processMessage(message)) {
                    // An app stores this right here: when the block has ended, its key is gone.
                    is Received.Application ->
                        heard.add("${received.sender.name}: ${received.plaintext.decodeToString()}")
                    // This app lets everybody in; another would look at `added` first, and abort.
                    is Received.Commit -> tx.accept(received.commit)
                    is Received.OwnCommit -> tx.commitAccepted(group)
                    // One's own words; and nobody here commits another's proposals.
                    is Received.OwnMessage, is Received.Proposal -> Unit
                }
            }
        } catch (e: MessageException) {
            when (e) {
                is MessageException.FutureEpoch,
                is MessageException.UnknownGroup,
                is MessageException.JoinPending,
                -> return true
                is MessageException.Rejected -> return e.reason == MessageRejection.TooFarAhead
                is MessageException.Rejoin -> isLost = true
                // Read before, too old or broken.
                else -> Unit
            }
        }
        return false
    }

    companion object {
        /** Opens the file, or makes it. */
        suspend fun open(
            file: File,
            key: DatabaseKey,
            id: ClientId,
            service: Service,
        ): Member {
            val client = MlsClient.open(file, key, id)
            val credential =
                client.findCredentials(CredentialFilter(inForce = true)).lastOrNull()
                    ?: client.transaction { tx -> tx.addCredential(Credential.basic(SUITE, client.id)) }
            return Member(client, credential, service)
        }
    }
}

/** A Basic credential's identity is the client's id, which is its name here. */
private val GroupMember.name: String
    get() = (credential as? CredentialInfo.Basic)?.identity?.toString() ?: "somebody"
