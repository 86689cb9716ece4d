package dev.mlskit.ffi

import com.sun.jna.CallbackThreadInitializer
import com.sun.jna.Native

/**
 * Has the library's threads stay attached to the JVM, as daemons, until they end. JNA would else attach and detach them
 * each time that one of them wakes a coroutine, which takes several times as long as the call itself.
 *
 * @suppress It stands here because what UniFFI generates is internal to this package's module.
 */
public fun keepThreadsAttached() {
    val initializer = CallbackThreadInitializer(true, false, "mlskit")
    Native.setCallbackThreadInitializer(uniffiRustFutureContinuationCallbackImpl, initializer)
}
