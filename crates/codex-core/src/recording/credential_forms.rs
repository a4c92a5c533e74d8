//! Where credentials of a known form stand in a text.

use std::{ops::Range, sync::LazyLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use codex_observe::ERROR_JSON_HEADER;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) range: Range<usize>,
    pub(super) what: What,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A credential.
    Secret,
    /// The value of a field that only holds secrets, whatever it looks like.
    SecretField,
    /// Base64 of JSON in which a credential may stand (the header `x-error-json`, which error frames carry as well).
    ErrorJson,
}

/// What a literal may be the sign of.
#[derive(Clone, Copy)]
enum Sign {
    /// The beginning of a key, with the fewest characters that must follow.
    Prefix(usize),
    /// The beginning of a base64 JSON object, as every JWT has it.
    Jwt,
    /// A scheme of authorization; a credential follows.
    Scheme,
    /// The first line of a PEM block.
    PrivateKey,
    /// The name of a JSON field.
    Field(What),
    /// The name of a JSON field that holds a secret when its value looks like one: a log probability has a field `token`
    /// too, with a word in it.
    TokenField,
}

/// The fewest characters of a credential after its scheme: shorter ones are words of a sentence about schemes.
const MIN_AFTER_SCHEME: usize = 16;
/// The fewest characters of a secret in a field that may hold words too.
const MIN_TOKEN_FIELD: usize = 20;
/// The fewest characters of a JWT: its first part alone is longer.
const MIN_JWT: usize = 20;

const PEM_BEGIN: &str = "-----BEGIN";
const PEM_END: &str = "-----END";

const SECRET: Sign = Sign::Field(What::SecretField);
const SIGNS: [(&str, Sign); 35] = [
    ("sk-", Sign::Prefix(8)),
    ("sess-", Sign::Prefix(16)),
    ("ek_", Sign::Prefix(16)),
    ("rt_", Sign::Prefix(20)),
    ("ghp_", Sign::Prefix(16)),
    ("github_pat_", Sign::Prefix(16)),
    ("glpat-", Sign::Prefix(16)),
    ("xoxb-", Sign::Prefix(16)),
    ("eyj", Sign::Jwt),
    ("bearer ", Sign::Scheme),
    ("basic ", Sign::Scheme),
    ("private key-----", Sign::PrivateKey),
    ("\"token\"", Sign::TokenField),
    ("\"access_token\"", SECRET),
    ("\"refresh_token\"", SECRET),
    ("\"id_token\"", SECRET),
    ("\"accesstoken\"", SECRET),
    ("\"refreshtoken\"", SECRET),
    ("\"idtoken\"", SECRET),
    ("\"api_key\"", SECRET),
    ("\"apikey\"", SECRET),
    ("\"client_secret\"", SECRET),
    ("\"password\"", SECRET),
    ("\"secret\"", SECRET),
    ("\"private_key\"", SECRET),
    ("\"authorization_code\"", SECRET),
    ("\"code_verifier\"", SECRET),
    ("\"device_code\"", SECRET),
    ("\"device_auth_id\"", SECRET),
    ("\"user_code\"", SECRET),
    ("\"authorization\"", SECRET),
    ("\"cookie\"", SECRET),
    ("\"set-cookie\"", SECRET),
    ("\"chatgpt-account-id\"", SECRET),
    ("\"x-api-key\"", SECRET),
];

/// Fields of a form (`application/x-www-form-urlencoded`) and of a query that hold secrets.
const SECRET_PARAMETERS: [&str; 18] = [
    "access_token",
    "refresh_token",
    "id_token",
    "token",
    "subject_token",
    "actor_token",
    "client_secret",
    "client_assertion",
    "assertion",
    "code",
    "code_verifier",
    "device_code",
    "password",
    "key",
    "sig",
    "signature",
    "auth",
    "authorization",
];

static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let error_json = format!("\"{ERROR_JSON_HEADER}\"");
    let literals = SIGNS.iter().map(|(literal, _)| *literal).chain([error_json.as_str()]);
    AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(literals).ok()
});

