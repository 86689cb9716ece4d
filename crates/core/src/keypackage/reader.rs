//! Reads the presentation language of RFC 9420 §2.1 from borrowed bytes.

use super::RejectedKeypackage;
use crate::error::count;

/// What is left to read, and whether it is all there is or the inside of a vector.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    inside: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, inside: false }
    }

    /// A reader of a vector's content. When that ends too early, no further bytes would help.
    pub(crate) fn inside(content: &'a [u8]) -> Self {
        Self { rest: content, inside: true }
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn u8(&mut self, field: &'static str) -> Result<u8, RejectedKeypackage> {
        self.array(field).map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self, field: &'static str) -> Result<u16, RejectedKeypackage> {
        self.array(field).map(u16::from_be_bytes)
    }

    pub(crate) fn u64(&mut self, field: &'static str) -> Result<u64, RejectedKeypackage> {
        self.array(field).map(u64::from_be_bytes)
    }

    /// The content of a vector `<V>`: its length comes first, in one, two or four bytes, as few as suffice (§2.1.2).
    pub(crate) fn vector(&mut self, field: &'static str) -> Result<&'a [u8], RejectedKeypackage> {
        let first = self.u8(field)?;
        let (length, shortest) = match first >> 6 {
            0 => (u32::from(first), 0),
            1 => (u32::from(u16::from_be_bytes([first & 0x3f, self.u8(field)?])), 1 << 6),
            2 => {
                let [second, third, fourth] = self.array(field)?;
                (u32::from_be_bytes([first & 0x3f, second, third, fourth]), 1 << 14)
            }
            _ => return Err(malformed(field, "its length is announced in eight bytes, but four are the most")),
        };
        if length < shortest {
            return Err(malformed(field, "its length is written in more bytes than it needs"));
        }
        self.take(field, usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], RejectedKeypackage> {
        let (array, rest) = self.rest.split_first_chunk().ok_or_else(|| self.ended(field, N))?;
        self.rest = rest;
        Ok(*array)
    }

    fn take(&mut self, field: &'static str, length: usize) -> Result<&'a [u8], RejectedKeypackage> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| self.ended(field, length))?;
        self.rest = rest;
        Ok(taken)
    }

    fn ended(&self, field: &'static str, wanted: usize) -> RejectedKeypackage {
        if self.inside {
            malformed(field, "it is longer than the list that it is in")
        } else {
            RejectedKeypackage::Truncated { field, missing: count(wanted.saturating_sub(self.rest.len())) }
        }
    }
}

pub(crate) fn malformed(field: &'static str, reason: &str) -> RejectedKeypackage {
    RejectedKeypackage::Malformed { field, reason: reason.to_owned() }
}
