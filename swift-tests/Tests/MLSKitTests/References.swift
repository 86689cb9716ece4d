import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct References {
        @Test("references to one package are equal wherever they come from")
        func comparesReferences() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let (one, other) = try await client.transaction { tx in
                    (
                        try await tx.generateKeypackage(for: credential),
                        try await tx.generateKeypackage(for: credential)
                    )
                }
                let listed = try await client.keypackageRefs()
                #expect(listed == [one.ref, other.ref])
                #expect(one.ref != other.ref)
                #expect(Set(listed + [one.ref, other.ref]).count == 2)
                #expect(listed[0].hashValue == one.ref.hashValue)
                #expect((one.ref < other.ref) != (other.ref < one.ref))
                #expect("\(one.ref)".count == 64)
            }
        }

        @Test("a reference tells what the index knows")
        func tellsWhatTheIndexKnows() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client(suite: .p256AES128GCM)
                let config = KeypackageConfig(isLastResort: true)
                let made = try await client.transaction { tx in
                    try await tx.generateKeypackage(for: credential, config: config)
                }
                let ref = try #require(try await client.keypackageRefs().first)
                #expect(ref.hashRef.bytes.count == 32)
                #expect(ref.ciphersuite == .p256AES128GCM && ref.signatureScheme == .ecdsaP256SHA256)
                #expect(ref.credentialType == .basic && ref.isLastResort)
                #expect(ref.lifetime == made.ref.lifetime && ref.isValid && !ref.isExpired)
            }
        }

        @Test("names are equal by their bytes and of one kind")
        func comparesNames() {
            #expect(ClientID("alice") == ClientID(Data("alice".utf8)))
            #expect(Set([GroupID(Data([1])), GroupID(Data([1])), GroupID(Data([2]))]).count == 2)
            #expect("\(ClientID("alice"))" == "alice")
            #expect("\(GroupID(Data([0, 255])))" == "00ff")
        }

        @Test("numbers of the registries have names")
        func namesNumbers() {
            #expect("\(Ciphersuite.usual)" == "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519")
            #expect("\(Ciphersuite(rawValue: 0xF031))" == "0xF031")
            #expect("\(SignatureScheme.ed25519)" == "Ed25519")
            #expect("\(CredentialType.basic)" == "Basic")
        }
    }
}
