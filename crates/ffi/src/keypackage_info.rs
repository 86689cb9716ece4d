//! Every field of a key package, to look at.

use mlskit::keypackage::{ExtensionInfo as CoreExtension, KeypackageInfo as Core, LeafSourceInfo};

use crate::{Capabilities, CredentialInfo, HashRef, KeypackageFraming, Result, SignatureKey, numbers::count};

/// Every field of a key package, for debugging and for an app's own policies. It tells what the bytes say, and nothing
/// of whether that is true or allowed: signatures, times and capabilities are not checked.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct KeypackageInfo {
    /// The form that the bytes were in.
    pub framing: KeypackageFraming,
    /// The length of the bare package, in bytes.
    pub size: u64,
    /// The protocol version; 1 is MLS 1.0.
    pub version: u16,
    /// The ciphersuite.
    pub ciphersuite: u16,
    /// The suite's name, if it is known.
    pub ciphersuite_name: Option<String>,
    /// The package's reference (RFC 9420 §5.2), if the suite's hash is known.
    pub hash_ref: Option<HashRef>,
    /// The public key that a Welcome is encrypted to.
    pub init_key: Vec<u8>,
    /// The leaf's public key in the group's tree.
    pub encryption_key: Vec<u8>,
    /// The public key that the client signs with.
    pub signature_key: SignatureKey,
    /// Whom the package speaks for.
    pub credential: CredentialInfo,
    /// What the client can work with.
    pub capabilities: Capabilities,
    /// What the leaf node was made for, with what comes with it.
    pub leaf_source: LeafSource,
    /// The extensions of the leaf node.
    pub leaf_extensions: Vec<ExtensionInfo>,
    /// The signature over the leaf node.
    pub leaf_signature: Vec<u8>,
    /// The extensions of the package.
    pub extensions: Vec<ExtensionInfo>,
    /// The signature over the package.
    pub signature: Vec<u8>,
    /// Whether it may be used more than once.
    pub is_last_resort: bool,
    /// All of it on some twenty lines, for people.
    pub text: String,
}

/// What a leaf node was made for (RFC 9420 §7.2).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum LeafSource {
    /// For a key package, as it should be.
    KeyPackage {
        /// When the package begins to be valid, in seconds since 1970.
        not_before: u64,
        /// When it no longer is, in seconds since 1970.
        not_after: u64,
    },
    /// For an Update proposal.
    Update,
    /// For a commit.
    Commit {
        /// The hash of the parents.
        parent_hash: Vec<u8>,
    },
    /// For something that these bindings have no name for.
    Other,
}

/// An extension (RFC 9420 §13) as it stands there.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ExtensionInfo {
    /// Its type.
    pub extension_type: u16,
    /// Its content.
    pub data: Vec<u8>,
    /// Its type's number and name, and its content in hexadecimal, for people.
    pub text: String,
}

/// Reads a key package, bare or in an `MLSMessage`, acceptable or not.
///
/// # Errors
/// `Keypackage` with a `Rejected` that speaks of the shape: the bytes are not a key package.
#[uniffi::export]
pub fn keypackage_info(bytes: Vec<u8>) -> Result<KeypackageInfo> {
    Ok(Core::from_bytes(&bytes)?.into())
}

impl From<Core> for KeypackageInfo {
    fn from(core: Core) -> Self {
        Self {
            size: count(core.size),
            ciphersuite_name: core.ciphersuite_name(),
            is_last_resort: core.is_last_resort(),
            text: core.to_string(),
            framing: core.framing.into(),
            version: core.version,
            ciphersuite: core.ciphersuite,
            hash_ref: core.hash_ref.map(HashRef),
            init_key: core.init_key,
            encryption_key: core.encryption_key,
            signature_key: SignatureKey(core.signature_key),
            credential: core.credential.into(),
            capabilities: core.capabilities.into(),
            leaf_source: core.leaf_source.into(),
            leaf_extensions: core.leaf_extensions.into_iter().map(Into::into).collect(),
            leaf_signature: core.leaf_signature,
            extensions: core.extensions.into_iter().map(Into::into).collect(),
            signature: core.signature,
        }
    }
}

impl From<LeafSourceInfo> for LeafSource {
    fn from(core: LeafSourceInfo) -> Self {
        match core {
            LeafSourceInfo::KeyPackage { lifetime } => {
                Self::KeyPackage { not_before: lifetime.not_before(), not_after: lifetime.not_after() }
            }
            LeafSourceInfo::Update => Self::Update,
            LeafSourceInfo::Commit { parent_hash } => Self::Commit { parent_hash },
            _ => Self::Other,
        }
    }
}

impl From<CoreExtension> for ExtensionInfo {
    fn from(core: CoreExtension) -> Self {
        Self { text: core.to_string(), extension_type: core.extension_type, data: core.data }
    }
}
