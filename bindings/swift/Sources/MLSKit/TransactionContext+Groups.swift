import Foundation
internal import MLSKitGenerated

/// Groups. Beside its own errors each call has ``GroupError``.
extension TransactionContext {
    /// Creates a group with this client as its only member, under a random id.
    ///
    /// - Throws: ``CredentialError`` for a reference that is not this client's.
    public func createGroup(with credential: CredentialRef, config: GroupConfig = GroupConfig()) async throws -> GroupID
    {
        try await translating {
            GroupID(try await core.createGroup(credentialRef: credential.generated, config: config.generated))
        }
    }

    /// Makes a commit that adds the owners of these key packages, and their Welcome. Both are in the outbox; the Welcome
    /// appears when the commit was accepted.
    ///
    /// - Throws: ``KeypackageError`` for a package that is not accepted; ``GroupError/commitPending``.
    public func addMembers(_ keypackages: [Keypackage], to groupID: GroupID) async throws {
        try await translating {
            try await core.addMembers(groupId: groupID.bytes, keypackages: keypackages.map(\.bytes))
        }
    }

    /// Makes a commit that removes members.
    ///
    /// - Throws: ``GroupError/unknownMember(leafIndex:)``, ``GroupError/commitPending``.
    public func removeMembers(_ members: [MemberID], from groupID: GroupID) async throws {
        try await translating {
            try await core.removeMembers(groupId: groupID.bytes, members: members.map(\.generated))
        }
    }

    /// Makes a commit that gives this client new keys, and another credential if one is given.
    ///
    /// - Throws: ``GroupError/differentCiphersuite(expected:found:)``, ``GroupError/commitPending``.
    public func updateKeys(in groupID: GroupID, movingTo credential: CredentialRef? = nil) async throws {
        try await translating {
            try await core.updateKeys(groupId: groupID.bytes, credentialRef: credential?.generated)
        }
    }

    /// Makes a commit of the proposals that were accepted.
    ///
    /// - Throws: ``GroupError/noProposals``, ``GroupError/commitPending``.
    public func commitProposals(in groupID: GroupID) async throws {
        try await translating { try await core.commitProposals(groupId: groupID.bytes) }
    }

    /// Proposes to leave. The proposal is in the outbox; another member has to commit it.
    ///
    /// - Throws: ``GroupError/commitPending``, ``GroupError/leaving``.
    public func leaveGroup(_ groupID: GroupID) async throws {
        try await translating { try await core.leaveGroup(groupId: groupID.bytes) }
    }

    /// The delivery service has taken the group's pending commit: it holds now, and its Welcome appears in the outbox.
    ///
    /// - Throws: ``GroupError/noPendingCommit``.
    public func commitAccepted(in groupID: GroupID) async throws -> EpochChange {
        try await translating { EpochChange(try await core.commitAccepted(groupId: groupID.bytes)) }
    }

    /// The delivery service has refused the group's pending commit: it and its Welcome are dropped. Only call this on an
    /// answer to the commit that is pending now: one that was taken after all can't be brought back. After a crash process
    /// what the server has first: the echo of one's own commit is ``Received/ownCommit``.
    ///
    /// - Returns: Whether the group is gone, since it was being joined by that very commit.
    /// - Throws: ``GroupError/noPendingCommit``.
    @discardableResult
    public func commitRejected(in groupID: GroupID) async throws -> Bool {
        try await translating { try await core.commitRejected(groupId: groupID.bytes) }
    }

    /// Joins a group by a Welcome. The key package that it is for goes, unless it is a last-resort package; if this throws,
    /// it stays.
    ///
    /// - Throws: ``GroupError/noMatchingKeypackage``, ``GroupError/badWelcome(reason:)``,
    ///   ``GroupError/welcomeReplayed``, ``GroupError/alreadyJoined(groupID:)``, ``MessageError/malformed(reason:)``.
    public func joinGroup(_ welcome: Data, options: JoinOptions = JoinOptions()) async throws -> JoinedGroup {
        try await translating {
            JoinedGroup(try await core.joinGroup(welcome: welcome, options: options.generated))
        }
    }

    /// Joins a group by a commit of one's own: the way back for a member who lost track, where the group allows it. Until
    /// ``commitAccepted(in:)`` the group neither sends nor processes; ``commitRejected(in:)`` deletes it.
    ///
    /// - Throws: ``GroupError/ratchetTreeMissing``, ``GroupError/alreadyJoined(groupID:)``,
    ///   ``MessageError/malformed(reason:)``.
    public func joinByExternalCommit(
        _ groupInfo: Data,
        with credential: CredentialRef,
        options: JoinOptions = JoinOptions()
    ) async throws -> JoinedGroup {
        try await translating {
            JoinedGroup(
                try await core.joinByExternalCommit(
                    groupInfo: groupInfo,
                    credentialRef: credential.generated,
                    options: options.generated
                )
            )
        }
    }

    /// Decrypts and checks a message; the group's id is in it. A commit or proposal holds only when it is accepted, which
    /// belongs into the same transaction: the message's key is used up when it is committed.
    ///
    /// - Throws: ``MessageError``, which tells what becomes of the message.
    public func processMessage(_ bytes: Data) async throws -> Received {
        try await translating { Received(try await core.processMessage(bytes: bytes)) }
    }

