//! The secrets that a recording has met: equal ones get equal placeholders.

use std::{collections::HashMap, ops::Range};

use aho_corasick::AhoCorasick;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

/// Stands in place of a secret that has no number.
pub(super) const REDACTED: &str = "[REDACTED]";
/// The most secrets that are told apart. Further ones are taken out by their form and place alone, without a number.
pub(super) const MAX_SECRETS: usize = 256;
/// The most texts that are looked for: each secret has up to four forms.
const MAX_SOUGHT: usize = 4 * MAX_SECRETS;
/// The longest secret that is looked for elsewhere, in bytes: 64 KiB, more than a header could carry.
pub(super) const MAX_SECRET_BYTES: usize = 64 * 1024;
/// How much of the end of a secret is looked for before the whole is compared, in bytes: long tokens make large automata.
const END_BYTES: usize = 16;
/// The shortest secret that is looked for elsewhere, in bytes. A shorter one would blank out ordinary words.
const MIN_SOUGHT: usize = 6;

/// What a recording knows of secrets. It has no `Debug`, and lives as long as the recording is written.
#[derive(Default)]
pub(super) struct Secrets {
    numbers: HashMap<String, usize>,
    sought: Vec<Sought>,
    /// Finds the ends of those that are sought; none when it has to be made (again).
    ends: Option<AhoCorasick>,
}

/// A text that is looked for.
struct Sought {
    text: String,
    placeholder: String,
}

impl Secrets {
    /// Takes note of a token; the placeholder for it. With `seek` it is taken out wherever it turns up from now on.
    pub(super) fn token(&mut self, token: &str, seek: bool) -> String {
        let next = self.numbers.len() + 1;
        let known = self.numbers.get(token).copied();
        let Some(number) = known.or_else(|| (next <= MAX_SECRETS).then_some(next)) else {
            return REDACTED.to_owned();
        };
        if known.is_none() {
            self.numbers.insert(token.to_owned(), number);
        }
        let placeholder = format!("[REDACTED token {number}]");
        if seek {
            self.seek(token, &placeholder);
        }
        placeholder
    }

    /// Takes out a secret that is no token, wherever it turns up from now on.
    pub(super) fn hide(&mut self, secret: &str) {
        self.seek(secret, REDACTED);
    }

    /// Where the secrets stand that are looked for, and what takes their place.
    pub(super) fn find(&mut self, text: &str) -> Vec<(Range<usize>, String)> {
        if self.sought.is_empty() {
            return Vec::new();
        }
        if self.ends.is_none() {
            // Cannot fail with so few and short patterns; should it, the forms and places of secrets are still looked at.
            self.ends = AhoCorasick::new(self.sought.iter().map(Sought::end)).ok();
        }
        let ends = self.ends.iter().flat_map(|ends| ends.find_overlapping_iter(text));
        ends.filter_map(|found| {
            let sought = self.sought.get(found.pattern().as_usize())?;
            let is_whole = text.as_bytes().get(..found.end())?.ends_with(sought.text.as_bytes());
            is_whole.then(|| (found.end() - sought.text.len()..found.end(), sought.placeholder.clone()))
        })
        .collect()
    }

    fn seek(&mut self, secret: &str, placeholder: &str) {
        let secret = secret.trim();
        let known = self.sought.iter().any(|sought| sought.text == secret);
        let fits = (MIN_SOUGHT..=MAX_SECRET_BYTES).contains(&secret.len());
        if !fits || known || self.sought.len() >= MAX_SOUGHT {
            return;
        }
        for text in forms(secret) {
            if self.sought.iter().all(|sought| sought.text != text) {
                self.sought.push(Sought { text, placeholder: placeholder.to_owned() });
            }
        }
        self.ends = None;
    }
}

impl Sought {
    /// The last bytes: what tokens have in common is their beginning.
    fn end(&self) -> &[u8] {
        let bytes = self.text.as_bytes();
        bytes.get(bytes.len().saturating_sub(END_BYTES)..).unwrap_or(bytes)
    }
}

/// The forms in which a secret turns up: as it is, in a query or a form, in JSON, and in base64.
fn forms(secret: &str) -> [String; 4] {
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(secret);
    let in_query = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    [secret.to_owned(), in_query, json.to_owned(), STANDARD_NO_PAD.encode(secret)]
}

#[cfg(test)]
mod tests {
    //! Pure function: numbers and forms of secrets.
    use super::*;

    fn taken_out(secrets: &mut Secrets, text: &str) -> Vec<(String, String)> {
        let mut found: Vec<_> =
            secrets.find(text).into_iter().map(|(range, by)| (text[range].to_owned(), by)).collect();
        found.dedup();
        found
    }

    #[test]
    fn equal_secrets_have_equal_numbers() {
        let mut secrets = Secrets::default();
        assert_eq!(secrets.token("first token", true), "[REDACTED token 1]");
        assert_eq!(secrets.token("second", false), "[REDACTED token 2]");
        assert_eq!(secrets.token("first token", true), "[REDACTED token 1]");
        secrets.hide("a \"cookie\"");
        let text = r#"first token second first+token {"x":"a \"cookie\""}"#;
        let told = taken_out(&mut secrets, text);
        let told: Vec<_> = told.iter().map(|(text, by)| (text.as_str(), by.as_str())).collect();
        assert_eq!(
            told,
            [
                ("first token", "[REDACTED token 1]"),
                ("first+token", "[REDACTED token 1]"),
                (r#"a \"cookie\""#, REDACTED),
            ]
        );
    }

    #[test]
    fn short_secrets_are_numbered_and_not_looked_for() {
        let mut secrets = Secrets::default();
        assert_eq!(secrets.token("short", true), "[REDACTED token 1]");
        assert!(taken_out(&mut secrets, "a short text").is_empty());
    }

    #[test]
    fn the_number_of_secrets_is_bounded() {
        let mut secrets = Secrets::default();
        for number in 1..=MAX_SECRETS {
            assert_eq!(
                secrets.token(&format!("a token {number}"), true),
                format!("[REDACTED token {number}]")
            );
        }
        assert_eq!(secrets.token("one too many", true), REDACTED);
        assert_eq!(secrets.token("a token 7", true), "[REDACTED token 7]");
    }
}
