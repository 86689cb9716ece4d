import Foundation

/// Where a client's peers get its key packages from. An app implements it over its server, as the client's user, and hands
/// it to ``MLSClient/syncKeypackages(with:for:policy:)``: one value for each client, which knows its id.
///
/// All credentials of a client use one directory: what is to be withdrawn is told to whichever is asked next, and one that
/// does not know the package says yes.
///
/// What the library relies on:
/// - `publish` of what it has had before, with the same reference, is a success and changes nothing: nor does it serve a
///   package anew that it has served or was told to withdraw.
/// - A single-use package is served once, the last-resort package only when no other is left.
/// - `withdraw` of what it does not have is a success.
/// - An error says nothing: it may have been done all the same.
/// - A call ends soon after its task is cancelled, as those of `URLSession` do. That, or a time limit of its own, is what
///   ends one that gets no answer.
public protocol KeypackageDirectory: Sendable {
    /// Serves a key package of this client from now on. ``KeypackageRef/isLastResort`` tells which kind it is.
    ///
    /// - Parameters:
    ///   - ref: Names the package.
    ///   - bytes: The package, in the policy's framing.
    func publish(_ ref: KeypackageRef, bytes: Data) async throws

    /// Serves a key package of this client no longer. ``KeypackageRef/hashRef`` names it; all else is unknown of one that
    /// an early version of this library has removed.
    func withdraw(_ ref: KeypackageRef) async throws

    /// Takes a key package of a peer, if there is one: give it to ``MLSClient/importKeypackage(_:of:)``. The library never
    /// calls it; it is for whoever adds members, so that one value stands for the whole server.
    func fetchKeypackage(of clientID: ClientID, for ciphersuite: Ciphersuite) async throws -> Data?

    /// Whether an error of `publish` or `withdraw` concerns the one package alone: the directory has said no to it, and the
    /// others are tried. At any other error, as that the network is gone, ``MLSClient/syncKeypackages(with:for:policy:)`` stops
    /// and throws it. It is not asked about a `CancellationError`.
    ///
    /// A directory that calls a lasting refusal something else stops each run at the same package. Over HTTP, not being let
    /// in (401, 403), a time limit (408) and too many requests (429) are no refusal of one package.
    func isRefusal(_ error: any Error) -> Bool
}

/// What one ``MLSClient/syncKeypackages(with:for:policy:)`` did.
public struct KeypackageSyncReport: Sendable {
    /// A package that the directory said no to.
    public struct Refusal: Sendable {
        /// Names the package.
        public let ref: KeypackageRef
        /// What the directory threw.
        public let error: any Error
    }

    /// What the directory has been told to serve.
    public internal(set) var published: [KeypackageRef] = []
    /// What the directory has been told to serve no longer.
    public internal(set) var withdrawn: [KeypackageRef] = []
    /// What the directory has refused (``KeypackageDirectory/isRefusal(_:)``). It is tried again the next time,
    /// within an hour.
    public internal(set) var refused: [Refusal] = []
    /// When to call again, if nothing happens before. `nil`, where there is nothing to wait for.
    public internal(set) var next: Date?
}