    /// Lets a commit hold: the group goes one epoch on.
    ///
    /// - Throws: ``GroupError/staleCommit(epoch:current:)``, ``GroupError/foreignCommit``, ``GroupError/spent``.
    public func accept(_ commit: StagedCommit) async throws -> EpochChange {
        try await translating { EpochChange(try await core.accept(commit: commit.core)) }
    }

    /// Lets a proposal be committed, by this client's ``commitProposals(in:)`` or by another's commit.
    ///
    /// Every commit that this client makes then carries it, and no message goes out before one does. A proposal may turn
    /// out impossible to commit: then each commit is ``GroupError/refused(reason:)``, and ``dropProposals(in:)`` is the way
    /// on.
    ///
    /// - Throws: ``GroupError/staleCommit(epoch:current:)``, ``GroupError/foreignCommit``, ``GroupError/spent``.
    public func accept(_ proposal: ReceivedProposal) async throws {
        try await translating { try await core.acceptProposal(proposal: proposal.core) }
    }

    /// Forgets all proposals accepted in this epoch, so that this client can commit and speak without them. Should another
    /// member commit them after all, its commit is ``RejoinReason/missingProposal``: make a commit of one's own at once.
    ///
    /// - Throws: ``GroupError/commitPending``, ``GroupError/leaving``.
    public func dropProposals(in groupID: GroupID) async throws {
        try await translating { try await core.dropProposals(groupId: groupID.bytes) }
    }

    /// Sets how this client runs its side of a group from now on. Context extensions are the group's: those in `config` are
    /// not looked at.
    ///
    /// - Throws: ``GroupError/settingTooLarge(setting:limit:found:)``.
    public func configureGroup(_ groupID: GroupID, to config: GroupConfig) async throws {
        try await translating { try await core.configureGroup(groupId: groupID.bytes, config: config.generated) }
    }

    /// Encrypts a message to a group. `aad` is authenticated along with it and stays in clear.
    ///
    /// - Throws: ``GroupError/proposalsPending``.
    public func encryptMessage(_ plaintext: Data, in groupID: GroupID, aad: Data = Data()) async throws -> SealedMessage
    {
        SealedMessage(try await encrypt([PlainMessage(plaintext, aad: aad)], in: groupID), place: 0)
    }

    /// Encrypts many messages to a group in one call, which is several times as fast as one by one. They come back in
    /// their order, or none does.
    ///
    /// ```swift
    /// let sealed = try await client.transaction { tx in try await tx.encryptMessages(texts.map { PlainMessage($0) }, in: groupID) }
    /// for message in sealed { try await send(message.open()) }
    /// ```
    ///
    /// - Throws: ``GroupError/proposalsPending``.
    public func encryptMessages(_ messages: [PlainMessage], in groupID: GroupID) async throws -> [SealedMessage] {
        let batch = try await encrypt(messages, in: groupID)
        return messages.indices.map { SealedMessage(batch, place: $0) }
    }

    private func encrypt(_ messages: [PlainMessage], in groupID: GroupID) async throws -> SealedBatch {
        try await translating {
            SealedBatch(
                try await core.encryptMessages(
                    groupId: groupID.bytes,
                    messages: messages.map { MLSKitGenerated.PlainMessage(plaintext: $0.plaintext, aad: $0.aad) }
                )
            )
        }
    }

    /// A secret of the present epoch that all members can derive (RFC 9420 §8.5), `length` bytes long.
    ///
    /// - Precondition: `length` is not negative.
    /// - Throws: ``GroupError/refused(reason:)`` for a length that can't be derived.
    public func exportSecret(in groupID: GroupID, label: String, context: Data, length: Int) async throws -> Data {
        try await translating {
            try await core.exportSecret(
                groupId: groupID.bytes,
                label: label,
                context: context,
                length: unsigned(length, "length")
            )
        }
    }

    /// What somebody needs to join by an external commit: a signed `GroupInfo` with the ratchet tree, as an `MLSMessage`.
    /// Whoever holds it can try to come in.
    public func groupInfo(of groupID: GroupID) async throws -> Data {
        try await translating { try await core.groupInfo(groupId: groupID.bytes) }
    }

    /// Deletes a group's state, and the commit that it has in the outbox. Welcomes of accepted commits and leaves stay
    /// there: others wait for them.
    public func deleteGroup(_ groupID: GroupID) async throws {
        try await translating { try await core.deleteGroup(groupId: groupID.bytes) }
    }

    /// Settles Welcomes and leaves that have been sent. Commits are settled by the delivery service's answer.
    ///
    /// - Throws: ``GroupError/notMarkable(id:reason:)``: then none of `ids` is settled.
    public func markSent(_ ids: [OutgoingID]) async throws {
        try await translating { try await core.markSent(ids: ids.map(\.rawValue)) }
    }

    /// The ids of all groups, in the order in which they were joined.
    public func groups() async throws -> [GroupID] {
        try await translating { try await core.groups().map { GroupID($0) } }
    }

    /// The members of a group, in the order of their leaves.
    public func members(of groupID: GroupID) async throws -> [Member] {
        try await translating { try await core.members(groupId: groupID.bytes).map(Member.init) }
    }

    /// The epoch of a group.
    public func epoch(of groupID: GroupID) async throws -> UInt64 {
        try await translating { try await core.epoch(groupId: groupID.bytes) }
    }
}
