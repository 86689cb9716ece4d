import Foundation
internal import MLSKitGenerated

/// A key package (RFC 9420 §10): a signed offer to be added to a group. Its signatures have been checked, or it was made
/// here.
public struct Keypackage: Hashable, Sendable {
    /// Names it.
    public let ref: KeypackageRef
    /// Whom it speaks for.
    public let credential: CredentialInfo
    /// The public key that its client signs with.
    public let signatureKey: SignatureKey
    /// The bare `KeyPackage`, to publish and to add.
    public let bytes: Data

    /// The package in an `MLSMessage` (RFC 9420 §6), as some directories want it.
    public var mlsMessage: Data {
        frameKeypackage(bytes: bytes, framing: .mlsMessage)
    }

    /// Whether the system's clock is inside its lifetime.
    public var isValid: Bool { ref.isValid }

    /// Every field, to look at.
    ///
    /// - Throws: ``KeypackageError/rejected(_:)``, for what is no key package.
    public func info() throws -> KeypackageInfo {
        try KeypackageInfo(reading: bytes)
    }

    /// Checks a key package where it is called, for programs without a client, such as a directory that takes uploads; with
    /// a client, ``MLSClient/importKeypackage(_:)`` does the same on another thread.
    ///
    /// - Parameters:
    ///   - bytes: The package, bare or in an `MLSMessage`.
    ///   - maxAcceptedLifetime: The longest lifetime that is accepted, before an hour for clocks; 100 days if `nil`.
    ///   - clock: A clock to turn, for tests.
    /// - Throws: ``KeypackageError/rejected(_:)`` with the first reason not to accept it.
    public static func check(
        _ bytes: Data,
        maxAcceptedLifetime: Duration? = nil,
        clock: ManualClock? = nil
    ) throws -> Keypackage {
        try translatingNow {
            Keypackage(
                try checkKeypackage(
                    bytes: bytes,
                    maxAcceptedLifetime: maxAcceptedLifetime?.wholeSeconds,
                    clock: clock?.core
                )
            )
        }
    }
}
