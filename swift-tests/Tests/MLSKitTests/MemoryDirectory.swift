import Foundation
import MLSKit

/// What becomes of one request.
enum Fault {
    /// It is done and answered, as without a fault.
    case none
    /// It is done; the answer is lost.
    case lostAnswer
    /// It is lost on the way.
    case lostRequest
    /// The directory says no, to this package alone.
    case refused
    /// It is done, and nothing ever comes back: whoever waits has to give up.
    case hangsWhenDone
    /// It is lost, and nothing ever comes back.
    case hangs
    /// It arrives twice.
    case duplicate
    /// The answer is lost, and it arrives when ``MemoryDirectory/deliverLate()`` is called.
    case late
}

/// Why a request failed, as far as its sender knows.
enum DirectoryError: Error, Equatable {
    /// It may have been done or not.
    case noAnswer
    /// It was not done, and won't be.
    case refused
    /// A package was published with other bytes than before.
    case differentBytes
}

/// Key packages of many clients, in memory.
///
/// It serves a single-use package once, even if that is published again, and the last-resort package that came last when no
/// other is left. What was withdrawn it never serves again.
actor MemoryDirectory {
    /// A request that changes what is served.
    enum Request: Equatable {
        case publish(KeypackageRef, Data)
        case withdraw(KeypackageRef)

        var isPublication: Bool {
            if case .publish = self { true } else { false }
        }
    }

    private var shelves: [ClientID: [Served]] = [:]
    /// All bytes that ever came, by package.
    private var known: [KeypackageRef: Data] = [:]
    private var gone: Set<KeypackageRef> = []
    private var faults: [Fault] = []
    private var late: [(ClientID, Request)] = []
    /// The requests that arrived, in their order.
    private(set) var requests: [Request] = []

    private typealias Served = (ref: KeypackageRef, bytes: Data)

    /// The directory as a client's app sees it.
    nonisolated func shelf(of clientID: ClientID) -> Shelf {
        Shelf(directory: self, clientID: clientID)
    }

    /// What becomes of the next requests, one each. Those behind them go well.
    func fail(_ faults: [Fault]) {
        self.faults += faults
    }

    /// Delivers what was late, in the order in which it was sent.
    func deliverLate() {
        // Nobody waits for the answers.
        for (clientID, request) in late { try? perform(request, of: clientID) }
        late = []
    }

    /// What is on the shelf of a client, in the order in which it came.
    func served(of clientID: ClientID) -> [KeypackageRef] {
        shelves[clientID, default: []].map(\.ref)
    }

    /// Takes a package of a client, as a peer does.
    func take(of clientID: ClientID, for ciphersuite: Ciphersuite) -> Data? {
        let shelf = shelves[clientID, default: []]
        if let at = shelf.firstIndex(where: { $0.ref.ciphersuite == ciphersuite && !$0.ref.isLastResort }) {
            gone.insert(shelf[at].ref)
            return shelves[clientID]?.remove(at: at).bytes
        }
        return shelf.last { $0.ref.ciphersuite == ciphersuite }?.bytes
    }

    fileprivate func receive(_ request: Request, of clientID: ClientID) async throws {
        switch faults.isEmpty ? .none : faults.removeFirst() {
        case .none:
            try perform(request, of: clientID)
        case .duplicate:
            for _ in 0..<2 { try perform(request, of: clientID) }
        case .lostAnswer:
            try perform(request, of: clientID)
            throw DirectoryError.noAnswer
        case .lostRequest:
            throw DirectoryError.noAnswer
        case .refused:
            throw DirectoryError.refused
        case .late:
            late.append((clientID, request))
            throw DirectoryError.noAnswer
        case .hangsWhenDone:
            try perform(request, of: clientID)
            try await hang()
        case .hangs:
            try await hang()
        }
    }

    private func perform(_ request: Request, of clientID: ClientID) throws {
        requests.append(request)
        switch request {
        case .publish(let ref, let bytes):
            if known[ref, default: bytes] != bytes { throw DirectoryError.differentBytes }
            known[ref] = bytes
            let isThere = shelves[clientID, default: []].contains { $0.ref == ref }
            if !isThere && !gone.contains(ref) { shelves[clientID, default: []].append((ref, bytes)) }
        case .withdraw(let ref):
            shelves[clientID, default: []].removeAll { $0.ref == ref }
            gone.insert(ref)
        }
    }

    /// Until the task is cancelled.
    private func hang() async throws {
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
}

/// A ``MemoryDirectory`` as one client's app sees it.
struct Shelf: KeypackageDirectory {
    fileprivate let directory: MemoryDirectory
    fileprivate let clientID: ClientID

    func publish(_ ref: KeypackageRef, bytes: Data) async throws {
        try await directory.receive(.publish(ref, bytes), of: clientID)
    }

    func withdraw(_ ref: KeypackageRef) async throws {
        try await directory.receive(.withdraw(ref), of: clientID)
    }

    func fetchKeypackage(of clientID: ClientID, for ciphersuite: Ciphersuite) async throws -> Data? {
        await directory.take(of: clientID, for: ciphersuite)
    }

    func isRefusal(_ error: any Error) -> Bool {
        (error as? DirectoryError).map { $0 != .noAnswer } ?? false
    }
}

/// A directory that does what the test tells it to.
struct OwnDirectory: KeypackageDirectory {
    var onPublish: @Sendable (KeypackageRef, Data) async throws -> Void = { _, _ in }
    var onWithdraw: @Sendable (KeypackageRef) async throws -> Void = { _ in }
    /// No error concerns one package alone, unless the test says so.
    var refuses: @Sendable (any Error) -> Bool = { _ in false }

    func publish(_ ref: KeypackageRef, bytes: Data) async throws {
        try await onPublish(ref, bytes)
    }

    func withdraw(_ ref: KeypackageRef) async throws {
        try await onWithdraw(ref)
    }

    func fetchKeypackage(of clientID: ClientID, for ciphersuite: Ciphersuite) async throws -> Data? { nil }

    func isRefusal(_ error: any Error) -> Bool { refuses(error) }
}
