//! What is planted, and how it is looked for.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

pub const API_KEY: &str = "sk-canaryApiKey0123";
/// A key as other providers have them: nothing tells it from a word.
pub const PLAIN_KEY: &str = "canaryPlainKey0123456789";
pub const ACCESS_TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiJhY2Nlc3MifQ.canaryAccessSignature";
pub const ID_TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiJpZCJ9.canaryIdSignature";
/// Access tokens need not be JWTs.
pub const PLAIN_ACCESS: &str = "canaryPlainAccess0123456789";
pub const REFRESH_TOKEN: &str = "canaryRefreshToken0123456789";
pub const COOKIE: &str = "canaryCookie0123456789";
pub const PASSWORD: &str = "canaryPassword0123456789";
pub const QUERY: &str = "canaryQuery0123456789";
pub const HEADER: &str = "canaryHeader0123456789";
pub const PROMPT: &str = "canary prompt: where is the treasure";
/// Words of a body that are no credential: the caller may see them in an error, nobody else.
pub const BODY: &str = "canaryBody0123456789";
pub const EMAIL: &str = "canary@example.com";
pub const ACCOUNT_ID: &str = "canary-account-id";

/// The part of a token that no other text has.
const SIGNATURES: [&str; 2] = ["canaryAccessSignature", "canaryIdSignature"];

/// What must be found nowhere.
pub fn secrets() -> Vec<String> {
    let planted = [
        API_KEY,
        PLAIN_KEY,
        ACCESS_TOKEN,
        ID_TOKEN,
        PLAIN_ACCESS,
        REFRESH_TOKEN,
        COOKIE,
        PASSWORD,
        QUERY,
        HEADER,
        PROMPT,
    ];
    planted.into_iter().chain(SIGNATURES).flat_map(forms).collect()
}

/// What must not leave the caller's own error.
pub fn private() -> Vec<String> {
    let mut words = secrets();
    words.extend([BODY, EMAIL, ACCOUNT_ID].into_iter().flat_map(forms));
    words
}

/// The forms in which a secret can stand in a text.
pub fn forms(secret: &str) -> Vec<String> {
    let percent = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    vec![secret.to_owned(), percent, secret.to_lowercase(), STANDARD_NO_PAD.encode(secret)]
}

/// Those of `words` that stand in `text`, each with what is around it.
pub fn found(text: &str, words: &[String]) -> Vec<String> {
    let around = |at: usize, word: &str| {
        let from = text.floor_char_boundary(at.saturating_sub(120));
        let to = text.ceil_char_boundary((at + word.len() + 40).min(text.len()));
        format!("{word}: …{}…", &text[from..to])
    };
    words.iter().filter_map(|word| Some(around(text.find(word.as_str())?, word))).collect()
}

#[track_caller]
pub fn nothing_found(place: &str, text: &str, words: &[String]) {
    let leaks = found(text, words);
    assert!(leaks.is_empty(), "{place}: {leaks:#?}");
}
