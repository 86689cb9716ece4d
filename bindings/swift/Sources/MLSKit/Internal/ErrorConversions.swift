import Foundation
internal import MLSKitGenerated

// Each initializer fails for what has no name here.

extension StorageError {
    init?(_ failure: StorageFailure) {
        switch failure {
        case .invalidKeyLength(let expected, let found): self = .invalidKeyLength(expected: expected, found: found)
        case .notAFile(let path): self = .notAFile(path: path)
        case .notADatabase(let path, let found): self = .notADatabase(path: path, found: found)
        case .wrongKeyOrDamaged(let path): self = .wrongKeyOrDamaged(path: path)
        case .keyChanged: self = .keyChanged
        case .newerSchema(let found, let supported): self = .newerSchema(found: found, supported: supported)
        case .unknownBlobCodec(let found, let supported): self = .unknownBlobCodec(found: found, supported: supported)
        case .corrupt: self = .corrupt
        case .readOnly: self = .readOnly
        case .diskFull: self = .diskFull
        case .databaseBusy(let waited): self = .databaseBusy(waited: Duration(millisecondsOf: waited))
        case .closed: self = .closed
        case .io(let kind, let reason): self = .io(kind: kind, reason: reason)
        case .codec(let reason): self = .codec(reason: reason)
        case .outOfRange(let what, let found, let limit): self = .outOfRange(what: what, found: found, limit: limit)
        case .sqlite(let code, let reason): self = .sqlite(code: code, reason: reason)
        case .other: return nil
        }
    }
}

extension TransactionError {
    init?(_ failure: TransactionFailure) {
        switch failure {
        case .transactionFinished: self = .transactionFinished
        case .transactionUndone: self = .transactionUndone
        case .nestedTransaction: self = .nestedTransaction
        case .transactionBusy(let waited, let openFor):
            self = .transactionBusy(
                waited: Duration(millisecondsOf: waited),
                openFor: Duration(millisecondsOf: openFor)
            )
        case .operationPanicked: self = .operationPanicked
        case .other: return nil
        }
    }
}

extension CertificateError {
    init?(_ failure: CertificateFailure) {
        switch failure {
        case .emptyChain: self = .emptyChain
        case .notPem(let position, let reason): self = .notPEM(position: position, reason: reason)
        case .notAList(let position, let reason): self = .notAList(position: position, reason: reason)
        case .notACertificate(let position, let reason): self = .notACertificate(position: position, reason: reason)
        case .outOfOrder(let position, let issuer, let nextSubject):
            self = .outOfOrder(position: position, issuer: issuer, nextSubject: nextSubject)
        case .expired(let position, let notAfter, let now):
            self = .expired(
                position: position,
                notAfter: Date(secondsSince1970: notAfter),
                now: Date(secondsSince1970: now)
            )
        case .notYetValid(let position, let notBefore, let now):
            self = .notYetValid(
                position: position,
                notBefore: Date(secondsSince1970: notBefore),
                now: Date(secondsSince1970: now)
            )
        case .unknownKeyAlgorithm(let found): self = .unknownKeyAlgorithm(found: found)
        case .differentKeyAlgorithm(let expected, let found):
            self = .differentKeyAlgorithm(
                expected: SignatureScheme(rawValue: expected),
                found: SignatureScheme(rawValue: found)
            )
        case .differentKey(let certificate, let signatureKey):
            self = .differentKey(
                certificate: SignatureKey(certificate),
                signatureKey: SignatureKey(signatureKey)
            )
        case .other: return nil
        }
    }
}

