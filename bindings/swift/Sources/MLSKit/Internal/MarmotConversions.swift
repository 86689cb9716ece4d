import Foundation
internal import MLSKitGenerated

extension UnsignedEvent {
    init(_ generated: MLSKitGenerated.UnsignedEvent) {
        self.init(
            kind: generated.kind,
            pubkey: generated.pubkey,
            createdAt: Date(secondsSince1970: generated.createdAt),
            tags: generated.tags,
            content: generated.content
        )
    }

    var generated: MLSKitGenerated.UnsignedEvent {
        MLSKitGenerated.UnsignedEvent(
            kind: kind,
            pubkey: pubkey,
            createdAt: createdAt.secondsSince1970,
            tags: tags,
            content: content
        )
    }
}

extension EventOptions {
    var generated: MLSKitGenerated.EventOptions {
        MLSKitGenerated.EventOptions(
            relays: relays,
            client: client,
            protected: isProtected,
            createdAt: createdAt?.secondsSince1970
        )
    }
}

extension MarmotError {
    init?(_ failure: MarmotFailure) {
        switch failure {
        case .wrongPublicKeyLength(let found): self = .wrongPublicKeyLength(found: found)
        case .wrongPublicKeyText(let length): self = .wrongPublicKeyText(length: length)
        case .notBasic(let found): self = .notBasic(found: CredentialType(rawValue: found))
        case .wrongCiphersuite(let found): self = .wrongCiphersuite(found: Ciphersuite(rawValue: found))
        case .notDeclared(let missing): self = .notDeclared(missing: ExtensionType(rawValue: missing))
        case .lifetimeTooLong(let asked, let limit):
            self = .lifetimeTooLong(asked: Duration(secondsOf: asked), limit: Duration(secondsOf: limit))
        case .nothingToDelete: self = .nothingToDelete
        case .wrongEventId(let found): self = .wrongEventID(found: found)
        case .wrongKind(let found): self = .wrongKind(found: found)
        case .missingTag(let tag): self = .missingTag(tag: tag)
        case .repeatedTag(let tag): self = .repeatedTag(tag: tag)
        case .wrongTag(let tag, let expected, let found): self = .wrongTag(tag: tag, expected: expected, found: found)
        case .notListed(let missing): self = .notListed(missing: ExtensionType(rawValue: missing))
        case .defaultListed(let found): self = .defaultListed(found: ExtensionType(rawValue: found))
        case .listedOnly(let found): self = .listedOnly(found: ExtensionType(rawValue: found))
        case .wrongRelay(let found): self = .wrongRelay(found: found)
        case .noRelays: self = .noRelays
        case .notBase64(let reason): self = .notBase64(reason: reason)
        case .otherPublicKey(let expected, let found): self = .otherPublicKey(expected: expected, found: found)
        case .otherKeypackage(let expected, let found): self = .otherKeypackage(expected: expected, found: found)
        case .other: return nil
        }
    }
}
