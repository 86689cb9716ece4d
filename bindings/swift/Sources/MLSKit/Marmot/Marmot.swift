import Foundation
internal import MLSKitGenerated

/// Key packages of the [Marmot protocol](https://github.com/marmot-protocol/marmot), which carries MLS over Nostr, as
/// MIP-00 had them with events of kind 443.
///
/// ```swift
/// let pubkey = try NostrPublicKey(hex: signer.publicKey) // nobody's but the user's
/// let client = try await MLSClient.open(at: file, key: key, id: pubkey.clientID)
/// let keypackage = try await client.transaction { tx in
///     let credential = try await tx.addCredential(Marmot.credential(for: pubkey))
///     return try await tx.generateMarmotKeypackage(for: credential)
/// }
/// let options = EventOptions(relays: ["wss://relay.example.com"])
/// let event = try Marmot.createKeypackageEvent(with: keypackage, options: options)
/// // Now the app's Nostr library signs the event and publishes it.
/// ```
///
/// A package of last resort survives the Welcome that it opens, since others that are under way may be for it too. A
/// ``KeypackagePolicy`` with ``keypackageConfig(for:lifetime:)`` has it replaced once a Welcome was joined, withdrawn once its
/// replacement is published, and its keys deleted after a time of grace.
public enum Marmot {
    private static let constants = marmotConstants()

    /// The only ciphersuite.
    public static let ciphersuite = Ciphersuite(rawValue: constants.ciphersuite)

    /// The extension with a group's name, relays and the like, in the group's context. Each member declares it.
    public static let groupDataExtension = ExtensionType(rawValue: constants.groupDataExtension)

    /// The extension that marks a package of last resort. Each member declares it.
    public static let lastResortExtension = ExtensionType(rawValue: constants.lastResortExtension)

    /// The longest lifetime: 90 days.
    public static let maxLifetime = Duration(secondsOf: constants.maxLifetime)

    /// The kind of events with a key package.
    public static let keypackageEventKind = constants.keypackageEventKind

    /// The extensions that ``keypackageConfig(for:lifetime:)`` puts into a package: that of last resort.
    public static let keypackageDefaultExtensions = marmotKeypackageDefaultExtensions().map(MLSExtension.init)

    /// A credential for Marmot's packages, of the client that was opened under ``NostrPublicKey/clientID``.
    public static func credential(for pubkey: NostrPublicKey) -> Credential {
        .basic(ciphersuite, identity: pubkey.clientID)
    }

    /// MLS 1.0, Marmot's ciphersuite, Basic credentials, and the extensions 0xf2ee and 0x000a; nothing else.
    ///
    /// - Throws: Nothing so far.
    public static func defaultCapabilities() throws -> Capabilities {
        try translatingNow { Capabilities(try marmotDefaultCapabilities()) }
    }

    /// The given capabilities with all that Marmot asks for: what is missing comes last in its list, the default types of RFC
    /// 9420 are taken out, and all else stays.
    ///
    /// - Throws: ``KeypackageError/noCiphersuites(supported:)``,
    ///   ``KeypackageError/unsupportedCiphersuite(found:supported:)``.
    public static func ensureCapabilities(_ capabilities: Capabilities) throws -> Capabilities {
        try translatingNow { Capabilities(try marmotEnsureCapabilities(capabilities: capabilities.generated)) }
    }

    /// The configuration of a Marmot package: of last resort, with ``defaultCapabilities()``, for `lifetime`, to the second,
    /// or 84 days (``ClientOptions/maxLifetime`` if that is shorter). It may be configured further, for packages that are used
    /// once, say.
    ///
    /// Whatever is changed in it: generating with it is refused for a credential with another identity or ciphersuite and
    /// for a lifetime over ``maxLifetime``; 0xf2ee and 0x000a are always declared.
    ///
    /// - Throws: ``MarmotError/lifetimeTooLong(asked:limit:)``.
    public static func keypackageConfig(
        for pubkey: NostrPublicKey,
        lifetime: Duration? = nil
    ) throws -> KeypackageConfig {
        try translatingNow {
            KeypackageConfig(try marmotKeypackageConfig(pubkey: pubkey.bytes, lifetime: lifetime?.wholeSeconds))
        }
    }

    /// The event that publishes a package, to be signed with the Nostr key in its credential. The package is checked once
    /// more, as ``Keypackage/check(_:maxAcceptedLifetime:clock:)`` does.
    ///
    /// - Throws: ``MarmotError/noRelays``, ``MarmotError/wrongRelay(found:)``; another ``MarmotError`` for a package that is
    ///   not Marmot's; ``KeypackageError/rejected(_:)``.
    public static func createKeypackageEvent(
        with keypackage: Keypackage,
        options: EventOptions
    ) throws -> UnsignedEvent {
        try translatingNow {
            UnsignedEvent(
                try MLSKitGenerated.createKeypackageEvent(keypackage: keypackage.bytes, options: options.generated)
            )
        }
    }

    /// The event that asks relays to delete events with key packages (NIP-09), by their ids. It has to be signed with the
    /// key that they were signed with, and relays need not heed it. It is made at `createdAt`, to the second, or now.
    ///
    /// - Throws: ``MarmotError/nothingToDelete``, ``MarmotError/wrongEventID(found:)``.
    public static func createDeletionEvent(
        of eventIDs: [String],
        by pubkey: NostrPublicKey,
        createdAt: Date? = nil
    ) throws -> UnsignedEvent {
        try translatingNow {
            UnsignedEvent(
                try MLSKitGenerated.createDeletionEvent(
                    pubkey: pubkey.bytes,
                    eventIds: eventIDs,
                    createdAt: createdAt?.secondsSince1970
                )
            )
        }
    }
}

extension MLSClient {
    /// Takes the package out of an event and checks both: each tag that MIP-00 asks for, all that ``importKeypackage(_:)``
    /// checks, Marmot's rules, and that event and package are of one and the same author and say the same. Nothing is
    /// stored.
    ///
    /// The event's id and signature are *not* checked: that is for the app's Nostr library, before.
    ///
    /// - Throws: ``MarmotError`` for the event; ``KeypackageError/rejected(_:)`` for the package.
    public func importKeypackageEvent(_ event: UnsignedEvent) async throws -> Keypackage {
        try await translating { Keypackage(try await core.importKeypackageEvent(event: event.generated)) }
    }
}

extension TransactionContext {
    /// Generates a package as ``Marmot/keypackageConfig(for:lifetime:)`` has it, for the key in the credential, and stores it
    /// with its private keys.
    ///
    /// - Throws: ``MarmotError/wrongCiphersuite(found:)``, ``MarmotError/notBasic(found:)`` and
    ///   ``MarmotError/wrongPublicKeyLength(found:)`` for a credential that no Marmot package may have; as
    ///   ``Marmot/keypackageConfig(for:lifetime:)`` and ``generateKeypackage(for:config:)``.
    public func generateMarmotKeypackage(
        for credential: CredentialRef,
        lifetime: Duration? = nil
    ) async throws -> Keypackage {
        try await translating {
            Keypackage(
                try await core.generateMarmotKeypackage(
                    credentialRef: credential.generated,
                    lifetime: lifetime?.wholeSeconds
                )
            )
        }
    }
}
