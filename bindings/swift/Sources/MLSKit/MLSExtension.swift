import Foundation

/// An extension of a key package, of a leaf node or of a group's context (RFC 9420 §13).
public enum MLSExtension: Hashable, Sendable {
    /// An app's name for whose leaf it is (RFC 9420 §5.3.3). It belongs into a leaf node.
    case applicationID(Data)
    /// What every member of a group has to be able to do (RFC 9420 §11.1). It belongs into a group's context; proposals by
    /// their numbers (§17.4).
    case requiredCapabilities(extensions: [ExtensionType], proposals: [UInt16], credentials: [CredentialType])
    /// Who outside of a group may propose changes to it (RFC 9420 §12.1.8.1). It belongs into a group's context.
    case externalSenders([ExternalSender])
    /// That a key package may be used more than once (RFC 9420 §16.8).
    case lastResort
    /// Any other, or one of the above by its bytes.
    case other(ExtensionType, Data)
}
