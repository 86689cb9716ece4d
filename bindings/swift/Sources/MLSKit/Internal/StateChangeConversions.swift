import Foundation
internal import MLSKitGenerated

extension StateChange {
    init(_ generated: MLSKitGenerated.StateChange) {
        switch generated {
        case .ofCredential(let change, let credentialRef):
            self = .credential(CredentialChange(change), CredentialRef(credentialRef))
        case .ofKeypackages(let change, let refs):
            self = .keypackages(KeypackageChange(change), refs.map(KeypackageRef.init))
        case .ofGroup(let change, let groupID, let epoch):
            self = .group(GroupChange(change), GroupID(groupID), epoch: epoch)
        case .missed(let count):
            self = .missed(count: count)
        }
    }
}

extension CredentialChange {
    init(_ generated: MLSKitGenerated.CredentialChange) {
        switch generated {
        case .added: self = .added
        case .replaced(let by): self = .replaced(by: CredentialRef(by))
        case .removed: self = .removed
        }
    }
}

extension KeypackageChange {
    init(_ generated: MLSKitGenerated.KeypackageChange) {
        switch generated {
        case .generated: self = .generated
        case .pending: self = .pending
        case .published: self = .published
        case .outdated: self = .outdated
        case .retired: self = .retired
        case .withdrawn: self = .withdrawn
        case .consumed: self = .consumed
        case .removed: self = .removed
        case .purged: self = .purged
        }
    }
}

extension GroupChange {
    init(_ generated: MLSKitGenerated.GroupChange) {
        switch generated {
        case .created: self = .created
        case .joined: self = .joined
        case .joining: self = .joining
        case .commitPending: self = .commitPending
        case .commitDropped: self = .commitDropped
        case .leaving: self = .leaving
        case .epochChanged: self = .epochChanged
        case .removed: self = .removed
        case .deleted: self = .deleted
        }
    }
}
