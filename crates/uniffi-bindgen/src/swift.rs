//! UniFFI's bindgen, of the very version that the scaffolding in mlskit-ffi is made by: Swift.

fn main() {
    uniffi::uniffi_bindgen_swift();
}
