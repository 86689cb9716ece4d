//! What each library can do, for the cases to ask of it.

use std::time::Duration;

use openmls::prelude::KeyPackage;

/// In bytes; `GroupConfig`'s default.
pub(crate) const PADDING: usize = 256;

/// A library, with a client of it that is in one group at most. What returns a time has stored what it did, as well as
/// the library can, and prepares and verifies outside of that time.
pub(crate) trait Side {
    fn publish(&mut self) -> KeyPackage;

    /// Creates a group, alone in it.
    fn create(&mut self);

    /// Adds all in one commit, which is accepted.
    fn add(&mut self, members: &[KeyPackage]) -> Duration;

    fn join(&mut self, welcome: &[u8]) -> Duration;

    /// Makes a commit with new keys, which is accepted.
    fn update(&mut self) -> Duration;

    /// Checks another's commit, and accepts it.
    fn process(&mut self, commit: &[u8]) -> Duration;

    /// Encrypts a text so many times, in one transaction if there is such a thing, and returns the last message.
    fn encrypt(&mut self, text: &[u8], count: usize) -> (Duration, Vec<u8>);

    /// Decrypts messages, in one transaction if there is such a thing, and returns the last text.
    fn decrypt(&mut self, messages: &[Vec<u8>]) -> (Duration, Vec<u8>);

    /// Loads the group by somebody who has none of it in memory.
    fn load(&mut self) -> Duration;

    fn epoch(&mut self) -> u64;

    /// Deletes the group, if there is one.
    fn forget(&mut self);
}
