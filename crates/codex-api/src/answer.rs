//! Reading an answer: the whole body, the beginning of a stream, or why there is neither.

use std::{future::Future, time::Duration};

use bytes::Bytes;
use codex_client::{
    Bounded, ClosedReason, ClosedStage, HttpResponse, ResponseHead, SseFrame, SseLimits, SseStream,
    StatusError, Timeouts, TransportError,
};
use codex_observe::{AttemptError, AuthEvidence};
use codex_protocol::{ErrorBody, ResponseEvent};
use http::{HeaderName, HeaderValue, StatusCode, header::LOCATION};

use crate::{
    error::ApiErrorKind,
    foreign_answer,
    server_error::{self, Reported},
    stream_end::StreamEnd,
};

/// The largest answer of an endpoint that does not stream, in bytes. Beyond it the answer is an error that names this
/// limit.
pub const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// Turns a successful head and its body into what the endpoint wants.
pub(crate) trait AnswerReader: Sync {
    type Body: Send;
    /// Whether the answer goes on after what is read here.
    fn streams(&self) -> bool {
        false
    }
    fn read(
        &self,
        response: HttpResponse,
    ) -> impl Future<Output = Result<(ResponseHead, Self::Body), Failed>> + Send;
}

/// Waits for the first frame of an event stream.
pub(crate) struct StreamOpener {
    pub(crate) timeouts: Timeouts,
    pub(crate) limits: SseLimits,
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

    fn streams(&self) -> bool {
        true
    }

    async fn read(&self, response: HttpResponse) -> Result<(ResponseHead, OpenedStream), Failed> {
        let HttpResponse { head, mut body } = response;
        if let Some(kind) = foreign_answer::by_head(&head) {
            let kind = foreign_answer::explain(kind, head.status, body).await;
            return Err(Failed::with_head(kind, head));
        }
        let first_chunk = match body.chunk().await {
            Ok(chunk) => chunk.unwrap_or_default(),
            Err(error) => return Err(Failed::with_head(error, head)),
        };
        if foreign_answer::is_page_or_object(&first_chunk) {
            let kind = foreign_answer::by_text(&head, &first_chunk);
            return Err(Failed::with_head(kind, head));
        }
        let mut stream = SseStream::new(body, self.limits, &self.timeouts);
        stream.push(first_chunk.clone());
        match stream.next().await {
            Ok(Some(first)) => match refused_by_first_frame(&first, &head) {
                Some(failed) => Err(failed),
                None => Ok((head, OpenedStream { first, rest: stream })),
            },
            Err(error) => Err(Failed::with_head(error, head)),
            Ok(None) if !foreign_answer::may_be_events(&first_chunk) => {
                let kind = foreign_answer::by_text(&head, &first_chunk);
                Err(Failed::with_head(kind, head))
            }
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
    let mut body = match foreign_answer::encoding(&error.head) {
        None => ErrorBody::parse(&error.body),
        // Its bytes would only look like noise.
        Some(_) => ErrorBody::default(),
    };
    if let (None, Some(location)) = (&body.message, error.head.header(LOCATION.as_str())) {
        body.message = Some(format!("it points to {location}"));
    }
    let delay_hint = body.retry_hint();
    let kind = server_error::classify(Reported::from_body(body, error.head.status.as_u16()));
    Failed { kind, head: Some(error.head), delay_hint }
}

/// The facts that an answer's head tells.
pub(crate) fn evidence(head: &ResponseHead) -> AuthEvidence {
    AuthEvidence::from_headers(|name| head.headers.get(name).map(|value| value.as_bytes()))
}

/// Whether the service refused the credentials, in an answer's head or inside a stream.
pub(crate) fn is_unauthorized(kind: &ApiErrorKind) -> bool {
    matches!(kind, ApiErrorKind::Api { status: Some(401), .. })
}

/// The failure that the first frame of a stream reports, where it is a 401: then the credentials are at fault, and the
/// request is worth as much as one that was answered 401 at once. Other errors reach the caller as part of the stream.
fn refused_by_first_frame(first: &SseFrame, head: &ResponseHead) -> Option<Failed> {
    /// An error is short, and its type stands at its beginning.
    const LOOKED_AT: usize = 4096;
    if first.data.len() > LOOKED_AT || !first.data.contains("\"error\"") {
        return None;
    }
    let ResponseEvent::Error(event) = ResponseEvent::decode(first.event.as_deref(), &first.data) else {
        return None;
    };
    let headers = event.error.headers.clone();
    let kind = server_error::classify(Reported::from_event(event.error));
    is_unauthorized(&kind).then(|| {
        let mut head = head.clone();
        head.status = StatusCode::UNAUTHORIZED;
        for (name, value) in headers.iter() {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                head.headers.insert(name, value);
            }
        }
        Failed::with_head(kind, head)
    })
}

/// A failure in the words of telemetry: this client's own, or a code; never the service's, never a body.
pub(crate) fn attempt_error(kind: &ApiErrorKind, status: Option<u16>) -> AttemptError {
    match kind {
        ApiErrorKind::Transport(TransportError::Timeout { .. }) => AttemptError::timeout(),
        ApiErrorKind::Transport(
            error @ (TransportError::Encode(_) | TransportError::Url(_) | TransportError::Header { .. }),
        ) => AttemptError::build(&chain(error)),
        ApiErrorKind::Transport(error) => AttemptError::network(&chain(error)),
        ApiErrorKind::Request(_) | ApiErrorKind::Settings(_) | ApiErrorKind::Auth(_) => {
            AttemptError::build(&chain(kind))
        }
        ApiErrorKind::Stream(end) => AttemptError::stream(&end.own_words()),
        ApiErrorKind::Decode(_) => AttemptError::stream("the answer cannot be decoded"),
        ApiErrorKind::Api { status: Some(status), .. } => AttemptError::http(*status),
        kind => match status {
            Some(status @ 400..) => AttemptError::http(status),
            _ => AttemptError::response(kind.name()),
        },
    }
}

/// An error and its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
