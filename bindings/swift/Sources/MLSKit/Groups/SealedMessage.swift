import Foundation
internal import MLSKitGenerated

/// Something to say to a group, for ``TransactionContext/encryptMessages(_:in:)``.
public struct PlainMessage: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// What is said.
    public let plaintext: Data
    /// What is authenticated along with it and stays in clear.
    public let aad: Data

    /// A message that says `plaintext`.
    public init(_ plaintext: Data, aad: Data = Data()) {
        self.plaintext = plaintext
        self.aad = aad
    }

    /// How much is said, and nothing of what.
    public var description: String { "PlainMessage(\(plaintext.count) bytes, \(aad.count) in clear)" }

    /// How much is said, and nothing of what.
    public var debugDescription: String { description }

    /// Nothing of what is said.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// An encrypted message that opens only when the transaction that encrypted it has been committed: sent and rolled back,
/// its key would be used again for another.
///
/// ```swift
/// let sealed = try await client.transaction { tx in try await tx.encryptMessage(text, in: groupID) }
/// try await send(sealed.open())
/// ```
public final class SealedMessage: Sendable {
    private let batch: SealedBatch
    private let place: Int

    init(_ batch: SealedBatch, place: Int) {
        self.batch = batch
        self.place = place
    }

    /// The `MLSMessage` to send (RFC 9420 §6.3).
    ///
    /// - Throws: ``GroupError/notCommitted``.
    public func open() throws -> Data {
        try batch.open()[place]
    }
}

/// What one call has encrypted. It crosses as a whole, once.
final class SealedBatch: @unchecked Sendable {
    private let core: MLSKitGenerated.SealedMessages
    private let lock = NSLock()
    private var opened: [Data]?

    init(_ core: MLSKitGenerated.SealedMessages) {
        self.core = core
    }

    func open() throws -> [Data] {
        try lock.withLock {
            if let opened { return opened }
            let messages = try translatingNow { try core.open() }
            opened = messages
            return messages
        }
    }
}
