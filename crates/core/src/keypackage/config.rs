//! What a key package is to be like.

mod declared;
mod extensions;
mod lifespan;
mod profile;

use std::time::{Duration, SystemTime};

pub(crate) use declared::declare;
use lifespan::Lifespan;
use openmls::prelude::{
    Capabilities, Ciphersuite, CredentialType, Extension, ExtensionType, KeyPackage, KeyPackageBuilder,
};
use openmls_traits::random::OpenMlsRand;
pub(crate) use profile::Profile;

use crate::{ClientOptions, CredentialRef, KEYPACKAGE_DEFAULT_LIFETIME, Result};

/// What a key package is to be like. The default is a single-use package without extensions that lives for
/// [`KEYPACKAGE_DEFAULT_LIFETIME`](super::KEYPACKAGE_DEFAULT_LIFETIME), or [`ClientOptions::max_lifetime`] if that is
/// shorter, and offers all that the client can do.
///
/// **What is asked for is declared.** Version, ciphersuite, credential type and each extension of the package are
/// added to its capabilities, since a peer refuses a package that uses what it doesn't declare (RFC 9420 §7.3 and
/// §10). The default extensions and proposals of RFC 9420 are never listed, whoever asks (§7.2).
///
/// Nothing is checked before the package is generated: errors come from
/// [`generate_keypackage_with`](crate::TransactionContext::generate_keypackage_with).
///
/// ```
/// use std::time::Duration;
///
/// use mlskit::openmls::prelude::{Extension, UnknownExtension};
///
/// let config = mlskit::KeypackageConfig::default()
///     .lifetime(Duration::from_hours(24 * 30))
///     .extension(Extension::Unknown(0xf2ee, UnknownExtension(b"for my app".to_vec())))
///     .last_resort(true);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct KeypackageConfig {
    lifespan: Lifespan,
    extensions: Vec<Extension>,
    leaf_node_extensions: Vec<Extension>,
    capabilities: Option<Capabilities>,
    supported_extensions: Vec<ExtensionType>,
    last_resort: bool,
    grease: bool,
    pub(crate) profile: Profile,
}

impl KeypackageConfig {
    /// How long it lives from now on: whole seconds, at least one, at most
    /// [`ClientOptions::max_lifetime`]. It begins an hour ago, for peers whose clocks are behind.
    ///
    /// Refused as [`LifetimeTooLong`](crate::KeypackageError::LifetimeTooLong) and
    /// [`LifetimeTooShort`](crate::KeypackageError::LifetimeTooShort).
    pub fn lifetime(self, lifetime: Duration) -> Self {
        Self { lifespan: Lifespan::For(lifetime), ..self }
    }

    /// The default again, whatever was asked for before.
    pub(crate) fn default_lifetime(self) -> Self {
        Self { lifespan: Lifespan::Default, ..self }
    }

    /// When it may be used, in whole seconds: from `not_before`, which may lie ahead, until just before
    /// `not_after`. Replaces [`lifetime`](Self::lifetime).
    ///
    /// It is at most [`ClientOptions::max_lifetime`] and an hour long, so that the window which `lifetime` makes can
    /// be asked for here too. Refused as [`WindowTooLong`](crate::KeypackageError::WindowTooLong),
    /// [`WindowInverted`](crate::KeypackageError::WindowInverted),
    /// [`WindowOver`](crate::KeypackageError::WindowOver).
    pub fn window(self, not_before: SystemTime, not_after: SystemTime) -> Self {
        Self { lifespan: Lifespan::Window { not_before, not_after }, ..self }
    }

    /// Puts an extension into the package. [`Extension::LastResort`] is the same as
    /// [`last_resort`](Self::last_resort).
    ///
    /// Refused as [`ExtensionMisplaced`](crate::KeypackageError::ExtensionMisplaced),
    /// [`DuplicateExtension`](crate::KeypackageError::DuplicateExtension),
    /// [`GreaseExtension`](crate::KeypackageError::GreaseExtension) and
    /// [`MalformedExtension`](crate::KeypackageError::MalformedExtension).
    pub fn extension(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }

