import Foundation

/// A key package was refused.
public enum KeypackageError: Hashable, Sendable {
    /// Peer, or whoever delivered it: another client's package is not to be used.
    case rejected(RejectedKeypackage)
    /// Caller: the lifetime asked for is longer than the client's limit.
    case lifetimeTooLong(asked: Duration, limit: Duration)
    /// Caller: lifetimes are whole seconds, at least one.
    case lifetimeTooShort(asked: Duration)
    /// Caller: the window asked for is longer than the client's limit and an hour for clocks.
    case windowTooLong(asked: Duration, limit: Duration)
    /// Caller: the window ends when it begins, or before.
    case windowInverted(notBefore: Date, notAfter: Date)
    /// Caller: nobody could use the package any more.
    case windowOver(notAfter: Date, now: Date)
    /// Caller: the lifetime would begin or end at a time that there is no number for.
    case lifetimeOutOfRange(found: Date, latest: Date)
    /// Caller: the extension may not stand there (RFC 9420 §17.3).
    case extensionMisplaced(found: ExtensionType, place: ExtensionPlace)
    /// Caller: a list holds at most one extension of each type (RFC 9420 §13.4).
    case duplicateExtension(found: ExtensionType, place: ExtensionPlace)
    /// Caller: OpenMLS refuses packages that have an extension with a GREASE value.
    case greaseExtension(found: ExtensionType)
    /// Caller: an extension's content isn't what its type says.
    case malformedExtension(place: ExtensionPlace, reason: String)
    /// Caller: the capabilities name no ciphersuite.
    case noCiphersuites(supported: [Ciphersuite])
    /// Caller: the capabilities name a ciphersuite that this client can't work with.
    case unsupportedCiphersuite(found: Ciphersuite, supported: [Ciphersuite])
    /// Caller or server: a package that is about to expire is not added to a group.
    case expiresTooSoon(remaining: Duration, limit: Duration)
    /// Caller: more packages at once than one call makes.
    case batchTooLarge(asked: UInt64, limit: UInt64)
    /// A bug: a package could not be built.
    case notBuilt(reason: String)
    /// A bug: a package could not be encoded.
    case notEncoded(reason: String)
    /// A bug, or unnoticed damage: a stored package could not be decoded.
    case notDecoded(reason: String)
}

/// A place for extensions.
public enum ExtensionPlace: Hashable, Sendable {
    /// The extensions of a key package itself.
    case keypackage
    /// The extensions of the leaf node in it.
    case leafNode

    var inWords: String {
        switch self {
        case .keypackage: "a key package"
        case .leafNode: "a leaf node"
        }
    }
}

extension KeypackageError: CustomStringConvertible {
    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .rejected(let reason):
            reason.description
        case .lifetimeTooLong(let asked, let limit):
            "A lifetime of \(asked) was asked for, but the limit is \(limit); "
                + "ask for less or raise ClientOptions.maxLifetime."
        case .lifetimeTooShort(let asked):
            "A lifetime of \(asked) was asked for, but the shortest is one second."
        case .windowTooLong(let asked, let limit):
            "A window of \(asked) was asked for, but the limit is \(limit), an hour for clocks included; "
                + "ask for less or raise ClientOptions.maxLifetime."
        case .windowInverted(let notBefore, let notAfter):
            "The window ends at \(notAfter.inWords), but has to end after its begin at \(notBefore.inWords)."
        case .windowOver(let notAfter, let now):
            "The window ended at \(notAfter.inWords), but it is \(now.inWords) already."
        case .lifetimeOutOfRange(let found, let latest):
            "A lifetime with \(found.inWords) was asked for, but has to lie between 1970 and \(latest.inWords)."
        case .extensionMisplaced(let found, let place):
            "Extension \(found) may not stand in \(place.inWords); it belongs in \(found.home)."
        case .duplicateExtension(let found, let place):
            "Extension \(found) was given more than once, but may stand only once in \(place.inWords)."
        case .greaseExtension(let found):
            "Extension \(found) is a GREASE value, which peers with OpenMLS refuse; use KeypackageConfig.grease."
        case .malformedExtension(let place, let reason):
            "An extension for \(place.inWords) can't be decoded by a peer: \(reason)."
        case .noCiphersuites(let supported):
            "The capabilities name no ciphersuite; name at least one of \(supported.listed)."
        case .unsupportedCiphersuite(let found, let supported):
            "The capabilities name ciphersuite \(found), but the client supports only \(supported.listed)."
        case .expiresTooSoon(let remaining, let limit):
            "The key package lives for another \(remaining), but one that is added must live for \(limit); "
                + "fetch a fresh one."
        case .batchTooLarge(let asked, let limit):
            "\(asked) key packages were asked for, but a batch has at most \(limit)."
        case .notBuilt(let reason):
            "A key package could not be built: \(reason)."
        case .notEncoded(let reason):
            "A key package could not be encoded: \(reason)."
        case .notDecoded(let reason):
            "A stored key package could not be decoded: \(reason)."
        }
    }
}
