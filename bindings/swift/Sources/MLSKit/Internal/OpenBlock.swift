import Foundation

/// A block of a transaction that runs, so that a transaction begun inside of it can be told that it would wait for
/// itself. What the block starts inherits this; when the block is over, it means nothing any more.
final class OpenBlock: @unchecked Sendable {
    @TaskLocal private static var around: [OpenBlock] = []

    private let client: ObjectIdentifier
    private let lock = NSLock()
    private var isOpen = true

    private init(client: MLSClient) {
        self.client = ObjectIdentifier(client)
    }

    /// Whether a block of `client` runs around this call.
    static func isAround(_ client: MLSClient) -> Bool {
        around.contains { block in
            block.client == ObjectIdentifier(client) && block.lock.withLock { block.isOpen }
        }
    }

    /// Runs `work` as a block of `client`.
    static func run<T>(
        of client: MLSClient,
        isolation: isolated (any Actor)?,
        _ work: () async throws -> T
    ) async throws -> T {
        let block = OpenBlock(client: client)
        defer { block.lock.withLock { block.isOpen = false } }
        return try await $around.withValue(around + [block], operation: work, isolation: isolation)
    }
}
