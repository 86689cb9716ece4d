package dev.mlskit.tests

import dev.mlskit.CredentialChange
import dev.mlskit.CredentialRef
import dev.mlskit.GroupChange
import dev.mlskit.GroupId
import dev.mlskit.KeypackageChange
import dev.mlskit.KeypackageRef
import dev.mlskit.MlsClient
import dev.mlskit.StateChange
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.launch

/** Somebody who watches. A change that the test makes itself tells when all before it are there. */
class Watcher(
    private val client: MlsClient,
    private val credential: CredentialRef,
) {
    private val told = mutableListOf<StateChange>()
    private var awaited: GroupId? = null
    private var arrived = CompletableDeferred<Unit>()

    suspend fun watch() =
        client.changes().collect { change ->
            if (change !is StateChange.OfGroup || change.groupId != awaited) {
                told += change
            } else if (change.change == GroupChange.DELETED) {
                arrived.complete(Unit)
            }
        }

    /** What has been told since the last time. */
    suspend fun unread(): List<StateChange> {
        arrived = CompletableDeferred()
        client.transaction { tx ->
            val mark = tx.createGroup(credential)
            awaited = mark
            tx.deleteGroup(mark)
        }
        arrived.await()
        return told.toList().also { told.clear() }
    }
}

/** Watches until the scenario's end. It is subscribed when this returns. */
fun World.watch(
    client: MlsClient,
    credential: CredentialRef,
): Watcher = Watcher(client, credential).also { launch(start = CoroutineStart.UNDISPATCHED) { it.watch() } }

/** Watches until the scenario's end. */
fun World.watch(managed: Managed): Watcher = watch(managed.client, managed.credential)

/** A change of a credential. */
fun of(
    change: CredentialChange,
    credential: CredentialRef,
): StateChange = StateChange.OfCredential(change, credential)

/** A change of key packages. */
fun packages(
    change: KeypackageChange,
    vararg refs: KeypackageRef,
): StateChange = StateChange.OfKeypackages(change, refs.toList())

/** A change of a group. */
fun group(
    change: GroupChange,
    id: GroupId,
    epoch: Long?,
): StateChange = StateChange.OfGroup(change, id, epoch)

/** Two changes. */
suspend fun MlsClient.createAndDeleteAGroup(credential: CredentialRef) =
    transaction { tx -> tx.deleteGroup(tx.createGroup(credential)) }
