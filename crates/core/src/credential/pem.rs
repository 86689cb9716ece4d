//! What PEM's own decoder does not tell (RFC 7468).

/// How a block begins.
pub(crate) const BEGIN: &str = "-----BEGIN ";

/// Compares the label of a block, given without [`BEGIN`], with `expected`, and tells what was found instead. A label
/// may be shown, for it is one line without dashes; anything else may be a key that was cut in the wrong place.
pub(crate) fn check_label(block: &str, expected: &str) -> Result<(), String> {
    let line = block.lines().next().and_then(|line| line.trim_end().strip_suffix("-----"));
    match line.filter(|label| !label.contains('-')) {
        Some(label) if label == expected => Ok(()),
        Some(label) => Err(format!("found the label {label}")),
        None => Err("its first line does not end with the label and five dashes".to_owned()),
    }
}
