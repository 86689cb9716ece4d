import Foundation

/// How many key packages a directory is to serve, what they are like, and when they go. The default fits a messenger.
///
/// ```swift
/// var policy = KeypackagePolicy()
/// policy.target = 100
/// policy.config.grease = true
/// ```
public struct KeypackagePolicy: Hashable, Sendable {
    /// How many single-use packages the directory is to have; at most ``KeypackageConfig/maxBatch``, and not negative.
    public var target: Int
    /// How long before its expiry a package is replaced, at least; up to a quarter of it earlier, so that clients which
    /// were set up at once don't come back at once. Of packages that live for less than three times as long, it is a third
    /// of their life. To the second.
    public var refreshMargin: Duration
    /// How long the private keys of a withdrawn package stay, to the second: for Welcomes of peers who fetched it before.
    /// What is over is purged when it has been seen to be over twice, a day apart (or `grace`, if that is shorter).
    public var grace: Duration
    /// Whether the directory is to have a package to serve when no other is left (RFC 9420 §16.8).
    public var lastResort: Bool
    /// How long packages live, to the second, within ``ClientOptions/maxLifetime``. ``KeypackageConfig/defaultLifetime`` if
    /// `nil`, or the client's limit if that is shorter.
    public var lifetime: Duration?
    /// In which form packages are given out, pending ones too: change it together with
    /// ``TransactionContext/renewKeypackages(for:)``, or a directory gets other bytes for what it may have already.
    public var framing: KeypackageFraming
    /// What packages are like. The policy's own ``lifetime`` and ``lastResort`` stand for those given here. It is for packages
    /// made from now on: ``TransactionContext/renewKeypackages(for:)`` has those that are there replaced.
    public var config: KeypackageConfig

    /// The defaults fit a messenger: 20 packages are more invitations than most clients get between two times online, what
    /// goes beyond is the last-resort package's, and a client that is online once in four weeks never has an expired one at
    /// the directory.
    public init(
        target: Int = 20,
        refreshMargin: Duration = .seconds(28 * 24 * 60 * 60),
        grace: Duration = .seconds(7 * 24 * 60 * 60),
        lastResort: Bool = true,
        lifetime: Duration? = nil,
        framing: KeypackageFraming = .bare,
        config: KeypackageConfig = KeypackageConfig()
    ) {
        self.target = target
        self.refreshMargin = refreshMargin
        self.grace = grace
        self.lastResort = lastResort
        self.lifetime = lifetime
        self.framing = framing
        self.config = config
    }
}
