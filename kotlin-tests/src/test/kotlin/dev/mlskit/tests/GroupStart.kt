package dev.mlskit.tests

import dev.mlskit.ClientId
import dev.mlskit.CredentialInfo
import dev.mlskit.CredentialRef
import dev.mlskit.GroupId
import dev.mlskit.Keypackage
import dev.mlskit.MlsClient
import dev.mlskit.OutgoingKind
import dev.mlskit.OutgoingMessage

suspend fun create(
    alice: MlsClient,
    credential: CredentialRef,
    bobs: Keypackage,
): GroupId =
    alice.transaction { tx ->
        val group = tx.createGroup(credential)
        tx.addMembers(group, listOf(bobs)) // a commit in the outbox; the Welcome appears there once it is accepted
        group
    }

// After each start, and after each transaction that made a commit or a leave. `send` returns whether the server took
// it: false only for a commit where another's was first. It throws when there is no answer, or when nobody can tell whose
// commit the server has: the same bytes are sent the next time, and of one's own processMessage says OwnCommit.
suspend fun emptyOutbox(
    client: MlsClient,
    send: suspend (OutgoingMessage) -> Boolean,
) {
    while (true) {
        val message = client.outgoing().firstOrNull() ?: return
        val isTaken = send(message)
        client.transaction { tx ->
            when {
                message.kind != OutgoingKind.COMMIT -> tx.markSent(listOf(message.id))
                isTaken -> tx.commitAccepted(message.groupId)
                else -> tx.commitRejected(message.groupId) // another was first: follow that, then do it again
            }
        }
    }
}

suspend fun enter(
    bob: MlsClient,
    welcome: ByteArray,
): GroupId =
    bob.transaction { tx ->
        val joined = tx.joinGroup(welcome)
        println("${joined.addedBy} added me to ${joined.members}") // to throw in here leaves everything as it was
        joined.id
    } // the package that the Welcome was for is gone, with its private keys

suspend fun speak(
    client: MlsClient,
    group: GroupId,
    text: String,
): ByteArray {
    val sealed = client.transaction { tx -> tx.encryptMessage(group, text.encodeToByteArray()) }
    return sealed.open() // would throw inside of the block: what is rolled back is never sent
}

suspend fun rotate(
    client: MlsClient,
    group: GroupId,
) = client.transaction { tx -> tx.updateKeys(group) } // a commit in the outbox

suspend fun expel(
    client: MlsClient,
    group: GroupId,
    who: ClientId,
) = client.transaction { tx ->
    val leaves = tx.members(group).filter { it.credential == CredentialInfo.Basic(who) }
    tx.removeMembers(group, leaves.map { it.id }) // a commit in the outbox
}
