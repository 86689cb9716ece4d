import Foundation
import MLSKit

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The directory and delivery service (crates/testkit/service) over HTTP, as one client sees it. A call that gets no answer
/// is made again: the service may or may not have got it.
struct Service: KeypackageDirectory {
    /// Where it is, such as `http://127.0.0.1:8080`.
    let address: String
    /// Whose key packages it is to serve.
    let client: ClientID

    func publish(_ ref: KeypackageRef, bytes: Data) async throws {
        _ = try await post("keypackages?client=\(client.bytes.hex)", bytes).successful
    }

    func withdraw(_ ref: KeypackageRef) async throws {
        _ = try await request("DELETE", "keypackages/\(ref.hashRef)").successful
    }

    func fetchKeypackage(of client: ClientID, for ciphersuite: Ciphersuite) async throws -> Data? {
        let query = "client=\(client.bytes.hex)&ciphersuite=\(ciphersuite.rawValue)"
        let answer = try await post("keypackages/take?\(query)", Data())
        return answer.status == 404 ? nil : try answer.successful
    }

    func isRefusal(_ error: any Error) -> Bool {
        guard let status = (error as? ServiceError)?.status else { return false }
        // Who is not let in, or comes too often, is refused whatever the package.
        return (400..<500).contains(status) && ![401, 403, 408, 429].contains(status)
    }

    /// Sends a commit, a proposal or a message. Returns whether it was taken: another commit may have been first.
    func send(_ message: Data) async throws -> Bool {
        let answer = try await post("messages", message)
        if answer.status == 409 { return false }
        _ = try answer.successful
        return true
    }

    /// The messages of a group behind a position.
    func messages(in groupID: GroupID, after position: Int) async throws -> [Line] {
        try await lines("groups/\(groupID.bytes.hex)/messages?after=\(position)")
    }

    /// Sends a Welcome to those whose key packages it is for.
    func sendWelcome(_ welcome: Data) async throws {
        _ = try await post("welcomes", welcome).successful
    }

    /// The Welcomes for a client behind a position.
    func welcomes(for client: ClientID, after position: Int) async throws -> [Line] {
        try await lines("welcomes?client=\(client.bytes.hex)&after=\(position)")
    }

    private func lines(_ path: String) async throws -> [Line] {
        let text = String(decoding: try await request("GET", path).successful, as: UTF8.self)
        return try text.split(separator: "\n").map { line in
            let parts = line.split(separator: " ")
            guard parts.count == 2, let position = Int(parts[0]), let bytes = Data(hex: parts[1]) else {
                throw ServiceError(status: 200, reason: "a line without a position and a message")
            }
            return Line(position: position, bytes: bytes)
        }
    }

    private func post(_ path: String, _ body: Data) async throws -> Answer {
        try await request("POST", path, body)
    }

    private func request(_ method: String, _ path: String, _ body: Data? = nil) async throws -> Answer {
        guard let url = URL(string: "\(address)/\(path)") else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        (request.httpMethod, request.httpBody) = (method, body)
        let (body, response) = try await URLSession.shared.data(for: request)
        guard let response = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        return Answer(status: response.statusCode, body: body)
    }
}

/// A message in a queue.
struct Line {
    /// Its place, to be given the next time, so that only what is behind it comes.
    let position: Int
    let bytes: Data
}

/// That the service said no, in its own words.
struct ServiceError: LocalizedError {
    let status: Int
    let reason: String

    var errorDescription: String? { "the service answered \(status): \(reason)" }
}

private struct Answer {
    let status: Int
    let body: Data

    var successful: Data {
        get throws {
            guard (200...299).contains(status) else {
                throw ServiceError(status: status, reason: String(decoding: body, as: UTF8.self))
            }
            return body
        }
    }
}
