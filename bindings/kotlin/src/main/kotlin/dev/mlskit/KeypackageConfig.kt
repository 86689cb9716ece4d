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
        )
}
