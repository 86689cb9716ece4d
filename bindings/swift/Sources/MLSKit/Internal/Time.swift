import Foundation

extension Date {
    init(secondsSince1970 seconds: UInt64) {
        self.init(timeIntervalSince1970: TimeInterval(seconds))
    }

    init(secondsSince1970 seconds: Int64) {
        self.init(timeIntervalSince1970: TimeInterval(seconds))
    }

    /// Whole seconds; the first or last that there is a number for, if it lies beyond.
    var secondsSince1970: UInt64 {
        UInt64(clamping: signedSecondsSince1970)
    }

    /// As `secondsSince1970`, before 1970 too.
    var signedSecondsSince1970: Int64 {
        let seconds = timeIntervalSince1970.rounded(.down)
        return Int64(exactly: seconds) ?? (seconds < 0 ? .min : .max)
    }
}

extension Duration {
    /// Of seconds that come from the library; what no `Duration` can hold is the longest one.
    init(secondsOf seconds: UInt64) {
        self = .seconds(Int64(clamping: seconds))
    }

    /// Of milliseconds that come from the library.
    init(millisecondsOf milliseconds: UInt64) {
        self = .milliseconds(Int64(clamping: milliseconds))
    }

    /// Whole seconds, none if it is negative; of the longest duration, as many as there can be.
    var wholeSeconds: UInt64 {
        components.seconds == .max ? .max : UInt64(clamping: components.seconds)
    }

    /// Whole milliseconds, none if it is negative.
    var wholeMilliseconds: UInt64 {
        let (seconds, attoseconds) = components
        let (thousands, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? UInt64(Int64.max) : UInt64(clamping: thousands + attoseconds / 1_000_000_000_000_000)
    }
}
