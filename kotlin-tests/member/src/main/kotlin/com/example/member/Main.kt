package com.example.member

import dev.mlskit.ClientId
import dev.mlskit.DatabaseKey
import java.io.File

/** Reads a command a line and answers each with one line; crates/languages lists them. */
suspend fun main() {
    var member: Member? = null
    for (command in generateSequence(::readlnOrNull)) {
        val answer =
            try {
                if (command.startsWith("open ")) member = open(command.removePrefix("open "))
                "ok " + checkNotNull(member) { "nothing is open" }.answer(command)
            } catch (e: Exception) {
                "error ${e.message ?: e}"
            }
        println(answer.replace('\n', ' ').trimEnd())
    }
    member?.close()
}

private suspend fun open(arguments: String): Member {
    val (path, key, name, address) = arguments.split(' ')
    val id = ClientId(name)
    return DatabaseKey(key.hexToByteArray()).use { Member.open(File(path), it, id, Service(address, id)) }
}

private suspend fun Member.answer(command: String): String {
    val verb = command.substringBefore(' ')
    val rest = command.substringAfter(' ', "")
    return when (verb) {
        "open" -> ""
        "publish" -> "".also { publish(rest.toInt()) }
        "create" -> create().toString()
        "add" -> "".also { add(rest) }
        "rotate" -> "".also { rotate() }
        "remove" -> "".also { remove(rest) }
        "say" -> "".also { say(rest) }
        "sync" -> sync().let { if (it == Synced.DONE) "" else it.name.lowercase() }
        "heard" -> takeHeard().joinToString(" | ")
        "state" -> state()
        "packages" -> packages().toString()
        else -> error("\"$verb\" is no command")
    }
}
