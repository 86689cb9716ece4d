//! How OpenMLS's values become blobs: CBOR, its length in front, padded.
//!
//! The padding is for speed: a value of several pages whose length changes by a byte would be rewritten as a whole; with
//! the same length SQLite writes only the pages that differ.

use std::io;

use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use crate::StorageError;

/// Values of up to so many bytes are not padded, longer ones to a multiple of it.
const BLOCK: usize = 4096;
const LENGTH_BYTES: usize = 4;

pub(crate) fn encode(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, StorageError> {
    let length = length_of(value)?;
    let framed = LENGTH_BYTES + length;
    let padded = if framed > BLOCK { framed.next_multiple_of(BLOCK) } else { framed };
    let mut buffer = Vec::with_capacity(padded);
    buffer.extend_from_slice(&u32::try_from(length).map_err(refused)?.to_be_bytes());
    let mut bytes = Zeroizing::new(cbor4ii::serde::to_vec(buffer, value).map_err(refused)?);
    bytes.resize(padded, 0);
    Ok(bytes)
}

/// A value without a length, as a key package's bundle is stored.
///
/// # Errors
/// [`StorageError::Codec`].
pub fn encode_bare(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, StorageError> {
    let buffer = Vec::with_capacity(length_of(value)?);
    cbor4ii::serde::to_vec(buffer, value).map(Zeroizing::new).map_err(refused)
}

/// Counted first, for the padding too: a buffer that grows leaves copies of secrets behind.
fn length_of(value: &impl Serialize) -> Result<usize, StorageError> {
    let mut length = Length(0);
    cbor4ii::serde::to_writer(&mut length, value).map_err(refused)?;
    Ok(length.0)
}

/// Counts what is written.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StorageError> {
    let (front, rest) = bytes.split_at_checked(LENGTH_BYTES).ok_or_else(|| refused("shorter than its length"))?;
    let length = front.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let value = rest.get(..length).ok_or_else(|| refused("shorter than its length says"))?;
    decode_bare(value)
}

/// What [`encode_bare`] makes.
pub(crate) fn decode_bare<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StorageError> {
    cbor4ii::serde::from_slice(bytes).map_err(refused)
}

fn refused(reason: impl ToString) -> StorageError {
    StorageError::Codec { reason: reason.to_string() }
}
