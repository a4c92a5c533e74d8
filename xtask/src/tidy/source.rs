//! A Rust file seen without its comments and literals, so that the rules can look for words and braces.

#[cfg(test)]
mod tests;

use std::iter::repeat_n;
use std::ops::Range;

/// Two views of one file. Both keep every line break, so that line numbers stay true, and byte offsets agree
/// between them.
#[derive(Debug)]
pub(crate) struct Source {
    /// Comments are blank, string and character contents are underscores.
    pub(crate) code: String,
    /// Comments are blank, literals are whole.
    pub(crate) uncommented: String,
}

impl Source {
    pub(crate) fn parse(text: &str) -> Self {
        let mut scanner =
            Scanner { rest: text, source: Self { code: String::new(), uncommented: String::new() } };
        while !scanner.rest.is_empty() {
            scanner.step();
        }
        scanner.source
    }

    /// Both views with everything under `#[cfg(test)]` blank too.
    pub(crate) fn without_tests(&self) -> Self {
        let mut views = Self { code: self.code.clone(), uncommented: self.uncommented.clone() };
        for range in self.test_items() {
            blank(&mut views.code, &range);
            blank(&mut views.uncommented, &range);
        }
        views
    }

    /// Where the items under `#[cfg(test)]` stand in `code`, attribute included.
    fn test_items(&self) -> Vec<Range<usize>> {
        const ATTRIBUTE: &str = "#[cfg(test)]";
        let starts = self.code.match_indices(ATTRIBUTE).map(|(start, _)| start);
        starts.map(|start| start..item_end(&self.code, start + ATTRIBUTE.len())).collect()
    }
}

/// The line of a byte offset, counted from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Where the item that begins at `start` ends: after its `;`, or after the brace that closes its body.
pub(crate) fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return offset + 1;
                }
            }
            b';' if depth == 0 => return offset + 1,
            _ => {}
        }
    }
    code.len()
}

/// Whether `word` stands at `offset` as a word of its own.
pub(crate) fn is_word_at(code: &str, offset: usize, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let before = code[..offset].chars().next_back();
    let after = code[offset + word.len()..].chars().next();
    !before.is_some_and(is_part) && !after.is_some_and(is_part)
}

fn blank(text: &mut String, range: &Range<usize>) {
    let blanked = text[range.clone()].split('\n').map(|line| " ".repeat(line.len())).collect::<Vec<_>>();
    text.replace_range(range.clone(), &blanked.join("\n"));
}

struct Scanner<'t> {
    rest: &'t str,
    source: Source,
}

impl<'t> Scanner<'t> {
    fn step(&mut self) {
        let rest = self.rest;
        if rest.starts_with("//") {
            self.comment(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.comment(block_comment_length(rest));
        } else if let Some(length) = raw_string_length(rest).filter(|_| !self.follows_a_word()) {
            self.literal(length);
        } else if rest.starts_with('"') {
            self.literal(quoted_length(rest, b'"'));
        } else if is_character(rest) {
            self.literal(quoted_length(rest, b'\''));
        } else {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            let taken = self.take(length);
            self.source.code.push_str(taken);
            self.source.uncommented.push_str(taken);
        }
    }

    fn take(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn comment(&mut self, length: usize) {
        for character in self.take(length).chars() {
            let kept = if character == '\n' { '\n' } else { ' ' };
            self.source.code.push(kept);
            self.source.uncommented.push(kept);
        }
    }

    fn literal(&mut self, length: usize) {
        let taken = self.take(length);
        self.source.uncommented.push_str(taken);
        for character in taken.chars() {
            if character.is_whitespace() {
                self.source.code.push(character);
            } else {
                self.source.code.extend(repeat_n('_', character.len_utf8()));
            }
        }
    }

    /// `for"` is no raw string although it ends in an `r`.
    fn follows_a_word(&self) -> bool {
        self.source.code.chars().next_back().is_some_and(|it| it.is_alphanumeric() || it == '_')
    }
}

/// Block comments nest.
fn block_comment_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0_usize);
    while at < bytes.len() {
        match &bytes[at..bytes.len().min(at + 2)] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth.saturating_sub(1), at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// The length of `r"…"`, `r#"…"#`, `br"…"` or `cr"…"`, if one begins here.
fn raw_string_length(text: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r"].into_iter().find(|prefix| text.starts_with(prefix))?;
    let after = &text[prefix.len()..];
    let hashes = after.bytes().take_while(|byte| *byte == b'#').count();
    let body = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |found| found + end.len());
    Some(prefix.len() + hashes + 1 + length)
}

/// The length of a literal between `quote`s, escapes skipped.
fn quoted_length(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Tells `'a'` from the lifetime `'a`.
fn is_character(text: &str) -> bool {
    let mut characters = text.chars();
    if characters.next() != Some('\'') {
        return false;
    }
    match characters.next() {
        Some('\\') => true,
        Some(_) => characters.next() == Some('\''),
        None => false,
    }
}
