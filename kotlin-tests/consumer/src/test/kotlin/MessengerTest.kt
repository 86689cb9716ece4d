package com.example

import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.Credential
import dev.mlskit.DatabaseKey
import dev.mlskit.MlsClient
import dev.mlskit.StorageException
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File

class MessengerTest {
    @Test
    fun `the jar brings all that it needs`(
        @TempDir folder: File,
    ) = runBlocking {
        assertNull(System.getProperty("uniffi.component.mlskit_ffi.libraryOverride"))
        val file = File(folder, "alice.db")
        val alice = ClientId("alice@example.com")
        DatabaseKey.generate().use { key ->
            val client = MlsClient.open(file, key, alice)
            val suite = Ciphersuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519
            val keypackage =
                client.transaction { tx -> tx.generateKeypackage(tx.addCredential(Credential.basic(suite, alice))) }
            client.shutdown()
            val again = MlsClient.open(file, key, alice)
            assertEquals(listOf(keypackage.ref), again.getKeypackageRefs())
            again.shutdown()
        }
        val other = runCatching { DatabaseKey.generate().use { MlsClient.open(file, it, alice) } }
        assertTrue(other.exceptionOrNull() is StorageException.WrongKeyOrDamaged)
    }

    @Test
    fun `licences and notices come along`() {
        for (name in listOf("LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-NOTICES")) {
            assertNotNull(MlsClient::class.java.getResource("/META-INF/mlskit/$name"), name)
        }
    }
}
