//! Every field of a key package, to look at.

mod display;

use openmls::prelude::{Ciphersuite, Credential, Lifetime};

use super::{
    KeypackageFraming, RejectedKeypackage,
    hash::hash_ref,
    raw::{LAST_RESORT, RawCapabilities, RawExtension, RawKeypackage, RawSource},
    reader::Reader,
};

/// Every field of a key package, for debugging and for an app's own policies. It tells what the bytes say, and
/// nothing of whether that is true or allowed: signatures, times and capabilities are not checked.
///
/// `Display` shows all of it on some twenty lines. Numbers are those of the IANA registries (RFC 9420 §17).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeypackageInfo {
    /// The form that the bytes were in.
    pub framing: KeypackageFraming,
    /// The length of the bare package, in bytes.
    pub size: usize,
    /// The protocol version; 1 is MLS 1.0.
    pub version: u16,
    /// The ciphersuite.
    pub ciphersuite: u16,
    /// The package's reference (RFC 9420 §5.2), if the suite's hash is known.
    pub hash_ref: Option<Vec<u8>>,
    /// The public key that a Welcome is encrypted to.
    pub init_key: Vec<u8>,
    /// The leaf's public key in the group's tree.
    pub encryption_key: Vec<u8>,
    /// The public key that the client signs with.
    pub signature_key: Vec<u8>,
    /// Whom the package speaks for.
    pub credential: CredentialInfo,
    /// What the client can work with.
    pub capabilities: CapabilitiesInfo,
    /// What the leaf node was made for, with what comes with it.
    pub leaf_source: LeafSourceInfo,
    /// The extensions of the leaf node.
    pub leaf_extensions: Vec<ExtensionInfo>,
    /// The signature over the leaf node.
    pub leaf_signature: Vec<u8>,
    /// The extensions of the package.
    pub extensions: Vec<ExtensionInfo>,
    /// The signature over the package.
    pub signature: Vec<u8>,
}

/// A credential (RFC 9420 §5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialInfo {
    /// Type 1.
    Basic {
        /// Whatever the app calls its clients by.
        identity: Vec<u8>,
    },
    /// Type 2.
    X509 {
        /// The certificates in DER, that of the client first.
        certificates: Vec<Vec<u8>>,
    },
    /// Any other type, or a list of certificates that can't be read.
    Other {
        /// The type.
        credential_type: u16,
        /// The content as it stands there.
        content: Vec<u8>,
    },
}

/// What a client says it can work with (RFC 9420 §7.2), in the order in which it says so.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CapabilitiesInfo {
    /// Protocol versions.
    pub versions: Vec<u16>,
    /// Ciphersuites.
    pub ciphersuites: Vec<u16>,
    /// Extension types, without the default ones.
    pub extensions: Vec<u16>,
    /// Proposal types, without the default ones.
    pub proposals: Vec<u16>,
    /// Credential types.
    pub credentials: Vec<u16>,
}

/// What a leaf node was made for (RFC 9420 §7.2).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeafSourceInfo {
    /// For a key package, as it should be.
    KeyPackage {
        /// When the package may be used.
        lifetime: Lifetime,
    },
    /// For an Update proposal.
    Update,
    /// For a commit.
    Commit {
        /// The hash of the parents.
        parent_hash: Vec<u8>,
    },
}

/// An extension (RFC 9420 §13).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtensionInfo {
    /// Its type.
    pub extension_type: u16,
    /// Its content as it stands there.
    pub data: Vec<u8>,
}

