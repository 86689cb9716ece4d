//! A key package as a person reads it.

use std::fmt;

use openmls::prelude::ExtensionType;

use super::{CredentialInfo, ExtensionInfo, KeypackageInfo, LeafSourceInfo};
use crate::{clock::Utc, hex::Hex, keypackage::KeypackageFraming};

impl fmt::Display for KeypackageInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let framing = match self.framing {
            KeypackageFraming::Bare => "bare",
            KeypackageFraming::MlsMessage => "in an MLSMessage",
        };
        let last_resort = if self.is_last_resort() { ", last resort" } else { "" };
        writeln!(formatter, "key package, {} bytes, {framing}{last_resort}", self.size)?;
        line(
            formatter,
            "reference",
            self.hash_ref.as_deref().map_or("unknown".to_owned(), |hash| Hex(hash).to_string()),
        )?;
        line(formatter, "version", named(self.version, |version| (version == 1).then_some("MLS 1.0")))?;
        let suite = self.ciphersuite_name().unwrap_or_else(|| "unknown".to_owned());
        line(formatter, "ciphersuite", format!("{:#06x} {suite}", self.ciphersuite))?;
        line(formatter, "credential", &self.credential)?;
        match &self.leaf_source {
            LeafSourceInfo::KeyPackage { lifetime } => {
                line(formatter, "not before", Utc(lifetime.not_before()))?;
                line(formatter, "not after", Utc(lifetime.not_after()))?;
            }
            LeafSourceInfo::Update => line(formatter, "leaf made for", "an Update proposal")?,
            LeafSourceInfo::Commit { parent_hash } => {
                line(formatter, "leaf made for", format!("a commit, parent hash {}", Hex(parent_hash)))?;
            }
        }
        line(formatter, "init key", Hex(&self.init_key))?;
        line(formatter, "encryption key", Hex(&self.encryption_key))?;
        line(formatter, "signature key", Hex(&self.signature_key))?;
        writeln!(formatter, "  capabilities")?;
        for (name, numbers) in [
            ("  versions", &self.capabilities.versions),
            ("  ciphersuites", &self.capabilities.ciphersuites),
            ("  extensions", &self.capabilities.extensions),
            ("  proposals", &self.capabilities.proposals),
            ("  credentials", &self.capabilities.credentials),
        ] {
            line(formatter, name, list(numbers.iter().map(|&number| with_grease(number))))?;
        }
        line(formatter, "leaf extensions", list(self.leaf_extensions.iter().map(ToString::to_string)))?;
        line(formatter, "extensions", list(self.extensions.iter().map(ToString::to_string)))?;
        line(formatter, "leaf signature", Hex(&self.leaf_signature))?;
        line(formatter, "signature", Hex(&self.signature))
    }
}

/// As text where the identity is text; certificates by their number and sizes.
impl fmt::Display for CredentialInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Basic { identity } => write!(formatter, "Basic, {}", identity.escape_ascii()),
            Self::X509 { certificates } => {
                let sizes = list(certificates.iter().map(|certificate| format!("{} bytes", certificate.len())));
                write!(formatter, "X.509, {} certificates: {sizes}", certificates.len())
            }
            Self::Other { credential_type, content } => {
                write!(formatter, "{}, {} bytes: {}", with_grease(*credential_type), content.len(), Hex(content))
            }
        }
    }
}

/// The type's number and name, and the content in hexadecimal.
impl fmt::Display for ExtensionInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |extension_type| match extension_type {
            1 => Some("application_id"),
            2 => Some("ratchet_tree"),
            3 => Some("required_capabilities"),
            4 => Some("external_pub"),
            5 => Some("external_senders"),
            10 => Some("last_resort"),
            _ => None,
        };
        write!(formatter, "{}, {} bytes", named(self.extension_type, name), self.data.len())?;
        if self.data.is_empty() { Ok(()) } else { write!(formatter, " {}", Hex(&self.data)) }
    }
}

fn line(formatter: &mut fmt::Formatter<'_>, name: &str, value: impl fmt::Display) -> fmt::Result {
    writeln!(formatter, "  {name:<16} {value}")
}

fn named(number: u16, name: impl Fn(u16) -> Option<&'static str>) -> String {
    name(number).map_or_else(|| with_grease(number), |name| format!("{number:#06x} {name}"))
}

/// Tells the numbers that mean nothing, on purpose (RFC 9420 §13.5). They are the same in all registries.
fn with_grease(number: u16) -> String {
    let grease = if ExtensionType::from(number).is_grease() { " (GREASE)" } else { "" };
    format!("{number:#06x}{grease}")
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items = items.collect::<Vec<_>>();
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}
