//! URLs: user name, password, query and fragment are no one's business.

use std::ops::Range;

/// The parts of the URL around `://` that are to be replaced: user-info, and all after the path.
pub(super) fn secret_parts(text: &str, scheme_end: Range<usize>) -> Vec<Range<usize>> {
    let start = scheme_end.end;
    let length = text[start..].find(ends_url).unwrap_or(text.len() - start);
    let url = &text[start..start + length];
    let path_end = url.find(['?', '#']).unwrap_or(url.len());
    let mut parts = Vec::new();
    if let Some(at) = user_info_end(&url[..path_end])
        && &url[..at] != super::REDACTED
    {
        parts.push(start..start + at);
    }
    let tail = &url[path_end..];
    if tail.len() > 1 && &tail[1..] != super::REDACTED {
        parts.push(start + path_end + 1..start + url.len());
    }
    parts
}

/// Where the `@` stands that ends the user-info. A password may hold a `/` that should have been encoded: what follows a
/// `:` and is no port belongs to it.
fn user_info_end(before_query: &str) -> Option<usize> {
    let authority_end = before_query.find('/').unwrap_or(before_query.len());
    let authority = &before_query[..authority_end];
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit()) || port.ends_with(']');
    if authority.contains('@') || is_port { authority.rfind('@') } else { before_query.rfind('@') }
}

fn ends_url(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '\\')
}

/// A proxy or base URL of the environment without user-info, query and fragment, also where it has no scheme
/// (`user:password@proxy:8080`). Unlike in running text they leave no trace but a marker.
pub(crate) fn without_credentials(value: &str) -> String {
    let value = value.trim();
    let (scheme, rest) = match value.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, value),
    };
    let before_query = rest.split(['?', '#']).next().unwrap_or_default();
    // Every `@` counts, and not the query alone is cut at the first `?`: a password may hold either.
    let host = if rest.contains('@') {
        rest.rsplit('@').next().unwrap_or_default().split(['?', '#']).next().unwrap_or_default()
    } else {
        before_query
    };
    let mut clean = scheme.map(|scheme| format!("{scheme}://")).unwrap_or_default();
    clean.push_str(host);
    clean
}
