//! Extensions of key packages, leaf nodes and groups' contexts.

use mlskit::openmls::prelude as openmls;

use crate::ExternalSender;

/// An extension (RFC 9420 §13) to be put into a key package, its leaf node, or a group's context. Where each may stand is
/// checked where it is used.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Extension {
    /// Type 1: what the app likes to call the client. In a leaf node.
    ApplicationId {
        /// The app's id.
        id: Vec<u8>,
    },
    /// Type 3: what each member has to support. In a group's context.
    RequiredCapabilities {
        /// Types of extensions.
        extensions: Vec<u16>,
        /// Types of proposals.
        proposals: Vec<u16>,
        /// Types of credentials.
        credentials: Vec<u16>,
    },
    /// Type 5: who outside of the group may propose changes. In a group's context.
    ExternalSenders {
        /// Those who may.
        senders: Vec<ExternalSender>,
    },
    /// Type 10: the package may be used more than once. In a key package.
    LastResort,
    /// Any other.
    Other {
        /// Its type.
        extension_type: u16,
        /// Its content.
        data: Vec<u8>,
    },
}

impl From<Extension> for openmls::Extension {
    fn from(value: Extension) -> Self {
        match value {
            Extension::ApplicationId { id } => Self::ApplicationId(openmls::ApplicationIdExtension::new(&id)),
            Extension::RequiredCapabilities { extensions, proposals, credentials } => Self::RequiredCapabilities(
                openmls::RequiredCapabilitiesExtension::new(&types(extensions), &types(proposals), &types(credentials)),
            ),
            Extension::ExternalSenders { senders } => {
                Self::ExternalSenders(senders.into_iter().map(Into::into).collect())
            }
            Extension::LastResort => Self::LastResort(openmls::LastResortExtension::new()),
            Extension::Other { extension_type, data } => Self::Unknown(extension_type, openmls::UnknownExtension(data)),
        }
    }
}

fn types<T: From<u16>>(numbers: Vec<u16>) -> Vec<T> {
    numbers.into_iter().map(T::from).collect()
}
