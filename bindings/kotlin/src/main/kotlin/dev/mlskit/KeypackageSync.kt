package dev.mlskit

import kotlinx.coroutines.CancellationException
import kotlin.time.Instant
import dev.mlskit.ffi.KeypackageSync as FfiKeypackageSync
import dev.mlskit.ffi.KeypackageSyncStep as FfiStep

/** Supplies a directory: does what the core's machine says, and tells it what is done. The machine is freed in any case. */
internal suspend fun MlsClient.supply(
    directory: KeypackageDirectory,
    credential: CredentialRef,
    policy: KeypackagePolicy,
): KeypackageSyncReport {
    enter()
    val client = open()
    val machine = uninterrupted { alive { FfiKeypackageSync(client, credential.toFfi(), policy.toFfi()) } }
    try {
        return KeypackageSync(machine, directory).run()
    } finally {
        uninterrupted { machine.close() }
    }
}

/** One run over a directory, whose calls are made by the caller's coroutine and where it runs. */
private class KeypackageSync(
    private val machine: FfiKeypackageSync,
    private val directory: KeypackageDirectory,
) {
    private val published = mutableListOf<KeypackageRef>()
    private val withdrawn = mutableListOf<KeypackageRef>()
    private val refused = mutableListOf<RefusedKeypackage>()

    suspend fun run(): KeypackageSyncReport {
        while (true) {
            when (val step = background { machine.next() }) {
                is FfiStep.Publish -> {
                    val publication = KeypackagePublication(step.publication)
                    ask(publication.ref, published) { directory.publish(publication.ref, publication.toByteArray()) }
                }
                is FfiStep.Withdraw -> {
                    val ref = KeypackageRef(step.keypackageRef)
                    ask(ref, withdrawn) { directory.withdraw(ref) }
                }
                is FfiStep.Wait -> return report(step.until.toInstant())
                is FfiStep.Done -> return report(null)
            }
        }
    }

    /** Confirms what the directory has done. What it has refused is left for the next run. */
    private suspend fun ask(
        ref: KeypackageRef,
        done: MutableList<KeypackageRef>,
        work: suspend () -> Unit,
    ) {
        try {
            work()
        } catch (e: CancellationException) {
            throw e
        } catch (e: Exception) {
            if (!directory.isRefusal(e)) throw e
            refused += RefusedKeypackage(ref, e)
            return
        }
        background { machine.confirm() }
        done += ref
    }

    private fun report(next: Instant?) =
        KeypackageSyncReport(published.toList(), withdrawn.toList(), refused.toList(), next)
}
