package dev.mlskit.tests

import dev.mlskit.Capabilities
import dev.mlskit.Ciphersuite
import dev.mlskit.Credential
import dev.mlskit.CredentialException
import dev.mlskit.CredentialRef
import dev.mlskit.CredentialType
import dev.mlskit.GroupException
import dev.mlskit.KeypackageConfig
import dev.mlskit.MlsClient
import dev.mlskit.Received
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs

/** Members who change their credential or their keys. */
class CredentialChangesTest {
    @Test
    fun `a member moves to a new credential and the old one can go`() =
        scenario {
            val pair = pair()
            val (alice, bob, group) = pair
            val new = alice.transaction { tx -> tx.addCredential(Credential.basic(SUITE, alice.id)) }
            val refused =
                assertFails<CredentialException.CredentialInUse> {
                    alice.transaction { tx -> tx.removeCredential(pair.alices) }
                }
            assertEquals(group, refused.groupId)
            alice.transaction { tx -> tx.updateKeys(group, new) }
            val commit = alice.delivered(group)
            bob.transaction { tx ->
                val staged = assertIs<Received.Commit>(tx.processMessage(commit)).commit
                val (before, after) = staged.updated.single()
                assertEquals(pair.alices.signatureKey, before.id.signatureKey)
                assertEquals(new.signatureKey, after.signatureKey)
                tx.accept(staged)
            }
            alice.transaction { tx -> tx.removeCredential(pair.alices) }
            talk(alice, bob, group, "with the new key")
        }

    @Test
    fun `a rejected change of credential is undone`() =
        scenario {
            val pair = pair()
            val (alice, bob, group) = pair
            val new = alice.another()
            alice.transaction { tx -> tx.updateKeys(group, new) }
            assertFails<CredentialException.CredentialInUse> { alice.transaction { tx -> tx.removeCredential(new) } }
            alice.transaction { tx -> tx.commitRejected(group) }
            alice.transaction { tx -> tx.removeCredential(new) }
            assertEquals(listOf(pair.alices), alice.credentials())
            talk(alice, bob, group, "as before")
        }

    @Test
    fun `a superseded change of credential is undone and told`() =
        scenario {
            val pair = pair()
            val (alice, bob, group) = pair
            val new = alice.another()
            alice.transaction { tx -> tx.updateKeys(group, new) }
            bob.transaction { tx -> tx.updateKeys(group) }
            assertEquals(new, alice.follow(bob.delivered(group)).superseded?.credential)
            alice.transaction { tx -> tx.removeCredential(new) }
            talk(alice, bob, group, "as before")
        }

    @Test
    fun `the same credential again only gets new keys`() =
        scenario {
            val pair = pair()
            val (alice, bob, group) = pair
            alice.transaction { tx -> tx.updateKeys(group, pair.alices) }
            assertEquals(2L, bob.follow(alice.delivered(group)).epoch)
            assertEquals(
                listOf(pair.alices.signatureKey),
                alice.members(group).filter {
                    it.isSelf
                }.map { it.id.signatureKey },
            )
            talk(alice, bob, group, "with new keys")
        }

    @Test
    fun `from x509 to basic everybody sees before and after`() =
        scenario {
            val (alice, bob, group) = pair()
            val certified = alice.transaction { tx -> tx.addCredential(identity("alice").credential()) }
            for (next in listOf(certified, alice.another())) {
                val before = alice.members(group).single { it.isSelf }.credential
                alice.transaction { tx -> tx.updateKeys(group, next) }
                val commit = alice.delivered(group)
                bob.transaction { tx ->
                    val staged = assertIs<Received.Commit>(tx.processMessage(commit)).commit
                    assertEquals(
                        listOf(before to next.credential),
                        staged.updated.map {
                            it.before.credential to
                                it.after.credential
                        },
                    )
                    tx.accept(staged)
                }
                talk(alice, bob, group, "still me")
            }
        }

    @Test
    fun `a credential that does not fit the group is refused`() =
        scenario {
            val (alice, _, group) = pair()
            val p256 = Ciphersuite.MLS_128_DHKEMP256_AES128GCM_SHA256_P256
            val other = alice.transaction { tx -> tx.addCredential(Credential.basic(p256, alice.id)) }
            val refused =
                assertFails<GroupException.DifferentCiphersuite> {
                    alice.transaction { tx ->
                        tx.updateKeys(group, other)
                    }
                }
            assertEquals(SUITE to p256, refused.expected to refused.found)
        }

    @Test
    fun `nobody moves to a type of credential that a member does not know`() =
        scenario {
            val (alice, alices) = client("alice")
            val (bob, bobs) = client("bob")
            val group = alice.transaction { tx -> tx.createGroup(alices) }
            val simple = KeypackageConfig(capabilities = Capabilities(listOf(SUITE), listOf(CredentialType.BASIC)))
            alice.add(group, bob.transaction { tx -> tx.generateKeypackage(bobs, simple) })
            val certified = alice.transaction { tx -> tx.addCredential(identity("alice").credential()) }
            val refused =
                assertFails<GroupException.CredentialTypeNotSupported> {
                    alice.transaction { tx -> tx.updateKeys(group, certified) }
                }
            assertEquals(CredentialType.X509 to 1, refused.credentialType to refused.leafIndex)
        }

    private suspend fun MlsClient.another(): CredentialRef =
        transaction { tx -> tx.addCredential(Credential.basic(SUITE, id)) }
}
