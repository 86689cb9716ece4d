package dev.mlskit

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.Instant
import dev.mlskit.ffi.InternalException as FfiInternalException
import dev.mlskit.ffi.MlsException as FfiException

/** A native call that takes no time. */
internal inline fun <T> native(work: () -> T): T =
    try {
        work()
    } catch (e: FfiException) {
        throw e.toPublic()
    } catch (e: FfiInternalException) {
        throw MlsException.Bug("a bug: ${e.message}", e)
    }

/**
 * A native call that may take time. Rust is polled where the coroutine runs, so that is never the caller's thread.
 * Cancelled, the call has happened as a whole or not at all. Not for calls that return an object: it would be lost.
 */
internal suspend fun <T> background(work: suspend () -> T): T = withContext(Dispatchers.Default) { native { work() } }

/**
 * A native call that is seen through to its end although the coroutine is cancelled. `NonCancellable` stands outside:
 * it changes no dispatcher, so nothing is thrown on the way back, and what the call returns is not lost.
 */
internal suspend fun <T> uninterrupted(work: suspend () -> T): T = withContext(NonCancellable) { background(work) }

internal fun FfiException.toPublic(): MlsException =
    when (this) {
        is FfiException.Storage -> storageException(reason, detail)
        is FfiException.Transaction -> transactionException(reason, detail)
        is FfiException.Credential -> credentialException(reason, detail)
        is FfiException.Keypackage -> keypackageException(reason, detail)
        is FfiException.Group -> groupException(reason, detail)
        is FfiException.Message -> messageException(reason, detail)
        is FfiException.Marmot -> marmotException(reason, detail)
        is FfiException.Spent -> MlsException.Spent(detail)
        is FfiException.Cancelled -> MlsException.Bug(detail)
        is FfiException.Other -> MlsException.Bug(detail)
    }

// Numbers beyond what Kotlin's types hold stand for "never" and "for ever", so the greatest value will do.
internal fun ULong.clamped(): Long = coerceAtMost(Long.MAX_VALUE.toULong()).toLong()

internal fun UInt.clamped(): Int = coerceAtMost(Int.MAX_VALUE.toUInt()).toInt()

internal fun ULong.toSeconds(): Duration = clamped().seconds

internal fun ULong.toMillis(): Duration = clamped().milliseconds

internal fun ULong.toInstant(): Instant = Instant.fromEpochSeconds(clamped())

internal fun Instant.toFfi(): ULong = epochSeconds.coerceAtLeast(0).toULong()

// A lifetime that is too short is refused by the core, which tells so; a part of a second is none. For ever is longer than
// what any number of seconds says.
internal fun Duration.toFfiSeconds(): ULong =
    if (this == Duration.INFINITE) ULong.MAX_VALUE else inWholeSeconds.coerceAtLeast(0).toULong()
