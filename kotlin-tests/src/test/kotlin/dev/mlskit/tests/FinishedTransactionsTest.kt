package dev.mlskit.tests

import dev.mlskit.TransactionContext
import dev.mlskit.TransactionException
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals

/** Transactions that have ended, and contexts that are kept beyond. */
class FinishedTransactionsTest {
    private class OwnException : Exception("an app's own")

    @Test
    fun `a block may finish its transaction itself`() =
        scenario {
            val (client, credential) = client("alice")
            client.transaction { tx ->
                tx.generate(credential)
                tx.finish()
                assertEquals(1, client.stored())
                assertFails<TransactionException.TransactionFinished> { tx.generate(credential) }
            }
            assertStored(1, client)
        }

    @Test
    fun `what a block finished stays although it fails afterwards`() =
        scenario {
            val (client, credential) = client("alice")
            assertFails<OwnException> {
                client.transaction { tx ->
                    tx.generate(credential)
                    tx.finish()
                    throw OwnException()
                }
            }
            assertStored(1, client)
        }

    @Test
    fun `a block may abort its transaction and return a value`() =
        scenario {
            val (client, credential) = client("alice")
            val returned =
                client.transaction { tx ->
                    tx.generate(credential)
                    tx.abort()
                    "of no use"
                }
            assertEquals("of no use", returned)
            assertStored(0, client)
        }

    @Test
    fun `after finish every call says so`() =
        scenario {
            val (client, credential) = client("alice")
            val leaked =
                client.transaction { tx ->
                    tx.generate(credential)
                    tx
                }
            assertFails<TransactionException.TransactionFinished> { leaked.getKeypackageRefs() }
            assertFails<TransactionException.TransactionFinished> { leaked.generateKeypackage(credential) }
            assertFails<TransactionException.TransactionFinished> { leaked.removeKeypackagesFor(credential) }
            assertStored(1, client)
        }

    @Test
    fun `after abort every call says so although another transaction is open`() =
        scenario {
            val (client, credential) = client("alice")
            var leaked: TransactionContext? = null
            assertFails<OwnException> {
                client.transaction { tx ->
                    leaked = tx
                    throw OwnException()
                }
            }
            client.transaction {
                assertFails<TransactionException.TransactionFinished> { leaked!!.generateKeypackage(credential) }
            }
            assertStored(0, client)
        }
}
