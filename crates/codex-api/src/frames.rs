//! Where a stream's frames come from. Everything above this file is the same for every transport.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use codex_client::{SseFrame, SseStream, SseText, TimeoutPhase, TransportError};
use tokio::time::{Instant, Sleep};

use crate::{
    answer::OpenedStream,
    error::ApiErrorKind,
    lanes::{LaneName, Lanes},
};

/// How long the end of a stream waits for the end of its body, so that the connection is back in the pool before the
/// next request. It mostly comes in the same packet as the terminal event.
const LINGER_TIME: Duration = Duration::from_millis(5);

/// How long the rest of a body may take in the background after that.
const DRAIN_TIME: Duration = Duration::from_millis(500);

/// The text of one event, and the name that the transport gave it.
pub(crate) struct Frame {
    pub(crate) event: Option<SseText>,
    pub(crate) data: SseText,
}

/// The frames of one response.
pub(crate) struct Frames {
    source: Source,
    bytes: u64,
}

enum Source {
    /// The frame that was awaited at the start, then the rest of the body.
    Body {
        first: Option<SseFrame>,
        rest: SseStream,
    },
    Lane(LaneFrames),
    /// After a terminal event: nothing is left but the end of the body.
    Lingering {
        rest: SseStream,
        until: Pin<Box<Sleep>>,
    },
    Released,
}

/// The frames of a lane of a WebSocket.
pub(crate) struct LaneFrames {
    lanes: Arc<Lanes>,
    name: LaneName,
    event_idle: Option<EventIdle>,
}

/// The clock that only events reset.
struct EventIdle {
    limit: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl Frames {
    pub(crate) fn of_body(opened: OpenedStream) -> Self {
        Self { source: Source::Body { first: Some(opened.first), rest: opened.rest }, bytes: 0 }
    }

    pub(crate) fn of_lane(frames: LaneFrames) -> Self {
        Self { source: Source::Lane(frames), bytes: 0 }
    }

    /// The next frame of a body that has been read already; `None` also for any other source.
    #[inline]
    pub(crate) fn next_buffered(&mut self) -> Option<Result<Frame, ApiErrorKind>> {
        match &mut self.source {
            Source::Body { first, rest } => {
                let frame = first.take().map(Ok).or_else(|| rest.next_buffered())?;
                Some(frame.map(Into::into).map_err(Into::into))
            }
            Source::Lane(_) | Source::Lingering { .. } | Source::Released => None,
        }
    }

    #[inline]
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame, ApiErrorKind>>> {
        match &mut self.source {
            Source::Body { first, rest } => {
                if let Some(frame) = first.take() {
                    return Poll::Ready(Some(Ok(frame.into())));
                }
                rest.poll_next(cx).map(|frame| frame.map(|frame| frame.map(Into::into).map_err(Into::into)))
            }
            Source::Lane(lane) => {
                let text = ready!(lane.poll_next(cx));
                if let Ok(text) = &text {
                    self.bytes += text.len() as u64;
                }
                Poll::Ready(Some(text.map(|data| Frame { event: None, data })))
            }
            Source::Lingering { .. } | Source::Released => Poll::Ready(None),
        }
    }

    /// After [`release`](Self::release): waits a moment for the body's own end.
    pub(crate) fn poll_released(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Source::Lingering { rest, until } = &mut self.source {
            while let Poll::Ready(frame) = rest.poll_next(cx) {
                if !matches!(frame, Some(Ok(_))) {
                    self.source = Source::Released;
                    return Poll::Ready(());
                }
            }
            ready!(until.as_mut().poll(cx));
            self.drain_in_background();
        }
        Poll::Ready(())
    }

    fn drain_in_background(&mut self) {
        if let Source::Lingering { rest, .. } = std::mem::replace(&mut self.source, Source::Released)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(tokio::time::timeout(DRAIN_TIME, drain(rest)));
        }
    }

    /// The lane, where the frames come over a WebSocket.
    pub(crate) fn lanes(&self) -> Option<&Lanes> {
        match &self.source {
            Source::Lane(lane) => Some(&lane.lanes),
            Source::Body { .. } | Source::Lingering { .. } | Source::Released => None,
        }
    }

    /// Bytes of the body, or of the lane's messages, read so far.
    pub(crate) fn bytes(&self) -> u64 {
        match &self.source {
            Source::Body { rest, .. } => rest.progress().bytes,
            Source::Lane(_) | Source::Lingering { .. } | Source::Released => self.bytes,
        }
    }

    /// Lets go of the connection; `clean` after a terminal event.
    ///
    /// A body is then read to its own end, within bounds: an HTTP/1.1 connection can only be used again when nothing is
    /// left in it. After an error it is closed.
    pub(crate) fn release(&mut self, clean: bool) {
        self.bytes = self.bytes();
        match std::mem::replace(&mut self.source, Source::Released) {
            Source::Body { rest, .. } if clean => {
                self.source = Source::Lingering { rest, until: Box::pin(tokio::time::sleep(LINGER_TIME)) };
            }
            Source::Lane(mut lane) => lane.leave(clean),
            Source::Body { .. } | Source::Lingering { .. } | Source::Released => {}
        }
    }
}

impl LaneFrames {
    /// The frames of a lane that was entered.
    pub(crate) fn new(lanes: Arc<Lanes>, name: LaneName, event_idle: Option<Duration>) -> Self {
        let event_idle =
            event_idle.map(|limit| EventIdle { limit, sleep: Box::pin(tokio::time::sleep(limit)) });
        Self { lanes, name, event_idle }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<SseText, ApiErrorKind>> {
        let Some(idle) = &mut self.event_idle else {
            return self.lanes.poll(&self.name, cx);
        };
        match self.lanes.poll(&self.name, cx) {
            Poll::Ready(text) => {
                idle.sleep.as_mut().reset(Instant::now() + idle.limit);
                Poll::Ready(text)
            }
            Poll::Pending => {
                ready!(idle.sleep.as_mut().poll(cx));
                Poll::Ready(Err(TransportError::Timeout {
                    phase: TimeoutPhase::EventIdle,
                    limit: idle.limit,
                }
                .into()))
            }
        }
    }

    fn leave(&mut self, ended: bool) {
        self.lanes.leave(&self.name, ended);
    }
}

impl Drop for Frames {
    /// A response whose caller goes away is cancelled as far as its transport can.
    fn drop(&mut self) {
        match &mut self.source {
            Source::Lane(lane) => lane.leave(false),
            Source::Lingering { .. } => self.drain_in_background(),
            Source::Body { .. } | Source::Released => {}
        }
    }
}

impl From<SseFrame> for Frame {
    fn from(frame: SseFrame) -> Self {
        Self { event: frame.event, data: frame.data }
    }
}

async fn drain(mut rest: SseStream) {
    while let Ok(Some(_)) = rest.next().await {}
}