    /// Puts an extension into the package's leaf node, which stays in the group's tree while the key package itself
    /// is forgotten after the join.
    ///
    /// Peers with mls-rs (0.57) refuse a leaf node with an application id: they want it declared, which RFC 9420
    /// §7.2 forbids.
    ///
    /// Refused as [`extension`](Self::extension).
    pub fn leaf_node_extension(mut self, extension: Extension) -> Self {
        self.leaf_node_extensions.push(extension);
        self
    }

    /// What the package says that its client can do, beside what the package itself uses. The default is MLS 1.0,
    /// the three ciphersuites supported here, Basic and X.509 credentials. [`Capabilities::default`] lacks X.509.
    ///
    /// Refused as [`NoCiphersuites`](crate::KeypackageError::NoCiphersuites) and
    /// [`UnsupportedCiphersuite`](crate::KeypackageError::UnsupportedCiphersuite).
    pub fn capabilities(self, capabilities: Capabilities) -> Self {
        Self { capabilities: Some(capabilities), ..self }
    }

    /// Declares an extension type that the package itself doesn't use, on top of the [capabilities](Self::capabilities):
    /// of a group's context, for one, which every member has to support (RFC 9420 §13.4). Default types are left out.
    pub fn supports_extension(mut self, extension_type: ExtensionType) -> Self {
        self.supported_extensions.push(extension_type);
        self
    }

    /// Whether it may be used more than once, when the directory has no other left (RFC 9420 §16.8).
    pub fn last_resort(self, last_resort: bool) -> Self {
        Self { last_resort, ..self }
    }

    /// Whether to declare random values that mean nothing, so that peers stay able to cope with what they don't
    /// know (RFC 9420 §13.5): one in each list of the capabilities but the versions.
    ///
    /// The values are drawn anew for each package of a batch. A peer that chokes on one of them then shows up
    /// while the other packages can still be used.
    pub fn grease(self, grease: bool) -> Self {
        Self { grease, ..self }
    }

    pub(crate) fn resolve(
        &self,
        options: &ClientOptions,
        now: SystemTime,
        credential_ref: &CredentialRef,
    ) -> Result<Blueprint> {
        let Self {
            lifespan,
            extensions,
            leaf_node_extensions,
            capabilities,
            supported_extensions,
            last_resort,
            grease,
            profile,
        } = self;
        profile.check(credential_ref)?;
        let default = KEYPACKAGE_DEFAULT_LIFETIME.min(options.max_lifetime);
        let lifetime = lifespan.resolve(default, profile.max_lifetime.unwrap_or(options.max_lifetime), now)?;
        let extensions = extensions::of_package(extensions, *last_resort)?;
        let leaf_node_extensions = extensions::of_leaf_node(leaf_node_extensions)?;
        let used = extensions.iter().chain(leaf_node_extensions.iter()).map(Extension::extension_type);
        let supported = profile.extensions.iter().chain(supported_extensions).copied().chain(used);
        let capabilities = declare(capabilities.as_ref(), kind(credential_ref), supported)?;
        let builder = KeyPackage::builder()
            .key_package_lifetime(lifetime)
            .key_package_extensions(extensions)
            .leaf_node_extensions(leaf_node_extensions)
            .leaf_node_capabilities(capabilities.clone());
        Ok(Blueprint { builder, to_grease: grease.then_some(capabilities) })
    }
}

/// A configuration that holds.
pub(crate) struct Blueprint {
    builder: KeyPackageBuilder,
    to_grease: Option<Capabilities>,
}

impl Blueprint {
    /// The builder of one package.
    pub(crate) fn builder(&self, rand: &impl OpenMlsRand) -> KeyPackageBuilder {
        let builder = self.builder.clone();
        match &self.to_grease {
            Some(capabilities) => builder.leaf_node_capabilities(capabilities.clone().with_grease(rand)),
            None => builder,
        }
    }
}

/// What a client declares of itself where it makes no key package: as a group's creator, and in an external commit.
pub(crate) fn default_capabilities(credential_ref: &CredentialRef) -> Result<Capabilities> {
    capabilities(credential_ref, &[])
}

/// The defaults, and some types of extensions.
pub(crate) fn capabilities(credential_ref: &CredentialRef, extensions: &[ExtensionType]) -> Result<Capabilities> {
    Ok(declare(None, kind(credential_ref), extensions.iter().copied())?)
}

fn kind(credential_ref: &CredentialRef) -> (Ciphersuite, CredentialType) {
    (credential_ref.ciphersuite(), credential_ref.credential_type())
}
