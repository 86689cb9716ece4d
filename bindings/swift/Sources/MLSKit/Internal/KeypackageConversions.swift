import Foundation
internal import MLSKitGenerated

extension KeypackagePolicy {
    var generated: MLSKitGenerated.KeypackagePolicy {
        MLSKitGenerated.KeypackagePolicy(
            target: UInt32(clamping: unsigned(target, "target")),
            refreshMargin: refreshMargin.wholeSeconds,
            grace: grace.wholeSeconds,
            lastResort: lastResort,
            lifetime: lifetime?.wholeSeconds,
            framing: framing.generated,
            config: config.generated
        )
    }
}

extension KeypackageFraming {
    init(_ generated: MLSKitGenerated.KeypackageFraming) {
        switch generated {
        case .bare: self = .bare
        case .mlsMessage: self = .mlsMessage
        }
    }

    var generated: MLSKitGenerated.KeypackageFraming {
        switch self {
        case .bare: .bare
        case .mlsMessage: .mlsMessage
        }
    }
}

extension OutgoingKeypackages {
    init(_ generated: MLSKitGenerated.OutgoingKeypackages) {
        publish = generated.publish.map(KeypackagePublication.init)
        withdraw = generated.withdraw.map(KeypackageRef.init)
        next = generated.next.map(Date.init(secondsSince1970:))
    }
}

extension KeypackagePublication {
    init(_ generated: MLSKitGenerated.KeypackagePublication) {
        ref = KeypackageRef(generated.keypackageRef)
        bytes = generated.bytes
    }
}

extension KeypackageStatus {
    init(_ generated: MLSKitGenerated.KeypackageStatus) {
        unmanaged = Int(generated.unmanaged)
        pending = Int(generated.pending)
        published = Int(generated.published)
        stale = Int(generated.stale)
        retired = Int(generated.retired)
        withdrawn = Int(generated.withdrawn)
        removed = Int(generated.removed)
        hasLastResort = generated.hasLastResort
        oldestPending = generated.oldestPending.map(Date.init(secondsSince1970:))
        nextRefresh = generated.nextRefresh.map(Date.init(secondsSince1970:))
    }
}

extension CredentialReplacement {
    init(_ generated: MLSKitGenerated.CredentialReplacement) {
        successor = CredentialRef(generated.successor)
        groups = generated.groups.map { GroupID($0) }
        keypackages = Int(generated.keypackages)
        isDone = generated.isDone
    }
}