impl KeypackageInfo {
    /// Reads a key package in either form, acceptable or not.
    ///
    /// # Errors
    /// Those [`RejectedKeypackage`]s that speak of the shape: the bytes are not a key package.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RejectedKeypackage> {
        RawKeypackage::read(bytes).map(|raw| Self::from_raw(&raw))
    }

    /// The suite's name in RFC 9420 §17.1, if OpenMLS knows it.
    #[must_use]
    pub fn ciphersuite_name(&self) -> Option<String> {
        Ciphersuite::try_from(self.ciphersuite).ok().map(|suite| format!("{suite:?}"))
    }

    /// When the package may be used, unless its leaf was made for something else.
    #[must_use]
    pub fn lifetime(&self) -> Option<Lifetime> {
        match self.leaf_source {
            LeafSourceInfo::KeyPackage { lifetime } => Some(lifetime),
            _ => None,
        }
    }

    /// Whether it may be used more than once.
    #[must_use]
    pub fn is_last_resort(&self) -> bool {
        self.extensions.iter().any(|extension| extension.extension_type == LAST_RESORT)
    }

    fn from_raw(raw: &RawKeypackage<'_>) -> Self {
        let RawKeypackage { framing, bare, version, ciphersuite, init_key, leaf, extensions, signature } = raw;
        Self {
            framing: *framing,
            size: bare.len(),
            version: *version,
            ciphersuite: *ciphersuite,
            hash_ref: hash_ref(*ciphersuite, bare),
            init_key: init_key.to_vec(),
            encryption_key: leaf.encryption_key.to_vec(),
            signature_key: leaf.signature_key.to_vec(),
            credential: CredentialInfo::from_raw(leaf.credential_type, leaf.credential),
            capabilities: CapabilitiesInfo::from_raw(&leaf.capabilities),
            leaf_source: LeafSourceInfo::from_raw(leaf.source),
            leaf_extensions: ExtensionInfo::from_raw(&leaf.extensions),
            leaf_signature: leaf.signature.to_vec(),
            extensions: ExtensionInfo::from_raw(extensions),
            signature: signature.to_vec(),
        }
    }
}

impl CredentialInfo {
    /// The type's number.
    #[must_use]
    pub fn credential_type(&self) -> u16 {
        match self {
            Self::Basic { .. } => 1,
            Self::X509 { .. } => 2,
            Self::Other { credential_type, .. } => *credential_type,
        }
    }

    fn from_raw(credential_type: u16, content: &[u8]) -> Self {
        match (credential_type, certificates(content)) {
            (1, _) => Self::Basic { identity: content.to_vec() },
            (2, Some(certificates)) => Self::X509 { certificates },
            _ => Self::Other { credential_type, content: content.to_vec() },
        }
    }
}

fn certificates(list: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut reader = Reader::inside(list);
    let mut certificates = Vec::new();
    while !reader.rest().is_empty() {
        certificates.push(reader.vector("leaf_node.credential.certificates").ok()?.to_vec());
    }
    Some(certificates)
}

impl From<&Credential> for CredentialInfo {
    fn from(credential: &Credential) -> Self {
        Self::from_raw(credential.credential_type().into(), credential.serialized_content())
    }
}

impl CapabilitiesInfo {
    fn from_raw(raw: &RawCapabilities<'_>) -> Self {
        let RawCapabilities { versions, ciphersuites, extensions, proposals, credentials } = raw;
        Self {
            versions: versions.to_vec(),
            ciphersuites: ciphersuites.to_vec(),
            extensions: extensions.to_vec(),
            proposals: proposals.to_vec(),
            credentials: credentials.to_vec(),
        }
    }
}

impl LeafSourceInfo {
    fn from_raw(raw: RawSource<'_>) -> Self {
        match raw {
            RawSource::KeyPackage { not_before, not_after } => {
                Self::KeyPackage { lifetime: Lifetime::init(not_before, not_after) }
            }
            RawSource::Update => Self::Update,
            RawSource::Commit { parent_hash } => Self::Commit { parent_hash: parent_hash.to_vec() },
        }
    }
}

impl ExtensionInfo {
    fn from_raw(raw: &[RawExtension<'_>]) -> Vec<Self> {
        raw.iter().map(|&RawExtension { extension_type, data }| Self { extension_type, data: data.to_vec() }).collect()
    }
}
