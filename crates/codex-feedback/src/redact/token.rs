//! Credentials that are known by their form.

use std::ops::Range;

/// The fewest characters of a base64 JSON object that are taken for a credential although it has no dots: it may be the
/// first part of a token that was cut.
const MIN_CUT_JWT: usize = 40;
/// The shortest part of a JWT.
const MIN_JWT_PART: usize = 4;
/// The shortest value after `Basic`, with a sign that it is no word.
const MIN_BASIC: usize = 8;
/// Words that follow `bearer` in prose.
const PROSE: [&str; 8] =
    ["authentication", "authorization", "auth", "token", "tokens", "credential", "credentials", "scheme"];

/// The credential after `Bearer ` or `Basic `.
pub(super) fn after_scheme(text: &str, scheme: Range<usize>) -> Option<Range<usize>> {
    if !starts_word(text, scheme.start) {
        return None;
    }
    let rest = &text[scheme.end..];
    let start = scheme.end + separator(rest)?;
    let end = start + run(&text[start..], |c| is_token_char(c) || matches!(c, '~' | '+' | '/' | '=' | ':'));
    let value = &text[start..end];
    let secret = match text.as_bytes()[scheme.start].to_ascii_lowercase() {
        b'b' if scheme.len() == "basic".len() => {
            value.len() >= MIN_BASIC
                && value.chars().any(|c| c.is_ascii_digit() || c.is_uppercase() || c == '=')
        }
        _ => !value.is_empty() && !PROSE.contains(&value.to_ascii_lowercase().trim_end_matches(['.', ':'])),
    };
    secret.then_some(start..end)
}

/// How many bytes of blanks, plain or percent-encoded, stand before the credential; at least one.
fn separator(rest: &str) -> Option<usize> {
    let blank = ["%20", "+", " ", "\t"].into_iter().find(|blank| rest.starts_with(blank))?;
    let more = rest[blank.len()..].len() - rest[blank.len()..].trim_start_matches([' ', '\t']).len();
    Some(blank.len() + more)
}

/// A key that begins as `prefix` does.
pub(super) fn with_prefix(text: &str, prefix: Range<usize>, min_tail: usize) -> Option<Range<usize>> {
    if !starts_word(text, prefix.start) {
        return None;
    }
    let tail = run(&text[prefix.end..], is_token_char);
    (tail >= min_tail).then_some(prefix.start..prefix.end + tail)
}

/// A JWT, or what is left of one.
pub(super) fn jwt(text: &str, start: Range<usize>) -> Option<Range<usize>> {
    if !text[start.clone()].eq("eyJ") {
        return None;
    }
    let length = run(&text[start.start..], |c| is_token_char(c) || matches!(c, '+' | '/' | '='));
    let word = &text[start.start..start.start + length];
    let parts = word.split('.').take(2).filter(|part| part.len() >= MIN_JWT_PART).count();
    (parts == 2 || word.len() >= MIN_CUT_JWT).then_some(start.start..start.start + length)
}

/// A PEM private key, to its last line; to the end of the text when that is missing.
pub(super) fn private_key(text: &str, label: Range<usize>) -> Option<Range<usize>> {
    let rest = &text[label.end..];
    let end = rest.find("-----END").unwrap_or(rest.len());
    let inside = rest[..end].trim();
    (!inside.is_empty() && inside != super::REDACTED).then_some(label.end..label.end + end)
}

/// Whether no letter or digit stands before.
fn starts_word(text: &str, at: usize) -> bool {
    at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric()
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*')
}

/// Bytes of the longest beginning whose characters all are of that kind.
fn run(text: &str, of_kind: impl Fn(char) -> bool) -> usize {
    text.find(|c| !of_kind(c)).unwrap_or(text.len())
}
