//! The fuzzer's files.

use super::*;

#[test]
fn the_corpus_of_the_fuzzer_has_one_package_of_each_kind() {
    for (name, bytes) in forge::corpus() {
        let found = fs::read(corpus_folder().join(&name));
        assert_eq!(found.ok(), Some(bytes), "{name}: run `cargo run -p mlskit-testkit --example write_corpus`");
    }
}

#[test]
fn the_corpus_of_the_fuzzer_replays() {
    let checks = KeypackageChecks::default().max_accepted_lifetime(Duration::MAX);
    let files = fs::read_dir(corpus_folder()).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
    assert!(files.len() >= forge::corpus().len());
    for file in files {
        let bytes = fs::read(&file).unwrap();
        let _ = KeypackageInfo::from_bytes(&bytes).map(|info| info.to_string());
        let _ = KeypackageRef::from_bytes(&bytes);
        let is_good = file.file_name().unwrap().to_string_lossy().starts_with("good");
        assert_eq!(checks.check(&bytes).is_ok(), is_good, "{}", file.display());
    }
}

fn corpus_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/import_keypackage")
}
