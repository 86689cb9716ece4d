//! What a delivery service can read of what it carries.

use mlskit::openmls::{
    framing::ContentType,
    prelude::{MlsMessageBodyIn, MlsMessageIn, ProtocolMessage, Welcome},
};
use tls_codec::DeserializeBytes;

use crate::ServiceError;

/// The part of a group's message that is in clear (RFC 9420 §6.3).
pub(crate) struct Envelope {
    pub(crate) group_id: Vec<u8>,
    pub(crate) epoch: u64,
    pub(crate) is_commit: bool,
}

pub(crate) fn envelope(bytes: &[u8]) -> Result<Envelope, ServiceError> {
    let message: ProtocolMessage = match body(bytes)? {
        MlsMessageBodyIn::PrivateMessage(message) => message.into(),
        MlsMessageBodyIn::PublicMessage(message) => message.into(),
        _ => return Err(ServiceError::Malformed("neither a PrivateMessage nor a PublicMessage".into())),
    };
    Ok(Envelope {
        group_id: message.group_id().to_vec(),
        epoch: message.epoch().as_u64(),
        is_commit: message.content_type() == ContentType::Commit,
    })
}

/// The refs of the key packages that a Welcome is for.
pub(crate) fn welcome_refs(bytes: &[u8]) -> Result<Vec<Vec<u8>>, ServiceError> {
    let MlsMessageBodyIn::Welcome(welcome) = body(bytes)? else {
        return Err(ServiceError::Malformed("not a Welcome".into()));
    };
    Ok(Welcome::secrets(&welcome).iter().map(|secrets| secrets.new_member().as_slice().to_vec()).collect())
}

fn body(bytes: &[u8]) -> Result<MlsMessageBodyIn, ServiceError> {
    let message =
        MlsMessageIn::tls_deserialize_exact_bytes(bytes).map_err(|error| ServiceError::Malformed(error.to_string()))?;
    Ok(message.extract())
}
