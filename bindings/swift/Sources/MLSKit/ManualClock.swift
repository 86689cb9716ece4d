import Foundation
internal import MLSKitGenerated

/// A clock that stands until it is set, for tests. Where OpenMLS checks a lifetime itself, it reads the system's clock.
public final class ManualClock: Sendable {
    let core: MLSKitGenerated.ManualClock

    /// A clock that stands at `date`, to the second.
    public init(_ date: Date) {
        core = MLSKitGenerated.ManualClock(now: date.secondsSince1970)
    }

    /// Sets it to `date`, to the second.
    public func set(_ date: Date) {
        core.set(now: date.secondsSince1970)
    }
}
