import Foundation
import MLSKit

// What is measured. Each case prepares and verifies outside of the time that it returns.

private let batchSize = 100
private let text = Data(repeating: 0x5a, count: 1024)

/// What was found is not what must be there.
struct Unexpected: Error {
    let what: String
}

extension Duration {
    /// What the protocol speaks in.
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}

/// Does a case's work once. The time is that of one unit: `scripts/bench-ffi` says what that is.
func run(_ name: String, in world: World) async throws -> Duration {
    switch name {
    case "call": try call(world)
    case "operation": try await operation(world)
    case "transaction": try await transaction(world)
    case "one": try await one(world)
    case "batch": try await batch(world)
    case "list": try await list(world)
    case "remove": try await remove(world)
    case "encrypt": try await encrypt(world)
    case "each": try await encryptEach(world)
    default: throw Unexpected(what: "there is no case \(name)")
    }
}

private func call(_ world: World) throws -> Duration {
    try ContinuousClock().measure {
        for _ in 0..<1000 { _ = try GroupID(ofMessage: world.message) }
    } / 1000
}

private func operation(_ world: World) async throws -> Duration {
    try await world.alice.client.transaction { tx in
        try await ContinuousClock().measure {
            for _ in 0..<batchSize { try await tx.removeKeypackage(world.gone) }
        } / batchSize
    }
}

private func transaction(_ world: World) async throws -> Duration {
    try await ContinuousClock().measure {
        for _ in 0..<20 { try await world.alice.client.transaction { _ in } }
    } / 20
}

private func one(_ world: World) async throws -> Duration {
    let taken = try await ContinuousClock().measure {
        for _ in 0..<10 {
            _ = try await world.alice.client.transaction { tx in
                try await tx.generateKeypackage(for: world.alice.credential)
            }
        }
    }
    try await empty(world, made: 10)
    return taken / 10
}

private func batch(_ world: World) async throws -> Duration {
    let taken = try await ContinuousClock().measure { try await world.alice.generate(batchSize) }
    try await empty(world, made: batchSize)
    return taken
}

/// Removes what a turn has made.
private func empty(_ world: World, made: Int) async throws {
    let found = try await world.alice.client.keypackageRefs().count
    try await world.alice.empty()
    if found != made { throw Unexpected(what: "\(made) packages were made, but \(found) found") }
}

private func list(_ world: World) async throws -> Duration {
    var read = 0
    let taken = try await ContinuousClock().measure {
        for ref in try await world.lister.client.keypackageRefs()
        where ref.lifetime.notAfter > .distantPast && !ref.isLastResort { read += 1 }
    }
    if read != World.listed { throw Unexpected(what: "\(read) packages were read") }
    return taken
}

private func remove(_ world: World) async throws -> Duration {
    try await world.remover.generate(batchSize)
    let taken = try await ContinuousClock().measure { try await world.remover.empty() }
    let left = try await world.remover.client.keypackageRefs().count
    if left != World.kept { throw Unexpected(what: "\(left) packages are left") }
    return taken
}

private func encrypt(_ world: World) async throws -> Duration {
    let messages = (0..<batchSize).map { _ in PlainMessage(text) }
    return try await ContinuousClock().measure {
        let sealed = try await world.speaker.client.transaction { tx in
            try await tx.encryptMessages(messages, in: world.groupID)
        }
        for message in sealed { _ = try message.open() }
    }
}

private func encryptEach(_ world: World) async throws -> Duration {
    try await ContinuousClock().measure {
        let sealed = try await world.speaker.client.transaction { tx in
            var sealed: [SealedMessage] = []
            for _ in 0..<batchSize { sealed.append(try await tx.encryptMessage(text, in: world.groupID)) }
            return sealed
        }
        for message in sealed { _ = try message.open() }
    }
}
