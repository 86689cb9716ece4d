import Foundation

/// What becomes of a message that was refused. Nothing of the group has changed, and the other messages of a batch can
/// go on.
public enum MessageError: Hashable, Sendable {
    /// Server: it has been processed before. Drop it.
    case duplicate
    /// Server: too much has come since. Drop it.
    case tooOld(epoch: UInt64, current: UInt64)
    /// Server: a commit before it is missing. Process that one, then try again.
    case futureEpoch(epoch: UInt64, current: UInt64)
    /// Server: this client is not in its group, or not yet.
    case unknownGroup(groupID: GroupID)
    /// Caller: this client's own joining of the group waits for its answer. Tell that, then try again.
    case joinPending
    /// Caller: it is a Welcome, for `joinGroup`. Dropped, the way into a group is lost.
    case misplacedWelcome
    /// Caller: it is a group info, for `joinByExternalCommit`.
    case misplacedGroupInfo
    /// Caller: it is a key package, for `importKeypackage`.
    case misplacedKeypackage
    /// Peer or server: the bytes are no message that is understood. Drop it.
    case malformed(reason: String)
    /// Peer: the message is understood and not allowed. Drop it.
    case rejected(RejectedMessage)
    /// The others may have accepted this commit, this client can't. What may help first stands with the reason; else join
    /// again, by an external commit or a Welcome.
    case rejoin(RejoinReason)
}

/// Why a message is not allowed.
public enum RejectedMessage: Hashable, Sendable {
    /// A commit of somebody who is no member, where this client's configuration of the group lets none in.
    case externalJoin
    /// A credential that it brings is not what it seems.
    case credential(CredentialError)
    /// A proposal that is not supported (RFC 9420 §17.4).
    case unsupportedProposal(proposalType: UInt16)
    /// A commit has a proposal of a type that not all members declare to support.
    case undeclaredProposal
    /// Its signature, its membership tag or its encryption is wrong: it was forged, or changed on the way.
    case notAuthentic(reason: String)
    /// A commit that says that this client made it, which it did not in this epoch: any member can say so. Or the file is
    /// an old copy; then the group goes on without this client, which has to join again.
    case unknownOwnCommit
    /// Too many messages of its sender are missing before it. Should they come, it can be tried again after them.
    case tooFarAhead
    /// It breaks another rule of RFC 9420 §12.
    case invalid(reason: String)
}

/// Why a client has to join its group again.
public enum RejoinReason: Hashable, Sendable {
    /// A commit adds a key package that has expired by now.
    case expiredLeaf
    /// A commit adds a key package that is not valid yet by this device's clock. Once the clock is right, process the
    /// commit again.
    case leafNotYetValid
    /// A commit sets a context extension that the group's required capabilities do not name.
    case undeclaredExtension
    /// A commit was processed before and not accepted: it can't be checked again. Whoever still has its `StagedCommit`
    /// accepts that.
    case commitNotAccepted
    /// A commit has a proposal that this client did not get, or refused. If it is still to come, process it, then process
    /// the commit again.
    case missingProposal
    /// A commit is of this client itself, which took it back or lost it: the delivery service took it after all, or an
    /// old backup was restored.
    case ownCommitLost
    /// A commit's path secrets can't be decrypted here, or not to what the commit says.
    case unreadablePath
    /// A commit is valid, but has a proposal that is not supported (RFC 9420 §17.4).
    case unsupportedProposal(proposalType: UInt16)
}

extension MessageError: CustomStringConvertible {
    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .duplicate:
            "The message has been processed before; drop it."
        case .tooOld(let epoch, let current):
            "The message of epoch \(epoch) comes too late for the group in epoch \(current); drop it."
        case .futureEpoch(let epoch, let current):
            "The message is of epoch \(epoch), the group only in epoch \(current); "
                + "process the commits between, then try again."
        case .unknownGroup(let groupID):
            "The message is for the group \(groupID), which this client is not in."
        case .joinPending:
            "This client's joining of the group waits for its answer; tell it, then try again."
        case .misplacedWelcome:
            "This is a Welcome; give it to `joinGroup`."
        case .misplacedGroupInfo:
            "This is a group info; give it to `joinByExternalCommit`."
        case .misplacedKeypackage:
            "This is a key package; give it to `importKeypackage`."
        case .malformed(let reason):
            "The bytes are no message that is understood: \(reason)."
        case .rejected(let reason):
            "The message is not allowed: \(reason)"
        case .rejoin(let reason):
            "This client can't follow its group any more: \(reason) Join again."
        }
    }
}

extension RejectedMessage: CustomStringConvertible {
    /// What is wrong with the message.
    public var description: String {
        switch self {
        case .externalJoin:
            "Somebody who is no member wants to join by a commit, and this group does not allow that."
        case .credential(let error):
            "It brings a bad credential: \(error)"
        case .unsupportedProposal(let proposalType):
            "It has a proposal of type \(proposalType.hexadecimal), which is not supported."
        case .undeclaredProposal:
            "It has a proposal of a type that not all members support."
        case .notAuthentic(let reason):
            "It is not authentic: \(reason)."
        case .unknownOwnCommit:
            "It says that this client made it, which has made no such commit in this epoch."
        case .tooFarAhead:
            "Too many messages of its sender are missing before it."
        case .invalid(let reason):
            "\(reason)."
        }
    }
}

extension RejoinReason: CustomStringConvertible {
    /// What has happened.
    public var description: String {
        switch self {
        case .expiredLeaf:
            "A commit adds a key package that has expired by now."
        case .leafNotYetValid:
            "A commit adds a key package that is not valid yet; is the clock right?"
        case .undeclaredExtension:
            "A commit sets a context extension that the required capabilities do not name."
        case .commitNotAccepted:
            "A commit was processed before, and not accepted."
        case .missingProposal:
            "A commit has a proposal that this client did not get, or refused."
        case .ownCommitLost:
            "A commit of this client came back that it no longer has."
        case .unreadablePath:
            "A commit's path secrets are not readable for this client."
        case .unsupportedProposal(let proposalType):
            "A commit has a proposal of type \(proposalType.hexadecimal), which is not supported."
        }
    }
}
