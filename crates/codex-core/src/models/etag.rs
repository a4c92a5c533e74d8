//! The tag by which the service knows a list.

/// The longest tag that is kept, in bytes. Services use some tens.
const MAX_ETAG_BYTES: usize = 512;

/// An ETag that can be sent back in a header.
#[derive(Clone, Debug)]
pub(super) struct Etag(String);

impl Etag {
    /// `None` for a text that no header may carry, or that is empty or absurdly long: it may come from a damaged file.
    pub(super) fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let printable = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let fits = (1..=MAX_ETAG_BYTES).contains(&text.len());
        (printable && fits).then(|| Self(text.to_owned()))
    }

    /// As the service wrote it.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// What identifies the list. A gateway that compresses an answer makes its tag a weak one (RFC 9110, 8.8.3), and
    /// `x-models-etag` is no `ETag` header, so that its quotes may be missing.
    fn opaque(&self) -> &str {
        let tag = self.0.strip_prefix("W/").unwrap_or(&self.0);
        tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag)
    }
}

/// Compares as RFC 9110 does for `If-None-Match`.
impl PartialEq for Etag {
    fn eq(&self, other: &Self) -> bool {
        self.opaque() == other.opaque()
    }
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn tags_are_compared_by_what_identifies_the_list() {
        for (one, other, same) in [
            ("\"a\"", "\"a\"", true),
            ("W/\"a\"", "\"a\"", true),
            ("a", "\"a\"", true),
            (" \"a\" ", "\"a\"", true),
            ("\"a\"", "\"A\"", false),
            ("\"", "\"\"", false),
        ] {
            assert_eq!(Etag::new(one) == Etag::new(other), same, "{one} {other}");
        }
    }

    #[test]
    fn what_no_header_may_carry_is_no_tag() {
        let long = "e".repeat(MAX_ETAG_BYTES + 1);
        for text in ["", "  ", "a\nb", "a\0", "schön", &long] {
            assert!(Etag::new(text).is_none(), "{text:?}");
        }
        assert_eq!(Etag::new(&long[1..]).unwrap().as_str().len(), MAX_ETAG_BYTES);
    }
}
