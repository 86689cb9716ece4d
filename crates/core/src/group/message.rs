//! What goes out: messages and exported secrets.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use mlskit_keystore::Operation;
use openmls::prelude::GroupId;
use openmls_traits::OpenMlsProvider;
use zeroize::Zeroizing;

use super::session;
use crate::{Client, GroupError, Result};

/// An encrypted message that opens only when the transaction that encrypted it has been committed: sent and rolled
/// back, its key would be used again for another.
#[derive(Clone)]
pub struct SealedMessage {
    bytes: Vec<u8>,
    is_committed: Arc<AtomicBool>,
}

impl SealedMessage {
    /// The `MLSMessage` to send (RFC 9420 §6.3).
    ///
    /// # Errors
    /// [`GroupError::NotCommitted`].
    pub fn open(self) -> Result<Vec<u8>> {
        if self.is_committed.load(Ordering::Acquire) { Ok(self.bytes) } else { Err(GroupError::NotCommitted.into()) }
    }
}

impl fmt::Debug for SealedMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, is_committed } = self;
        write!(formatter, "SealedMessage({} bytes, committed: {})", bytes.len(), is_committed.load(Ordering::Relaxed))
    }
}

/// Something to say to a group.
///
/// ```
/// use mlskit::group::PlainMessage;
///
/// let message = PlainMessage::new(b"Hello.").aad(b"number 1");
/// assert_eq!(format!("{message:?}"), "PlainMessage(6 bytes, 8 in clear)");
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct PlainMessage {
    plaintext: Zeroizing<Vec<u8>>,
    aad: Vec<u8>,
}

impl PlainMessage {
    /// What is said. It is wiped from memory when this is dropped.
    pub fn new(plaintext: &[u8]) -> Self {
        Zeroizing::new(plaintext.to_vec()).into()
    }

    /// What is authenticated along with it and stays in clear. Default: nothing.
    pub fn aad(self, aad: &[u8]) -> Self {
        Self { aad: aad.to_vec(), ..self }
    }
}

impl From<Zeroizing<Vec<u8>>> for PlainMessage {
    fn from(plaintext: Zeroizing<Vec<u8>>) -> Self {
        Self { plaintext, aad: Vec::new() }
    }
}

impl fmt::Debug for PlainMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plaintext, aad } = self;
        write!(formatter, "PlainMessage({} bytes, {} in clear)", plaintext.len(), aad.len())
    }
}

pub(crate) fn encrypt(
    operation: &mut Operation<'_>,
    client: &Client,
    group_id: &GroupId,
    message: &PlainMessage,
    is_committed: Arc<AtomicBool>,
) -> Result<SealedMessage> {
    session::look(operation, client.id(), group_id, |session| {
        session.check_joined()?;
        session.check_not_leaving()?;
        let has_proposals = session.group.pending_proposals().next().is_some();
        if has_proposals { Err(GroupError::ProposalsPending.into()) } else { Ok(()) }
    })?;
    session::with_message(operation, client.id(), group_id, |session, provider| {
        let group = &mut session.group;
        group.set_aad(message.aad.clone());
        let message = group.create_message(provider, &session.key, &message.plaintext).map_err(GroupError::refused)?;
        Ok(SealedMessage { bytes: message.to_bytes().map_err(GroupError::bug)?, is_committed })
    })
}

pub(crate) fn export_secret(
    operation: &mut Operation<'_>,
    client: &Client,
    group_id: &GroupId,
    label: &str,
    context: &[u8],
    length: usize,
) -> Result<Zeroizing<Vec<u8>>> {
    session::with(operation, client.id(), group_id, |session, provider| {
        session.check_joined()?;
        let secret = session.group.export_secret(provider.crypto(), label, context, length);
        Ok(Zeroizing::new(secret.map_err(GroupError::refused)?))
    })
}