extension CredentialError {
    init?(_ failure: CredentialFailure) {
        switch failure {
        case .differentClient(let expected, let found): self = .differentClient(expected: expected, found: found)
        case .emptyClientId: self = .emptyClientID
        case .differentIdentity(let expected, let found): self = .differentIdentity(expected: expected, found: found)
        case .unsupportedCiphersuite(let found, let supported):
            self = .unsupportedCiphersuite(
                found: Ciphersuite(rawValue: found),
                supported: supported.map(Ciphersuite.init(rawValue:))
            )
        case .foreignCredential(let expected, let found): self = .foreignCredential(expected: expected, found: found)
        case .credentialNotFound: self = .credentialNotFound
        case .credentialInUse(let groupID): self = .credentialInUse(groupID: GroupID(groupID))
        case .replacedByItself: self = .replacedByItself
        case .credentialExists: self = .credentialExists
        case .certificate(let reason):
            guard let error = CertificateError(reason) else { return nil }
            self = .certificate(error)
        case .notAPrivateKey(let reason): self = .notAPrivateKey(reason: reason)
        case .differentPrivateKeyAlgorithm(let expected, let found):
            self = .differentPrivateKeyAlgorithm(
                expected: SignatureScheme(rawValue: expected),
                found: SignatureScheme(rawValue: found)
            )
        case .notDecoded(let reason): self = .notDecoded(reason: reason)
        case .other: return nil
        }
    }
}

extension KeypackageError {
    init?(_ failure: KeypackageFailure) {
        switch failure {
        case .rejected(let reason):
            guard let error = RejectedKeypackage(reason) else { return nil }
            self = .rejected(error)
        case .lifetimeTooLong(let asked, let limit):
            self = .lifetimeTooLong(asked: Duration(secondsOf: asked), limit: Duration(secondsOf: limit))
        case .lifetimeTooShort(let asked): self = .lifetimeTooShort(asked: Duration(secondsOf: asked))
        case .windowTooLong(let asked, let limit):
            self = .windowTooLong(asked: Duration(secondsOf: asked), limit: Duration(secondsOf: limit))
        case .windowInverted(let notBefore, let notAfter):
            self = .windowInverted(
                notBefore: Date(secondsSince1970: notBefore),
                notAfter: Date(secondsSince1970: notAfter)
            )
        case .windowOver(let notAfter, let now):
            self = .windowOver(notAfter: Date(secondsSince1970: notAfter), now: Date(secondsSince1970: now))
        case .lifetimeOutOfRange(let found, let latest):
            self = .lifetimeOutOfRange(found: Date(secondsSince1970: found), latest: Date(secondsSince1970: latest))
        case .extensionMisplaced(let found, let place):
            guard let place = ExtensionPlace(place) else { return nil }
            self = .extensionMisplaced(found: ExtensionType(rawValue: found), place: place)
        case .duplicateExtension(let found, let place):
            guard let place = ExtensionPlace(place) else { return nil }
            self = .duplicateExtension(found: ExtensionType(rawValue: found), place: place)
        case .greaseExtension(let found): self = .greaseExtension(found: ExtensionType(rawValue: found))
        case .malformedExtension(let place, let reason):
            guard let place = ExtensionPlace(place) else { return nil }
            self = .malformedExtension(place: place, reason: reason)
        case .noCiphersuites(let supported):
            self = .noCiphersuites(supported: supported.map(Ciphersuite.init(rawValue:)))
        case .unsupportedCiphersuite(let found, let supported):
            self = .unsupportedCiphersuite(
                found: Ciphersuite(rawValue: found),
                supported: supported.map(Ciphersuite.init(rawValue:))
            )
        case .expiresTooSoon(let remaining, let limit):
            self = .expiresTooSoon(remaining: Duration(secondsOf: remaining), limit: Duration(secondsOf: limit))
        case .batchTooLarge(let asked, let limit): self = .batchTooLarge(asked: asked, limit: limit)
        case .notBuilt(let reason): self = .notBuilt(reason: reason)
        case .notEncoded(let reason): self = .notEncoded(reason: reason)
        case .notDecoded(let reason): self = .notDecoded(reason: reason)
        case .other: return nil
        }
    }
}

extension ExtensionPlace {
    init?(_ place: MLSKitGenerated.ExtensionPlace) {
        switch place {
        case .keypackage: self = .keypackage
        case .leafNode: self = .leafNode
        case .other: return nil
        }
    }
}

