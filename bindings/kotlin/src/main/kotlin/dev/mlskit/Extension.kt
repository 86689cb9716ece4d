package dev.mlskit

import dev.mlskit.ffi.Extension as FfiExtension
import dev.mlskit.ffi.ExtensionPlace as FfiExtensionPlace

/**
 * An extension (RFC 9420 §13) to be put into a key package, its leaf node, or a group's context. Where each may stand
 * is checked where it is used.
 */
public sealed interface Extension {
    /** What the app likes to call the client. In a leaf node. */
    public data class ApplicationId(
        /** The app's id. */
        public val id: Bytes,
    ) : Extension

    /** What each member has to support. In a group's context. */
    public data class RequiredCapabilities(
        /** Types of extensions. */
        public val extensions: List<ExtensionType> = emptyList(),
        /** Types of proposals, by their numbers in IANA's registry (RFC 9420 §17.4). */
        public val proposals: List<Int> = emptyList(),
        /** Types of credentials. */
        public val credentials: List<CredentialType> = emptyList(),
    ) : Extension

    /** Who outside of the group may propose changes. In a group's context. */
    public data class ExternalSenders(
        /** Those who may. */
        public val senders: List<ExternalSender>,
    ) : Extension

    /** The package may be used more than once. In a key package. */
    public data object LastResort : Extension

    /** Any other. */
    public data class Other(
        /** Its type. */
        public val type: ExtensionType,
        /** Its content. */
        public val data: Bytes,
    ) : Extension
}

/** A place for extensions. */
public enum class ExtensionPlace {
    /** The extensions of a key package itself. */
    KEYPACKAGE,

    /** The extensions of the leaf node in it. */
    LEAF_NODE,

    /** One that this class has no name for. */
    OTHER,
}

internal fun Extension.toFfi(): FfiExtension =
    when (this) {
        is Extension.ApplicationId -> FfiExtension.ApplicationId(id.toByteArray())
        is Extension.RequiredCapabilities ->
            FfiExtension.RequiredCapabilities(
                extensions.map(ExtensionType::toFfi),
                proposals.map(Int::toUShort),
                credentials.map(CredentialType::toFfi),
            )
        is Extension.ExternalSenders -> FfiExtension.ExternalSenders(senders.map(ExternalSender::toFfi))
        is Extension.LastResort -> FfiExtension.LastResort
        is Extension.Other -> FfiExtension.Other(type.toFfi(), data.toByteArray())
    }

internal fun FfiExtension.toPublic(): Extension =
    when (this) {
        is FfiExtension.ApplicationId -> Extension.ApplicationId(Bytes(id))
        is FfiExtension.RequiredCapabilities ->
            Extension.RequiredCapabilities(
                extensions.map { ExtensionType(it.toInt()) },
                proposals.map { it.toInt() },
                credentials.map { CredentialType(it.toInt()) },
            )
        is FfiExtension.ExternalSenders -> Extension.ExternalSenders(senders.map { it.toPublic() })
        is FfiExtension.LastResort -> Extension.LastResort
        is FfiExtension.Other -> Extension.Other(ExtensionType(extensionType.toInt()), Bytes(data))
    }

internal fun FfiExtensionPlace.toPublic(): ExtensionPlace =
    when (this) {
        FfiExtensionPlace.KEYPACKAGE -> ExtensionPlace.KEYPACKAGE
        FfiExtensionPlace.LEAF_NODE -> ExtensionPlace.LEAF_NODE
        FfiExtensionPlace.OTHER -> ExtensionPlace.OTHER
    }
