import Foundation
internal import MLSKitGenerated

extension GroupConfig {
    var generated: MLSKitGenerated.GroupConfig {
        MLSKitGenerated.GroupConfig(
            pastEpochs: unsigned(pastEpochs, "pastEpochs"),
            padding: unsigned(padding, "padding"),
            ratchetTreeInWelcome: ratchetTreeInWelcome,
            externalJoins: externalJoins,
            contextExtensions: contextExtensions.map(\.generated),
            lateMessages: unsigned(lateMessages, "lateMessages"),
            skippedMessages: unsigned(skippedMessages, "skippedMessages")
        )
    }
}

extension JoinOptions {
    var generated: MLSKitGenerated.JoinOptions {
        MLSKitGenerated.JoinOptions(config: config.generated, ratchetTree: ratchetTree, replace: replace)
    }
}

extension MemberID {
    init(_ generated: MLSKitGenerated.MemberId) {
        self.init(leafIndex: generated.leafIndex, signatureKey: generated.signatureKey)
    }

    var generated: MLSKitGenerated.MemberId {
        MLSKitGenerated.MemberId(leafIndex: leafIndex, signatureKey: signatureKey)
    }
}

extension Member {
    init(_ generated: MLSKitGenerated.Member) {
        id = MemberID(generated.id)
        credential = CredentialInfo(generated.credential)
        isSelf = generated.isSelf
    }
}

extension NewLeaf {
    init(_ generated: MLSKitGenerated.NewLeaf) {
        credential = CredentialInfo(generated.credential)
        signatureKey = generated.signatureKey
    }
}

extension ExternalSender {
    init(_ generated: MLSKitGenerated.ExternalSender) {
        self.init(credential: CredentialInfo(generated.credential), signatureKey: generated.signatureKey)
    }

    var generated: MLSKitGenerated.ExternalSender {
        MLSKitGenerated.ExternalSender(credential: credential.generated, signatureKey: signatureKey)
    }
}

extension EpochChange {
    init(_ generated: MLSKitGenerated.EpochChange) {
        epoch = generated.epoch
        superseded = generated.superseded.map(Superseded.init)
        selfRemoved = generated.selfRemoved
    }
}

extension Superseded {
    init(_ generated: MLSKitGenerated.Superseded) {
        added = generated.added.map(Keypackage.init)
        removed = generated.removed.map(Member.init)
        credential = generated.credential.map(CredentialRef.init)
        left = generated.left
    }
}

extension JoinedGroup {
    init(_ generated: MLSKitGenerated.JoinedGroup) {
        id = GroupID(generated.id)
        epoch = generated.epoch
        members = generated.members.map(Member.init)
        addedBy = generated.addedBy.map(Member.init)
        externalSenders = generated.externalSenders.map(ExternalSender.init)
        keypackageRef = generated.keypackageRef.map(KeypackageRef.init)
    }
}

extension OutgoingMessage {
    init(_ generated: MLSKitGenerated.OutgoingMessage) {
        id = OutgoingID(rawValue: generated.id)
        kind = OutgoingKind(generated.kind)
        groupID = GroupID(generated.groupId)
        recipients = generated.recipients.map(CredentialInfo.init)
        bytes = generated.bytes
    }
}

extension OutgoingKind {
    init(_ generated: MLSKitGenerated.OutgoingKind) {
        switch generated {
        case .commit: self = .commit
        case .welcome: self = .welcome
        case .leave: self = .leave
        }
    }
}

extension Received {
    init(_ generated: MLSKitGenerated.Received) {
        switch generated {
        case .application(let groupID, let sender, let plaintext, let aad, let epoch):
            self = .application(
                ApplicationMessage(
                    groupID: GroupID(groupID), sender: Member(sender), plaintext: plaintext, aad: aad, epoch: epoch)
            )
        case .commit(let commit, let contents): self = .commit(StagedCommit(commit, contents))
        case .proposal(let proposal, let contents): self = .proposal(ReceivedProposal(proposal, contents))
        case .ownCommit: self = .ownCommit
        case .ownMessage: self = .ownMessage
        }
    }
}

extension Sender {
    init(_ generated: MLSKitGenerated.Sender) {
        switch generated {
        case .fromMember(let member): self = .member(Member(member))
        case .fromNewMember(let leaf): self = .newMember(NewLeaf(leaf))
        case .fromOutside(let externalSender): self = .external(ExternalSender(externalSender))
        }
    }
}

extension LeafUpdate {
    init(_ generated: MLSKitGenerated.LeafUpdate) {
        before = Member(generated.before)
        after = NewLeaf(generated.after)
    }
}

extension Change {
    init(_ generated: MLSKitGenerated.Change) {
        switch generated {
        case .add(let leaf): self = .add(NewLeaf(leaf))
        case .remove(let member): self = .remove(Member(member))
        case .update(let before, let after):
            self = .update(LeafUpdate(before: Member(before), after: NewLeaf(after)))
        case .contextExtensions(let senders):
            self = .contextExtensions(externalSenders: senders.map(ExternalSender.init))
        }
    }
}
