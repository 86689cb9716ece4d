package dev.mlskit.tests

import dev.mlskit.ClientId
import dev.mlskit.CredentialInfo
import dev.mlskit.CredentialRef
import dev.mlskit.EpochChange
import dev.mlskit.GroupConfig
import dev.mlskit.GroupId
import dev.mlskit.JoinOptions
import dev.mlskit.JoinedGroup
import dev.mlskit.Keypackage
import dev.mlskit.MlsClient
import dev.mlskit.OutgoingKind
import dev.mlskit.OutgoingMessage
import dev.mlskit.Received
import kotlin.test.assertEquals
import kotlin.test.assertIs

/** Two clients in a group of the first one's. */
class Duo(
    val alice: MlsClient,
    val alices: CredentialRef,
    val bob: MlsClient,
    val bobs: CredentialRef,
    val group: GroupId,
) {
    operator fun component1() = alice

    operator fun component2() = bob

    operator fun component3() = group
}

/** Alice and Bob in a group of Alice's, in epoch 1. */
suspend fun World.pair(config: GroupConfig = GroupConfig()): Duo {
    val (alice, alices) = client("alice")
    val (bob, bobs) = client("bob")
    val group = alice.transaction { tx -> tx.createGroup(alices, config) }
    alice.add(group, bob.keypackage(bobs))
    bob.join(alice.welcome(), config)
    return Duo(alice, alices, bob, bobs, group)
}

/** Carol, whom [adder] adds to a group in which [other] is too. */
suspend fun World.third(
    group: GroupId,
    adder: MlsClient,
    other: MlsClient,
): MlsClient {
    val (carol, carols) = client("carol")
    other.follow(adder.add(group, carol.keypackage(carols)))
    carol.join(adder.welcome())
    return carol
}

/** A fresh key package. */
suspend fun MlsClient.keypackage(credential: CredentialRef): Keypackage =
    transaction { tx -> tx.generateKeypackage(credential) }

/** Adds somebody by a commit that the delivery service takes, and returns the commit's bytes. */
suspend fun MlsClient.add(
    group: GroupId,
    keypackage: Keypackage,
): ByteArray {
    transaction { tx -> tx.addMembers(group, listOf(keypackage)) }
    return delivered(group)
}

/** The delivery service takes the pending commit; its bytes. */
suspend fun MlsClient.delivered(group: GroupId): ByteArray {
    val bytes = one(OutgoingKind.COMMIT).toByteArray()
    transaction { tx -> tx.commitAccepted(group) }
    return bytes
}

/** The one outgoing message of a kind. */
suspend fun MlsClient.one(kind: OutgoingKind): OutgoingMessage = outgoing().single { it.kind == kind }

/** Takes the Welcome out of the outbox. */
suspend fun MlsClient.welcome(): ByteArray {
    val welcome = one(OutgoingKind.WELCOME)
    transaction { tx -> tx.markSent(listOf(welcome.id)) }
    return welcome.toByteArray()
}

/** Joins by a Welcome. */
suspend fun MlsClient.join(
    welcome: ByteArray,
    config: GroupConfig = GroupConfig(),
): JoinedGroup = transaction { tx -> tx.joinGroup(welcome, JoinOptions(config)) }

/** Encrypts and commits. */
suspend fun MlsClient.say(
    group: GroupId,
    text: String,
): ByteArray = transaction { tx -> tx.encryptMessage(group, text.encodeToByteArray()) }.open()

/** Decrypts and commits. */
suspend fun MlsClient.hear(message: ByteArray): String {
    val received = transaction { tx -> tx.processMessage(message) }
    return assertIs<Received.Application>(received).plaintext.decodeToString()
}

/** Processes a commit and lets it hold. */
suspend fun MlsClient.follow(commit: ByteArray): EpochChange =
    transaction { tx -> tx.accept(assertIs<Received.Commit>(tx.processMessage(commit)).commit) }

/** The one says something, which the other hears. */
suspend fun talk(
    from: MlsClient,
    to: MlsClient,
    group: GroupId,
    text: String,
) = assertEquals(text, to.hear(from.say(group, text)))

/** What a Basic credential says of its owner. */
fun basic(name: String): CredentialInfo = CredentialInfo.Basic(ClientId(name))
