import Foundation
internal import MLSKitGenerated

/// Names a key package by its hash (RFC 9420 §5.2) and knows what an index knows of it; no keys.
///
/// Two references to one package are equal, wherever they come from.
///
/// ```swift
/// let valid = try await client.keypackageRefs().filter(\.isValid)
/// print("\(valid.count) valid key packages available")
/// ```
public struct KeypackageRef: Sendable {
    /// The hash.
    public let hashRef: HashRef
    /// The package's ciphersuite.
    public let ciphersuite: Ciphersuite
    /// The scheme of its signatures, which the ciphersuite decides.
    public let signatureScheme: SignatureScheme
    /// The type of its credential.
    public let credentialType: CredentialType
    /// The window in which it may be used.
    public let lifetime: Lifetime
    /// Whether it may be used more than once.
    public let isLastResort: Bool

    /// The reference to any key package, one's own or another's, bare or in an `MLSMessage`. Nothing is verified.
    ///
    /// - Throws: Those ``RejectedKeypackage``s that speak of the shape: the bytes are not a key package.
    public init(ofKeypackage bytes: Data) throws {
        self.init(try translatingNow { try keypackageRefFromBytes(bytes: bytes) })
    }

    /// Whether the system's clock is inside the window.
    public var isValid: Bool { isValid(at: Date()) }

    /// Whether `date` is inside the window.
    public func isValid(at date: Date) -> Bool {
        lifetime.contains(date)
    }

    /// Whether the window is over by the system's clock. Not the same as not valid: a window may not have begun.
    public var isExpired: Bool { isExpired(at: Date()) }

    /// Whether the window is over at `date`.
    public func isExpired(at date: Date) -> Bool {
        lifetime.notAfter <= date
    }
}

extension KeypackageRef: Hashable, Comparable, CustomStringConvertible {
    /// Whether both name the same package.
    public static func == (one: KeypackageRef, other: KeypackageRef) -> Bool {
        one.hashRef == other.hashRef
    }

    /// By hash, so that lists can be brought into an order.
    public static func < (one: KeypackageRef, other: KeypackageRef) -> Bool {
        one.hashRef < other.hashRef
    }

    /// Hashes what equality compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(hashRef)
    }

    /// The hash in hexadecimal.
    public var description: String { hashRef.description }
}
