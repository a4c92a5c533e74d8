//! Where reports go.

use std::{fmt, str::FromStr};

use url::Url;

/// The longest name of a folder for a tracker, in characters; a longer one ends with a checksum.
const MAX_FOLDER_CHARS: usize = 120;

/// The address of a tracker's project, with the key that lets in: `{scheme}://{key}@{host}{path}/{project}` (Sentry's
/// documentation of authentication). `Debug` and `Display` show neither the key nor the obsolete secret, which is not even
/// kept.
///
/// ```
/// use codex_feedback::Dsn;
///
/// let dsn: Dsn = "https://abc123@tracker.example/base/42".parse()?;
/// assert_eq!(dsn.endpoint().as_str(), "https://tracker.example/base/api/42/envelope/");
/// assert_eq!(dsn.to_string(), "https://tracker.example/base/42");
/// # Ok::<(), codex_feedback::DsnError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Dsn {
    /// Scheme, host and path below which the API stands, without key.
    base: Url,
    key: String,
    project: String,
}

impl Dsn {
    /// Where envelopes are posted.
    pub fn endpoint(&self) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/api/{}/envelope/", url.path().trim_end_matches('/'), self.project));
        url
    }

    /// The value of the header `x-sentry-auth`; it holds the key.
    pub fn auth_header(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        format!("Sentry sentry_version=7, sentry_client=codex-api/{version}, sentry_key={}", self.key)
    }

    /// A name of host, port, path and project for a folder: the same for every key, another for every other project, on
    /// any file system.
    pub(crate) fn folder_name(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        let port = self.base.port_or_known_default().unwrap_or_default();
        let path = self.base.path().trim_end_matches('/');
        let mut name = String::new();
        for c in format!("{host}:{port}{path}/{}", self.project).chars() {
            match c {
                // Capitals are written as numbers: there are file systems that do not tell them apart.
                'a'..='z' | '0'..='9' | '-' | '.' => name.push(c),
                ':' => name.push('_'),
                '/' => name.push('+'),
                c => name.push_str(&format!("%{:x}", u32::from(c))),
            }
        }
        if name.len() > MAX_FOLDER_CHARS {
            let checksum = format!("-{:016x}", fnv1a(&name));
            name.truncate(MAX_FOLDER_CHARS - checksum.len());
            name.push_str(&checksum);
        }
        name
    }
}

/// The FNV-1a hash: the same in every version, unlike that of the standard library.
fn fnv1a(text: &str) -> u64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    text.bytes().fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

impl FromStr for Dsn {
    type Err = DsnError;

    fn from_str(text: &str) -> Result<Self, DsnError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(DsnError::Empty);
        }
        let url = Url::parse(text).map_err(DsnError::Url)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(DsnError::Scheme);
        }
        if !is_name(url.username()) {
            return Err(DsnError::Key);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(DsnError::Query);
        }
        let (path, project) = url.path().trim_end_matches('/').rsplit_once('/').unwrap_or_default();
        if !is_name(project) {
            return Err(DsnError::Project);
        }
        let (path, project, key) = (path.to_owned(), project.to_owned(), url.username().to_owned());
        let mut base = url;
        // A URL with a host, as these schemes demand, refuses neither.
        let _ = base.set_username("");
        let _ = base.set_password(None);
        base.set_path(&path);
        Ok(Self { base, key, project })
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

impl fmt::Display for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base.as_str().trim_end_matches('/'), self.project)
    }
}

impl fmt::Debug for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dsn({self}, key [REDACTED])")
    }
}

/// What is wrong with a DSN. It never repeats the text, which may hold a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DsnError {
    /// It has no character.
    #[error("the DSN is empty: unset it, or give one of the form https://KEY@HOST/PROJECT")]
    Empty,
    /// It is no URL.
    #[error("the DSN is no URL: give one of the form https://KEY@HOST/PROJECT")]
    Url(#[source] url::ParseError),
    /// Its scheme is neither http nor https.
    #[error("the DSN must begin with https:// or http://")]
    Scheme,
    /// There is no key before the host, or one that no tracker gives out.
    #[error("the DSN has no valid public key: it stands between :// and @, of letters, digits, - and _")]
    Key,
    /// There is no project at the end of its path.
    #[error("the DSN names no project: it is the last part of the path, as in https://KEY@HOST/42")]
    Project,
    /// It has a query or a fragment.
    #[error("the DSN ends with a query or fragment: leave out what begins with ? or #")]
    Query,
}

#[cfg(test)]
mod tests;
