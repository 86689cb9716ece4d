import Foundation

/// A key package of the Marmot protocol, or its event, is refused. What a stranger wrote is shown shortened.
public enum MarmotError: Hashable, Sendable {
    /// Caller, or whose credential it is: a Nostr key has another length. `found` is in bytes.
    case wrongPublicKeyLength(found: UInt64)
    /// Caller, or the event's author: this is no Nostr key. It is not shown, since it may be a private one; `length` is in
    /// bytes.
    case wrongPublicKeyText(length: UInt64)
    /// Caller, or who made the package: the credential is of another type than Basic.
    case notBasic(found: CredentialType)
    /// Caller, or who made the package: the ciphersuite is another.
    case wrongCiphersuite(found: Ciphersuite)
    /// Caller, or who made the package: it doesn't declare what every member of a Marmot group has to.
    case notDeclared(missing: ExtensionType)
    /// Caller: the lifetime is longer than Marmot's packages may have.
    case lifetimeTooLong(asked: Duration, limit: Duration)
    /// Caller: nothing is to be deleted.
    case nothingToDelete
    /// Caller: this is not how events are named.
    case wrongEventID(found: String)
    /// Whoever delivered it: the event is about something else.
    case wrongKind(found: UInt16)
    /// The event's author: a tag is missing.
    case missingTag(tag: String)
    /// The event's author: of two equal tags nobody knows which counts.
    case repeatedTag(tag: String)
    /// The event's author: a tag says what it must not.
    case wrongTag(tag: String, expected: String, found: String)
    /// The event's author: the list of extensions lacks one.
    case notListed(missing: ExtensionType)
    /// The event's author: the list of extensions has a default one of RFC 9420, which are never listed (§7.2).
    case defaultListed(found: ExtensionType)
    /// The event's author: the tag promises what the package does not declare.
    case listedOnly(found: ExtensionType)
    /// Caller, or the event's author: this is not where a relay is.
    case wrongRelay(found: String)
    /// Caller: the event says where it is published, so that it can be deleted there.
    case noRelays
    /// The event's author: the content is no base64.
    case notBase64(reason: String)
    /// The event's author, who uses another's name: the package speaks for somebody else.
    case otherPublicKey(expected: String, found: String)
    /// The event's author: the tag `i` names another package.
    case otherKeypackage(expected: String, found: String)
}

extension MarmotError: CustomStringConvertible {
    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .wrongPublicKeyLength(let found):
            "A Nostr public key has 32 bytes, but these are \(found)."
        case .wrongPublicKeyText(let length):
            "A Nostr public key is written as 64 lowercase hexadecimal digits; these \(length) bytes are something else."
        case .notBasic(let found):
            "A Basic credential was expected, with a Nostr public key in it, but this one is of type \(found)."
        case .wrongCiphersuite(let found):
            "Marmot's packages have ciphersuite \(Marmot.ciphersuite), but this one has \(found)."
        case .notDeclared(let missing):
            "The package does not declare extension \(missing); use Marmot.ensureCapabilities."
        case .lifetimeTooLong(let asked, let limit):
            "A lifetime of \(asked) was asked for, but the limit is \(limit)."
        case .nothingToDelete:
            "An event that asks for deletion names at least one event, but none was given."
        case .wrongEventID(let found):
            "An event's id is written as 64 lowercase hexadecimal digits, but \"\(found)\" was given."
        case .wrongKind(let found):
            "An event of kind \(Marmot.keypackageEventKind) was expected, but this one is of kind \(found)."
        case .missingTag(let tag):
            "The event has no tag \(tag)."
        case .repeatedTag(let tag):
            "The event has more than one tag \(tag)."
        case .wrongTag(let tag, let expected, let found):
            "The tag \(tag) was expected to have \(expected), but it has \"\(found)\"."
        case .notListed(let missing):
            "The tag mls_extensions does not list \(missing)."
        case .defaultListed(let found):
            "The tag mls_extensions lists \(found), which every client knows and none may list."
        case .listedOnly(let found):
            "The tag mls_extensions lists \(found), but the package in the event does not declare it."
        case .wrongRelay(let found):
            "A relay's address begins with wss:// or ws:// and a host, but \"\(found)\" was found."
        case .noRelays:
            "At least one relay was expected, but none was given."
        case .notBase64(let reason):
            "The event's content is not base64: \(reason.withoutFullStop)."
        case .otherPublicKey(let expected, let found):
            "The event is by \(expected), but the package in it is of \(found)."
        case .otherKeypackage(let expected, let found):
            "The tag i names the key package \"\(found)\", but in the event is \(expected)."
        }
    }
}
