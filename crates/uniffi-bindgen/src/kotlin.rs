//! UniFFI's bindgen, of the very version that the scaffolding in mlskit-ffi is made by: Kotlin.
//!
//! A crate of its own, so that no other is built with the bindgen's many dependencies.

fn main() {
    uniffi::uniffi_bindgen_main();
}
