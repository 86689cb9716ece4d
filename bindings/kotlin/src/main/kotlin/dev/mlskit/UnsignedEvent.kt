package dev.mlskit

import dev.mlskit.ffi.eventRelays
import kotlin.time.Instant
import dev.mlskit.ffi.EventOptions as FfiEventOptions
import dev.mlskit.ffi.UnsignedEvent as FfiUnsignedEvent

/** An event of Nostr (NIP-01) without its id and signature, which the app's Nostr library makes and checks. */
public data class UnsignedEvent(
    /** What it is about, 0 to 65,535. */
    public val kind: Int,
    /** Its author's key, in 64 lowercase hexadecimal digits. */
    public val pubkey: String,
    /** When it was made, in whole seconds. */
    public val createdAt: Instant,
    /** Each tag has its name first. */
    public val tags: List<List<String>>,
    /** For key packages, base64. */
    public val content: String,
) {
    init {
        require(kind in 0..0xFFFF) { "a kind of Nostr's events is 0 to 65,535, but $kind was given" }
    }

    /** The relays where the event says that it is published. */
    public val relays: List<String>
        get() = eventRelays(toFfi())

    internal fun toFfi(): FfiUnsignedEvent =
        FfiUnsignedEvent(
            kind = kind.toUShort(),
            pubkey = pubkey,
            createdAt = createdAt.toFfi(),
            tags = tags,
            content = content,
        )
}

/** What an event says beside its key package. */
public data class EventOptions(
    /** The relays that the event will be published to, at least one. */
    public val relays: List<String>,
    /** The app's name, for people whose other app can't read a Welcome. Everybody sees it; by default there is none. */
    public val client: String? = null,
    /** Whether only its author may publish the event (NIP-70). By default anybody may: many relays refuse protected events. */
    public val protected: Boolean = false,
    /**
     * When the event was made, in whole seconds. Default: when its package was, which is the first second of its lifetime, and
     * not later than now: so a second event with the same package and options is the first one, with the same id.
     */
    public val createdAt: Instant? = null,
) {
    internal fun toFfi(): FfiEventOptions =
        FfiEventOptions(relays = relays, client = client, protected = protected, createdAt = createdAt?.toFfi())
}

internal fun FfiUnsignedEvent.toPublic(): UnsignedEvent =
    UnsignedEvent(kind.toInt(), pubkey, createdAt.toInstant(), tags, content)
