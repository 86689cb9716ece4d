import Foundation

extension KeypackageRef {
    /// Bytes of a reference before its hash.
    private static let headLength = 24

    /// The references that the library has packed, as `crates/ffi/src/keypackage_ref.rs` describes.
    static func unpacked(_ packed: Data) -> [KeypackageRef] {
        packed.withUnsafeBytes { bytes in
            var refs: [KeypackageRef] = []
            var start = 0
            while start + headLength <= bytes.count {
                let hash = start + headLength
                let end = min(hash + Int(bytes[hash - 1]), bytes.count)
                refs.append(KeypackageRef(head: bytes, at: start, hashRef: Data(bytes[hash..<end])))
                start = end
            }
            return refs
        }
    }

    private init(head: UnsafeRawBufferPointer, at start: Int, hashRef: Data) {
        func number<Number: FixedWidthInteger>(at offset: Int, as _: Number.Type) -> Number {
            Number(bigEndian: head.loadUnaligned(fromByteOffset: start + offset, as: Number.self))
        }
        self.hashRef = hashRef
        ciphersuite = Ciphersuite(rawValue: number(at: 0, as: UInt16.self))
        signatureScheme = SignatureScheme(rawValue: number(at: 2, as: UInt16.self))
        credentialType = CredentialType(rawValue: number(at: 4, as: UInt16.self))
        lifetime = Lifetime(
            firstSecond: number(at: 6, as: UInt64.self), endSecond: number(at: 14, as: UInt64.self))
        isLastResort = head[start + 22] != 0
    }
}
