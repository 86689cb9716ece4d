//! How OpenMLS's values become blobs: CBOR, its length in front, padded.
//!
//! The padding is for speed: a value of several pages whose length changes by a byte would be rewritten as a whole; with
//! the same length SQLite writes only the pages that differ.

use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use crate::StorageError;

/// Values of up to so many bytes are not padded, longer ones to a multiple of it.
const BLOCK: usize = 4096;
const LENGTH_BYTES: usize = 4;

pub(crate) fn encode(value: &impl Serialize, capacity: usize) -> Result<Zeroizing<Vec<u8>>, StorageError> {
    let mut buffer = Vec::with_capacity(capacity.max(BLOCK));
    buffer.extend_from_slice(&[0; LENGTH_BYTES]);
    let mut bytes = Zeroizing::new(cbor4ii::serde::to_vec(buffer, value).map_err(refused)?);
    let length = u32::try_from(bytes.len() - LENGTH_BYTES).map_err(refused)?;
    if let Some(front) = bytes.get_mut(..LENGTH_BYTES) {
        front.copy_from_slice(&length.to_be_bytes());
    }
    if bytes.len() > BLOCK {
        let padded = bytes.len().next_multiple_of(BLOCK);
        bytes.resize(padded, 0);
    }
    Ok(bytes)
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StorageError> {
    let (front, rest) = bytes.split_at_checked(LENGTH_BYTES).ok_or_else(|| refused("shorter than its length"))?;
    let length = front.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let value = rest.get(..length).ok_or_else(|| refused("shorter than its length says"))?;
    decode_bare(value)
}

/// A value without a length, as a key package's bundle is stored.
pub(crate) fn decode_bare<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StorageError> {
    cbor4ii::serde::from_slice(bytes).map_err(refused)
}

fn refused(reason: impl ToString) -> StorageError {
    StorageError::Codec { reason: reason.to_string() }
}
