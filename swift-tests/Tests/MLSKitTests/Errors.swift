import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct Errors {
        private static let now = Date(timeIntervalSince1970: 1_700_000_000)

        private static let certificate: [CertificateError] = [
            .emptyChain, .notPEM(position: 0, reason: "text"), .notAList(position: 0, reason: "text"),
            .notACertificate(position: 1, reason: "text"), .outOfOrder(position: 0, issuer: "A", nextSubject: "B"),
            .expired(position: 0, notAfter: now, now: now), .notYetValid(position: 0, notBefore: now, now: now),
            .unknownKeyAlgorithm(found: "RSA"),
            .differentKeyAlgorithm(expected: .ed25519, found: .ecdsaP256SHA256),
            .differentKey(certificate: SignatureKey(Data([1])), signatureKey: SignatureKey(Data([2]))),
        ]

        private static let all: [any CustomStringConvertible & Sendable] =
            certificate
            + [
                StorageError.invalidKeyLength(expected: 32, found: 1), StorageError.notAFile(path: "/file"),
                StorageError.notADatabase(path: "/file", found: "text"), StorageError.wrongKeyOrDamaged(path: "/file"),
                StorageError.keyChanged, StorageError.newerSchema(found: 9, supported: 2),
                StorageError.unknownBlobCodec(found: 9, supported: 1), StorageError.corrupt, StorageError.readOnly,
                StorageError.diskFull, StorageError.databaseBusy(waited: .seconds(10)), StorageError.closed,
                StorageError.io(kind: "Other", reason: "text"), StorageError.codec(reason: "text"),
                StorageError.outOfRange(what: "a time", found: 2, limit: 1),
                StorageError.sqlite(code: 1, reason: "text"),
                TransactionError.transactionFinished, TransactionError.transactionUndone,
                TransactionError.nestedTransaction, TransactionError.operationPanicked,
                TransactionError.transactionBusy(waited: .seconds(10), openFor: .seconds(11)),
                CredentialError.differentClient(expected: "a", found: "b"), CredentialError.emptyClientID,
                CredentialError.certificate(.emptyChain), CredentialError.notDecoded(reason: "text"),
                KeypackageError.lifetimeOutOfRange(found: now, latest: now), KeypackageError.notBuilt(reason: "text"),
                KeypackageError.notEncoded(reason: "text"), KeypackageError.notDecoded(reason: "text"),
                KeypackageError.rejected(.certificate(.emptyChain)),
                GroupError.commitPending, GroupError.joinPending, GroupError.leaving, GroupError.removed,
                GroupError.foreignCommit, GroupError.spent, GroupError.staleCommit(epoch: 1, current: 2),
                GroupError.credentialTypeNotSupported(credentialType: .x509, leafIndex: 3),
                CredentialError.replacedByItself,
                GroupError.notMarkable(id: OutgoingID(rawValue: 7), reason: "text"), GroupError.bug(reason: "text"),
                MessageError.rejected(.credential(.certificate(.emptyChain))), MessageError.rejected(.tooFarAhead),
                MessageError.joinPending, MessageError.misplacedWelcome, MessageError.misplacedGroupInfo,
                MessageError.misplacedKeypackage, MessageError.rejected(.unknownOwnCommit),
                MessageError.rejoin(.undeclaredExtension), MessageError.rejoin(.commitNotAccepted),
                MessageError.rejected(.undeclaredProposal), MessageError.rejected(.invalid(reason: "Text")),
                MessageError.rejected(.unsupportedProposal(proposalType: 5)), MessageError.rejoin(.expiredLeaf),
                MessageError.rejoin(.leafNotYetValid), MessageError.rejoin(.missingProposal),
                MessageError.rejoin(.unreadablePath), MessageError.rejoin(.unsupportedProposal(proposalType: 5)),
                MarmotError.wrongPublicKeyLength(found: 1), MarmotError.wrongPublicKeyText(length: 1),
                MarmotError.notBasic(found: .x509), MarmotError.wrongCiphersuite(found: .p256AES128GCM),
                MarmotError.notDeclared(missing: Marmot.groupDataExtension),
                MarmotError.lifetimeTooLong(asked: .seconds(2), limit: .seconds(1)), MarmotError.nothingToDelete,
                MarmotError.wrongEventID(found: "text"), MarmotError.wrongKind(found: 1),
                MarmotError.missingTag(tag: "i"), MarmotError.repeatedTag(tag: "i"),
                MarmotError.wrongTag(tag: "i", expected: "a text", found: "text"),
                MarmotError.notListed(missing: .lastResort), MarmotError.defaultListed(found: .applicationID),
                MarmotError.listedOnly(found: .lastResort), MarmotError.wrongRelay(found: "text"),
                MarmotError.noRelays, MarmotError.notBase64(reason: "text"),
                MarmotError.otherPublicKey(expected: "a", found: "b"),
                MarmotError.otherKeypackage(expected: "a", found: "b"),
            ]

        @Test("every error says in words what happened")
        func speaks() {
            for error in Self.all {
                let words = error.description
                #expect(words.hasSuffix(".") && words.first?.isLowercase == false, "\(error): \(words)")
                #expect(!words.contains("Optional(") && !words.contains(".."), "\(error): \(words)")
                #expect(!words.contains("::") && !words.contains("MLSKit."), "\(error): \(words)")
            }
            #expect(Set(Self.all.map(\.description)).count >= Self.all.count - 4)
            // What is thrown says what is inside of it.
            let inner = StorageError.corrupt
            for (error, words) in [
                (MLSError.storage(inner), inner.description),
                (.transaction(.transactionFinished), TransactionError.transactionFinished.description),
                (.credential(.emptyClientID), CredentialError.emptyClientID.description),
                (
                    .keypackage(.rejected(.certificate(.emptyChain))),
                    RejectedKeypackage.certificate(.emptyChain).description
                ),
                (.group(.leaving), GroupError.leaving.description),
                (.message(.duplicate), MessageError.duplicate.description),
                (.other(reason: "Text."), "Text."),
            ] {
                #expect(error.localizedDescription == words)
            }
        }

        @Test("errors are values that can be compared and kept in sets")
        func compares() {
            let busy = MLSError.storage(.databaseBusy(waited: .seconds(1)))
            #expect(busy == .storage(.databaseBusy(waited: .seconds(1))))
            #expect(busy != .storage(.databaseBusy(waited: .seconds(2))))
            #expect(Set([busy, busy, .storage(.closed)]).count == 2)
        }
    }
}
