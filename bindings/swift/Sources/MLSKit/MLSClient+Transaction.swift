import Foundation
internal import MLSKitGenerated

extension MLSClient {
    /// Runs `block` in a transaction, when all that were asked for earlier have ended: committed when the block returns,
    /// rolled back when it throws or its task is cancelled. All of that has happened when this returns or throws. What
    /// the block throws is thrown as it is.
    ///
    /// The block runs where the caller runs, on its actor if it has one, and may use what the caller may use. The
    /// context is of no use after it. To wait for the network belongs outside: see ``outgoing()``.
    ///
    /// ```swift
    /// try await client.transaction { tx in
    ///     for ref in try await tx.keypackageRefs() where ref.isExpired {
    ///         try await tx.removeKeypackage(ref)
    ///     }
    /// }
    /// ```
    ///
    /// - Throws: What `block` throws. `CancellationError`: if the task was cancelled while the transaction waited for its
    ///   turn, at once; if it was cancelled later, when the block is done. ``TransactionError/nestedTransaction`` inside a
    ///   block of the same client. ``TransactionError/transactionBusy(waited:openFor:)`` and
    ///   ``StorageError/databaseBusy(waited:)`` after the busy time-out. ``StorageError`` about the file.
    @discardableResult
    public func transaction<Value>(
        isolation: isolated (any Actor)? = #isolation,
        _ block: (TransactionContext) async throws -> Value
    ) async throws -> Value {
        let context = try await begin()
        do {
            try Task.checkCancellation()
            let result = try await OpenBlock.run(of: self, isolation: isolation) { try await block(context) }
            try await context.finishIfOpen()
            return result
        } catch {
            // The first error wins over one of the rollback.
            try? await context.core.abort()
            throw error
        }
    }

    /// What has to wait for its turn would wait for itself inside a block.
    func refuseInsideBlock() throws {
        if OpenBlock.isAround(self) { throw MLSError.transaction(.nestedTransaction) }
    }

    /// Waits for the transaction's turn, or until the task is cancelled.
    private func begin() async throws -> TransactionContext {
        try refuseInsideBlock()
        let token = MLSKitGenerated.CancelToken()
        return try await translating {
            let core = try await withTaskCancellationHandler {
                try await self.core.newTransaction(token: token)
            } onCancel: {
                token.cancel()
            }
            return TransactionContext(core)
        }
    }
}
