package dev.mlskit.tests

import dev.mlskit.ClientId
import dev.mlskit.Credential
import dev.mlskit.CredentialRef
import dev.mlskit.JoinedGroup
import dev.mlskit.Keypackage
import dev.mlskit.KeypackageDirectory
import dev.mlskit.KeypackagePolicy
import dev.mlskit.KeypackageRef
import dev.mlskit.KeypackageStatus
import dev.mlskit.KeypackageSyncReport
import dev.mlskit.MlsClient
import dev.mlskit.OutgoingKeypackages

/** A client in a file, whose packages follow a policy by a clock that the test turns. */
class Managed(
    private val world: World,
    private val name: String,
    var client: MlsClient,
    var credential: CredentialRef,
    val clock: HandClock,
    var policy: KeypackagePolicy,
) {
    val directory = MemoryDirectory()

    /** The directory as this client's app sees it. */
    val shelf: KeypackageDirectory = directory.of(client.id)

    val served: List<KeypackageRef>
        get() = directory.served(client.id)

    /** As after a crash: nothing of what was in memory is left. */
    suspend fun reopen() {
        client.shutdown()
        client = world.open(name, clock.options)
    }

    suspend fun maintain(): OutgoingKeypackages = client.maintainKeypackages(credential, policy)

    suspend fun published(refs: List<KeypackageRef>) = client.transaction { tx -> tx.confirmPublished(refs) }

    suspend fun withdrawn(refs: List<KeypackageRef>) = client.transaction { tx -> tx.confirmWithdrawn(refs) }

    /** Maintains and publishes all; returns what that was. */
    suspend fun publishAll(): List<KeypackageRef> = maintain().refs.also { published(it) }

    suspend fun sync(policy: KeypackagePolicy = this.policy): KeypackageSyncReport =
        client.syncKeypackages(shelf, credential, policy)

    suspend fun status(): KeypackageStatus = client.keypackageStatus(credential, policy)

    suspend fun stored(): List<KeypackageRef> = client.getKeypackageRefs()

    /** A package for the app's own use. */
    suspend fun generate(): KeypackageRef = client.transaction { tx -> tx.generateKeypackage(credential) }.ref

    suspend fun addCredential(): CredentialRef = client.addCredential()

    /** A Welcome of a peer's, for one of the packages. */
    suspend fun welcomeFor(ref: KeypackageRef): ByteArray {
        val peer = MlsClient.temporary(ClientId("peer"))
        try {
            val credential = peer.addCredential()
            val group = peer.transaction { tx -> tx.createGroup(credential) }
            peer.add(group, client.keypackage(ref) as Keypackage)
            return peer.welcome()
        } finally {
            peer.shutdown()
        }
    }

    suspend fun join(welcome: ByteArray): JoinedGroup = client.join(welcome)
}

/** A client of its own whose packages follow [policy]. */
suspend fun World.managed(
    policy: KeypackagePolicy,
    name: String = "alice",
): Managed {
    val clock = clock()
    val client = open(name, clock.options)
    return Managed(this, name, client, client.addCredential(), clock, policy)
}

/** A Basic credential more. */
suspend fun MlsClient.addCredential(): CredentialRef =
    transaction { tx -> tx.addCredential(Credential.basic(SUITE, id)) }

/** A few single-use packages and none of last resort. */
fun few(target: Int): KeypackagePolicy = KeypackagePolicy(target = target, lastResort = false)

/** What is to be published. */
val OutgoingKeypackages.refs: List<KeypackageRef>
    get() = publish.map { it.ref }
