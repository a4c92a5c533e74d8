//! Answers with a status of success that are not what was asked for: a page of a proxy, an error in disguise.

use codex_client::{ResponseBody, ResponseHead};
use codex_observe::SafeText;
use codex_protocol::{ErrorBody, ErrorForm};
use http::{
    StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};

use crate::{
    error::ApiErrorKind,
    server_error::{self, Reported},
    stream_end::StreamEnd,
};

/// How much of an unexpected body is read to say what it is, in bytes.
const MAX_SUMMARY_BYTES: usize = 4 * 1024;

/// How much of an unexpected body is quoted, in characters.
const MAX_SUMMARY_CHARS: usize = 120;

/// The names of the fields of an event stream, and its comments.
const EVENT_FIELDS: [&[u8]; 5] = [b":", b"data", b"event", b"id", b"retry"];

/// What the head says for certain that is no event stream. Servers that leave the content type out or send `text/plain`
/// are read as a stream.
pub(crate) fn by_head(head: &ResponseHead) -> Option<SafeText> {
    if let Some(encoding) = encoding(head) {
        return Some(SafeText::new(&format!("a body with content-encoding {encoding}")));
    }
    let content_type = head.header(CONTENT_TYPE.as_str())?.to_ascii_lowercase();
    let essence = content_type.split(';').next()?.trim();
    let foreign = matches!(essence, "text/html" | "application/json" | "application/xml" | "text/xml");
    (foreign || essence.ends_with("+json")).then(|| SafeText::new(essence))
}

/// An encoding of the body, which this client never asks for.
pub(crate) fn encoding(head: &ResponseHead) -> Option<&str> {
    head.header(CONTENT_ENCODING.as_str())
        .filter(|encoding| !encoding.trim().eq_ignore_ascii_case("identity"))
}

/// Whether a body begins as no event stream does: as a page, or as a JSON object.
pub(crate) fn is_page_or_object(start: &[u8]) -> bool {
    matches!(without_mark(start).trim_ascii_start().first(), Some(b'<' | b'{'))
}

/// Whether the beginning of a body that gave no event may be one of an event stream.
pub(crate) fn may_be_events(start: &[u8]) -> bool {
    let start = without_mark(start).trim_ascii_start();
    start.is_empty() || EVENT_FIELDS.iter().any(|field| start.starts_with(field) || field.starts_with(start))
}

/// The failure that a body of another kind means.
pub(crate) async fn explain(content_type: SafeText, status: StatusCode, body: ResponseBody) -> ApiErrorKind {
    match body.collect(MAX_SUMMARY_BYTES).await {
        Ok(collected) => of_text(content_type, status, &collected.bytes),
        Err(error) => error.into(),
    }
}

/// As [`explain`], of a body whose beginning gave it away.
pub(crate) fn by_text(head: &ResponseHead, start: &[u8]) -> ApiErrorKind {
    let content_type = match head.header(CONTENT_TYPE.as_str()) {
        None => SafeText::new("something else"),
        Some(declared) if declared.starts_with("text/event-stream") => {
            SafeText::new("something else (declared as text/event-stream)")
        }
        Some(declared) => SafeText::new(declared),
    };
    of_text(content_type, head.status, &start[..start.len().min(MAX_SUMMARY_BYTES)])
}

fn of_text(content_type: SafeText, status: StatusCode, text: &[u8]) -> ApiErrorKind {
    let parsed = ErrorBody::parse(text);
    if parsed.form == ErrorForm::Json && (parsed.code.is_some() || parsed.message.is_some()) {
        return server_error::classify(Reported::from_body(parsed, status.as_u16()));
    }
    let readable = std::str::from_utf8(text).is_ok();
    let summary = parsed.message.as_deref().filter(|_| readable);
    let summary = summary.map(|text| SafeText::prose(text, MAX_SUMMARY_CHARS));
    StreamEnd::NotAnEventStream { content_type, summary }.into()
}

fn without_mark(start: &[u8]) -> &[u8] {
    start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start)
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn beginnings_are_told_apart() {
        for (start, page, events) in [
            (&b"<!doctype html>"[..], true, false),
            (b"\xef\xbb\xbf\n <p>", true, false),
            (b"{\"error\":1}", true, false),
            (b"upstream connect error", false, false),
            (b"data: x", false, true),
            (b"da", false, true),
            (b": comment", false, true),
            (b"\n\n", false, true),
            (b"", false, true),
        ] {
            assert_eq!((is_page_or_object(start), may_be_events(start)), (page, events), "{start:?}");
        }
    }
}
