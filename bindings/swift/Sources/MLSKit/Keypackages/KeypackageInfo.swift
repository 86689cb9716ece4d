import Foundation
internal import MLSKitGenerated

/// Every field of a key package, for debugging and for an app's own policies. It tells what the bytes say, and nothing of
/// whether that is true or allowed: signatures, times and capabilities are not checked.
public struct KeypackageInfo: Hashable, Sendable, CustomStringConvertible {
    /// What a leaf node was made for (RFC 9420 §7.2).
    public enum LeafSource: Hashable, Sendable {
        /// For a key package, as it should be.
        case keypackage(Lifetime)
        /// For an Update proposal.
        case update
        /// For a commit.
        case commit(parentHash: Data)
        /// For something that has no name here.
        case other
    }

    /// The form that the bytes were in.
    public let framing: KeypackageFraming
    /// The length of the bare package, in bytes.
    public let size: Int
    /// The protocol version; 1 is MLS 1.0.
    public let version: UInt16
    /// The ciphersuite.
    public let ciphersuite: Ciphersuite
    /// The package's reference (RFC 9420 §5.2), if the suite's hash is known.
    public let hashRef: HashRef?
    /// The public key that a Welcome is encrypted to.
    public let initKey: Data
    /// The leaf's public key in the group's tree.
    public let encryptionKey: Data
    /// The public key that the client signs with.
    public let signatureKey: SignatureKey
    /// Whom the package speaks for.
    public let credential: CredentialInfo
    /// What the client can work with.
    public let capabilities: Capabilities
    /// What the leaf node was made for, with what comes with it.
    public let leafSource: LeafSource
    /// The extensions of the leaf node.
    public let leafExtensions: [ExtensionInfo]
    /// The signature over the leaf node.
    public let leafSignature: Data
    /// The extensions of the package.
    public let extensions: [ExtensionInfo]
    /// The signature over the package.
    public let signature: Data
    /// Whether it may be used more than once.
    public let isLastResort: Bool
    /// All of it on some twenty lines.
    public let description: String

    /// Reads a key package in either form, acceptable or not.
    ///
    /// - Throws: Those ``RejectedKeypackage``s that speak of the shape: the bytes are not a key package.
    public init(reading bytes: Data) throws {
        self.init(try translatingNow { try keypackageInfo(bytes: bytes) })
    }

    /// When the package may be used, unless its leaf was made for something else.
    public var lifetime: Lifetime? {
        if case .keypackage(let lifetime) = leafSource { lifetime } else { nil }
    }
}

/// In which form a key package travels.
public enum KeypackageFraming: Hashable, Sendable {
    /// The bare `KeyPackage` of RFC 9420 §10.
    case bare
    /// An `MLSMessage` (RFC 9420 §6), as some directories want it.
    case mlsMessage
}

/// An extension as it stands in a key package (RFC 9420 §13).
public struct ExtensionInfo: Hashable, Sendable, CustomStringConvertible {
    /// Its type.
    public let type: ExtensionType
    /// Its content as it stands there.
    public let data: Data
    /// Its name and content, readable.
    public let description: String
}
