import Foundation
import MLSKit

/// Reads a command a line and answers each with one line; crates/languages lists them.
@main
enum Program {
    static func main() async throws {
        var member: Member?
        while let command = readLine() {
            var answer: String
            do {
                if command.hasPrefix("open ") { member = try await open(command.split(separator: " ")) }
                guard let member else { throw MemberError("nothing is open") }
                answer = "ok \(try await member.answer(command))"
            } catch {
                answer = "error \(error.localizedDescription)"
            }
            answer = answer.replacingOccurrences(of: "\n", with: " ").trimmingCharacters(in: .whitespaces)
            try FileHandle.standardOutput.write(contentsOf: Data("\(answer)\n".utf8))
        }
        await member?.close()
    }

    private static func open(_ words: [Substring]) async throws -> Member {
        guard words.count == 5, let key = Data(hex: words[2]) else {
            throw MemberError("open takes a path, a key, a name and an address")
        }
        let file = URL(fileURLWithPath: String(words[1]))
        let name = String(words[3])
        let service = Service(address: String(words[4]), client: ClientID(name))
        return try await Member(at: file, key: DatabaseKey(key), name: name, service: service)
    }
}

extension Member {
    fileprivate func answer(_ command: String) async throws -> String {
        let words = command.split(separator: " ", maxSplits: 1).map(String.init)
        let rest = words.count > 1 ? words[1] : ""
        switch words.first {
        case "open": return ""
        case "publish": try await publish(Int(rest) ?? 0)
        case "create": return try await create().description
        case "add": try await add(rest)
        case "rotate": try await rotate()
        case "remove": try await remove(rest)
        case "say": try await say(rest)
        case "sync":
            let synced = try await sync()
            return synced == .done ? "" : synced.rawValue
        case "heard": return takeHeard().joined(separator: " | ")
        case "state": return try await state()
        case "packages": return String(try await packages())
        default: throw MemberError("\(command) is no command")
        }
        return ""
    }
}
