import Foundation

/// Names a client among all clients of an app: opaque bytes, of which the app makes what it likes
/// (`alice@example.com/phone`). It is the identity in the client's Basic credentials (RFC 9420 §5.3).
///
/// ```swift
/// let id: ClientID = "alice@example.com/phone"
/// ```
public struct ClientID: Hashable, Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The id's bytes.
    public let bytes: Data

    /// An id of these bytes.
    public init(_ bytes: Data) {
        self.bytes = bytes
    }

    /// An id of this text, in UTF-8.
    public init(_ text: String) {
        self.init(Data(text.utf8))
    }

    /// An id of this text, in UTF-8.
    public init(stringLiteral text: String) {
        self.init(text)
    }

    /// The id as text where it is text; else in hexadecimal.
    public var description: String {
        String(data: bytes, encoding: .utf8) ?? bytes.hexadecimal
    }
}
