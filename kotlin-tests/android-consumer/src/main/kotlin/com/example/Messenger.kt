package com.example

import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.Credential
import dev.mlskit.DatabaseKey
import dev.mlskit.KeypackageException
import dev.mlskit.MlsClient
import dev.mlskit.StorageException
import kotlinx.coroutines.runBlocking
import java.io.File
import java.nio.file.Files

private val alice = ClientId("alice@example.com")

/** Something of each kind that crosses into native code and back: values, lists, objects, exceptions, suspended calls. */
suspend fun useInEarnest(file: File) {
    DatabaseKey.generate().use { key ->
        val client = MlsClient.open(file, key, alice)
        val (keypackage, sealed) =
            client.transaction { tx ->
                val suite = Ciphersuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519
                val credential = tx.addCredential(Credential.basic(suite, alice))
                val group = tx.createGroup(credential)
                tx.generateKeypackage(credential) to tx.encryptMessage(group, "Hello.".toByteArray())
            }
        check(sealed.open().isNotEmpty())
        expect<KeypackageException.Rejected> { client.importKeypackage(ByteArray(8)) }
        client.shutdown()

        val again = MlsClient.open(file, key, alice)
        check(again.getKeypackageRefs() == listOf(keypackage.ref))
        check(again.members(again.groups().single()).single().isSelf)
        again.shutdown()
    }
    expect<StorageException.WrongKeyOrDamaged> { DatabaseKey.generate().use { MlsClient.open(file, it, alice) } }
}

private suspend inline fun <reified E : Exception> expect(block: suspend () -> Unit) {
    try {
        block()
    } catch (e: Exception) {
        return check(e is E) { "another exception than ${E::class}: $e" }
    }
    error("no ${E::class}")
}

/** The minified app: scripts/test-packages runs it. */
fun main() {
    val folder = Files.createTempDirectory("consumer").toFile()
    try {
        runBlocking { useInEarnest(File(folder, "alice.db")) }
        println("the app did its work")
    } finally {
        folder.deleteRecursively()
    }
}
