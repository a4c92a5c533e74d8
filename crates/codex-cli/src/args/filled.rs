//! Texts that must say something.

use thiserror::Error;

/// A text that is not blank.
pub(super) fn parse_filled(text: &str) -> Result<String, BlankError> {
    if text.trim().is_empty() { Err(BlankError) } else { Ok(text.to_owned()) }
}

/// A blank text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("it is empty; give a value, or leave the flag out")]
pub(super) struct BlankError;

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use super::*;

    #[test]
    fn blank_texts_are_refused() {
        for (text, expected) in
            [("a", Ok("a")), (" a ", Ok(" a ")), ("", Err(BlankError)), (" \n", Err(BlankError))]
        {
            assert_eq!(parse_filled(text), expected.map(str::to_owned), "{text:?}");
        }
    }
}
