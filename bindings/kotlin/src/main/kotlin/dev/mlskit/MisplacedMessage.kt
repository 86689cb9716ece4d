package dev.mlskit

import dev.mlskit.ffi.MisplacedMessage as FfiMisplacedMessage

/** What goes another way than a group's messages (RFC 9420 §6). */
public enum class MisplacedMessage {
    /** A Welcome, for `joinGroup`. */
    WELCOME,

    /** A group info, for `joinByExternalCommit`. */
    GROUP_INFO,

    /** A key package, for `importKeypackage`. */
    KEYPACKAGE,

    /** One that these bindings have no name for. */
    OTHER,
}

internal fun FfiMisplacedMessage.toPublic(): MisplacedMessage =
    when (this) {
        FfiMisplacedMessage.WELCOME -> MisplacedMessage.WELCOME
        FfiMisplacedMessage.GROUP_INFO -> MisplacedMessage.GROUP_INFO
        FfiMisplacedMessage.KEYPACKAGE -> MisplacedMessage.KEYPACKAGE
        FfiMisplacedMessage.OTHER -> MisplacedMessage.OTHER
    }
