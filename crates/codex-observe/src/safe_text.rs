//! Values that were looked at before they are kept.

use std::{fmt, ops::Deref};

use base64::{Engine, engine::general_purpose::STANDARD};

/// The longest value that is kept as it is, in characters (`auth-401` contract).
pub const MAX_SAFE_TEXT_CHARS: usize = 200;

/// Text from a server that may be shown, logged and sent: never a token, never long, never with control characters.
///
/// What fails the check is replaced by a marker that says why, so that a reader sees that there was a value.
///
/// ```
/// use codex_observe::SafeText;
///
/// assert_eq!(&*SafeText::new("req-123"), "req-123");
/// assert_eq!(&*SafeText::new("Bearer abc"), "[removed: looks like a credential]");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SafeText(String);

impl SafeText {
    /// Keeps `text`, or a marker in its place.
    pub fn new(text: &str) -> Self {
        let marker = if text.chars().any(char::is_control) {
            "[removed: holds a control character]"
        } else if text.chars().nth(MAX_SAFE_TEXT_CHARS).is_some() {
            "[removed: longer than 200 characters]"
        } else if looks_like_credential(text) {
            "[removed: looks like a credential]"
        } else {
            return Self(text.to_owned());
        };
        Self(marker.to_owned())
    }

    /// Keeps prose (a server's error message): credentials inside it are replaced word by word, control characters
    /// become spaces, and it is cut after `max_chars` characters.
    ///
    /// ```
    /// use codex_observe::SafeText;
    ///
    /// let text = SafeText::prose("Incorrect API key provided: sk-abcdefgh12345678.", 100);
    /// assert_eq!(&*text, "Incorrect API key provided: [REDACTED]");
    /// ```
    pub fn prose(text: &str, max_chars: usize) -> Self {
        let mut safe = String::with_capacity(text.len().min(max_chars));
        let mut scheme = Scheme::None;
        for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty())
        {
            if !safe.is_empty() {
                safe.push(' ');
            }
            let secret = match scheme {
                Scheme::Bearer => !is_word_after_bearer(word),
                Scheme::Basic if is_base64_of_pair(word) => true,
                _ => looks_like_credential(word),
            };
            safe.push_str(if secret { "[REDACTED]" } else { word });
            scheme = Scheme::of(word);
        }
        if let Some((cut, _)) = safe.char_indices().nth(max_chars) {
            safe.truncate(cut);
            safe.push('…');
        }
        Self(safe)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for SafeText {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Whether a word is one that follows "bearer" in prose.
fn is_word_after_bearer(word: &str) -> bool {
    const PROSE: [&str; 8] =
        ["auth", "authentication", "authorization", "credential", "credentials", "scheme", "token", "tokens"];
    PROSE.contains(&word.trim_matches(|c: char| c.is_ascii_punctuation()).to_ascii_lowercase().as_str())
}

/// What the word before says about a word.
#[derive(Clone, Copy)]
enum Scheme {
    Bearer,
    Basic,
    None,
}

impl Scheme {
    fn of(word: &str) -> Self {
        match word.trim_matches(|c: char| c.is_ascii_punctuation()) {
            word if word.eq_ignore_ascii_case("bearer") => Self::Bearer,
            word if word.eq_ignore_ascii_case("basic") => Self::Basic,
            _ => Self::None,
        }
    }
}

/// `sk-…`, `Bearer …`, `Basic …`, a URL with user-info, or a JWT (three base64url parts, the first of which begins as every JSON object does: `eyJ`).
///
/// A key that a server masked (`sk-abc***xyz`) is hidden too: its ends are still part of the secret.
fn looks_like_credential(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if has_bearer(&lower) || has_basic_credentials(text) {
        return true;
    }
    if has_user_info(text) {
        return true;
    }
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*')))
        .any(|word| is_secret_key(word) || is_jwt(word))
}

/// `Bearer` with something behind it, however both are joined: `Bearer x`, `auth:Bearer x`, `bearer%20x`, `bearer=x`.
fn has_bearer(lower: &str) -> bool {
    const SCHEME: &str = "bearer";
    lower.match_indices(SCHEME).any(|(at, _)| {
        let starts_word = !lower[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let rest = &lower[at + SCHEME.len()..];
        let token = rest.trim_start_matches("%20").trim_start_matches([' ', '\t', ':', '=', '+', '"']);
        starts_word && token.len() < rest.len() && !token.is_empty()
    })
}

/// `Basic …`: the word after it is base64 of name and password, which ordinary words do not look like.
fn has_basic_credentials(text: &str) -> bool {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    words.windows(2).any(|pair| pair[0].eq_ignore_ascii_case("basic") && is_base64_of_pair(pair[1]))
}

fn is_base64_of_pair(word: &str) -> bool {
    STANDARD.decode(word).is_ok_and(|bytes| bytes.contains(&b':'))
}

/// A URL with a name or a password in it.
fn has_user_info(text: &str) -> bool {
    text.match_indices("://").any(|(at, separator)| {
        let rest = &text[at + separator.len()..];
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
        authority.contains('@')
    })
}

fn is_secret_key(word: &str) -> bool {
    const MIN_TAIL: usize = 8;
    let lower = word.to_ascii_lowercase();
    lower.match_indices("sk-").any(|(at, _)| {
        let starts_word = at == 0 || !word.as_bytes()[at - 1].is_ascii_alphanumeric();
        starts_word && word.len() - at - "sk-".len() >= MIN_TAIL
    })
}

fn is_jwt(word: &str) -> bool {
    const MIN_PART: usize = 4;
    word.match_indices("eyJ").any(|(at, _)| {
        let parts: Vec<&str> = word[at..].split('.').collect();
        parts.len() >= 3 && parts[..2].iter().all(|part| part.len() >= MIN_PART)
    })
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn ordinary_facts_are_kept() {
        for text in [
            "req-123",
            "8f00d-FRA",
            "missing_authorization_header",
            "task-force",
            "risk-assessment-2026",
            "basic authentication",
            "http://host/a@b",
            "",
        ] {
            assert_eq!(&*SafeText::new(text), text);
        }
    }

    #[test]
    fn what_is_unsafe_is_replaced_by_a_reason() {
        let long = "x".repeat(MAX_SAFE_TEXT_CHARS + 1);
        for (text, why) in [
            ("sk-proj-abcdefgh", "credential"),
            ("key=sk-abcdefgh1234", "credential"),
            ("bearer abc", "credential"),
            ("Basic dXNlcjpwYXNz", "credential"),
            ("auth:Bearer abc", "credential"),
            ("authorization=bearer%20abc", "credential"),
            ("\"Bearer abc\"", "credential"),
            ("see https://user:pw@host/path", "credential"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "credential"),
            ("a\nb", "control"),
            (long.as_str(), "200"),
        ] {
            assert!(SafeText::new(text).contains(why), "{text}: {}", SafeText::new(text));
        }
        let limit = "x".repeat(MAX_SAFE_TEXT_CHARS);
        assert_eq!(&*SafeText::new(&limit), limit);
    }

    #[test]
    fn prose_loses_only_its_secrets() {
        let text = SafeText::prose("bad key\nsk-abc*****wxyz, or Bearer tok123 was sent", 200);
        assert_eq!(&*text, "bad key [REDACTED] or Bearer [REDACTED] was sent");
        let advice = "Send it as a bearer token in the Authorization header.";
        assert_eq!(&*SafeText::prose(advice, 200), advice);
        assert_eq!(
            &*SafeText::prose("(Bearer tok1) or Bearer: tok2", 99),
            "(Bearer [REDACTED] or Bearer: [REDACTED]"
        );
        assert_eq!(&*SafeText::prose("one two three", 7), "one two…");
    }
}
