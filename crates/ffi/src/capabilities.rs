//! What a client says it can work with.

use mlskit::{
    KeypackageError,
    keypackage::CapabilitiesInfo,
    openmls::prelude::{
        self as openmls,
        tls_codec::{Deserialize, Error, Serialize},
    },
};

use crate::{MlsError, Result};

/// What a client says it can work with (RFC 9420 §7.2), in the order in which it says so.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Capabilities {
    /// Protocol versions; 1 is MLS 1.0.
    pub versions: Vec<u16>,
    /// Ciphersuites.
    pub ciphersuites: Vec<u16>,
    /// Extension types, without the default ones.
    #[uniffi(default = [])]
    pub extensions: Vec<u16>,
    /// Proposal types, without the default ones.
    #[uniffi(default = [])]
    pub proposals: Vec<u16>,
    /// Credential types.
    pub credentials: Vec<u16>,
}

impl From<CapabilitiesInfo> for Capabilities {
    fn from(core: CapabilitiesInfo) -> Self {
        Self {
            versions: core.versions,
            ciphersuites: core.ciphersuites,
            extensions: core.extensions,
            proposals: core.proposals,
            credentials: core.credentials,
        }
    }
}

impl TryFrom<Capabilities> for openmls::Capabilities {
    type Error = MlsError;

    /// OpenMLS's own constructor knows no number that OpenMLS does not know; its decoder takes all.
    fn try_from(value: Capabilities) -> Result<Self> {
        let Capabilities { versions, ciphersuites, extensions, proposals, credentials } = value;
        let decode = || {
            let lists = [versions, ciphersuites, extensions, proposals, credentials];
            let lists = lists.iter().map(Serialize::tls_serialize_detached).collect::<Result<Vec<_>, Error>>()?;
            Self::tls_deserialize_exact(lists.concat())
        };
        decode().map_err(|error| KeypackageError::NotBuilt { reason: error.to_string() }.into())
    }
}
