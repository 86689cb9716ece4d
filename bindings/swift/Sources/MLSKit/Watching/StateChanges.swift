import Foundation
internal import MLSKitGenerated

extension MLSClient {
    /// What transactions of this client change, each change when its transaction is committed. What is not committed is not
    /// told, and neither is what another client of the same file commits.
    ///
    /// ```swift
    /// for await change in client.changes {
    ///     switch change {
    ///     case .keypackages, .missed: show(try await client.keypackageStatus(for: credential))
    ///     case .credential, .group: break
    ///     }
    /// }
    /// ```
    public var changes: StateChanges { StateChanges(client: core) }
}

/// What a client changes, to be iterated over: see ``MLSClient/changes``.
///
/// Each iterator tells what is committed from when it is made, and ends when the client is shut down and all is read, or at
/// once when its task is cancelled. It keeps the last 256 changes that were not read; of those that went before that, a
/// ``StateChange/missed(count:)`` tells the number.
public struct StateChanges: AsyncSequence, Sendable {
    /// Reads one buffer, which is freed with it, or when it has ended.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        private var subscription: MLSKitGenerated.StateChanges?

        fileprivate init(_ subscription: MLSKitGenerated.StateChanges) {
            self.subscription = subscription
        }

        /// The next change, when there is one; `nil` at the end.
        public mutating func next() async -> StateChange? {
            guard let subscription else { return nil }
            let change = await withTaskCancellationHandler {
                await subscription.change()
            } onCancel: {
                // The library's call does not know of the task, and would wait on.
                subscription.end()
            }
            if change == nil { self.subscription = nil }
            return change
        }
    }

    let client: MLSKitGenerated.Client

    /// Begins to watch.
    public func makeAsyncIterator() -> Iterator {
        Iterator(client.changes())
    }
}

extension MLSKitGenerated.StateChanges {
    /// The next change. What has no name here is one that was missed.
    fileprivate func change() async -> StateChange? {
        do {
            return try await next().map(StateChange.init)
        } catch MlsError.Other {
            return .missed(count: 1)
        } catch {
            return nil
        }
    }
}
