//! A key package as it stands in its bytes: nothing copied, nothing checked but the shape.
//!
//! OpenMLS's own types hide the source of a leaf and a suite that they do not know, and its errors don't say which
//! extension or which time was wrong. This view is what the checks and [`KeypackageInfo`](super::KeypackageInfo) read.

use std::ops::RangeInclusive;

use super::{
    KeypackageFraming, RejectedKeypackage, framing,
    reader::{Reader, malformed},
};
use crate::{credential::SUPPORTED_CIPHERSUITES, error::count};

/// The extension types of RFC 9420 itself, which everybody supports and nobody declares (§7.2): application_id,
/// ratchet_tree, required_capabilities, external_pub, external_senders.
pub(crate) const DEFAULT_EXTENSIONS: RangeInclusive<u16> = 1..=5;
/// The extension type of packages that may be used more than once.
pub(crate) const LAST_RESORT: u16 = 10;

/// `KeyPackage` of RFC 9420 §10.
pub(crate) struct RawKeypackage<'a> {
    pub(crate) framing: KeypackageFraming,
    /// The package without an `MLSMessage` around it.
    pub(crate) bare: &'a [u8],
    pub(crate) version: u16,
    pub(crate) ciphersuite: u16,
    pub(crate) init_key: &'a [u8],
    pub(crate) leaf: RawLeaf<'a>,
    pub(crate) extensions: Vec<RawExtension<'a>>,
    pub(crate) signature: &'a [u8],
}

/// `LeafNode` of RFC 9420 §7.2.
pub(crate) struct RawLeaf<'a> {
    pub(crate) encryption_key: &'a [u8],
    pub(crate) signature_key: &'a [u8],
    pub(crate) credential_type: u16,
    pub(crate) credential: &'a [u8],
    pub(crate) capabilities: RawCapabilities<'a>,
    pub(crate) source: RawSource<'a>,
    pub(crate) extensions: Vec<RawExtension<'a>>,
    pub(crate) signature: &'a [u8],
}

/// `Capabilities` of RFC 9420 §7.2.
pub(crate) struct RawCapabilities<'a> {
    pub(crate) versions: Numbers<'a>,
    pub(crate) ciphersuites: Numbers<'a>,
    pub(crate) extensions: Numbers<'a>,
    pub(crate) proposals: Numbers<'a>,
    pub(crate) credentials: Numbers<'a>,
}

/// `LeafNodeSource` of RFC 9420 §7.2, with what goes with it.
#[derive(Clone, Copy)]
pub(crate) enum RawSource<'a> {
    KeyPackage { not_before: u64, not_after: u64 },
    Update,
    Commit { parent_hash: &'a [u8] },
}

/// `Extension` of RFC 9420 §13.
#[derive(Clone, Copy)]
pub(crate) struct RawExtension<'a> {
    pub(crate) extension_type: u16,
    pub(crate) data: &'a [u8],
}

/// A list of two-byte numbers.
#[derive(Clone, Copy)]
pub(crate) struct Numbers<'a>(&'a [[u8; 2]]);

impl<'a> RawKeypackage<'a> {
    /// Reads the shape of a key package in either form.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, RejectedKeypackage> {
        if bytes.is_empty() {
            return Err(RejectedKeypackage::Empty);
        }
        let (framing, bare) = framing::unwrap(bytes);
        Self::read_bare(framing, bare).map_err(|error| {
            match bare.first_chunk().map(|&begins| u16::from_be_bytes(begins)) {
                // Neither a package that we know nor one of another version: anything at all.
                Some(begins) if begins != framing::MLS10 => RejectedKeypackage::NotAKeypackage { begins },
                _ => error,
            }
        })
    }

    /// Whether the package may be used more than once.
    pub(crate) fn is_last_resort(&self) -> bool {
        self.extensions.iter().any(|extension| extension.extension_type == LAST_RESORT)
    }

    pub(crate) fn unsupported_ciphersuite(&self) -> RejectedKeypackage {
        let supported = SUPPORTED_CIPHERSUITES.map(u16::from).to_vec();
        RejectedKeypackage::UnsupportedCiphersuite { found: self.ciphersuite, supported }
    }

    fn read_bare(framing: KeypackageFraming, bare: &'a [u8]) -> Result<Self, RejectedKeypackage> {
        let mut reader = Reader::new(bare);
        let raw = Self {
            framing,
            bare,
            version: reader.u16("version")?,
            ciphersuite: reader.u16("cipher_suite")?,
            init_key: reader.vector("init_key")?,
            leaf: RawLeaf::read(&mut reader)?,
            extensions: RawExtension::read_all(reader.vector("extensions")?, "extensions")?,
            signature: reader.vector("signature")?,
        };
        match reader.rest().len() {
            0 => Ok(raw),
            more => Err(RejectedKeypackage::TrailingBytes { count: count(more) }),
        }
    }
}

