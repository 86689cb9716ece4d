import Foundation

extension Data {
    /// The bytes in hexadecimal.
    var hex: String { map { String(format: "%02x", $0) }.joined() }

    /// The bytes that an even number of hexadecimal digits stand for.
    init?(hex: some StringProtocol) {
        let digits = hex.compactMap(\.hexDigitValue)
        guard digits.count == hex.count, digits.count.isMultiple(of: 2) else { return nil }
        self.init(stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }
}
