//! What a directory must be told.

use crate::{KeypackageRef, member::each, numbers::seconds};

/// A key package that a directory is to serve.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct KeypackagePublication {
    /// Names it in `confirm_published`.
    pub keypackage_ref: KeypackageRef,
    /// The package, in the policy's framing: the same bytes until it is confirmed.
    pub bytes: Vec<u8>,
}

/// What a directory is to be told of a credential's key packages: committed and unconfirmed, in the order in which it is
/// to be told. After a crash it is the same.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OutgoingKeypackages {
    /// What is to be published: a last-resort package first, then in the order in which they were made.
    pub publish: Vec<KeypackagePublication>,
    /// What is to be withdrawn: of this and every other credential what was replaced, and what was removed.
    pub withdraw: Vec<KeypackageRef>,
    /// When there will be more to do, if nothing happens before, in seconds since 1970: now, if a maintenance is due. Nothing,
    /// where there never will.
    pub next: Option<u64>,
}

impl From<mlskit::KeypackagePublication> for KeypackagePublication {
    fn from(core: mlskit::KeypackagePublication) -> Self {
        let mlskit::KeypackagePublication { keypackage_ref, bytes } = core;
        Self { keypackage_ref: (&keypackage_ref).into(), bytes }
    }
}

impl From<mlskit::OutgoingKeypackages> for OutgoingKeypackages {
    fn from(core: mlskit::OutgoingKeypackages) -> Self {
        Self {
            publish: core.publish.into_iter().map(Into::into).collect(),
            withdraw: each(&core.withdraw),
            next: core.next.map(seconds),
        }
    }
}
