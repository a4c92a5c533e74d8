//! What `Debug` may show of headers and URLs.

use std::fmt;

use http::HeaderMap;
use url::Url;

/// Shown in place of anything that may be a secret.
pub(crate) const REDACTED: &str = "[REDACTED]";

/// Headers whose values are shown; of all others only the name is. An allow-list, because a deny-list
/// forgets the next secret.
const SHOWN_HEADERS: [&str; 13] = [
    "accept",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "retry-after",
    "retry-after-ms",
    "server",
    "transfer-encoding",
    "user-agent",
    "via",
    "x-request-id",
    "x-should-retry",
];

/// `Debug` of a header map that shows values only of headers known to be harmless and not marked sensitive.
pub(crate) struct Headers<'a>(pub(crate) &'a HeaderMap);

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, value) in self.0 {
            let shown = !value.is_sensitive() && SHOWN_HEADERS.contains(&name.as_str());
            match value.to_str() {
                Ok(text) if shown => map.entry(&name.as_str(), &text),
                _ => map.entry(&name.as_str(), &REDACTED),
            };
        }
        map.finish()
    }
}

/// A URL without user name, password, query values and fragment. Names of query parameters stay.
pub(crate) fn shown_url(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_fragment(None);
    if !url.username().is_empty() || url.password().is_some() {
        // Only URLs without a host refuse this, and those have no credentials.
        let _ = shown.set_password(None);
        let _ = shown.set_username("redacted");
    }
    if url.query().is_some() {
        let names: Vec<String> = url.query_pairs().map(|(name, _)| format!("{name}={REDACTED}")).collect();
        shown.set_query(None);
        return format!("{shown}?{}", names.join("&"));
    }
    shown.into()
}

/// `Debug` of a URL through [`shown_url`].
pub(crate) struct ShownUrl<'a>(pub(crate) &'a Url);

impl fmt::Debug for ShownUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown_url(self.0))
    }
}
