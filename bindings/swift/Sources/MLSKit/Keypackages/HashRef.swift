import Foundation

/// The hash of a key package (RFC 9420 §5.2): 32 bytes for the ciphersuites that are supported here.
public struct HashRef: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The hash's bytes.
    public let bytes: Data

    /// A hash of these bytes.
    public init(_ bytes: Data) {
        self.bytes = bytes
    }

    /// By the bytes, so that lists can be brought into an order.
    public static func < (one: HashRef, other: HashRef) -> Bool {
        one.bytes.lexicographicallyPrecedes(other.bytes)
    }

    /// The hash in hexadecimal.
    public var description: String { bytes.hexadecimal }
}
