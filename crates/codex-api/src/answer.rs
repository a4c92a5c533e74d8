//! Reading an answer: the whole body, the beginning of a stream, or why there is neither.

use std::{future::Future, time::Duration};

use bytes::Bytes;
use codex_client::{
    Bounded, ClosedReason, ClosedStage, HttpResponse, ResponseBody, ResponseHead, SseFrame, SseLimits,
    SseStream, StatusError, Timeouts, TransportError,
};
use codex_observe::{AuthEvidence, ErrorClass, SafeText};
use codex_protocol::{ErrorBody, ErrorForm};
use http::{StatusCode, header::CONTENT_TYPE};

use crate::{
    error::ApiErrorKind,
    server_error::{self, Reported},
    stream_end::StreamEnd,
};

/// The largest answer of an endpoint that does not stream, in bytes. Beyond it the answer is an error that names this
/// limit.
pub const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// How much of an unexpected body is read to say what it is, in bytes.
const MAX_SUMMARY_BYTES: usize = 4 * 1024;

/// How much of an unexpected body is quoted, in characters.
const MAX_SUMMARY_CHARS: usize = 120;

/// Turns a successful head and its body into what the endpoint wants.
pub(crate) trait AnswerReader: Sync {
    type Body: Send;
    fn read(
        &self,
        response: HttpResponse,
    ) -> impl Future<Output = Result<(ResponseHead, Self::Body), Failed>> + Send;
}

/// Waits for the first frame of an event stream.
pub(crate) struct StreamOpener {
    pub(crate) timeouts: Timeouts,
}

/// A stream whose first frame has come.
pub(crate) struct OpenedStream {
    pub(crate) first: SseFrame,
    pub(crate) rest: SseStream,
}

/// Reads the whole body.
pub(crate) struct BodyReader;

/// An attempt that failed: why, and the head of the answer where one came.
pub(crate) struct Failed {
    pub(crate) kind: ApiErrorKind,
    pub(crate) head: Option<ResponseHead>,
    /// The wait that the body asks for ("try again in 1.2s").
    pub(crate) delay_hint: Option<Duration>,
}

impl Failed {
    fn with_head(kind: impl Into<ApiErrorKind>, head: ResponseHead) -> Self {
        Self { kind: kind.into(), head: Some(head), delay_hint: None }
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.head.as_ref().map(|head| head.status.as_u16())
    }

    pub(crate) fn evidence(&self) -> AuthEvidence {
        self.head.as_ref().map(evidence).unwrap_or_default()
    }

    /// Whether the service's own words rule out a retry, whatever the status says.
    pub(crate) fn is_final(&self) -> bool {
        server_error::is_final(&self.kind)
    }
}

impl From<TransportError> for Failed {
    fn from(error: TransportError) -> Self {
        Self { kind: error.into(), head: None, delay_hint: None }
    }
}

impl AnswerReader for BodyReader {
    type Body = Bytes;

    async fn read(&self, response: HttpResponse) -> Result<(ResponseHead, Bytes), Failed> {
        let HttpResponse { head, body } = response;
        match body.collect(MAX_BODY_BYTES).await {
            Ok(body) if body.truncated => {
                let too_large = TransportError::TooLarge { what: Bounded::Body, limit: MAX_BODY_BYTES };
                Err(Failed::with_head(too_large, head))
            }
            Ok(body) => Ok((head, body.bytes)),
            Err(error) => Err(Failed::with_head(error, head)),
        }
    }
}

impl AnswerReader for StreamOpener {
    type Body = OpenedStream;

    async fn read(&self, response: HttpResponse) -> Result<(ResponseHead, OpenedStream), Failed> {
        let HttpResponse { head, body } = response;
        if let Some(content_type) = foreign_content_type(&head) {
            let kind = not_a_stream(&content_type, head.status, body).await;
            return Err(Failed::with_head(kind, head));
        }
        let mut stream = SseStream::new(body, SseLimits::default(), &self.timeouts);
        match stream.next().await {
            Ok(Some(first)) => Ok((head, OpenedStream { first, rest: stream })),
            Err(error) => Err(Failed::with_head(error, head)),
            Ok(None) => {
                // A stream without a single event is a connection that ended too early, and is retried as one.
                let (stage, reason) = (ClosedStage::InBody, ClosedReason::Early);
                let closed = TransportError::Closed { stage, reason, source: Box::new(StreamEnd::Empty) };
                Err(Failed::with_head(closed, head))
            }
        }
    }
}

/// The failure that an answer with a status other than success means.
pub(crate) fn refused(error: StatusError) -> Failed {
    let body = ErrorBody::parse(&error.body);
    let delay_hint = body.retry_hint();
    let kind = server_error::classify(Reported::from_body(body, error.head.status.as_u16()));
    Failed { kind, head: Some(error.head), delay_hint }
}

/// The facts that an answer's head tells.
pub(crate) fn evidence(head: &ResponseHead) -> AuthEvidence {
    AuthEvidence::from_headers(|name| head.headers.get(name).map(|value| value.as_bytes()))
}

/// The class of a failure, for telemetry.
pub(crate) fn error_class(kind: &ApiErrorKind) -> ErrorClass {
    match kind {
        ApiErrorKind::Transport(TransportError::Timeout { .. }) => ErrorClass::Timeout,
        ApiErrorKind::Transport(
            TransportError::Encode(_) | TransportError::Url(_) | TransportError::Header { .. },
        ) => ErrorClass::Build,
        ApiErrorKind::Transport(_) => ErrorClass::Network,
        ApiErrorKind::Request(_) | ApiErrorKind::Settings(_) | ApiErrorKind::Auth(_) => ErrorClass::Build,
        ApiErrorKind::Stream(_) | ApiErrorKind::Decode(_) => ErrorClass::Stream,
        ApiErrorKind::Incomplete { .. } | ApiErrorKind::Structured(_) | ApiErrorKind::ToolLoop(_) => {
            ErrorClass::Response
        }
        _ => ErrorClass::Http,
    }
}

/// The content type, when it says for certain that no event stream follows. Servers that leave it out or send
/// `text/plain` are read as a stream.
fn foreign_content_type(head: &ResponseHead) -> Option<String> {
    let content_type = head.headers.get(CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
    let essence = content_type.split(';').next()?.trim();
    let foreign = essence == "text/html" || essence == "application/json" || essence.ends_with("+json");
    foreign.then(|| essence.to_owned())
}

/// A status of success with a body that is no stream: an error of the service in disguise, or somebody else's page.
async fn not_a_stream(content_type: &str, status: StatusCode, body: ResponseBody) -> ApiErrorKind {
    let bytes = match body.collect(MAX_SUMMARY_BYTES).await {
        Ok(collected) => collected.bytes,
        Err(error) => return error.into(),
    };
    let parsed = ErrorBody::parse(&bytes);
    if parsed.form == ErrorForm::Json && (parsed.code.is_some() || parsed.message.is_some()) {
        return server_error::classify(Reported::from_body(parsed, status.as_u16()));
    }
    let summary = parsed.message.as_deref().map(|text| SafeText::prose(text, MAX_SUMMARY_CHARS));
    StreamEnd::NotAnEventStream { content_type: SafeText::new(content_type), summary }.into()
}
