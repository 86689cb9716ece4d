import Foundation

/// The certificates of an X.509 credential (RFC 9420 §5.3) were refused. Positions count from the leaf, which is 0.
public enum CertificateError: Hashable, Sendable {
    /// There is no leaf certificate.
    case emptyChain
    /// Caller: the text is not a row of certificates in PEM.
    case notPEM(position: UInt32, reason: String)
    /// Whoever made the credential: its content is not a list of certificates.
    case notAList(position: UInt32, reason: String)
    /// Whoever made the credential: these bytes are not a certificate.
    case notACertificate(position: UInt32, reason: String)
    /// Caller: the leaf comes first, and each certificate is followed by its issuer's.
    case outOfOrder(position: UInt32, issuer: String, nextSubject: String)
    /// Caller: the certificate has expired.
    case expired(position: UInt32, notAfter: Date, now: Date)
    /// Caller: the certificate is not valid yet, or the clock is behind.
    case notYetValid(position: UInt32, notBefore: Date, now: Date)
    /// Whoever made the credential: the leaf certificate's key is of a kind that is unknown here.
    case unknownKeyAlgorithm(found: String)
    /// Caller: the leaf certificate's key is of another kind than the ciphersuite signs with.
    case differentKeyAlgorithm(expected: SignatureScheme, found: SignatureScheme)
    /// Whoever made the credential: the leaf certificate is for another key than the one that signs.
    case differentKey(certificate: Data, signatureKey: Data)
}

extension CertificateError: CustomStringConvertible {
    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .emptyChain:
            "A chain has at least one certificate, but it was empty."
        case .notPEM(let position, let reason):
            "Certificate \(position): a PEM block with the label CERTIFICATE was expected: \(reason)."
        case .notAList(let position, let reason):
            "Certificate \(position): the credential's content is not a list of certificates: \(reason)."
        case .notACertificate(let position, let reason):
            "Certificate \(position): not an X.509 certificate in DER: \(reason)."
        case .outOfOrder(let position, let issuer, let nextSubject):
            "Certificate \(position) was issued by \"\(issuer)\", but the next one is of \"\(nextSubject)\"; "
                + "begin with the leaf and let each be followed by its issuer's."
        case .expired(let position, let notAfter, let now):
            "Certificate \(position) was valid until \(notAfter.inWords), but it is \(now.inWords)."
        case .notYetValid(let position, let notBefore, let now):
            "Certificate \(position) is valid from \(notBefore.inWords), but it is \(now.inWords)."
        case .unknownKeyAlgorithm(let found):
            "The leaf certificate has a key for \(found); Ed25519 and ECDSA with P-256 are supported."
        case .differentKeyAlgorithm(let expected, let found):
            "The ciphersuite signs with \(expected), but the leaf certificate has a key for \(found)."
        case .differentKey(let certificate, let signatureKey):
            "The leaf certificate is for the key \(certificate.hexadecimal), "
                + "but the signature key is \(signatureKey.hexadecimal)."
        }
    }
}
