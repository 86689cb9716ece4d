package com.example.member

import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.GroupId
import dev.mlskit.KeypackageDirectory
import dev.mlskit.KeypackageRef
import dev.mlskit.OpaqueBytes
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.io.IOException
import java.net.HttpURLConnection
import java.net.HttpURLConnection.HTTP_CONFLICT
import java.net.HttpURLConnection.HTTP_NOT_FOUND
import java.net.URI

/**
 * The directory and delivery service (crates/testkit/service) over HTTP, as [client]'s app sees it. Each call may throw an
 * [IOException]; then it is made again: the service may or may not have got it.
 */
class Service(
    private val address: String,
    private val client: ClientId,
) : KeypackageDirectory {
    override suspend fun publish(
        keypackageRef: KeypackageRef,
        bytes: ByteArray,
    ) {
        request("POST", "keypackages?client=${hex(client)}", bytes).expectSuccess()
    }

    override suspend fun withdraw(keypackageRef: KeypackageRef) {
        request("DELETE", "keypackages/$keypackageRef").expectSuccess()
    }

    override suspend fun fetch(
        clientId: ClientId,
        ciphersuite: Ciphersuite,
    ): ByteArray? {
        val query = "client=${hex(clientId)}&ciphersuite=${ciphersuite.number}"
        val answer = request("POST", "keypackages/take?$query", ByteArray(0))
        return if (answer.status == HTTP_NOT_FOUND) null else answer.expectSuccess()
    }

    override fun isRefusal(error: Exception): Boolean = error is RefusedException && error.status in 400..499

    /** Sends a commit, a proposal or a message. Returns whether it was taken: another commit may have been first. */
    suspend fun send(message: ByteArray): Boolean {
        val answer = request("POST", "messages", message)
        if (answer.status == HTTP_CONFLICT) return false
        answer.expectSuccess()
        return true
    }

    /** The messages of a group behind a position. */
    suspend fun messages(
        group: GroupId,
        after: Long,
    ): List<Line> = lines("groups/${hex(group)}/messages?after=$after")

    /** Sends a Welcome to those whose key packages it is for. */
    suspend fun sendWelcome(welcome: ByteArray) {
        request("POST", "welcomes", welcome).expectSuccess()
    }

    /** The Welcomes for this client behind a position. */
    suspend fun welcomes(after: Long): List<Line> = lines("welcomes?client=${hex(client)}&after=$after")

    private suspend fun lines(path: String): List<Line> {
        val text = request("GET", path).expectSuccess().decodeToString()
        return text.lines().filter(String::isNotEmpty).map(::Line)
    }

    private suspend fun request(
        method: String,
        path: String,
        body: ByteArray? = null,
    ): Answer =
        withContext(Dispatchers.IO) {
            val connection = URI("$address/$path").toURL().openConnection() as HttpURLConnection
            connection.requestMethod = method
            body?.let {
                connection.doOutput = true
                connection.outputStream.use { stream -> stream.write(it) }
            }
            val status = connection.responseCode
            val stream = if (status < 400) connection.inputStream else connection.errorStream
            Answer(status, stream?.use { it.readBytes() } ?: ByteArray(0))
        }

    private fun hex(id: OpaqueBytes): String = id.toByteArray().toHexString()
}

/** A message in a queue, and its place there. */
class Line(
    text: String,
) {
    /** To be given the next time, so that only what is behind it comes. */
    val position: Long = text.substringBefore(' ').toLong()

    /** The message. */
    val bytes: ByteArray = text.substringAfter(' ').hexToByteArray()
}

/** The service said no. */
class RefusedException(
    /** The HTTP status. */
    val status: Int,
    reason: String,
) : IOException("the service answered $status: $reason")

private class Answer(
    val status: Int,
    private val body: ByteArray,
) {
    fun expectSuccess(): ByteArray =
        if (status in 200..299) body else throw RefusedException(status, body.decodeToString())
}
