//! Writes the packages that the fuzzer begins with: `cargo run -p mlskit-testkit --example write_corpus`.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/import_keypackage");
    fs::create_dir_all(&folder)?;
    mlskit_testkit::forge::corpus().into_iter().try_for_each(|(name, bytes)| fs::write(folder.join(name), bytes))
}
