import Foundation

/// Names a group: random bytes, alike for all its members.
public struct GroupID: Hashable, Sendable, CustomStringConvertible {
    /// The id's bytes.
    public let bytes: Data

    /// An id of these bytes.
    public init(_ bytes: Data) {
        self.bytes = bytes
    }

    /// The id in hexadecimal.
    public var description: String {
        bytes.hexadecimal
    }
}
