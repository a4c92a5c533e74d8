//! Where a stream's frames come from. Everything above this file is the same for every transport.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use codex_client::{SseFrame, SseStream, TransportError};

use crate::answer::OpenedStream;

/// How long the rest of a body may take after its terminal event, so that the connection can be used again.
const DRAIN_TIME: Duration = Duration::from_millis(500);

/// The frames of one response: the one that was awaited at the start, then the rest.
pub(crate) struct Frames {
    first: Option<SseFrame>,
    rest: Option<SseStream>,
    bytes: u64,
}

impl Frames {
    pub(crate) fn new(opened: OpenedStream) -> Self {
        let bytes = opened.rest.progress().bytes;
        Self { first: Some(opened.first), rest: Some(opened.rest), bytes }
    }

    #[inline]
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<SseFrame, TransportError>>> {
        if let Some(frame) = self.first.take() {
            return Poll::Ready(Some(Ok(frame)));
        }
        match &mut self.rest {
            Some(rest) => rest.poll_next(cx),
            None => Poll::Ready(None),
        }
    }

    /// Bytes of the body read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.rest.as_ref().map_or(self.bytes, |rest| rest.progress().bytes)
    }

    /// Lets go of the body. After a clean end it is read to its own end in the background, within bounds: an HTTP/1.1
    /// connection can only be used again when nothing is left in it. After an error the connection is closed.
    pub(crate) fn release(&mut self, clean: bool) {
        self.bytes = self.bytes();
        self.first = None;
        if let (Some(rest), true) = (self.rest.take(), clean)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(tokio::time::timeout(DRAIN_TIME, drain(rest)));
        }
    }
}

async fn drain(mut rest: SseStream) {
    while let Ok(Some(_)) = rest.next().await {}
}