extension RejectedKeypackage {
    init?(_ rejection: KeypackageRejection) {
        switch rejection {
        case .empty: self = .empty
        case .truncated(let field, let missing): self = .truncated(field: field, missing: missing)
        case .trailingBytes(let count): self = .trailingBytes(count: count)
        case .notAKeypackage(let begins): self = .notAKeypackage(begins: begins)
        case .malformed(let field, let reason): self = .malformed(field: field, reason: reason)
        case .unknownVersion(let found): self = .unknownVersion(found: found)
        case .unsupportedCiphersuite(let found, let supported):
            self = .unsupportedCiphersuite(
                found: Ciphersuite(rawValue: found),
                supported: supported.map(Ciphersuite.init(rawValue:))
            )
        case .wrongLeafSource(let found): self = .wrongLeafSource(found: found)
        case .wrongSignature: self = .wrongSignature
        case .wrongLeafSignature: self = .wrongLeafSignature
        case .expired(let notAfter, let now):
            self = .expired(notAfter: Date(secondsSince1970: notAfter), now: Date(secondsSince1970: now))
        case .notYetValid(let notBefore, let now):
            self = .notYetValid(notBefore: Date(secondsSince1970: notBefore), now: Date(secondsSince1970: now))
        case .invertedLifetime(let notBefore, let notAfter):
            self = .invertedLifetime(
                notBefore: Date(secondsSince1970: notBefore),
                notAfter: Date(secondsSince1970: notAfter)
            )
        case .lifetimeTooLong(let found, let limit):
            self = .lifetimeTooLong(found: Duration(secondsOf: found), limit: Duration(secondsOf: limit))
        case .wrongKeyLength(let field, let ciphersuite, let expected, let found):
            self = .wrongKeyLength(
                field: field,
                ciphersuite: Ciphersuite(rawValue: ciphersuite),
                expected: expected,
                found: found
            )
        case .unusableKey(let field, let ciphersuite, let reason):
            self = .unusableKey(field: field, ciphersuite: Ciphersuite(rawValue: ciphersuite), reason: reason)
        case .initKeyIsEncryptionKey: self = .initKeyIsEncryptionKey
        case .repeatedExtension(let field, let type):
            self = .repeatedExtension(field: field, extensionType: ExtensionType(rawValue: type))
        case .forbiddenExtension(let type):
            self = .forbiddenExtension(extensionType: ExtensionType(rawValue: type))
        case .forbiddenLeafExtension(let type):
            self = .forbiddenLeafExtension(extensionType: ExtensionType(rawValue: type))
        case .undeclaredExtension(let type, let declared):
            self = .undeclaredExtension(
                extensionType: ExtensionType(rawValue: type),
                declared: declared.map(ExtensionType.init(rawValue:))
            )
        case .undeclaredLeafExtension(let type, let declared):
            self = .undeclaredLeafExtension(
                extensionType: ExtensionType(rawValue: type),
                declared: declared.map(ExtensionType.init(rawValue:))
            )
        case .greaseExtension(let type): self = .greaseExtension(extensionType: ExtensionType(rawValue: type))
        case .undeclaredCiphersuite(let found, let declared):
            self = .undeclaredCiphersuite(
                found: Ciphersuite(rawValue: found),
                declared: declared.map(Ciphersuite.init(rawValue:))
            )
        case .undeclaredVersion(let found, let declared): self = .undeclaredVersion(found: found, declared: declared)
        case .undeclaredCredentialType(let found, let declared):
            self = .undeclaredCredentialType(
                found: CredentialType(rawValue: found),
                declared: declared.map(CredentialType.init(rawValue:))
            )
        case .certificate(let reason):
            guard let error = CertificateError(reason) else { return nil }
            self = .certificate(error)
        case .otherClient(let expected, let found): self = .otherClient(expected: expected, found: found)
        case .noClientId(let credentialType):
            self = .noClientID(credentialType: CredentialType(rawValue: credentialType))
        case .other: return nil
        }
    }
}

