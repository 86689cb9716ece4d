import Foundation
internal import MLSKitGenerated

/// Names a group: random bytes, alike for all its members.
public struct GroupID: Hashable, Sendable, CustomStringConvertible {
    /// The id's bytes.
    public let bytes: Data

    /// An id of these bytes.
    public init(_ bytes: Data) {
        self.bytes = bytes
    }

    /// Which group a message is for: what is in clear of it, and unchecked. For echoes and for messages that are refused;
    /// of what a member says, ``ApplicationMessage/groupID`` tells it checked.
    ///
    /// - Throws: ``MessageError`` for what is no message of a group.
    public init(ofMessage message: Data) throws {
        self.init(try translatingNow { try groupOf(message: message) })
    }

    /// The id in hexadecimal.
    public var description: String {
        bytes.hexadecimal
    }
}
