package dev.mlskit.bench

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import java.io.File

/**
 * The Kotlin side of `make bench-ffi`: over the public API, what the program in `crates/ffi/bench` does, and by the same
 * protocol. The cases run on `Dispatchers.Default`, as work in the background does.
 */
fun main(arguments: Array<String>) {
    val cases = runBlocking(Dispatchers.Default) { Cases(World.open(File(arguments.single()))) }
    println("ready")
    for (case in generateSequence(::readlnOrNull)) {
        println(runBlocking(Dispatchers.Default) { cases.run(case) }.inWholeNanoseconds)
    }
    runBlocking { cases.world.close() }
}
