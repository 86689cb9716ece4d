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

impl TryFrom<&openmls::Capabilities> for Capabilities {
    type Error = MlsError;

    /// OpenMLS tells each kind of number in a type of its own; they are encoded alike.
    fn try_from(core: &openmls::Capabilities) -> Result<Self> {
        let lists = || {
            let bytes = core.tls_serialize_detached()?;
            let mut rest = bytes.as_slice();
            let mut list = || Vec::<u16>::tls_deserialize(&mut rest);
            Ok(Self {
                versions: list()?,
                ciphersuites: list()?,
                extensions: list()?,
                proposals: list()?,
                credentials: list()?,
            })
        };
        lists().map_err(|error: Error| KeypackageError::NotEncoded { reason: error.to_string() }.into())
    }
}
