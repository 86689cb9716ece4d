//! Files beside the build, on the disk, and who writes to them.

use std::{fs::File, io::Write};

use mlskit::{Client, Credential, CredentialRef};
pub(crate) use smol::future::block_on;
use tempfile::TempDir;

use super::{
    harness::{Times, Variant, repeat, take_turns, timed},
    suite::SUITE,
};

/// Not the system's folder of temporary files, which may be memory.
pub(crate) fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

pub(crate) fn add_credential(client: &Client) -> CredentialRef {
    let credential = Credential::basic(SUITE, client.id()).unwrap();
    block_on(client.transaction(async |tx| tx.add_credential(credential).await)).unwrap()
}

/// What a commit waits for.
pub(crate) fn fsync(rounds: usize, repeats: usize) -> Times {
    let folder = folder();
    let mut file = File::create(folder.path().join("appended")).unwrap();
    let mut append = || {
        file.write_all(&[0x5a; 4096]).unwrap();
        file.sync_data().unwrap();
    };
    let append: Variant<'_> = Box::new(|| timed(|| repeat(repeats, &mut append)).0);
    let [times] = take_turns(rounds, repeats, [append]);
    times
}
