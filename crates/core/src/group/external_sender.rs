//! Those outside of a group who may propose changes to it.

use openmls::prelude::{Credential, Extensions, GroupContext, SignaturePublicKey};
use tls_codec::{Deserialize, Serialize};

use crate::{GroupError, Result, credential};

/// Somebody outside of a group who may propose to add and to remove members (RFC 9420 §12.1.8.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalSender {
    /// Who it says it is. Whether that is true is the app's to judge (RFC 9420 §5.3.1).
    pub credential: Credential,
    /// Its public signature key. For an X.509 credential it is its leaf certificate's key.
    pub signature_key: Vec<u8>,
}

impl ExternalSender {
    /// Those that a group's context names, each checked as a [`NewLeaf`](super::NewLeaf) is.
    pub(crate) fn all(extensions: &Extensions<GroupContext>) -> Result<Vec<Self>> {
        extensions.external_senders().map_or_else(|| Ok(Vec::new()), |senders| senders.iter().map(Self::read).collect())
    }

    /// OpenMLS keeps the fields to itself; their encoding is public.
    fn read(sender: &openmls::prelude::ExternalSender) -> Result<Self> {
        let bytes = sender.tls_serialize_detached().map_err(GroupError::bug)?;
        let rest = &mut bytes.as_slice();
        let signature_key = SignaturePublicKey::tls_deserialize(rest).map_err(GroupError::bug)?.as_slice().to_vec();
        let credential = Credential::tls_deserialize(rest).map_err(GroupError::bug)?;
        credential::check_binding(&credential, &signature_key)?;
        Ok(Self { credential, signature_key })
    }
}
