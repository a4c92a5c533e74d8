//! Texts of others, made harmless: shown instead of obeyed.

/// A text of several lines. A model, a server, or who speaks through them must not move the cursor, set the title, write
/// to the clipboard or turn the order of the letters around.
pub(crate) fn shown(text: &str) -> String {
    text.chars().filter(|c| *c != '\r').map(visible).collect()
}

/// The same in one line: it must not look like a line of ours either.
pub(crate) fn one_line(text: &str) -> String {
    let in_line = |c| if is_gap(c) { ' ' } else { visible(c) };
    text.chars().map(in_line).collect()
}

fn is_gap(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn visible(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        // Control sequences of one character, and what overrides the direction of writing.
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            char::REPLACEMENT_CHARACTER
        }
        c => c,
    }
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use super::*;

    #[test]
    fn what_would_control_a_terminal_is_shown() {
        for (text, expected, line) in [
            ("a\tb\nü", "a\tb\nü", "a b ü"),
            ("a\r\nb", "a\nb", "a  b"),
            ("\x1b]52;c;eA==\x07", "␛]52;c;eA==␇", "␛]52;c;eA==␇"),
            ("\u{9b}2J\x7f\0", "\u{fffd}2J␡␀", "\u{fffd}2J␡␀"),
            ("a\u{202e}b\u{2066}c\u{2069}", "a\u{fffd}b\u{fffd}c\u{fffd}", "a\u{fffd}b\u{fffd}c\u{fffd}"),
            ("a\u{2028}b\u{85}c", "a\u{2028}b\u{fffd}c", "a b c"),
            ("שלום\u{200f}", "שלום\u{200f}", "שלום\u{200f}"),
        ] {
            assert_eq!((shown(text), one_line(text)), (expected.to_owned(), line.to_owned()), "{text:?}");
        }
    }
}
