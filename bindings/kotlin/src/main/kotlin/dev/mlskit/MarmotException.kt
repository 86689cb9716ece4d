package dev.mlskit

import kotlin.time.Duration
import dev.mlskit.ffi.MarmotFailure as FfiMarmotFailure

/** A key package of the Marmot protocol or its event was refused. What a stranger wrote is shown shortened. */
public sealed class MarmotException(
    message: String,
) : MlsException(message) {
    /** Caller, or whose credential it is: a Nostr key has another length. */
    public class WrongPublicKeyLength internal constructor(
        /** How many bytes were found. */
        public val found: Long,
        message: String,
    ) : MarmotException(message)

    /** Caller, or the event's author: this is no Nostr key. It is not shown, since it may be a private one. */
    public class WrongPublicKeyText internal constructor(
        /** The length of what was given, in bytes. */
        public val length: Long,
        message: String,
    ) : MarmotException(message)

    /** Caller, or who made the package: the credential is of another type than Basic. */
    public class NotBasic internal constructor(
        /** The type. */
        public val found: CredentialType,
        message: String,
    ) : MarmotException(message)

    /** Caller, or who made the package: the ciphersuite is another. */
    public class WrongCiphersuite internal constructor(
        /** The suite. */
        public val found: Ciphersuite,
        message: String,
    ) : MarmotException(message)

    /** Caller, or who made the package: it doesn't declare what every member of a Marmot group has to. */
    public class NotDeclared internal constructor(
        /** The extension. */
        public val missing: ExtensionType,
        message: String,
    ) : MarmotException(message)

    /** Caller: the lifetime is longer than Marmot's packages may have. */
    public class LifetimeTooLong internal constructor(
        /** What was asked for. */
        public val asked: Duration,
        /** The limit. */
        public val limit: Duration,
        message: String,
    ) : MarmotException(message)

    /** Caller: nothing is to be deleted. */
    public class NothingToDelete internal constructor(
        message: String,
    ) : MarmotException(message)

    /** Caller: this is not how events are named. */
    public class WrongEventId internal constructor(
        /** What was given. */
        public val found: String,
        message: String,
    ) : MarmotException(message)

    /** Whoever delivered it: the event is about something else. */
    public class WrongKind internal constructor(
        /** The kind. */
        public val found: Int,
        message: String,
    ) : MarmotException(message)

    /** The event's author: a tag is missing. */
    public class MissingTag internal constructor(
        /** The tag's name. */
        public val tag: String,
        message: String,
    ) : MarmotException(message)

    /** The event's author: of two equal tags nobody knows which counts. */
    public class RepeatedTag internal constructor(
        /** The tag's name. */
        public val tag: String,
        message: String,
    ) : MarmotException(message)

    /** The event's author: a tag says what it must not. */
    public class WrongTag internal constructor(
        /** The tag's name. */
        public val tag: String,
        /** What it has to say. */
        public val expected: String,
        /** What it says. */
        public val found: String,
        message: String,
    ) : MarmotException(message)

    /** The event's author: the list of extensions lacks one. */
    public class NotListed internal constructor(
        /** The extension. */
        public val missing: ExtensionType,
        message: String,
    ) : MarmotException(message)

    /** The event's author: the list of extensions has a default one of RFC 9420, which are never listed (§7.2). */
    public class DefaultListed internal constructor(
        /** The extension. */
        public val found: ExtensionType,
        message: String,
    ) : MarmotException(message)

    /** The event's author: the tag promises what the package does not declare. */
    public class ListedOnly internal constructor(
        /** The extension. */
        public val found: ExtensionType,
        message: String,
    ) : MarmotException(message)

    /** Caller, or the event's author: this is not where a relay is. */
    public class WrongRelay internal constructor(
        /** What was found. */
        public val found: String,
        message: String,
    ) : MarmotException(message)

    /** Caller: the event says where it is published, so that it can be deleted there. */
    public class NoRelays internal constructor(
        message: String,
    ) : MarmotException(message)

    /** The event's author: the content is no base64. */
    public class NotBase64 internal constructor(
        /** What is wrong with it. */
        public val reason: String,
        message: String,
    ) : MarmotException(message)

    /** The event's author, who uses another's name: the package speaks for somebody else. */
    public class OtherPublicKey internal constructor(
        /** The event's author. */
        public val expected: String,
        /** Whom the package speaks for. */
        public val found: String,
        message: String,
    ) : MarmotException(message)

    /** The event's author: the tag `i` names another package. */
    public class OtherKeypackage internal constructor(
        /** The package in the event. */
        public val expected: String,
        /** What the tag says. */
        public val found: String,
        message: String,
    ) : MarmotException(message)

    /** One that these bindings have no name for. */
    public class Other internal constructor(
        message: String,
    ) : MarmotException(message)
}

internal fun marmotException(
    failure: FfiMarmotFailure,
    message: String,
): MarmotException =
    when (failure) {
        is FfiMarmotFailure.WrongPublicKeyLength ->
            MarmotException.WrongPublicKeyLength(failure.found.clamped(), message)
        is FfiMarmotFailure.WrongPublicKeyText ->
            MarmotException.WrongPublicKeyText(failure.length.clamped(), message)
        is FfiMarmotFailure.NotBasic ->
            MarmotException.NotBasic(CredentialType(failure.found.toInt()), message)
        is FfiMarmotFailure.WrongCiphersuite ->
            MarmotException.WrongCiphersuite(Ciphersuite(failure.found.toInt()), message)
        is FfiMarmotFailure.NotDeclared ->
            MarmotException.NotDeclared(ExtensionType(failure.missing.toInt()), message)
        is FfiMarmotFailure.LifetimeTooLong ->
            MarmotException.LifetimeTooLong(failure.asked.toSeconds(), failure.limit.toSeconds(), message)
        FfiMarmotFailure.NothingToDelete -> MarmotException.NothingToDelete(message)
        is FfiMarmotFailure.WrongEventId -> MarmotException.WrongEventId(failure.found, message)
        is FfiMarmotFailure.WrongKind -> MarmotException.WrongKind(failure.found.toInt(), message)
        is FfiMarmotFailure.MissingTag -> MarmotException.MissingTag(failure.tag, message)
        is FfiMarmotFailure.RepeatedTag -> MarmotException.RepeatedTag(failure.tag, message)
        is FfiMarmotFailure.WrongTag ->
            MarmotException.WrongTag(failure.tag, failure.expected, failure.found, message)
        is FfiMarmotFailure.NotListed ->
            MarmotException.NotListed(ExtensionType(failure.missing.toInt()), message)
        is FfiMarmotFailure.DefaultListed ->
            MarmotException.DefaultListed(ExtensionType(failure.found.toInt()), message)
        is FfiMarmotFailure.ListedOnly ->
            MarmotException.ListedOnly(ExtensionType(failure.found.toInt()), message)
        is FfiMarmotFailure.WrongRelay -> MarmotException.WrongRelay(failure.found, message)
        FfiMarmotFailure.NoRelays -> MarmotException.NoRelays(message)
        is FfiMarmotFailure.NotBase64 -> MarmotException.NotBase64(failure.reason, message)
        is FfiMarmotFailure.OtherPublicKey ->
            MarmotException.OtherPublicKey(failure.expected, failure.found, message)
        is FfiMarmotFailure.OtherKeypackage ->
            MarmotException.OtherKeypackage(failure.expected, failure.found, message)
        FfiMarmotFailure.Other -> MarmotException.Other(message)
    }
