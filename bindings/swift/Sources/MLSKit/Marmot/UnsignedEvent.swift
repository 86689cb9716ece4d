import Foundation
internal import MLSKitGenerated

/// An event of Nostr (NIP-01) without its id and signature, which the app's Nostr library makes and checks.
public struct UnsignedEvent: Hashable, Sendable {
    /// What it is about.
    public var kind: UInt16
    /// Its author's key, in 64 lowercase hexadecimal digits.
    public var pubkey: String
    /// When it was made, to the second.
    public var createdAt: Date
    /// Each tag has its name first.
    public var tags: [[String]]
    /// For key packages, base64.
    public var content: String

    /// An event as a relay gave it.
    public init(kind: UInt16, pubkey: String, createdAt: Date, tags: [[String]], content: String) {
        self.kind = kind
        self.pubkey = pubkey
        self.createdAt = createdAt
        self.tags = tags
        self.content = content
    }

    /// The relays where the event says that it is published.
    public var relays: [String] {
        eventRelays(event: generated)
    }
}

/// What an event says beside its key package.
public struct EventOptions: Hashable, Sendable {
    /// The relays that the event will be published to, at least one.
    public var relays: [String]
    /// The app's name, for people whose other app can't read a Welcome. Everybody sees it.
    public var client: String?
    /// Whether only its author may publish the event (NIP-70). Many relays refuse protected events.
    public var isProtected: Bool
    /// When the event was made, to the second. If `nil`, when its package was, which is the first second of its lifetime, and
    /// not later than now: so a second event with the same package and options is the first one.
    public var createdAt: Date?

    /// By default the event names no app, and anybody may publish it.
    public init(relays: [String], client: String? = nil, isProtected: Bool = false, createdAt: Date? = nil) {
        self.relays = relays
        self.client = client
        self.isProtected = isProtected
        self.createdAt = createdAt
    }
}
