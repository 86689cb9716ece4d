//! What PEM's own decoder does not tell, and what it does not take (RFC 7468).

use zeroize::Zeroizing;

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

/// The block with the label `expected` as the decoder takes it, whatever the width of its lines. `block` is given without
/// [`BEGIN`] and with whatever follows it. The result may hold a private key.
pub(crate) fn normalize(block: &str, expected: &str) -> Result<Zeroizing<String>, String> {
    const WIDTH: usize = 64;
    check_label(block, expected)?;
    let (_, content) = block.split_once('\n').unwrap_or_default();
    let end = format!("-----END {expected}-----");
    let (content, _) = content.split_once(&end).ok_or_else(|| format!("there is no {end}"))?;
    // Growing would leave copies behind.
    let mut pem = Zeroizing::new(String::with_capacity(2 * content.len() + 128));
    pem.extend([BEGIN, expected, "-----"]);
    for (position, digit) in content.chars().filter(|digit| !digit.is_ascii_whitespace()).enumerate() {
        if position % WIDTH == 0 {
            pem.push('\n');
        }
        pem.push(digit);
    }
    pem.extend(["\n", &end, "\n"]);
    Ok(pem)
}
