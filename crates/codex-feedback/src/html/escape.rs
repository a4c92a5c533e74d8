//! Text that cannot become markup.

use std::fmt::{self, Write};

/// Text for an element or a quoted attribute. Control characters, which HTML does not know, become the replacement
/// character; line breaks and tabs stay.
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut plain_from = 0;
        for (at, c) in self.0.char_indices() {
            let replacement = match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                '\n' | '\t' => continue,
                // Also the marks that turn the direction of writing, with which a text can look like another.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "\u{fffd}",
                c if c.is_control() => "\u{fffd}",
                _ => continue,
            };
            f.write_str(&self.0[plain_from..at])?;
            f.write_str(replacement)?;
            plain_from = at + c.len_utf8();
        }
        f.write_str(&self.0[plain_from..])
    }
}

/// The text with its first letter in upper case, as a sentence begins.
pub(super) struct Sentence<'a>(pub(super) &'a str);

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chars = self.0.chars();
        match chars.next() {
            Some(first) if first.is_ascii_lowercase() => {
                f.write_char(first.to_ascii_uppercase())?;
                Text(chars.as_str()).fmt(f)
            }
            _ => Text(self.0).fmt(f),
        }
    }
}
