import Foundation

/// The key that a client's file is encrypted with: 32 random bytes, which the app keeps in a safe place, such as the
/// Keychain with `kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly`.
///
/// ```swift
/// let key = DatabaseKey.random()          // once; then key.bytes goes into the Keychain
/// let again = try DatabaseKey(storedBytes) // at every later start
/// ```
public struct DatabaseKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How many bytes a key has.
    public static let length = 32

    /// The key itself, for whoever keeps it.
    public let bytes: Data

    /// A key of these bytes.
    ///
    /// - Throws: ``StorageError/invalidKeyLength(expected:found:)`` unless they are 32.
    public init(_ bytes: Data) throws {
        guard bytes.count == Self.length else {
            throw MLSError.storage(.invalidKeyLength(expected: UInt64(Self.length), found: UInt64(bytes.count)))
        }
        self.bytes = bytes
    }

    /// A new key, from the system's source of randomness.
    public static func random() -> DatabaseKey {
        var generator = SystemRandomNumberGenerator()
        return DatabaseKey(exactly: Data((0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }))
    }

    /// Tells nothing of the key.
    public var description: String { "DatabaseKey(redacted)" }

    /// Tells nothing of the key.
    public var debugDescription: String { description }

    /// Tells nothing of the key.
    public var customMirror: Mirror { Mirror(self, children: []) }

    private init(exactly bytes: Data) {
        self.bytes = bytes
    }
}
