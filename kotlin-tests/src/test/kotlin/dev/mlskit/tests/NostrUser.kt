package dev.mlskit.tests

import dev.mlskit.ClientOptions
import dev.mlskit.CredentialRef
import dev.mlskit.EventOptions
import dev.mlskit.Keypackage
import dev.mlskit.KeypackageConfig
import dev.mlskit.Marmot
import dev.mlskit.MlsClient
import dev.mlskit.NostrPublicKey
import dev.mlskit.UnsignedEvent
import kotlin.random.Random
import kotlin.time.Duration

/**
 * A user of Nostr, and the client of one device. Nothing is signed here: an event's signature is the app's business, and
 * the core's own tests have the `nostr` crate sign and check.
 */
class NostrUser(
    val pubkey: NostrPublicKey,
    val client: MlsClient,
    val credential: CredentialRef,
) {
    suspend fun generate(lifetime: Duration? = null): Keypackage =
        client.transaction { tx -> tx.generateMarmotKeypackage(credential, lifetime) }

    suspend fun generate(config: KeypackageConfig): Keypackage =
        client.transaction { tx -> tx.generateKeypackage(credential, config) }

    suspend fun event(): UnsignedEvent = Marmot.createKeypackageEvent(generate(), OPTIONS)

    companion object {
        /** What an event says where the test is not about that. */
        val OPTIONS = EventOptions(listOf("wss://relay1.example.com", "wss://relay2.example.com"))
    }
}

/** A user with a key of its own. */
suspend fun World.nostrUser(options: ClientOptions = ClientOptions()): NostrUser {
    val pubkey = NostrPublicKey(Random.nextBytes(32))
    val client = temporary(pubkey.clientId, options)
    return NostrUser(pubkey, client, client.transaction { tx -> tx.addCredential(Marmot.credential(pubkey)) })
}

/** What stands behind a tag's name. */
fun UnsignedEvent.values(name: String): List<String> = tags.single { it.first() == name }.drop(1)
