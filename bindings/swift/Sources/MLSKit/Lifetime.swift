import Foundation

/// The window in which a key package may be used (RFC 9420 §7.2), to the second.
public struct Lifetime: Hashable, Sendable {
    let firstSecond: UInt64
    let endSecond: UInt64

    /// A window.
    public init(notBefore: Date, notAfter: Date) {
        self.init(firstSecond: notBefore.secondsSince1970, endSecond: notAfter.secondsSince1970)
    }

    init(firstSecond: UInt64, endSecond: UInt64) {
        self.firstSecond = firstSecond
        self.endSecond = endSecond
    }

    /// When it begins.
    public var notBefore: Date { Date(secondsSince1970: firstSecond) }

    /// When it is over; this second is outside.
    public var notAfter: Date { Date(secondsSince1970: endSecond) }

    /// How long it is.
    public var duration: Duration {
        Duration(secondsOf: endSecond > firstSecond ? endSecond - firstSecond : 0)
    }

    /// Whether `date` is inside.
    public func contains(_ date: Date) -> Bool {
        notBefore <= date && date < notAfter
    }
}
