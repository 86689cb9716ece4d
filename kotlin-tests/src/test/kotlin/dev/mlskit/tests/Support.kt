package dev.mlskit.tests

import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.ClientOptions
import dev.mlskit.Credential
import dev.mlskit.CredentialRef
import dev.mlskit.DatabaseKey
import dev.mlskit.LiveObjects
import dev.mlskit.ManualClock
import dev.mlskit.MlsClient
import dev.mlskit.TransactionContext
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import java.io.File
import java.nio.file.Files
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.time.Clock
import kotlin.time.Duration
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Instant

/** The suite of all scenarios that don't ask for another. */
val SUITE = Ciphersuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519

private val NOTHING = LiveObjects(0, 0, 0, 0, 0, 0, 0, 0, 0)

/** A folder with encrypted files, and the clients that are open on them. All goes at the end of the scenario. */
class World(
    private val folder: File,
    scope: CoroutineScope,
) : CoroutineScope by scope {
    private val clients = mutableListOf<MlsClient>()
    private val clocks = mutableListOf<HandClock>()

    /** The file of a client. */
    fun file(name: String): File = File(folder, "$name.db")

    /** Opens the file of a client under [KEY]. */
    suspend fun open(
        name: String,
        options: ClientOptions = ClientOptions(),
        key: ByteArray = KEY,
    ): MlsClient =
        DatabaseKey(key).use { MlsClient.open(file(name), it, ClientId(name), options) }.also { clients += it }

    /** A client on a file that goes with it. */
    suspend fun temporary(
        id: ClientId,
        options: ClientOptions = ClientOptions(),
    ): MlsClient = MlsClient.temporary(id, folder, options).also { clients += it }

    /** Opens a copy of a file that only calls of the core make: crates/testkit/handed-over. Its client is Bob. */
    suspend fun handedOver(name: String): MlsClient {
        File(HANDED_OVER, "$name.db").copyTo(file(name))
        val key = DatabaseKey("the key of a test file, not ours".encodeToByteArray())
        return key.use { MlsClient.open(file(name), it, ClientId("bob")) }.also { clients += it }
    }

    /** A client with one Basic credential. */
    suspend fun client(
        name: String,
        options: ClientOptions = ClientOptions(),
    ): Pair<MlsClient, CredentialRef> {
        val client = open(name, options)
        val credential = client.transaction { tx -> tx.addCredential(Credential.basic(SUITE, client.id)) }
        return client to credential
    }

    /** A clock that stands at the present second. */
    fun clock(): HandClock = HandClock().also { clocks += it }

    /** Closes everything. */
    suspend fun end() {
        clients.forEach { it.shutdown() }
        clocks.forEach { it.close() }
    }

    companion object {
        /** A key that is random enough for a test. */
        val KEY = ByteArray(DatabaseKey.LENGTH) { it.toByte() }

        /** Where files lie that the core's tests have made. */
        val HANDED_OVER = File("../crates/testkit/handed-over")
    }
}

/** Stands still until it is turned. */
class HandClock : AutoCloseable {
    /** Where it stands. */
    var now: Instant = Instant.fromEpochSeconds(Clock.System.now().epochSeconds)
        set(value) {
            field = value
            manual.set(value)
        }

    private val manual = ManualClock(now)

    /** What a client goes by that has this clock. */
    val options = ClientOptions(clock = manual)

    /** Turns it forward. */
    fun advance(by: Duration) {
        now += by
    }

    override fun close() = manual.close()
}

/** Runs a scenario over real encrypted files. Nothing may hang, and no native object may be left. */
fun scenario(block: suspend World.() -> Unit) {
    val folder = Files.createTempDirectory("mlskit").toFile()
    try {
        runBlocking {
            withTimeout(3.minutes) {
                val world = World(folder, this)
                try {
                    world.block()
                } finally {
                    withContext(NonCancellable) { world.end() }
                }
            }
        }
        assertEquals(NOTHING, LiveObjects.count(), "native objects that live after shutdown")
    } finally {
        folder.deleteRecursively()
    }
}

/** Runs [block], which has to fail with just this type, and returns the failure. */
suspend inline fun <reified T : Throwable> assertFails(crossinline block: suspend () -> Unit): T {
    val outcome = runCatching { block() }
    return assertFailsWith<T> { outcome.getOrThrow() }
}

/** How many key packages the client has committed. */
suspend fun MlsClient.stored(): Int = getKeypackageRefs().size

/** Makes a key package of no particular kind. */
suspend fun TransactionContext.generate(credential: CredentialRef) {
    generateKeypackage(credential)
}

/** Asserts that [client] has no transaction open and keeps [count] packages. */
suspend fun assertStored(
    count: Int,
    client: MlsClient,
) {
    assertEquals(count, client.stored())
    client.transaction { tx -> assertEquals(count, tx.getKeypackageRefs().size) }
}
