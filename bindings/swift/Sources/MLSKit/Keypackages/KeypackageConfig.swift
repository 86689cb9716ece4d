import Foundation
internal import MLSKitGenerated

/// What a key package is to be like. By default it is a single-use package without extensions, with the default lifetime,
/// which offers all that the client can do.
///
/// What is asked for is declared: version, ciphersuite, credential type and each extension of the package are added to its
/// capabilities, since a peer refuses a package that uses what it doesn't declare (RFC 9420 §7.3 and §10). The default
/// extensions and proposals of RFC 9420 are never listed, whoever asks (§7.2).
///
/// ```swift
/// var config = KeypackageConfig()
/// config.lifespan = .lasting(.seconds(30 * 24 * 60 * 60))
/// config.isLastResort = true
/// let keypackage = try await client.transaction { tx in
///     try await tx.generateKeypackage(for: credential, config: config)
/// }
/// ```
public struct KeypackageConfig: Hashable, Sendable {
    /// When a key package may be used.
    public enum Lifespan: Hashable, Sendable {
        /// From an hour ago, for peers whose clocks are behind, for ``KeypackageConfig/defaultLifetime`` from now on, or
        /// the client's ``ClientOptions/maxLifetime`` if that is shorter.
        case usual
        /// From an hour ago, for so long from now on: whole seconds, at least one, at most the client's limit.
        case lasting(Duration)
        /// In this window, at most the client's limit and an hour long.
        case window(Lifetime)
    }

    /// How long a key package lives if nobody says otherwise: 84 days, about three months.
    public static let defaultLifetime = Duration(secondsOf: constants().keypackageDefaultLifetime)

    /// The most key packages that one call generates.
    public static let maxBatch = Int(clamping: constants().maxBatch)

    /// When it may be used.
    public var lifespan: Lifespan
    /// Extensions of the package itself.
    public var extensions: [MLSExtension]
    /// Extensions of its leaf node, which stay in the group's tree.
    public var leafNodeExtensions: [MLSExtension]
    /// What it says that its client can do, beside what the package itself uses; all that the client can do if `nil`.
    public var capabilities: Capabilities?
    /// Extension types that it doesn't use itself, to be declared on top of the capabilities: of a group's context, for
    /// one, which every member has to support (RFC 9420 §13.4).
    public var supportedExtensions: [ExtensionType]
    /// Whether it may be used more than once, when the directory has no other left (RFC 9420 §16.8).
    public var isLastResort: Bool
    /// Whether to declare random values that mean nothing, so that peers stay able to cope with what they don't know
    /// (RFC 9420 §13.5).
    public var grease: Bool
    /// Whose package it is, for one of ``Marmot/keypackageConfig(for:lifetime:)``. Its rules then hold, whatever else is
    /// asked for here.
    var marmot: NostrPublicKey?

    /// What is left out has its default.
    public init(
        lifespan: Lifespan = .usual,
        extensions: [MLSExtension] = [],
        leafNodeExtensions: [MLSExtension] = [],
        capabilities: Capabilities? = nil,
        supportedExtensions: [ExtensionType] = [],
        isLastResort: Bool = false,
        grease: Bool = false
    ) {
        self.lifespan = lifespan
        self.extensions = extensions
        self.leafNodeExtensions = leafNodeExtensions
        self.capabilities = capabilities
        self.supportedExtensions = supportedExtensions
        self.isLastResort = isLastResort
        self.grease = grease
    }
}

/// What a client says it can work with (RFC 9420 §7.2), in the order in which it says so. Numbers are those of §17.
public struct Capabilities: Hashable, Sendable {
    /// Protocol versions; 1 is MLS 1.0.
    public var versions: [UInt16]
    /// Ciphersuites.
    public var ciphersuites: [Ciphersuite]
    /// Extension types, without the default ones.
    public var extensions: [ExtensionType]
    /// Proposal types, without the default ones.
    public var proposals: [UInt16]
    /// Credential types.
    public var credentials: [CredentialType]

    /// Capabilities of MLS 1.0.
    public init(
        versions: [UInt16] = [1],
        ciphersuites: [Ciphersuite] = Ciphersuite.supported,
        extensions: [ExtensionType] = [],
        proposals: [UInt16] = [],
        credentials: [CredentialType] = [.basic, .x509]
    ) {
        self.versions = versions
        self.ciphersuites = ciphersuites
        self.extensions = extensions
        self.proposals = proposals
        self.credentials = credentials
    }
}
