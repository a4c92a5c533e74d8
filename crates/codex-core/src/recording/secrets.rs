//! The secrets that a recording has met: equal ones get equal placeholders.

use std::{collections::HashMap, ops::Range};

use aho_corasick::AhoCorasick;

/// Stands in place of a secret that has no number.
pub(super) const REDACTED: &str = "[REDACTED]";
/// The most secrets that are told apart. Further ones are taken out by their form and place alone, without a number.
pub(super) const MAX_SECRETS: usize = 256;
/// The shortest secret that is looked for elsewhere, in bytes. A shorter one would blank out ordinary words.
const MIN_SOUGHT: usize = 6;

/// What a recording knows of secrets. It has no `Debug`, and lives as long as the recording is written.
#[derive(Default)]
pub(super) struct Secrets {
    numbers: HashMap<String, usize>,
    /// The texts that are looked for, and what takes their place.
    sought: Vec<(String, String)>,
    automaton: Option<AhoCorasick>,
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
    pub(super) fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Range<usize>, &'a str)> {
        let found = self.automaton.iter().flat_map(move |automaton| automaton.find_overlapping_iter(text));
        found.filter_map(|found| {
            let (_, placeholder) = self.sought.get(found.pattern().as_usize())?;
            Some((found.range(), placeholder.as_str()))
        })
    }

    fn seek(&mut self, secret: &str, placeholder: &str) {
        let secret = secret.trim();
        let known = self.sought.iter().any(|(sought, _)| sought == secret);
        if secret.len() < MIN_SOUGHT || known || self.sought.len() >= MAX_SECRETS {
            return;
        }
        for form in forms(secret) {
            if self.sought.iter().all(|(sought, _)| *sought != form) {
                self.sought.push((form, placeholder.to_owned()));
            }
        }
        self.automaton = AhoCorasick::new(self.sought.iter().map(|(sought, _)| sought)).ok();
    }
}

/// The forms in which a secret turns up: as it is, in a query or a form, and in JSON.
fn forms(secret: &str) -> [String; 3] {
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(secret);
    let in_query = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    [secret.to_owned(), in_query, json.to_owned()]
}

#[cfg(test)]
mod tests {
    //! Pure function: numbers and forms of secrets.
    use super::*;

    fn taken_out(secrets: &Secrets, text: &str) -> Vec<(String, String)> {
        let mut found: Vec<_> =
            secrets.find(text).map(|(range, by)| (text[range].to_owned(), by.to_owned())).collect();
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
        let told = taken_out(&secrets, text);
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
        assert!(taken_out(&secrets, "a short text").is_empty());
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