/// The credentials in a text, in order; none is a part of another.
pub(super) fn find(text: &str) -> Vec<Found> {
    let Some(automaton) = &*AUTOMATON else {
        // Never happens with the literals above; should it, nothing is let through.
        return vec![Found { range: 0..text.len(), what: What::Secret }];
    };
    let mut all: Vec<Found> = automaton
        .find_overlapping_iter(text)
        .filter_map(|found| {
            let (start, end) = (found.start(), found.end());
            let secret = |range| Some(Found { range, what: What::Secret });
            // The last literal is the one that is not in the list.
            let sign = SIGNS.get(found.pattern().as_usize());
            match sign.map_or(Sign::Field(What::ErrorJson), |(_, sign)| *sign) {
                Sign::Prefix(least) => prefixed(text, start..end, least).and_then(secret),
                Sign::Jwt => jwt(text, start).and_then(secret),
                Sign::Scheme => after_scheme(text, end).and_then(secret),
                Sign::PrivateKey => private_key(text, end).and_then(secret),
                Sign::TokenField => field_value(text, end)
                    .filter(|range| range.len() >= MIN_TOKEN_FIELD && !text[range.clone()].contains(' '))
                    .map(|range| Found { range, what: What::SecretField }),
                Sign::Field(what) => field_value(text, end).map(|range| Found { range, what }),
            }
        })
        .collect();
    all.sort_by_key(|found| {
        (found.range.start, std::cmp::Reverse(found.range.end), found.what != What::Secret)
    });
    let mut end = 0;
    all.retain(|found| {
        let is_new = found.range.end > end;
        end = end.max(found.range.end);
        is_new
    });
    all
}

/// The secret values of a form.
pub(super) fn find_in_form(text: &str) -> Vec<Found> {
    let mut start = 0;
    let mut found = Vec::new();
    for pair in text.split('&') {
        if let Some((name, value)) = pair.split_once('=')
            && is_secret_parameter(name)
            && !value.is_empty()
        {
            let at = start + name.len() + 1;
            found.push(Found { range: at..at + value.len(), what: What::SecretField });
        }
        start += pair.len() + 1;
    }
    found
}

/// Whether a parameter of a form or a query holds a secret.
pub(super) fn is_secret_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_PARAMETERS.contains(&name.as_str())
        || ["token", "secret", "password", "signature", "credential", "_key", "-key", "apikey"]
            .iter()
            .any(|end| name.ends_with(end))
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*')
}

/// Where the run of token characters from `start` ends. A full stop at its end belongs to the sentence around.
fn run_end(text: &str, start: usize) -> usize {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let mut length = rest.iter().take_while(|byte| is_token_byte(**byte)).count();
    while length > 0 && rest.get(length - 1) == Some(&b'.') {
        length -= 1;
    }
    start + length
}

fn starts_word(text: &str, at: usize) -> bool {
    at.checked_sub(1)
        .and_then(|before| text.as_bytes().get(before))
        .is_none_or(|b| !b.is_ascii_alphanumeric())
}

fn prefixed(text: &str, prefix: Range<usize>, least: usize) -> Option<Range<usize>> {
    let end = run_end(text, prefix.end);
    (starts_word(text, prefix.start) && end - prefix.end >= least).then_some(prefix.start..end)
}

/// A JWT, or what is left of one that was cut off after its first part.
fn jwt(text: &str, start: usize) -> Option<Range<usize>> {
    let end = run_end(text, start);
    let token = text.get(start..end)?;
    // The search does not tell `eyJ` from `EYJ`.
    (token.starts_with("eyJ") && token.contains('.') && token.len() >= MIN_JWT).then_some(start..end)
}

fn after_scheme(text: &str, start: usize) -> Option<Range<usize>> {
    let in_credential = |byte: &u8| is_token_byte(*byte) || matches!(byte, b'~' | b'+' | b'/' | b'=');
    let rest = text.as_bytes().get(start..)?;
    let length = rest.iter().take_while(|byte| in_credential(byte)).count();
    let has_digit = rest.get(..length)?.iter().any(u8::is_ascii_digit);
    (length >= MIN_AFTER_SCHEME && has_digit).then_some(start..start + length)
}

/// From the end of the first line of a PEM block to its last, or to the end.
fn private_key(text: &str, start: usize) -> Option<Range<usize>> {
    let before = text.get(..start)?;
    let begins = before.rfind(PEM_BEGIN)? >= before.rfind(PEM_END).unwrap_or_default();
    let end = text.get(start..)?.find(PEM_END).map_or(text.len(), |at| start + at);
    (begins && end > start).then_some(start..end)
}

/// The text value of a JSON field whose name ends at `start`, without its quotes.
fn field_value(text: &str, start: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let skip_blanks = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        at
    };
    let colon = skip_blanks(start);
    let quote = (bytes.get(colon) == Some(&b':')).then(|| skip_blanks(colon + 1))?;
    let first = (bytes.get(quote) == Some(&b'"')).then_some(quote + 1)?;
    let mut end = first;
    while let Some(byte) = bytes.get(end).filter(|byte| **byte != b'"') {
        end += if *byte == b'\\' { 2 } else { 1 };
    }
    // A text that was cut off inside an escape ends with the text.
    let end = end.min(bytes.len());
    (end > first).then_some(first..end)
}

#[cfg(test)]
mod tests;
