//! What the simulated model says, and what it heard, piece by piece.

/// How long a spoken word lasts, in milliseconds.
pub(crate) const WORD_MS: usize = 20;

/// A text in words, each with the space before it.
pub(crate) fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut in_word = false;
    for (at, character) in text.char_indices() {
        if character.is_whitespace() && in_word {
            words.push(text.get(start..at).unwrap_or_default());
            start = at;
        }
        in_word = !character.is_whitespace();
    }
    words.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    words
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    #[test]
    fn words_join_to_the_text() {
        for text in ["", "one", "one two  three ", " ä ö\n", "   "] {
            assert_eq!(words(text).concat(), text);
        }
        assert_eq!(words("one two  three"), ["one", " two", "  three"]);
    }
}
