//! Takes credentials out of text before it is kept.

mod key_value;
mod token;
mod url;

use std::{
    borrow::Cow,
    fmt,
    ops::Range,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

pub(crate) use url::without_credentials;

/// Stands in place of what was taken out.
pub(crate) const REDACTED: &str = "[REDACTED]";

/// The shortest secret that can be registered, in bytes: a shorter one would blank out ordinary words, and protect
/// nothing.
pub const MIN_SECRET_BYTES: usize = 6;

/// Takes credentials out of text: keys and tokens by their form, values of headers and fields by their name, user-info
/// and query of URLs, and every registered secret wherever it stands.
///
/// Clones share the registered secrets. Redacting twice changes nothing more.
///
/// ```
/// use codex_feedback::Redactor;
///
/// let redactor = Redactor::new();
/// redactor.register("correct horse");
/// assert_eq!(redactor.redact("Authorization: Bearer abc.def"), "Authorization: [REDACTED]");
/// assert_eq!(redactor.redact("GET https://ada:pw@host/v1?key=1"), "GET https://[REDACTED]@host/v1?[REDACTED]");
/// assert_eq!(redactor.redact("battery correct horse staple"), "battery [REDACTED] staple");
/// assert_eq!(redactor.redact("input_tokens=12"), "input_tokens=12");
/// ```
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Registered>>);

#[derive(Default)]
struct Registered {
    forms: Vec<SecretString>,
    automaton: Option<AhoCorasick>,
}

impl Redactor {
    /// One that knows the forms of credentials, and no registered secret yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on this value is taken out, also percent-encoded, JSON-escaped or in base64. One shorter than
    /// [`MIN_SECRET_BYTES`] is not looked for.
    pub fn register(&self, secret: &str) {
        let secret = secret.trim();
        if secret.len() < MIN_SECRET_BYTES {
            return;
        }
        let mut registered = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for form in forms(secret) {
            if registered.forms.iter().all(|known| known.expose_secret() != form) {
                registered.forms.push(form.into());
            }
        }
        let forms = registered.forms.iter().map(ExposeSecret::expose_secret);
        registered.automaton = AhoCorasick::new(forms).ok();
    }

    /// The text without credentials.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut spans = known_forms(text);
        let registered = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(automaton) = &registered.automaton {
            spans.extend(automaton.find_overlapping_iter(text).map(|found| found.range()));
        }
        if spans.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(replace(text, spans)) }
    }

    /// Whether there is anything in it to take out.
    pub fn finds_in(&self, text: &str) -> bool {
        matches!(self.redact(text), Cow::Owned(_))
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let registered = self.0.read().unwrap_or_else(PoisonError::into_inner);
        write!(f, "Redactor[{} REDACTED]", registered.forms.len())
    }
}

/// The forms in which a secret turns up.
fn forms(secret: &str) -> [String; 4] {
    let json = serde_json::to_string(secret).unwrap_or_default();
    [
        secret.to_owned(),
        ::url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        json.trim_matches('"').to_owned(),
        STANDARD_NO_PAD.encode(secret),
    ]
}

/// What a literal in a text may be the sign of.
#[derive(Clone, Copy)]
enum Sign {
    /// `://`: a URL, whose user-info and query are no one's business.
    Url,
    /// The name of a field whose value is secret up to the end of the line.
    LineKey,
    /// The end of the name of a field whose value is secret.
    Key,
    /// A scheme of authorization; a credential follows after a blank.
    Scheme,
    /// The beginning of a key, with the fewest characters that must follow.
    Prefix(usize),
    /// The beginning of a base64 JSON object, as every JWT has it.
    Jwt,
    /// The first line of a PEM block.
    PrivateKey,
}

const SIGNS: [(&str, Sign); 29] = [
    ("://", Sign::Url),
    ("authorization", Sign::LineKey),
    ("cookie", Sign::LineKey),
    ("token", Sign::Key),
    ("secret", Sign::Key),
    ("password", Sign::Key),
    ("passwd", Sign::Key),
    ("passphrase", Sign::Key),
    ("credential", Sign::Key),
    ("api_key", Sign::Key),
    ("api-key", Sign::Key),
    ("apikey", Sign::Key),
    ("private_key", Sign::Key),
    ("device_code", Sign::Key),
    ("device_auth_id", Sign::Key),
    ("user_code", Sign::Key),
    ("code_verifier", Sign::Key),
    ("sentry_key", Sign::Key),
    ("bearer", Sign::Scheme),
    ("basic", Sign::Scheme),
    ("sk-", Sign::Prefix(8)),
    ("sess-", Sign::Prefix(16)),
    ("ek_", Sign::Prefix(16)),
    ("rt_", Sign::Prefix(20)),
    ("ghp_", Sign::Prefix(16)),
    ("github_pat_", Sign::Prefix(16)),
    ("glpat-", Sign::Prefix(16)),
    ("eyj", Sign::Jwt),
    ("private key-----", Sign::PrivateKey),
];

static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let literals = SIGNS.iter().map(|(literal, _)| literal);
    AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(literals).ok()
});

/// Where credentials of a known form stand.
fn known_forms(text: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let Some(automaton) = &*AUTOMATON else {
        // Never happens with the literals above; should it, nothing is let through.
        return std::iter::once(0..text.len()).collect();
    };
    let mut hidden_to = 0;
    for found in automaton.find_iter(text) {
        if found.start() < hidden_to {
            continue;
        }
        let at = found.range();
        match SIGNS[found.pattern().as_usize()].1 {
            Sign::Url => {
                spans.extend(url::secret_parts(text, at));
                // The path between them is looked at as any other text.
                continue;
            }
            Sign::LineKey => spans.extend(key_value::line_value(text, at)),
            Sign::Key => spans.extend(key_value::value(text, at)),
            Sign::Scheme => spans.extend(token::after_scheme(text, at)),
            Sign::Prefix(min_tail) => spans.extend(token::with_prefix(text, at, min_tail)),
            Sign::Jwt => spans.extend(token::jwt(text, at)),
            Sign::PrivateKey => spans.extend(token::private_key(text, at)),
        }
        hidden_to = spans.last().map_or(0, |span| span.end).max(hidden_to);
    }
    spans
}

fn replace(text: &str, mut spans: Vec<Range<usize>>) -> String {
    spans.sort_by_key(|span| span.start);
    let mut clean = String::with_capacity(text.len());
    let mut copied_to = 0;
    for span in spans {
        if span.start >= copied_to {
            clean.push_str(&text[copied_to..span.start]);
            clean.push_str(REDACTED);
        }
        copied_to = copied_to.max(span.end);
    }
    clean.push_str(&text[copied_to..]);
    clean
}

#[cfg(test)]
mod tests;