impl<'a> RawLeaf<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, RejectedKeypackage> {
        const EXTENSIONS: &str = "leaf_node.extensions";
        Ok(Self {
            encryption_key: reader.vector("leaf_node.encryption_key")?,
            signature_key: reader.vector("leaf_node.signature_key")?,
            credential_type: reader.u16("leaf_node.credential.credential_type")?,
            credential: reader.vector("leaf_node.credential")?,
            capabilities: RawCapabilities::read(reader)?,
            source: RawSource::read(reader)?,
            extensions: RawExtension::read_all(reader.vector(EXTENSIONS)?, EXTENSIONS)?,
            signature: reader.vector("leaf_node.signature")?,
        })
    }
}

impl<'a> RawCapabilities<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, RejectedKeypackage> {
        Ok(Self {
            versions: Numbers::read(reader, "leaf_node.capabilities.versions")?,
            ciphersuites: Numbers::read(reader, "leaf_node.capabilities.cipher_suites")?,
            extensions: Numbers::read(reader, "leaf_node.capabilities.extensions")?,
            proposals: Numbers::read(reader, "leaf_node.capabilities.proposals")?,
            credentials: Numbers::read(reader, "leaf_node.capabilities.credentials")?,
        })
    }
}

impl<'a> RawSource<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, RejectedKeypackage> {
        match reader.u8("leaf_node.leaf_node_source")? {
            1 => Ok(Self::KeyPackage {
                not_before: reader.u64("leaf_node.lifetime.not_before")?,
                not_after: reader.u64("leaf_node.lifetime.not_after")?,
            }),
            2 => Ok(Self::Update),
            3 => Ok(Self::Commit { parent_hash: reader.vector("leaf_node.parent_hash")? }),
            found => Err(RejectedKeypackage::WrongLeafSource { found }),
        }
    }

    /// Its number in RFC 9420 §7.2.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::KeyPackage { .. } => 1,
            Self::Update => 2,
            Self::Commit { .. } => 3,
        }
    }
}

impl<'a> RawExtension<'a> {
    fn read_all(list: &'a [u8], field: &'static str) -> Result<Vec<Self>, RejectedKeypackage> {
        let mut reader = Reader::inside(list);
        let mut extensions = Vec::new();
        while !reader.rest().is_empty() {
            extensions.push(Self { extension_type: reader.u16(field)?, data: reader.vector(field)? });
        }
        Ok(extensions)
    }
}

impl<'a> Numbers<'a> {
    fn read(reader: &mut Reader<'a>, field: &'static str) -> Result<Self, RejectedKeypackage> {
        match reader.vector(field)?.as_chunks() {
            (numbers, []) => Ok(Self(numbers)),
            _ => Err(malformed(field, "it is a list of two-byte numbers, but has an odd number of bytes")),
        }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = u16> + 'a {
        self.0.iter().map(|&number| u16::from_be_bytes(number))
    }

    pub(crate) fn contains(self, number: u16) -> bool {
        self.iter().any(|listed| listed == number)
    }

    pub(crate) fn to_vec(self) -> Vec<u16> {
        self.iter().collect()
    }
}
