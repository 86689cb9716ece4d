package dev.mlskit.tests

import dev.mlskit.CertificateProblem
import dev.mlskit.Credential
import dev.mlskit.CredentialException
import dev.mlskit.MessageException
import dev.mlskit.MessageRejection
import dev.mlskit.RejoinReason
import org.junit.jupiter.api.Test
import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue

/** Messages that no member sends who keeps to the rules. */
class WrongMessagesTest {
    private fun message(name: String) = File(World.HANDED_OVER, "messages/$name").readBytes()

    @Test
    fun `each kind of wrong message is refused for its own reason`() =
        scenario {
            val bob = handedOver("member")
            val rejected =
                mapOf(
                    "proposal-with-a-psk" to MessageRejection.UnsupportedProposal(4),
                    "undeclared-proposal" to MessageRejection.UndeclaredProposal,
                    "unknown-own-commit" to MessageRejection.UnknownOwnCommit,
                )
            for ((name, reason) in rejected) {
                assertEquals(reason, assertFails<MessageException.Rejected> { bob.hear(message(name)) }.reason, name)
            }
            val rejoin =
                mapOf(
                    "commit-with-a-psk" to RejoinReason.UnsupportedProposal(4),
                    "unreadable-path" to RejoinReason.UnreadablePath,
                    "undeclared-extension" to RejoinReason.UndeclaredExtension,
                    "leaf-not-yet-valid" to RejoinReason.LeafNotYetValid,
                    "expired-leaf" to RejoinReason.ExpiredLeaf,
                )
            for ((name, reason) in rejoin) {
                assertEquals(reason, assertFails<MessageException.Rejoin> { bob.hear(message(name)) }.reason, name)
            }

            suspend fun reason(name: String) = assertFails<MessageException.Rejected> { bob.hear(message(name)) }.reason
            assertIs<MessageRejection.NotAuthentic>(reason("another-key"))
            assertTrue(assertIs<MessageRejection.Invalid>(reason("add-of-an-expired-leaf")).reason.isNotBlank())
            val chain = assertIs<MessageRejection.Credential>(reason("anothers-chain")).reason
            assertIs<CertificateProblem.DifferentKey>(assertIs<CredentialException.Certificate>(chain).reason)
            assertEquals(listOf(2L, 1L), bob.groups().map { bob.epoch(it) })
        }
}
