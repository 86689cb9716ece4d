import Foundation
internal import MLSKitGenerated

/// Runs a call of the library, and throws its errors in the words of this package.
func translating<T>(_ call: () async throws -> T) async throws -> T {
    do {
        return try await call()
    } catch let error as MlsError {
        throw error.translated
    }
}

/// As above, for calls that don't wait.
func translatingNow<T>(_ call: () throws -> T) throws -> T {
    do {
        return try call()
    } catch let error as MlsError {
        throw error.translated
    }
}

extension MlsError {
    /// The same error as apps see it. One that has no name here keeps its words.
    var translated: any Error {
        switch self {
        case .Storage(let reason, let detail):
            known(StorageError(reason).map(MLSError.storage), detail)
        case .Transaction(let reason, let detail):
            known(TransactionError(reason).map(MLSError.transaction), detail)
        case .Credential(let reason, let detail):
            known(CredentialError(reason).map(MLSError.credential), detail)
        case .Keypackage(let reason, let detail):
            known(KeypackageError(reason).map(MLSError.keypackage), detail)
        case .Group(let reason, let detail):
            known(GroupError(reason).map(MLSError.group), detail)
        case .Message(let reason, let detail):
            known(MessageError(reason).map(MLSError.message), detail)
        case .Marmot(let reason, let detail):
            known(MarmotError(reason).map(MLSError.marmot), detail)
        case .Cancelled:
            CancellationError()
        case .Spent:
            MLSError.group(.spent)
        case .Other(let detail):
            MLSError.other(reason: detail)
        }
    }

    private func known(_ error: MLSError?, _ detail: String) -> MLSError {
        error ?? .other(reason: detail)
    }
}
