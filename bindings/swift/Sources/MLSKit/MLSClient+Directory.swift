import Foundation
internal import MLSKitGenerated

extension MLSClient {
    /// Supplies a directory with the key packages of a credential: makes what the policy wants, publishes it, and withdraws
    /// what was replaced or removed, as ``maintainKeypackages(for:policy:)`` tells it. Call it when the app starts, when it
    /// is online again, after a package was used, and at ``KeypackageSyncReport/next``.
    ///
    /// ```swift
    /// let report = try await client.syncKeypackages(with: directory, for: credential)
    /// if let next = report.next { wake(at: next) }
    /// ```
    ///
    /// While the directory is awaited, no transaction is open. What it has done is stored at once; wherever this
    /// ends, by an error, a cancelled task or a crash, the next call goes on from there. Two calls at once do no harm. After a
    /// replacement (``TransactionContext/replaceCredential(_:with:policy:)``) it may put commits into ``outgoing()``: send them.
    ///
    /// - Throws: What `directory` throws, as it is, unless it is a refusal. `CancellationError` when the task is cancelled:
    ///   before the directory is asked for more, and whatever the directory throws then. As
    ///   ``maintainKeypackages(for:policy:)``.
    public func syncKeypackages(
        with directory: some KeypackageDirectory,
        for credential: CredentialRef,
        policy: KeypackagePolicy = KeypackagePolicy()
    ) async throws -> KeypackageSyncReport {
        try refuseInsideBlock()
        let sync = try translatingNow {
            try KeypackageSync(client: core, credentialRef: credential.generated, policy: policy.generated)
        }
        var run = DirectoryRun(directory: directory, sync: sync)
        return try await run.toTheEnd()
    }
}

/// One run over a directory. The library says what to do; it is freed with this.
private struct DirectoryRun<Directory: KeypackageDirectory> {
    let directory: Directory
    let sync: KeypackageSync
    var report = KeypackageSyncReport()

    mutating func toTheEnd() async throws -> KeypackageSyncReport {
        while true {
            try Task.checkCancellation()
            switch try await translating({ try await sync.next() }) {
            case .publish(let publication):
                let ref = KeypackageRef(publication.keypackageRef)
                try await ask(about: ref, noting: \.published) { try await $0.publish(ref, bytes: publication.bytes) }
            case .withdraw(let keypackageRef):
                let ref = KeypackageRef(keypackageRef)
                try await ask(about: ref, noting: \.withdrawn) { try await $0.withdraw(ref) }
            case .wait(let until):
                report.next = Date(secondsSince1970: until)
                return report
            case .done:
                return report
            }
        }
    }

    /// What the directory has done is stored although the task was cancelled meanwhile: it is known now.
    private mutating func ask(
        about ref: KeypackageRef,
        noting done: WritableKeyPath<KeypackageSyncReport, [KeypackageRef]>,
        _ request: (Directory) async throws -> Void
    ) async throws {
        // The step may have waited for its turn for long.
        try Task.checkCancellation()
        do {
            try await request(directory)
        } catch {
            // What comes out of a cancelled request differs from one library to the next.
            try Task.checkCancellation()
            guard !(error is CancellationError), directory.isRefusal(error) else { throw error }
            report.refused.append(KeypackageSyncReport.Refusal(ref: ref, error: error))
            return
        }
        try await translating { try await sync.confirm() }
        report[keyPath: done].append(ref)
    }
}
