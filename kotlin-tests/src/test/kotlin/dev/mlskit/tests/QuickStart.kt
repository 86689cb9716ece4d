package dev.mlskit.tests

import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.Credential
import dev.mlskit.CredentialFilter
import dev.mlskit.DatabaseKey
import dev.mlskit.Keypackage
import dev.mlskit.KeypackageException
import dev.mlskit.MessageException
import dev.mlskit.MessageRejection
import dev.mlskit.MlsClient
import dev.mlskit.Received
import java.io.File

suspend fun publish(
    file: File,
    key: DatabaseKey,
    upload: suspend (ByteArray) -> Unit,
) {
    val client = MlsClient.open(file, key, ClientId("alice@example.com"))
    try {
        val keypackage =
            client.transaction { tx ->
                val suite = Ciphersuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519
                val credential =
                    tx.findCredentials(CredentialFilter(ciphersuite = suite, inForce = true)).firstOrNull()
                        ?: tx.addCredential(Credential.basic(suite, client.id))
                tx.generateKeypackage(credential) // lives for 84 days
            } // before this line nothing is stored, after it everything is
        upload(keypackage.toByteArray())
    } finally {
        client.shutdown()
    }
}

suspend fun fetched(
    client: MlsClient,
    from: ClientId,
    bytes: ByteArray,
): Keypackage? =
    try {
        client.importKeypackageOf(from, bytes) // checked, and stored nowhere
    } catch (e: KeypackageException.Rejected) {
        println("$from's key package is of no use: ${e.message}")
        null
    }

enum class Next { DONE, LATER, REJOIN }

suspend fun received(
    client: MlsClient,
    message: ByteArray,
    keep: suspend (Received.Application) -> Unit,
): Next {
    try {
        client.transaction { tx ->
            when (val received = tx.processMessage(message)) {
                is Received.Application -> keep(received) // inside of the block: afterwards its key is gone
                // Both after a look at what they bring. Who drops a commit can't follow the group any more.
                is Received.Commit -> tx.accept(received.commit)
                is Received.Proposal -> tx.acceptProposal(received.proposal)
                // The server has taken one's own pending commit. After that its echo is TooOld.
                is Received.OwnCommit -> tx.commitAccepted(MlsClient.groupOf(message))
                is Received.OwnMessage -> Unit
            }
        }
    } catch (e: MessageException) {
        return when (e) {
            is MessageException.FutureEpoch -> Next.LATER
            is MessageException.UnknownGroup -> Next.LATER
            is MessageException.JoinPending -> Next.LATER
            is MessageException.Rejected -> if (e.reason == MessageRejection.TooFarAhead) Next.LATER else Next.DONE
            is MessageException.Rejoin -> Next.REJOIN
            is MessageException.Misplaced -> throw e // a Welcome, for one, which must not be dropped
            else -> Next.DONE
        }
    }
    return Next.DONE
}
