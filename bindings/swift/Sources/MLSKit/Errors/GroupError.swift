import Foundation

/// A call on a group was refused. Nothing of the group has changed.
public enum GroupError: Hashable, Sendable {
    /// Caller: the client is not in this group.
    case unknownGroup(groupID: GroupID)
    /// Caller or peer: the client is in this group already.
    case alreadyJoined(groupID: GroupID)
    /// Caller: the leaf is empty, or somebody else has it now.
    case unknownMember(leafIndex: UInt32)
    /// Caller: a commit waits for the delivery service's answer.
    case commitPending
    /// Caller: the client's own external commit waits for the delivery service's answer.
    case joinPending
    /// Caller: this client has proposed to leave, and waits for another member to commit to it.
    case leaving
    /// Caller: this client is no longer a member. What was said before can still be read of the group.
    case removed
    /// Caller: the credential is for another ciphersuite than the group's.
    case differentCiphersuite(expected: Ciphersuite, found: Ciphersuite)
    /// Caller: a member does not know this type of credential, and would refuse the commit (RFC 9420 §7.3).
    case credentialTypeNotSupported(credentialType: CredentialType, leafIndex: UInt32)
    /// Caller: the extension may not stand in a group's context (RFC 9420 §17.3).
    case extensionMisplaced(found: ExtensionType)
    /// Caller: an extension was given twice.
    case duplicateExtension(found: ExtensionType)
    /// Caller: the required capabilities ask for what this client can't do (RFC 9420 §11.1).
    case capabilityNotSupported(what: String)
    /// Caller: a number of the configuration is too large.
    case settingTooLarge(setting: String, limit: UInt64, found: UInt64)
    /// Caller: there is no commit whose answer could be told.
    case noPendingCommit
    /// Caller: there is nothing to commit.
    case noProposals
    /// Peer: a proposal was accepted; until it is committed nothing may be said (RFC 9420 §12.4).
    case proposalsPending
    /// Caller: the commit or proposal is of an epoch that has passed.
    case staleCommit(epoch: UInt64, current: UInt64)
    /// Caller: the commit or proposal was processed by another client, or before the group was joined anew.
    case foreignCommit
    /// Caller: the commit or proposal was accepted before, or its transaction has ended.
    case spent
    /// Server: the Welcome is for none of the stored key packages.
    case noMatchingKeypackage
    /// Server: the last-resort package has opened this Welcome before.
    case welcomeReplayed
    /// Server or peer: the Welcome was changed on the way, or was never right. Its package is as before.
    case badWelcome(reason: String)
    /// Caller: the Welcome or group info comes without the ratchet tree.
    case ratchetTreeMissing
    /// Caller: the message's transaction has not been committed.
    case notCommitted
    /// Caller: the outbox has no such message, or its kind is settled in another way.
    case notMarkable(id: OutgoingID, reason: String)
    /// OpenMLS refused for a reason that has no name here.
    case refused(reason: String)
    /// A bug.
    case bug(reason: String)
}

extension GroupError: CustomStringConvertible {
    /// What happened, and what to do.
    public var description: String {
        aboutMembers ?? aboutConfiguration ?? aboutWelcomes ?? aboutItsState ?? ""
    }

    private var aboutMembers: String? {
        switch self {
        case .unknownGroup(let groupID):
            "This client is in no group with the id \(groupID)."
        case .alreadyJoined(let groupID):
            "This client is in the group \(groupID) already; delete it first, or join with JoinOptions.replace."
        case .unknownMember(let leafIndex):
            "Leaf \(leafIndex) is not that member's in this epoch; ask for the members again."
        case .removed:
            "This client was removed from the group; delete it, or join again with JoinOptions.replace."
        case .differentCiphersuite(let expected, let found):
            "The group's ciphersuite is \(expected), the credential's \(found); take one of the group's suite."
        case .credentialTypeNotSupported(let credentialType, let leafIndex):
            "The member at leaf \(leafIndex) knows no credentials of type \(credentialType)."
        default:
            nil
        }
    }

    private var aboutConfiguration: String? {
        switch self {
        case .extensionMisplaced(let found):
            "An extension of type \(found) may not stand in a group's context."
        case .duplicateExtension(let found):
            "The extension of type \(found) was given twice; give it once."
        case .capabilityNotSupported(let what):
            "The required capabilities ask for \(what), which this client can't do."
        case .settingTooLarge(let setting, let limit, let found):
            "A setting is too large: \(setting) is at most \(limit), but \(found) was given."
        default:
            nil
        }
    }

    private var aboutWelcomes: String? {
        switch self {
        case .noMatchingKeypackage:
            "The Welcome is for none of this client's key packages: it was used, removed, or is another client's."
        case .welcomeReplayed:
            "This Welcome has been opened before; it would bring an old epoch back."
        case .badWelcome(let reason):
            "The Welcome can't be opened: \(reason.withoutFullStop)."
        case .ratchetTreeMissing:
            "The ratchet tree is missing; ask a member for it and give it by JoinOptions.ratchetTree."
        default:
            nil
        }
    }

    private var aboutItsState: String? {
        switch self {
        case .commitPending:
            "A commit of this group waits for its answer; tell it by commitAccepted or commitRejected first."
        case .joinPending:
            "This client's joining of the group waits for its answer; "
                + "tell it by commitAccepted or commitRejected first."
        case .leaving:
            "This client has proposed to leave the group; wait for another member's commit."
        case .noPendingCommit:
            "The group has no pending commit."
        case .noProposals:
            "The group has no proposals to commit."
        case .proposalsPending:
            "The group has proposals that nobody has committed; commit them first."
        case .staleCommit(let epoch, let current):
            "The commit or proposal is of epoch \(epoch), the group in epoch \(current); drop it."
        case .foreignCommit:
            "The commit or proposal was processed by another client, or before the group was joined anew; "
                + "process its message here."
        case .spent:
            "The commit or proposal was accepted before, or its transaction has ended; process its message anew."
        case .notCommitted:
            "The message's transaction has not been committed; open it after the transaction."
        case .notMarkable(let id, let reason):
            "Message \(id) of the outbox can't be marked as sent: \(reason)."
        case .refused(let reason):
            "Refused: \(reason.withoutFullStop)."
        case .bug(let reason):
            "A bug: \(reason)."
        default:
            nil
        }
    }
}
