//! How OpenMLS's values become blobs: CBOR, its length in front, padded.
//!
//! The padding is for speed: a value of several pages whose length changes by a byte would be rewritten as a whole; with
//! the same length SQLite writes only the pages that differ. So are the small numbers that take more than they need.

use std::convert::Infallible;

use cbor4ii::{core::enc::Write, serde::Serializer};
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
    let mut bytes = Zeroizing::new(Vec::with_capacity(padded));
    bytes.extend_from_slice(&u32::try_from(length).map_err(refused)?.to_be_bytes());
    write(value, &mut *bytes)?;
    bytes.resize(padded, 0);
    Ok(bytes)
}

/// A value without a length, as a key package's bundle is stored.
///
/// # Errors
/// [`StorageError::Codec`].
pub fn encode_bare(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, StorageError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(length_of(value)?));
    write(value, &mut *bytes)?;
    Ok(bytes)
}

/// Counted first, for the padding too: a buffer that grows leaves copies of secrets behind.
fn length_of(value: &impl Serialize) -> Result<usize, StorageError> {
    let mut length = 0;
    write(value, &mut length)?;
    Ok(length)
}

fn write(value: &impl Serialize, sink: &mut impl Sink) -> Result<(), StorageError> {
    value.serialize(&mut Serializer::new(EvenNumbers { sink, in_text: false })).map_err(refused)
}

/// Where an encoding goes.
trait Sink {
    fn take(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn take(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Only counts.
impl Sink for usize {
    fn take(&mut self, bytes: &[u8]) {
        *self += bytes.len();
    }
}

/// Writes numbers below 24 in two bytes, as CBOR does those up to 255, instead of in one (RFC 8949 §3 allows both).
///
/// OpenMLS writes keys as sequences of numbers. Were some of them shorter, one new key in a tree would move all that comes
/// after it, and every page would differ.
struct EvenNumbers<'a, S> {
    sink: &'a mut S,
    /// What comes next is the single byte of a string, and no number.
    in_text: bool,
}

impl<S: Sink> Write for EvenNumbers<'_, S> {
    type Error = Infallible;

    fn push(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        match bytes {
            [small @ ..24] if !self.in_text => self.sink.take(&[UINT_IN_ONE_BYTE, *small]),
            _ => self.sink.take(bytes),
        }
        self.in_text = matches!(bytes, [BYTES_OF_LENGTH_1 | TEXT_OF_LENGTH_1]);
        Ok(())
    }
}

const UINT_IN_ONE_BYTE: u8 = 0x18;
const BYTES_OF_LENGTH_1: u8 = 0x41;
const TEXT_OF_LENGTH_1: u8 = 0x61;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Values {
        key: Vec<u8>,
        wide: Vec<u64>,
        text: Vec<String>,
        signed: Vec<i32>,
        none: Option<u8>,
        some: Option<bool>,
    }

    fn values(key: Vec<u8>) -> Values {
        let text = ["", "a", "\u{1}", "\u{17}", "A", "words"].map(String::from).to_vec();
        let wide = vec![0, 1, 23, 24, 255, 256, u64::from(u32::MAX), u64::MAX];
        Values { key, wide, text, signed: vec![0, -1, -24, -25, 23, 24, i32::MIN], none: None, some: Some(true) }
    }

    #[test]
    fn a_value_comes_back_as_it_was() {
        let written = values((0..=255).collect());
        assert_eq!(decode::<Values>(&encode(&written).unwrap()).unwrap(), written);
        assert_eq!(decode_bare::<Values>(&encode_bare(&written).unwrap()).unwrap(), written);
    }

    #[test]
    fn what_was_written_with_short_numbers_is_read() {
        let written = values((0..=255).collect());
        let shortest = cbor4ii::serde::to_vec(Vec::new(), &written).unwrap();
        assert_eq!(decode_bare::<Values>(&shortest).unwrap(), written);
    }

    #[test]
    fn another_key_of_the_same_length_moves_nothing_that_comes_after_it() {
        let (low, high) = (encode_bare(&values(vec![0; 32])).unwrap(), encode_bare(&values(vec![255; 32])).unwrap());
        assert_eq!(low.len(), high.len());
        let differing = low.iter().zip(high.iter()).filter(|(low, high)| low != high).count();
        assert_eq!(differing, 32);
    }

    #[test]
    fn a_buffer_is_as_large_as_was_counted() {
        for written in [values(vec![7; 31]), values(vec![200; 5000])] {
            let encoded = encode_bare(&written).unwrap();
            assert_eq!(encoded.capacity(), encoded.len());
            let encoded = encode(&written).unwrap();
            assert_eq!(encoded.capacity(), encoded.len());
        }
    }
}
