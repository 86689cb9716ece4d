package dev.mlskit

import dev.mlskit.ffi.MisplacedMessage as FfiMisplacedMessage

/** What goes another way than a group's messages (RFC 9420 §6). */
public enum class MisplacedMessage {
    /** A Welcome, for `joinGroup`. */
    Welcome,

    /** A group info, for `joinByExternalCommit`. */
    GroupInfo,

    /** A key package, for `importKeypackage`. */
    Keypackage,

    /** One that these bindings have no name for. */
    Other,
}

internal fun FfiMisplacedMessage.toPublic(): MisplacedMessage =
    when (this) {
        FfiMisplacedMessage.WELCOME -> MisplacedMessage.Welcome
        FfiMisplacedMessage.GROUP_INFO -> MisplacedMessage.GroupInfo
        FfiMisplacedMessage.KEYPACKAGE -> MisplacedMessage.Keypackage
        FfiMisplacedMessage.OTHER -> MisplacedMessage.Other
    }
