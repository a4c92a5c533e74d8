//! What the kinds of attempts have in common.

use crate::{ErrorClass, Event, Outcome, RequestContext};

/// An event with an outcome, and its place in the history.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'h> {
    pub(super) at: usize,
    pub(super) kind: AttemptKind,
    pub(super) context: &'h RequestContext,
    pub(super) outcome: &'h Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AttemptKind {
    /// An HTTP request or a WebSocket handshake: its head came or did not.
    Request,
    /// A request on an open WebSocket.
    Frame,
    /// A stream up to its end, after so many events.
    Stream { events: u64 },
}

impl<'h> Attempt<'h> {
    /// `None` for events that are no attempt.
    pub(super) fn of(at: usize, event: &'h Event) -> Option<Self> {
        let (kind, context, outcome) = match event {
            Event::ApiRequest(it) => (AttemptKind::Request, &it.context, &it.outcome),
            Event::WebsocketConnect(it) => (AttemptKind::Request, &it.context, &it.outcome),
            Event::WebsocketRequest(it) => (AttemptKind::Frame, &it.context, &it.outcome),
            Event::StreamEnded(it) => (AttemptKind::Stream { events: it.events }, &it.context, &it.outcome),
            Event::AuthRecovery(_) | Event::TransportFallback(_) => return None,
        };
        Some(Self { at, kind, context, outcome })
    }

    pub(super) fn is_attached(&self) -> bool {
        self.context.attachment.header_name.is_some()
    }

    /// Whether its caller gave it up: neither a success nor a failure.
    pub(super) fn is_given_up(&self) -> bool {
        self.class() == Some(ErrorClass::Cancelled)
    }

    /// Whether it met a connection that had gone while nobody used it.
    pub(super) fn is_stale(&self) -> bool {
        let nothing_came = matches!(self.kind, AttemptKind::Frame | AttemptKind::Stream { events: 0 });
        let broke = matches!(self.class(), Some(ErrorClass::Network | ErrorClass::Stream));
        self.context.connection_reused == Some(true) && nothing_came && broke
    }

    pub(super) fn class(&self) -> Option<ErrorClass> {
        self.outcome.error.as_ref().map(|error| error.class())
    }
}
