//! Values that are secret because of the name before them: in headers, JSON, URL queries and `Debug` of structs and maps.

use std::ops::Range;

/// Values that say that there is none, or only whether there is one.
const PLAIN: [&str; 7] = ["true", "false", "null", "None", "none", "Sensitive", "REDACTED"];

/// Value of a field whose name ends with the word at `name`: `access_token`, `"password": "…"`, `token: Some("…")`.
pub(super) fn value(text: &str, name: Range<usize>) -> Option<Range<usize>> {
    let start = value_start(text, name.end)?;
    let (opened, inner) = unwrap(text, start);
    let range = match opening_quote(text, inner) {
        Some(quote) => quoted(text, &quote),
        None => {
            let end = |c: char| {
                c.is_whitespace() || matches!(c, ',' | ';' | '&' | ')' | ']' | '}' | '"' | '\'' | '\\')
            };
            let length = text[inner..].find(end).unwrap_or(text.len() - inner);
            inner..inner + length
        }
    };
    secret(text, range, opened)
}

/// Value of a header that goes on to the end of the line: `authorization`, `cookie`, `set-cookie`.
pub(super) fn line_value(text: &str, name: Range<usize>) -> Option<Range<usize>> {
    let start = value_start(text, name.end)?;
    let (opened, inner) = unwrap(text, start);
    let range = match opening_quote(text, inner) {
        Some(quote) if !opened => quoted(text, &quote),
        _ => {
            let length = text[inner..].find(['\n', '\r', '"']).unwrap_or(text.len() - inner);
            let trimmed = text[inner..inner + length].trim_end_matches('\\');
            inner..inner + trimmed.len()
        }
    };
    secret(text, range, opened)
}

fn secret(text: &str, range: Range<usize>, opened: bool) -> Option<Range<usize>> {
    let value = text[range.clone()].trim_matches(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '('));
    let inner = if opened { value.trim_matches(['"', '\\']) } else { value };
    (!inner.is_empty() && !PLAIN.contains(&inner)).then_some(range)
}

/// Where the value begins: after the rest of the name, a closing quote, and `:`, `=`, `=>` or, between quoted texts, `,`.
fn value_start(text: &str, name_end: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = name_end;
    // The word may go on (`secret_key`, `cookies`), but `tokens` counts something.
    let counts = text[..name_end].to_ascii_lowercase().ends_with("token");
    while bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        if counts && bytes[at].is_ascii_alphabetic() && at == name_end {
            return None;
        }
        at += 1;
    }
    let quoted = at;
    while bytes.get(at).is_some_and(|byte| matches!(byte, b'\\' | b'"' | b'\'')) {
        at += 1;
    }
    let was_quoted = at > quoted;
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
        at += 1;
    }
    match bytes.get(at)? {
        b':' | b'=' => at += 1,
        b',' if was_quoted => at += 1,
        _ => return None,
    }
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'>')) {
        at += 1;
    }
    Some(at)
}

/// Past the brackets and `Some` that wrap a value in `Debug` and JSON, and whether there were any.
fn unwrap(text: &str, mut at: usize) -> (bool, usize) {
    let start = at;
    loop {
        let rest = &text[at..];
        if rest.starts_with(super::REDACTED) {
            return (at > start, at);
        }
        let skipped =
            ["Some(", "Ok(", "[", "(", "{", " ", "b\""].into_iter().find(|opener| rest.starts_with(opener));
        match skipped {
            Some("b\"") => return (at > start, at + 1),
            Some(opener) => at += opener.len(),
            None => return (at > start, at),
        }
    }
}

/// A quote, and the run of backslashes before it that says how deep the text is nested in other quoted texts.
struct Quote {
    mark: u8,
    depth: usize,
    inside: usize,
}

fn opening_quote(text: &str, at: usize) -> Option<Quote> {
    let bytes = text.as_bytes();
    let depth = bytes[at..].iter().take_while(|byte| **byte == b'\\').count();
    let mark = *bytes.get(at + depth)?;
    matches!(mark, b'"' | b'\'').then_some(Quote { mark, depth, inside: at + depth + 1 })
}

/// What stands between the quote and the one that closes it; to the end of the text when none does.
fn quoted(text: &str, quote: &Quote) -> Range<usize> {
    let mut backslashes = 0;
    for (offset, byte) in text.as_bytes()[quote.inside..].iter().enumerate() {
        match *byte {
            b'\\' => backslashes += 1,
            mark if mark == quote.mark && closes(backslashes, quote.depth) => {
                return quote.inside..quote.inside + offset - quote.depth.min(backslashes);
            }
            _ => backslashes = 0,
        }
    }
    quote.inside..text.len()
}

/// Whether a quote after that many backslashes closes a text whose opening quote had `depth` of them: what is more than
/// `depth` are escaped backslashes of the text itself, each of which takes twice `depth + 1` here.
fn closes(backslashes: usize, depth: usize) -> bool {
    backslashes < depth || (backslashes - depth).is_multiple_of(2 * (depth + 1))
}
