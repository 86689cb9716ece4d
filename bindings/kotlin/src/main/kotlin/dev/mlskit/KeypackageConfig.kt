package dev.mlskit

import kotlin.time.Duration
import dev.mlskit.ffi.KeypackageConfig as FfiKeypackageConfig
import dev.mlskit.ffi.Lifespan as FfiLifespan

/**
 * What a key package is to be like. What is left out gives a single-use package without extensions that lives for the
 * default lifetime and offers all that the client can do.
 *
 * What is asked for is declared: version, ciphersuite, credential type and each extension of the package are added to
 * its capabilities, so that no package leaves here which a peer would refuse.
 *
 * ```kotlin
 * val lastResort = tx.generateKeypackage(credential, KeypackageConfig(lastResort = true))
 * ```
 */
public class KeypackageConfig(
    /** How long it lives from now on; it begins an hour ago, for peers whose clocks are behind. */
    public val lifetime: Duration? = null,
    /** When it lives, instead of [lifetime]; it may lie ahead. */
    public val window: Lifetime? = null,
    /** Extensions of the package itself. */
    public val extensions: List<Extension> = emptyList(),
    /** Extensions of its leaf node, which stays in the group's tree after the join. */
    public val leafNodeExtensions: List<Extension> = emptyList(),
    /** What the package says that its client can do, beside what the package itself uses. */
    public val capabilities: Capabilities? = null,
    /** Types of extensions to declare on top, though the package itself doesn't use them. */
    public val supportedExtensions: List<ExtensionType> = emptyList(),
    /** Whether it may be used more than once, when the directory has no other left (RFC 9420 §16.8). */
    public val lastResort: Boolean = false,
    /** Whether to declare random values that mean nothing, so that peers stay able to cope with them (RFC 9420 §13.5). */
    public val grease: Boolean = false,
) {
    init {
        require(lifetime == null || window == null) { "a key package has a lifetime or a window, but both were given" }
    }

    /** Whose package it is, for one of the Marmot protocol: its rules hold, whatever is changed in a copy. */
    private var marmot: NostrPublicKey? = null

    /** The same with something changed. One of [Marmot]'s stays one of [Marmot]'s. */
    public fun copy(
        lifetime: Duration? = this.lifetime,
        window: Lifetime? = this.window,
        extensions: List<Extension> = this.extensions,
        leafNodeExtensions: List<Extension> = this.leafNodeExtensions,
        capabilities: Capabilities? = this.capabilities,
        supportedExtensions: List<ExtensionType> = this.supportedExtensions,
        lastResort: Boolean = this.lastResort,
        grease: Boolean = this.grease,
    ): KeypackageConfig =
        KeypackageConfig(
            lifetime,
            window,
            extensions,
            leafNodeExtensions,
            capabilities,
            supportedExtensions,
            lastResort,
            grease,
        ).also { it.marmot = marmot }

    /** Whether the other asks for the same. */
    override fun equals(other: Any?): Boolean = other is KeypackageConfig && parts() == other.parts()

    /** Fits [equals]. */
    override fun hashCode(): Int = parts().hashCode()

    /** All that is asked for. */
    override fun toString(): String = "KeypackageConfig(${parts().joinToString()})"

    private fun parts() =
        listOf(
            lifetime ?: window,
            extensions,
            leafNodeExtensions,
            capabilities,
            supportedExtensions,
            lastResort,
            grease,
            marmot,
        )

    internal fun toFfi(): FfiKeypackageConfig =
        FfiKeypackageConfig(
            lifespan =
                lifetime?.let { FfiLifespan.For(it.toFfiSeconds()) }
                    ?: window?.let { FfiLifespan.Window(it.notBefore.toFfi(), it.notAfter.toFfi()) },
            extensions = extensions.map(Extension::toFfi),
            leafNodeExtensions = leafNodeExtensions.map(Extension::toFfi),
            capabilities = capabilities?.toFfi(),
            supportedExtensions = supportedExtensions.map(ExtensionType::toFfi),
            lastResort = lastResort,
            grease = grease,
            marmot = marmot?.toByteArray(),
        )

    internal companion object {
        fun of(ffi: FfiKeypackageConfig): KeypackageConfig =
            KeypackageConfig(
                lifetime = (ffi.lifespan as? FfiLifespan.For)?.seconds?.toSeconds(),
                window = (ffi.lifespan as? FfiLifespan.Window)?.toPublic(),
                extensions = ffi.extensions.map { it.toPublic() },
                leafNodeExtensions = ffi.leafNodeExtensions.map { it.toPublic() },
                capabilities = ffi.capabilities?.toPublic(),
                supportedExtensions = ffi.supportedExtensions.map { ExtensionType(it.toInt()) },
                lastResort = ffi.lastResort,
                grease = ffi.grease,
            ).also { it.marmot = ffi.marmot?.let(::NostrPublicKey) }
    }
}

private fun FfiLifespan.Window.toPublic() = Lifetime(notBefore.toInstant(), notAfter.toInstant())
