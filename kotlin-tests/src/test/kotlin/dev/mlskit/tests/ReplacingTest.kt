package dev.mlskit.tests

import dev.mlskit.Ciphersuite
import dev.mlskit.Credential
import dev.mlskit.CredentialException
import dev.mlskit.CredentialFilter
import dev.mlskit.CredentialRef
import dev.mlskit.CredentialReplacement
import dev.mlskit.GroupException
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.days

/** One credential takes another's place. */
class ReplacingTest {
    /** What is left of a credential that was replaced. */
    private suspend fun Managed.left(old: CredentialRef): CredentialReplacement =
        assertNotNull(client.credentialReplacement(old))

    @Test
    fun `packages of a replaced credential are withdrawn one for one and never leave none published`() =
        scenario {
            val alice = managed(few(2).copy(lastResort = true))
            val oldRef = alice.credential
            val old = alice.publishAll()
            val newRef = alice.addCredential()
            val left = alice.client.transaction { tx -> tx.replaceCredential(oldRef, newRef, alice.policy) }
            assertEquals(0 to 3, left.groups.size to left.keypackages)
            assertFalse(left.isDone)

            alice.credential = newRef
            alice.reopen()
            val outgoing = alice.maintain()
            val new = outgoing.refs
            assertEquals(3 to 0, new.size to outgoing.withdraw.size)
            new.forEachIndexed { index, one ->
                alice.published(listOf(one))
                assertEquals(index + 1, alice.maintain().withdraw.size)
            }
            val withdraw = alice.maintain().withdraw
            assertTrue(old.containsAll(withdraw))
            alice.withdrawn(withdraw)
            repeat(8) {
                assertFalse(alice.left(oldRef).isDone)
                alice.clock.advance(1.days)
                alice.maintain()
            }
            val nothing = alice.left(oldRef)
            assertTrue(nothing.isDone)
            assertEquals(newRef, nothing.successor)
            alice.client.transaction { tx -> tx.removeCredential(oldRef) }
            assertEquals(new, alice.stored())
            assertEquals(emptyList(), alice.maintain().withdraw)
        }

    @Test
    fun `whoever maintains a replaced credential supplies the one in force`() =
        scenario {
            val alice = managed(few(2))
            val old = alice.publishAll()
            val newRef = alice.addCredential()
            alice.client.transaction { tx -> tx.replaceCredential(alice.credential, newRef, few(0)) }
            val outgoing = alice.maintain()
            val new = outgoing.refs
            assertEquals(2, new.size)
            assertEquals(alice.client.maintainKeypackages(newRef, alice.policy), outgoing)
            assertEquals(2, alice.status().pending)
            alice.published(new)
            assertEquals(old, alice.maintain().withdraw)
            for (one in new) {
                assertEquals(newRef.signatureKey, assertNotNull(alice.client.keypackage(one)).signatureKey)
            }
            alice.client.transaction { tx -> tx.renewKeypackages(alice.credential) }
            assertEquals(2, alice.status().stale)
        }

    @Test
    fun `a credential in force is not one that was replaced`() =
        scenario {
            val alice = managed(few(1))
            val (client, oldRef) = alice.client to alice.credential
            val inForce = suspend { client.findCredentials(CredentialFilter(inForce = true)) }
            assertNull(client.credentialReplacement(oldRef))
            assertEquals(listOf(oldRef), inForce())

            val newRef = alice.addCredential()
            val replace: suspend (CredentialRef, CredentialRef) -> Unit = { old, new ->
                client.transaction { tx -> tx.replaceCredential(old, new, alice.policy) }
            }
            replace(oldRef, newRef)
            assertNull(client.credentialReplacement(newRef))
            assertEquals(newRef, client.credentialReplacement(oldRef)?.successor)
            assertEquals(listOf(newRef), inForce())
            assertEquals(listOf(oldRef, newRef), client.credentials())

            assertFails<CredentialException.ReplacedByItself> { replace(oldRef, oldRef) }
            assertEquals(listOf(newRef), inForce())
            replace(newRef, oldRef)
            assertEquals(listOf(oldRef), inForce())
        }

    @Test
    fun `groups are moved over by commits in the outbox as soon as they can be`() =
        scenario {
            val alice = managed(few(1))
            val (client, oldRef) = alice.client to alice.credential
            val busy =
                client.transaction { tx -> tx.createGroup(oldRef).also { tx.updateKeys(it) } }
            val idle = client.transaction { tx -> tx.createGroup(oldRef) }
            val newRef = alice.addCredential()
            val replace = suspend { client.transaction { tx -> tx.replaceCredential(oldRef, newRef, alice.policy) } }
            assertEquals(listOf(busy, idle), replace().groups)
            assertEquals(2, client.outgoing().size, "one of them is what was there before")

            client.transaction { tx -> tx.commitRejected(idle) }
            client.transaction { tx -> tx.commitAccepted(busy) }
            assertEquals(0, client.outgoing().size)
            client.maintainKeypackages(newRef, alice.policy)
            assertEquals(2, client.outgoing().size)
            assertFails<CredentialException.CredentialInUse> {
                client.transaction { tx -> tx.removeCredential(oldRef) }
            }
            for (group in listOf(busy, idle)) {
                client.transaction { tx -> tx.commitAccepted(group) }
                assertEquals(newRef.signatureKey, client.members(group).single().id.signatureKey)
            }
            val left = replace()
            assertEquals(0 to 0, left.groups.size to client.outgoing().size)
            assertTrue(left.isDone, "it has no packages: $left")
        }

    @Test
    fun `the other members see the new credential before it counts`() =
        scenario {
            val pair = pair()
            val (alice, bob, group) = pair
            val newRef = alice.addCredential()
            alice.transaction { tx -> tx.replaceCredential(pair.alices, newRef, few(1)) }
            bob.follow(alice.delivered(group))
            assertTrue(newRef.signatureKey in bob.members(group).map { it.id.signatureKey })
        }

    @Test
    fun `a chain of replacements ends in the last and can be turned back`() =
        scenario {
            val alice = managed(few(1))
            val first = alice.credential
            val ofFirst = alice.publishAll().single()
            val (second, third) = List(2) { alice.addCredential() }
            for ((old, new) in listOf(first to second, second to third)) {
                alice.client.transaction { tx -> tx.replaceCredential(old, new, alice.policy) }
            }
            alice.credential = third
            val ofThird = alice.publishAll().single()
            assertTrue(ofFirst in alice.maintain().withdraw)
            alice.client.transaction { tx -> tx.replaceCredential(third, first, alice.policy) }
            alice.credential = first
            assertEquals(1, alice.publishAll().size)
            assertTrue(ofThird in alice.maintain().withdraw)
        }

    @Test
    fun `a credential of another ciphersuite can't take the place`() =
        scenario {
            val alice = managed(few(1))
            val p256 = Ciphersuite.MLS_128_DHKEMP256_AES128GCM_SHA256_P256
            val other =
                alice.client.transaction { tx -> tx.addCredential(Credential.basic(p256, alice.client.id)) }
            val refused =
                assertFails<GroupException.DifferentCiphersuite> {
                    alice.client.transaction { tx -> tx.replaceCredential(alice.credential, other, alice.policy) }
                }
            assertEquals(SUITE to p256, refused.expected to refused.found)
        }
}
