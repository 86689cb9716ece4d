package dev.mlskit.tests

import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.CredentialRef
import dev.mlskit.Keypackage
import dev.mlskit.KeypackageDirectory
import dev.mlskit.KeypackageRef
import dev.mlskit.MlsClient
import kotlinx.coroutines.withTimeout
import java.io.IOException
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Instant

class Refused(
    message: String,
) : IOException(message)

// `request` is the app's own, as the client's user: it returns the answer's body, null for 404, throws Refused for what
// the server will never do, and any other exception when there was no answer.
class Server(
    private val request: suspend (method: String, path: String, body: ByteArray?) -> ByteArray?,
) : KeypackageDirectory {
    override suspend fun publish(
        keypackageRef: KeypackageRef,
        bytes: ByteArray,
    ) {
        request("PUT", "keypackages/$keypackageRef?last-resort=${keypackageRef.isLastResort}", bytes)
    }

    override suspend fun withdraw(keypackageRef: KeypackageRef) {
        request("DELETE", "keypackages/$keypackageRef", null)
    }

    override suspend fun fetch(
        clientId: ClientId,
        ciphersuite: Ciphersuite,
    ): ByteArray? = request("POST", "clients/$clientId/keypackages/take?suite=${ciphersuite.number}", null)

    override fun isRefusal(error: Exception) = error is Refused // then the others are tried all the same
}

// When the app starts, after each Welcome, when the network comes back, and at the time that is returned.
suspend fun supply(
    client: MlsClient,
    credential: CredentialRef,
    server: Server,
): Instant? {
    // Cut off anywhere, the next call goes on from there.
    val report = withTimeout(1.minutes) { client.syncKeypackages(server, credential) }
    for ((ref, error) in report.refused) println("the server refuses $ref: ${error.message}")
    return report.next
}

suspend fun fetched(
    client: MlsClient,
    server: Server,
    whose: ClientId,
    ciphersuite: Ciphersuite,
): Keypackage? = server.fetch(whose, ciphersuite)?.let { client.importKeypackageOf(whose, it) }
