import Foundation

/// How this client runs its side of a group. No number in it may be negative.
///
/// ```swift
/// var config = GroupConfig()
/// config.externalJoins = true
/// ```
public struct GroupConfig: Hashable, Sendable {
    /// How many past epochs' messages stay readable; at most 64.
    public var pastEpochs: Int
    /// How many messages of the same sender and epoch may be read before one that was sent earlier, which is still readable
    /// then; at most 1,024, 0 for none.
    public var lateMessages: Int
    /// How many messages of the same sender and epoch may be missing before one that is readable; at most 65,536.
    public var skippedMessages: Int
    /// Messages are padded to a multiple of so many bytes, at most 65,536; 0 for none.
    public var padding: Int
    /// Whether Welcomes and group infos carry the ratchet tree (RFC 9420 §12.4.3.3).
    public var ratchetTreeInWelcome: Bool
    /// Whether external commits (RFC 9420 §12.4.3.2) are let in. All members should be set alike: one that refuses such a
    /// commit which others accept is left behind. Nil for what it was before: no, and yes for who came in by one.
    public var externalJoins: Bool?
    /// Extensions of the group's context, `required_capabilities` among them. Only its creator sets them.
    public var contextExtensions: [MLSExtension]

    /// The defaults fit a messenger: a message sent just before a commit stays readable, its length tells little, the
    /// Welcome is all that a new member needs, and nobody comes in uninvited.
    public init(
        pastEpochs: Int = 2,
        lateMessages: Int = 32,
        skippedMessages: Int = 1000,
        padding: Int = 256,
        ratchetTreeInWelcome: Bool = true,
        externalJoins: Bool? = nil,
        contextExtensions: [MLSExtension] = []
    ) {
        self.pastEpochs = pastEpochs
        self.lateMessages = lateMessages
        self.skippedMessages = skippedMessages
        self.padding = padding
        self.ratchetTreeInWelcome = ratchetTreeInWelcome
        self.externalJoins = externalJoins
        self.contextExtensions = contextExtensions
    }
}

/// How to join a group.
public struct JoinOptions: Hashable, Sendable {
    /// How this client runs its side of the group.
    public var config: GroupConfig
    /// The ratchet tree (RFC 9420 §12.4.3.3), where it comes out of band.
    public var ratchetTree: Data?
    /// Whether a group with the same id that this client is in is deleted first.
    public var replace: Bool

    /// By default nothing comes out of band, and nothing is replaced.
    public init(config: GroupConfig = GroupConfig(), ratchetTree: Data? = nil, replace: Bool = false) {
        self.config = config
        self.ratchetTree = ratchetTree
        self.replace = replace
    }
}
