package dev.mlskit.tests

import org.jetbrains.kotlin.abi.tools.AbiFilters
import org.jetbrains.kotlin.abi.tools.AbiToolsFactory
import org.junit.jupiter.api.Test
import java.io.File
import java.util.ServiceLoader
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** What apps see of the library is written down in bindings/kotlin/api. */
class PublicSurfaceTest {
    private val written = File(System.getProperty("mlskit.api"))

    private val found: String by lazy {
        val classes = File(System.getProperty("mlskit.classes")).walk().filter { it.extension == "class" }.sorted()
        val generated = AbiFilters(emptySet(), setOf("dev.mlskit.ffi.**"), emptySet(), emptySet())
        val tools = ServiceLoader.load(AbiToolsFactory::class.java).single().get()
        buildString { tools.printJvmDump(this, classes.toList(), generated) }
    }

    @Test
    fun `the public surface is as it is written down`() {
        if (System.getProperty("mlskit.api.update") == "true") written.writeText(found)
        assertEquals(
            written.takeIf { it.exists() }?.readText(),
            found,
            "the surface has changed; if that is meant: make kotlin-api",
        )
    }

    @Test
    fun `nothing generated is in the public surface`() {
        val leaks = found.lines().filter { "dev/mlskit/ffi" in it || "FfiConverter" in it || "uniffi" in it }
        assertEquals(emptyList(), leaks)
        assertTrue(found.lines().count { it.startsWith("public") } > 100, "the surface was not read")
    }

    @Test
    fun `no data class has an array which would spoil its equality`() {
        val classes = found.split("\n\n").filter { "fun copy (" in it }
        val arrays = classes.filter { Regex("fun copy \\([^)]*\\[").containsMatchIn(it) }.map { it.lines().first() }
        assertEquals(emptyList(), arrays)
        assertTrue(classes.size > 10)
    }
}
