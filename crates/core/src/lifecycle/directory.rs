//! A directory of key packages, as an app connects it, and the loop that keeps it supplied.

use std::{fmt, future::Future, time::SystemTime};

use openmls::prelude::Ciphersuite;

use super::{KeypackageSync, KeypackageSyncStep};
use crate::{ClientId, Error, KeypackageRef};

/// Where a client's peers get its key packages from. An app implements it over its server, as the client's user: one
/// value for each client, which knows its id.
///
/// All credentials of a client use one directory: what is to be withdrawn is told to whichever is asked next, and one
/// that does not know the package says yes.
///
/// What the library relies on:
/// - `publish` of what it has had before, with the same reference, is a success and changes nothing: nor does it
///   serve a package anew that it has served or was told to withdraw.
/// - A single-use package is served once, the last-resort package only when no other is left.
/// - `withdraw` of what it does not have is a success.
/// - An error says nothing: it may have been done all the same. A call that does not come back is the app's to end, by
///   dropping its future: whoever is called next goes on from there.
pub trait KeypackageDirectory: Send + Sync {
    /// Why the directory did not do it, or did not answer.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Serves a key package of this client from now on. [`KeypackageRef::is_last_resort`] tells which kind it is.
    fn publish(
        &self,
        keypackage_ref: &KeypackageRef,
        bytes: &[u8],
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Serves a key package of this client no longer. [`KeypackageRef::hash_ref`] and the hexadecimal digits that it
    /// displays name it; all else is unknown of one that an early version of this library has removed.
    fn withdraw(&self, keypackage_ref: &KeypackageRef) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Takes a key package of a peer, if there is one: give it to
    /// [`import_keypackage_of`](crate::Client::import_keypackage_of). The library never calls it; it is for whoever adds
    /// members, so that one value stands for the whole server.
    fn fetch(
        &self,
        client_id: &ClientId,
        ciphersuite: Ciphersuite,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send;

    /// Whether an error concerns the one package alone: the directory has said no to it, and the others are tried. At any
    /// other error, as that the network is gone, [`sync_keypackages`](crate::Client::sync_keypackages) stops.
    ///
    /// A directory that calls a lasting refusal something else stops each run at the same package.
    fn is_refusal(&self, error: &Self::Error) -> bool;
}

/// What one [`sync_keypackages`](crate::Client::sync_keypackages) did.
#[derive(Debug)]
#[non_exhaustive]
pub struct KeypackageSyncReport<E> {
    /// What the directory has been told to serve.
    pub published: Vec<KeypackageRef>,
    /// What the directory has been told to serve no longer.
    pub withdrawn: Vec<KeypackageRef>,
    /// What the directory has [refused](KeypackageDirectory::is_refusal). It is tried again the next time, within an hour.
    pub refused: Vec<(KeypackageRef, E)>,
    /// When to call again, if nothing happens before. Nothing, where there is nothing to wait for.
    pub next: Option<SystemTime>,
}

/// Why a directory was not supplied to the end.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeypackageSyncError<E> {
    /// The client's own error.
    Client(Error),
    /// The directory's. What was done until then stays done; try again as the network returns, or with the app's own
    /// back-off.
    Directory(E),
}

impl<E: fmt::Display> fmt::Display for KeypackageSyncError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => error.fmt(formatter),
            Self::Directory(error) => write!(formatter, "the directory of key packages: {error}"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for KeypackageSyncError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Client(error) => error.source(),
            Self::Directory(error) => Some(error),
        }
    }
}

impl<E> From<Error> for KeypackageSyncError<E> {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

pub(crate) async fn sync<D: KeypackageDirectory>(
    mut sync: KeypackageSync,
    directory: &D,
) -> Result<KeypackageSyncReport<D::Error>, KeypackageSyncError<D::Error>> {
    let mut report = KeypackageSyncReport { published: vec![], withdrawn: vec![], refused: vec![], next: None };
    loop {
        let (keypackage_ref, answer, done) = match sync.next().await? {
            KeypackageSyncStep::Publish(publication) => {
                let answer = directory.publish(&publication.keypackage_ref, &publication.bytes).await;
                (publication.keypackage_ref, answer, &mut report.published)
            }
            KeypackageSyncStep::Withdraw(keypackage_ref) => {
                let answer = directory.withdraw(&keypackage_ref).await;
                (keypackage_ref, answer, &mut report.withdrawn)
            }
            KeypackageSyncStep::Wait(until) => {
                report.next = Some(until);
                return Ok(report);
            }
            KeypackageSyncStep::Done => return Ok(report),
        };
        match answer {
            Ok(()) => {
                sync.confirm().await?;
                done.push(keypackage_ref);
            }
            Err(error) if directory.is_refusal(&error) => report.refused.push((keypackage_ref, error)),
            Err(error) => return Err(KeypackageSyncError::Directory(error)),
        }
    }
}
