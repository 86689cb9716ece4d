import Foundation

/// A type of extension (RFC 9420 §17.3).
public struct ExtensionType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The type's number.
    public let rawValue: UInt16

    /// The type with this number.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// An app's name for whose leaf it is.
    public static let applicationID = ExtensionType(rawValue: 1)

    /// A group's tree.
    public static let ratchetTree = ExtensionType(rawValue: 2)

    /// What every member of a group has to be able to do.
    public static let requiredCapabilities = ExtensionType(rawValue: 3)

    /// What an external commit is encrypted to.
    public static let externalPub = ExtensionType(rawValue: 4)

    /// Who outside of a group may propose changes to it.
    public static let externalSenders = ExtensionType(rawValue: 5)

    /// That a key package may be used more than once.
    public static let lastResort = ExtensionType(rawValue: 10)

    /// The type's number, and its name if it has one here.
    public var description: String {
        switch self {
        case .applicationID: "application_id"
        case .ratchetTree: "ratchet_tree"
        case .requiredCapabilities: "required_capabilities"
        case .externalPub: "external_pub"
        case .externalSenders: "external_senders"
        case .lastResort: "last_resort"
        default: rawValue.hexadecimal
        }
    }

    /// Where RFC 9420 §17.3 allows it.
    var home: String {
        switch self {
        case .applicationID: "a leaf node"
        case .lastResort: "a key package"
        case .requiredCapabilities, .externalSenders: "a group's context"
        case .ratchetTree, .externalPub: "a group info"
        default: "another place"
        }
    }
}
