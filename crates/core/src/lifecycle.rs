//! The life of key packages under a policy: made, published, refreshed, withdrawn and purged, without a peer ever getting
//! one whose private keys are gone.
//!
//! | state | what happens | then |
//! |---|---|---|
//! | none | [`maintain_keypackages`](crate::Client::maintain_keypackages) finds too few | pending: stored, and given out to be published |
//! | pending | [`confirm_published`](crate::TransactionContext::confirm_published) | published |
//! | pending or published | a Welcome for it is joined | gone at once; a last-resort package is to be replaced |
//! | published | it is to be replaced, and its replacement is published | retired: given out to be withdrawn |
//! | retired | [`confirm_withdrawn`](crate::TransactionContext::confirm_withdrawn) | withdrawn: its keys stay for Welcomes that are under way |
//! | withdrawn | its grace is over | purged |
//! | any | it expires | purged |
//!
//! A package is to be replaced when its expiry comes close, when it is a last-resort package that was used, when its
//! credential was replaced, and when [the app says so](crate::TransactionContext::renew_keypackages). docs/lifecycle.md tells what is stored at each step, and what a crash before or after it means.

mod directory;
mod due;
mod maintain;
mod outgoing;
mod plan;
mod policy;
mod replace;
mod status;
mod sync;

pub(crate) use directory::sync;
pub use directory::{KeypackageDirectory, KeypackageSyncError, KeypackageSyncReport};
pub(crate) use maintain::{confirm_published, confirm_withdrawn, maintain, renew};
pub(crate) use outgoing::outgoing;
pub use outgoing::{KeypackagePublication, OutgoingKeypackages};
pub use policy::KeypackagePolicy;
pub use replace::CredentialReplacement;
pub(crate) use replace::{replace, replacement};
pub use status::KeypackageStatus;
pub(crate) use status::{CountOf, count_valid, status};
pub use sync::{KeypackageSync, KeypackageSyncStep};
