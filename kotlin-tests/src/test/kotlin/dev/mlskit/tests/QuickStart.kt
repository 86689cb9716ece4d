package dev.mlskit.tests

import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.Credential
import dev.mlskit.DatabaseKey
import dev.mlskit.Keypackage
import dev.mlskit.KeypackageException
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
                val credential = tx.addCredential(Credential.basic(suite, client.id))
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

suspend fun received(
    client: MlsClient,
    message: ByteArray,
): String? =
    client.transaction { tx ->
        when (val received = tx.processMessage(message)) {
            is Received.Application -> received.plaintext.decodeToString()
            is Received.Commit -> null.also { tx.accept(received.commit) } // look first at who comes in
            else -> null
        }
    }
