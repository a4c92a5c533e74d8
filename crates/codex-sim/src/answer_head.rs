//! Heads of answers: the headers the service sends with all of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};

use crate::connection::ConnectionControl;
use crate::dialect::Dialect;
use crate::failure::Failure;
use crate::ids::Ids;
use crate::limits::Limits;
use crate::playback::Playback;
use crate::scenario::Settings;

/// Content type of a stream.
pub(crate) const EVENT_STREAM: &str = "text/event-stream; charset=utf-8";

/// Content type of a plain answer.
pub(crate) const JSON: &str = "application/json";

/// What distinguishes one answer's head from another's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'a str,
    /// Whole length of the body, when it is known beforehand.
    pub(crate) length: Option<usize>,
    /// Headers of the scenario; they replace those of the same name.
    pub(crate) extra: Option<&'a BTreeMap<String, String>>,
}

impl<'a> Head<'a> {
    pub(crate) fn json(status: StatusCode, length: usize) -> Self {
        Self { status, content_type: JSON, length: Some(length), extra: None }
    }

    /// The answer to a handshake.
    pub(crate) fn upgrade() -> Self {
        Self { status: StatusCode::SWITCHING_PROTOCOLS, content_type: "", length: None, extra: None }
    }

    pub(crate) fn stream() -> Self {
        Self { status: StatusCode::OK, content_type: EVENT_STREAM, length: None, extra: None }
    }

    pub(crate) fn with(mut self, extra: Option<&'a BTreeMap<String, String>>) -> Self {
        self.extra = extra;
        self
    }
}

/// Who the head is for: gives every answer its own request id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signature {
    pub(crate) seed: u64,
    pub(crate) request: u64,
}

impl Signature {
    /// Puts head and body together.
    pub(crate) fn answer(self, head: Head<'_>, limits: &Limits, body: Playback) -> Response<Playback> {
        let mut response = Response::new(body);
        *response.status_mut() = head.status;
        let headers = response.headers_mut();
        // A different sequence from the ids in the body, which use the request number itself.
        let mut ids = Ids::for_request(!self.seed, self.request);
        let own = [
            ("x-request-id", ids.sized("req_", 32)),
            ("openai-version", "2020-10-01".to_owned()),
            ("openai-organization", "org-sim".to_owned()),
            ("openai-processing-ms", "12".to_owned()),
            ("cf-ray", format!("{}-SIM", ids.sized("", 16))),
            (CONTENT_TYPE.as_str(), head.content_type.to_owned()),
        ];
        let given = head.extra.into_iter().flatten().map(|(name, value)| (name.as_str(), value.clone()));
        let own = own.into_iter().map(|(name, value)| (Cow::Borrowed(name), value));
        let limits = limits.headers(self.request).into_iter().map(|(name, value)| (Cow::Owned(name), value));
        let given = given.map(|(name, value)| (Cow::Borrowed(name), value));
        for (name, value) in own.chain(limits).chain(given) {
            // Names and values of scenarios were checked when the scenario was accepted.
            if value.is_empty() {
                continue;
            }
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_ref()), HeaderValue::try_from(value))
            {
                headers.insert(name, value);
            }
        }
        if head.content_type == EVENT_STREAM {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        }
        if let Some(length) = head.length {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        response
    }

    /// An HTTP error without faults.
    pub(crate) fn failure(
        self,
        failure: &Failure,
        settings: &Settings,
        control: Arc<ConnectionControl>,
    ) -> Response<Playback> {
        let body = failure_body(failure, &settings.dialect);
        let head = failure_head(failure, body.len());
        self.answer(head, &settings.limits, Playback::plain(body, control))
    }
}

pub(crate) fn failure_body(failure: &Failure, dialect: &Dialect) -> Bytes {
    match &failure.body {
        Some(body) => Bytes::from(body.clone()),
        None => Bytes::from(dialect.error_body(failure).to_string()),
    }
}

pub(crate) fn failure_head(failure: &Failure, length: usize) -> Head<'_> {
    Head {
        status: StatusCode::from_u16(failure.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        content_type: failure.content_type.as_deref().unwrap_or(JSON),
        length: Some(length),
        extra: Some(&failure.headers),
    }
}