extension GroupError {
    init?(_ failure: GroupFailure) {
        switch failure {
        case .unknownGroup(let groupID): self = .unknownGroup(groupID: GroupID(groupID))
        case .alreadyJoined(let groupID): self = .alreadyJoined(groupID: GroupID(groupID))
        case .unknownMember(let leafIndex): self = .unknownMember(leafIndex: leafIndex)
        case .commitPending: self = .commitPending
        case .joinPending: self = .joinPending
        case .leaving: self = .leaving
        case .removed: self = .removed
        case .differentCiphersuite(let expected, let found):
            self = .differentCiphersuite(
                expected: Ciphersuite(rawValue: expected),
                found: Ciphersuite(rawValue: found)
            )
        case .credentialTypeNotSupported(let credentialType, let leafIndex):
            self = .credentialTypeNotSupported(
                credentialType: CredentialType(rawValue: credentialType),
                leafIndex: leafIndex
            )
        case .extensionMisplaced(let found): self = .extensionMisplaced(found: ExtensionType(rawValue: found))
        case .duplicateExtension(let found): self = .duplicateExtension(found: ExtensionType(rawValue: found))
        case .capabilityNotSupported(let what): self = .capabilityNotSupported(what: what)
        case .settingTooLarge(let setting, let limit, let found):
            self = .settingTooLarge(setting: setting, limit: limit, found: found)
        case .noPendingCommit: self = .noPendingCommit
        case .noProposals: self = .noProposals
        case .proposalsPending: self = .proposalsPending
        case .staleCommit(let epoch, let current): self = .staleCommit(epoch: epoch, current: current)
        case .foreignCommit: self = .foreignCommit
        case .noMatchingKeypackage: self = .noMatchingKeypackage
        case .welcomeReplayed: self = .welcomeReplayed
        case .badWelcome(let reason): self = .badWelcome(reason: reason)
        case .ratchetTreeMissing: self = .ratchetTreeMissing
        case .notCommitted: self = .notCommitted
        case .notMarkable(let id, let reason): self = .notMarkable(id: OutgoingID(rawValue: id), reason: reason)
        case .refused(let reason): self = .refused(reason: reason)
        case .bug(let reason): self = .bug(reason: reason)
        case .other: return nil
        }
    }
}

extension MessageError {
    init?(_ failure: MessageFailure) {
        switch failure {
        case .duplicate: self = .duplicate
        case .tooOld(let epoch, let current): self = .tooOld(epoch: epoch, current: current)
        case .futureEpoch(let epoch, let current): self = .futureEpoch(epoch: epoch, current: current)
        case .unknownGroup(let groupID): self = .unknownGroup(groupID: GroupID(groupID))
        case .joinPending: self = .joinPending
        case .misplaced(.welcome): self = .misplacedWelcome
        case .misplaced(.groupInfo): self = .misplacedGroupInfo
        case .misplaced(.keypackage): self = .misplacedKeypackage
        case .misplaced(.other): return nil
        case .malformed(let reason): self = .malformed(reason: reason)
        case .rejected(let reason):
            guard let reason = RejectedMessage(reason) else { return nil }
            self = .rejected(reason)
        case .rejoin(let reason):
            guard let reason = RejoinReason(reason) else { return nil }
            self = .rejoin(reason)
        case .other: return nil
        }
    }
}

extension RejectedMessage {
    init?(_ rejection: MessageRejection) {
        switch rejection {
        case .externalJoin: self = .externalJoin
        case .credential(let reason):
            guard let error = CredentialError(reason) else { return nil }
            self = .credential(error)
        case .unsupportedProposal(let proposalType): self = .unsupportedProposal(proposalType: proposalType)
        case .undeclaredProposal: self = .undeclaredProposal
        case .notAuthentic(let reason): self = .notAuthentic(reason: reason)
        case .unknownOwnCommit: self = .unknownOwnCommit
        case .tooFarAhead: self = .tooFarAhead
        case .invalid(let reason): self = .invalid(reason: reason)
        case .other: return nil
        }
    }
}

extension RejoinReason {
    init?(_ reason: MLSKitGenerated.RejoinReason) {
        switch reason {
        case .expiredLeaf: self = .expiredLeaf
        case .leafNotYetValid: self = .leafNotYetValid
        case .undeclaredExtension: self = .undeclaredExtension
        case .commitNotAccepted: self = .commitNotAccepted
        case .missingProposal: self = .missingProposal
        case .ownCommitLost: self = .ownCommitLost
        case .unreadablePath: self = .unreadablePath
        case .unsupportedProposal(let proposalType): self = .unsupportedProposal(proposalType: proposalType)
        case .other: return nil
        }
    }
}
