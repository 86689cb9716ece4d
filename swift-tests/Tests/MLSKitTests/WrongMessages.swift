import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct WrongMessages {
        @Test("each kind of wrong message is refused for its own reason")
        func tellsTheReasons() async throws {
            try await scenario { world in
                let bob = try await world.handedOver("member")
                let reasons: [(String, (MLSError) -> Bool)] = [
                    ("proposal-with-a-psk", { $0 == .message(.rejected(.unsupportedProposal(proposalType: 4))) }),
                    ("undeclared-proposal", { $0 == .message(.rejected(.undeclaredProposal)) }),
                    ("unknown-own-commit", { $0 == .message(.rejected(.unknownOwnCommit)) }),
                    ("commit-with-a-psk", { $0 == .message(.rejoin(.unsupportedProposal(proposalType: 4))) }),
                    ("unreadable-path", { $0 == .message(.rejoin(.unreadablePath)) }),
                    ("undeclared-extension", { $0 == .message(.rejoin(.undeclaredExtension)) }),
                    ("leaf-not-yet-valid", { $0 == .message(.rejoin(.leafNotYetValid)) }),
                    ("expired-leaf", { $0 == .message(.rejoin(.expiredLeaf)) }),
                    ("another-key", { if case .message(.rejected(.notAuthentic)) = $0 { true } else { false } }),
                    ("add-of-an-expired-leaf", { if case .message(.rejected(.invalid)) = $0 { true } else { false } }),
                    (
                        "anothers-chain",
                        {
                            if case .message(.rejected(.credential(.certificate(.differentKey)))) = $0 {
                                true
                            } else {
                                false
                            }
                        }
                    ),
                ]
                for (name, isRight) in reasons {
                    let message = try Data(contentsOf: World.handedOver.appendingPathComponent("messages/\(name)"))
                    let error = try await failure { try await bob.hear(message) }
                    #expect(isRight(error), "\(name): \(error)")
                }
                let groups = try await bob.groups()
                #expect([try await bob.epoch(of: groups[0]), try await bob.epoch(of: groups[1])] == [2, 1])
            }
        }
    }
}
