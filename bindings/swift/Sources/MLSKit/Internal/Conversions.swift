import Foundation
internal import MLSKitGenerated

/// A count or size for the core. A negative one is a mistake in the app's code, as it is for Swift's own collections.
func unsigned(_ number: Int, _ name: String) -> UInt64 {
    precondition(number >= 0, "\(name) should not be negative, but is \(number)")
    return UInt64(number)
}

extension ClientOptions {
    var generated: MLSKitGenerated.ClientOptions {
        MLSKitGenerated.ClientOptions(
            maxLifetime: maxLifetime?.wholeSeconds,
            maxAcceptedLifetime: maxAcceptedLifetime?.wholeSeconds,
            minRemainingLifetime: minRemainingLifetime?.wholeSeconds,
            busyTimeoutMillis: busyTimeout?.wholeMilliseconds
        )
    }
}

extension Credential {
    var generated: MLSKitGenerated.Credential {
        switch content {
        case .basic(let identity):
            .basic(ciphersuite: ciphersuite.rawValue, identity: identity.bytes)
        case .x509(.der(let certificates), let privateKey):
            .x509(
                ciphersuite: ciphersuite.rawValue,
                chain: .der(certificates: certificates),
                privateKey: privateKey
            )
        case .x509(.pem(let text), let privateKey):
            .x509(ciphersuite: ciphersuite.rawValue, chain: .pem(text: text), privateKey: privateKey)
        }
    }
}

extension CredentialInfo {
    init(_ generated: MLSKitGenerated.CredentialInfo) {
        switch generated {
        case .basic(let identity):
            self = .basic(identity: ClientID(identity))
        case .x509(let certificates):
            self = .x509(certificates: certificates)
        case .other(let credentialType, let content):
            self = .other(credentialType: CredentialType(rawValue: credentialType), content: content)
        }
    }

    var generated: MLSKitGenerated.CredentialInfo {
        switch self {
        case .basic(let identity): .basic(identity: identity.bytes)
        case .x509(let certificates): .x509(certificates: certificates)
        case .other(let credentialType, let content):
            .other(credentialType: credentialType.rawValue, content: content)
        }
    }
}

extension CredentialRef {
    init(_ generated: MLSKitGenerated.CredentialRef) {
        clientID = ClientID(generated.clientId)
        ciphersuite = Ciphersuite(rawValue: generated.ciphersuite)
        signatureScheme = SignatureScheme(rawValue: generated.signatureScheme)
        signatureKey = SignatureKey(generated.signatureKey)
        credential = CredentialInfo(generated.credential)
    }

    var generated: MLSKitGenerated.CredentialRef {
        MLSKitGenerated.CredentialRef(
            clientId: clientID.bytes,
            ciphersuite: ciphersuite.rawValue,
            signatureScheme: signatureScheme.rawValue,
            credential: credential.generated,
            signatureKey: signatureKey.bytes
        )
    }
}

extension KeypackageRef {
    init(_ generated: MLSKitGenerated.KeypackageRef) {
        hashRef = HashRef(generated.hashRef)
        ciphersuite = Ciphersuite(rawValue: generated.ciphersuite)
        signatureScheme = SignatureScheme(rawValue: generated.signatureScheme)
        credentialType = CredentialType(rawValue: generated.credentialType)
        lifetime = Lifetime(firstSecond: generated.notBefore, endSecond: generated.notAfter)
        isLastResort = generated.isLastResort
    }

    var generated: MLSKitGenerated.KeypackageRef {
        MLSKitGenerated.KeypackageRef(
            hashRef: hashRef.bytes,
            ciphersuite: ciphersuite.rawValue,
            signatureScheme: signatureScheme.rawValue,
            credentialType: credentialType.rawValue,
            notBefore: lifetime.firstSecond,
            notAfter: lifetime.endSecond,
            isLastResort: isLastResort
        )
    }
}

extension Keypackage {
    init(_ generated: MLSKitGenerated.Keypackage) {
        ref = KeypackageRef(generated.keypackageRef)
        credential = CredentialInfo(generated.credential)
        signatureKey = SignatureKey(generated.signatureKey)
        bytes = generated.bytes
    }
}

extension CredentialFilter {
    var generated: MLSKitGenerated.CredentialFilter {
        MLSKitGenerated.CredentialFilter(
            ciphersuite: ciphersuite?.rawValue,
            credentialType: credentialType?.rawValue,
            signatureKey: signatureKey?.bytes,
            identity: identity?.bytes,
            leafCertificate: leafCertificate,
            inForce: inForce
        )
    }
}

extension MLSExtension {
    init(_ generated: MLSKitGenerated.Extension) {
        switch generated {
        case .applicationId(let id):
            self = .applicationID(id)
        case .requiredCapabilities(let extensions, let proposals, let credentials):
            self = .requiredCapabilities(
                extensions: extensions.map(ExtensionType.init(rawValue:)),
                proposals: proposals,
                credentials: credentials.map(CredentialType.init(rawValue:))
            )
        case .externalSenders(let senders):
            self = .externalSenders(senders.map(ExternalSender.init))
        case .lastResort:
            self = .lastResort
        case .other(let type, let data):
            self = .other(ExtensionType(rawValue: type), data)
        }
    }

