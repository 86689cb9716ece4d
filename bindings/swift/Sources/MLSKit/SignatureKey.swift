import Foundation

/// A public signature key, as RFC 9420 §5.1.1 encodes it.
public struct SignatureKey: Hashable, Sendable, CustomStringConvertible {
    /// The key's bytes.
    public let bytes: Data

    /// A key of these bytes.
    public init(_ bytes: Data) {
        self.bytes = bytes
    }

    /// The key in hexadecimal.
    public var description: String { bytes.hexadecimal }
}
