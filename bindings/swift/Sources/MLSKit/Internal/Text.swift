import Foundation

extension Data {
    /// Two lower-case digits a byte.
    var hexadecimal: String {
        map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}

extension UInt16 {
    /// As RFC 9420 §17 writes its numbers.
    var hexadecimal: String {
        let digits = String(self, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension Sequence<UInt16> {
    /// What a list of numbers declares, in an error's words.
    var declared: String {
        let numbers = map(\.hexadecimal).joined(separator: ", ")
        return numbers.isEmpty ? "nothing" : "only \(numbers)"
    }
}

extension Sequence<Ciphersuite> {
    /// The suites, one after the other.
    var listed: String {
        map(\.description).joined(separator: ", ")
    }
}

extension Date {
    /// The time to the second; as a number, if it lies beyond all calendars.
    var inWords: String {
        let seconds = timeIntervalSince1970
        guard (0..<253_402_300_800).contains(seconds) else { return "second \(seconds) after 1970" }
        return ISO8601DateFormatter().string(from: self)
    }
}

extension String {
    /// For the middle of a sentence: OpenMLS's own end with a full stop, or not.
    var withoutFullStop: Substring { hasSuffix(".") ? dropLast() : self[...] }
}
