//! The characters of metric labels.

use std::borrow::Cow;

/// The longest value of a label, in characters.
pub const MAX_LABEL_CHARS: usize = 256;

/// What a label says when nothing of its value is left.
const UNSPECIFIED: &str = "unspecified";

/// `value` as a metric label: letters, digits and `._-/` as they are, others as `_`, cut after [`MAX_LABEL_CHARS`];
/// `unspecified` when no letter or digit is left.
///
/// ```
/// use codex_otel::label;
///
/// assert_eq!(label("gpt-5.1"), "gpt-5.1");
/// assert_eq!(label("a model"), "a_model");
/// assert_eq!(label("???"), "unspecified");
/// ```
pub fn label(value: &str) -> Cow<'_, str> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    if !value.chars().take(MAX_LABEL_CHARS).any(|c| c.is_ascii_alphanumeric()) {
        return Cow::Borrowed(UNSPECIFIED);
    }
    if value.len() <= MAX_LABEL_CHARS && value.chars().all(allowed) {
        return Cow::Borrowed(value);
    }
    value.chars().take(MAX_LABEL_CHARS).map(|c| if allowed(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn a_long_value_is_cut_at_a_character() {
        let longest = "a".repeat(MAX_LABEL_CHARS);
        assert_eq!(label(&longest), longest);
        assert_eq!(label(&format!("{longest}b")), longest);
        assert_eq!(label(&format!("a{}", "é".repeat(MAX_LABEL_CHARS))).chars().count(), MAX_LABEL_CHARS);
        assert_eq!(label(""), UNSPECIFIED);
    }
}