    var generated: MLSKitGenerated.Extension {
        switch self {
        case .applicationID(let id):
            .applicationId(id: id)
        case .requiredCapabilities(let extensions, let proposals, let credentials):
            .requiredCapabilities(
                extensions: extensions.map(\.rawValue),
                proposals: proposals,
                credentials: credentials.map(\.rawValue)
            )
        case .externalSenders(let senders):
            .externalSenders(senders: senders.map(\.generated))
        case .lastResort:
            .lastResort
        case .other(let type, let data):
            .other(extensionType: type.rawValue, data: data)
        }
    }
}

extension Capabilities {
    init(_ generated: MLSKitGenerated.Capabilities) {
        versions = generated.versions
        ciphersuites = generated.ciphersuites.map(Ciphersuite.init(rawValue:))
        extensions = generated.extensions.map(ExtensionType.init(rawValue:))
        proposals = generated.proposals
        credentials = generated.credentials.map(CredentialType.init(rawValue:))
    }

    var generated: MLSKitGenerated.Capabilities {
        MLSKitGenerated.Capabilities(
            versions: versions,
            ciphersuites: ciphersuites.map(\.rawValue),
            extensions: extensions.map(\.rawValue),
            proposals: proposals,
            credentials: credentials.map(\.rawValue)
        )
    }
}

extension KeypackageConfig {
    init(_ generated: MLSKitGenerated.KeypackageConfig) {
        self.init(
            lifespan: Lifespan(generated.lifespan),
            extensions: generated.extensions.map(MLSExtension.init),
            leafNodeExtensions: generated.leafNodeExtensions.map(MLSExtension.init),
            capabilities: generated.capabilities.map(Capabilities.init),
            supportedExtensions: generated.supportedExtensions.map(ExtensionType.init(rawValue:)),
            isLastResort: generated.lastResort,
            grease: generated.grease
        )
        marmot = generated.marmot.map(NostrPublicKey.init(generated:))
    }

    var generated: MLSKitGenerated.KeypackageConfig {
        MLSKitGenerated.KeypackageConfig(
            lifespan: lifespan.generated,
            extensions: extensions.map(\.generated),
            leafNodeExtensions: leafNodeExtensions.map(\.generated),
            capabilities: capabilities?.generated,
            supportedExtensions: supportedExtensions.map(\.rawValue),
            lastResort: isLastResort,
            grease: grease,
            marmot: marmot?.bytes
        )
    }
}

extension KeypackageConfig.Lifespan {
    init(_ generated: MLSKitGenerated.Lifespan?) {
        switch generated {
        case nil: self = .usual
        case .for(let seconds): self = .lasting(Duration(secondsOf: seconds))
        case .window(let notBefore, let notAfter):
            self = .window(Lifetime(firstSecond: notBefore, endSecond: notAfter))
        }
    }

    var generated: MLSKitGenerated.Lifespan? {
        switch self {
        case .usual: nil
        case .lasting(let duration): .for(seconds: duration.wholeSeconds)
        case .window(let window): .window(notBefore: window.firstSecond, notAfter: window.endSecond)
        }
    }
}

extension KeypackageInfo {
    init(_ generated: MLSKitGenerated.KeypackageInfo) {
        framing = KeypackageFraming(generated.framing)
        size = Int(clamping: generated.size)
        version = generated.version
        ciphersuite = Ciphersuite(rawValue: generated.ciphersuite)
        hashRef = generated.hashRef.map(HashRef.init)
        initKey = generated.initKey
        encryptionKey = generated.encryptionKey
        signatureKey = SignatureKey(generated.signatureKey)
        credential = CredentialInfo(generated.credential)
        capabilities = Capabilities(generated.capabilities)
        leafSource = LeafSource(generated.leafSource)
        leafExtensions = generated.leafExtensions.map(ExtensionInfo.init)
        leafSignature = generated.leafSignature
        extensions = generated.extensions.map(ExtensionInfo.init)
        signature = generated.signature
        isLastResort = generated.isLastResort
        description = generated.text
    }
}

extension KeypackageInfo.LeafSource {
    init(_ generated: MLSKitGenerated.LeafSource) {
        switch generated {
        case .keyPackage(let notBefore, let notAfter):
            self = .keypackage(Lifetime(firstSecond: notBefore, endSecond: notAfter))
        case .update: self = .update
        case .commit(let parentHash): self = .commit(parentHash: parentHash)
        case .other: self = .other
        }
    }
}

extension ExtensionInfo {
    init(_ generated: MLSKitGenerated.ExtensionInfo) {
        type = ExtensionType(rawValue: generated.extensionType)
        data = generated.data
        description = generated.text
    }
}
