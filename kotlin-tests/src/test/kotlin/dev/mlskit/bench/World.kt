package dev.mlskit.bench

import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.Credential
import dev.mlskit.CredentialRef
import dev.mlskit.DatabaseKey
import dev.mlskit.GroupId
import dev.mlskit.KeypackageRef
import dev.mlskit.MlsClient
import java.io.File

/** How many packages are listed. */
const val LISTED = 1000

/** How many packages are kept when others are removed. */
const val KEPT = 4900

/** A client with a credential. */
class Device(
    val client: MlsClient,
    val credential: CredentialRef,
) {
    /** Generates key packages, in one transaction. */
    suspend fun generate(count: Int) = client.transaction { tx -> tx.generateKeypackages(credential, count) }

    /** Removes them. */
    suspend fun empty() = client.transaction { tx -> tx.removeKeypackagesFor(credential) }
}

/** The clients that the cases work with, each with a file of its own. */
class World(
    /** With no key package between two turns. */
    val alice: Device,
    /** A package that is gone. */
    val gone: KeypackageRef,
    /** With [LISTED] packages. */
    val lister: Device,
    /** With [KEPT] packages of another credential. */
    val remover: Device,
    /** In a group of two. */
    val speaker: MlsClient,
    val group: GroupId,
    /** A message of that group. */
    val message: ByteArray,
) {
    /** Closes the files. */
    suspend fun close() = listOf(alice.client, lister.client, remover.client, speaker).forEach { it.shutdown() }

    companion object {
        /** Makes all of it in [folder]. */
        suspend fun open(folder: File): World {
            val alice = device(folder, "alice")
            val gone = alice.generate(1).single().ref
            alice.empty()
            val lister = device(folder, "lister").apply { generate(LISTED) }
            val keeper = device(folder, "remover").apply { generate(KEPT) }
            val speaker = device(folder, "speaker")
            val offers = alice.generate(1)
            val (group, sealed) =
                speaker.client.transaction { tx ->
                    val group = tx.createGroup(speaker.credential)
                    tx.addMembers(group, offers)
                    tx.commitAccepted(group)
                    group to tx.encryptMessage(group, "Hello.".encodeToByteArray())
                }
            alice.empty()
            val remover = Device(keeper.client, addCredential(keeper.client))
            return World(alice, gone, lister, remover, speaker.client, group, sealed.open())
        }

        private suspend fun device(
            folder: File,
            name: String,
        ): Device {
            val client = DatabaseKey.generate().use { MlsClient.open(File(folder, "$name.db"), it, ClientId(name)) }
            return Device(client, addCredential(client))
        }

        private suspend fun addCredential(client: MlsClient): CredentialRef {
            val suite = Ciphersuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519
            return client.transaction { tx -> tx.addCredential(Credential.basic(suite, client.id)) }
        }
    }
}
