//! Which part of an operation a fact is.

use codex_observe::{
    ApiRequest, AuthRecovery, Event, OperationId, Outcome, RequestContext, StreamEnded, WebsocketConnect,
    WebsocketRequest,
};

/// An event by its place in a trace.
pub(crate) enum Part<'e> {
    Attempt(Attempt<'e>),
    StreamEnd {
        context: &'e RequestContext,
        outcome: &'e Outcome,
    },
    /// Something between two attempts, or after the last.
    Step(OperationId),
    /// A fact of the session, or one whose operation is not told.
    Session,
}

/// One attempt, whichever way it went out.
#[derive(Clone, Copy)]
pub(crate) struct Attempt<'e> {
    pub(crate) context: &'e RequestContext,
    pub(crate) outcome: &'e Outcome,
    pub(crate) kind: AttemptKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttemptKind {
    Http,
    Handshake,
    WebsocketRequest,
}

impl<'e> Part<'e> {
    pub(crate) fn of(event: &'e Event) -> Self {
        let attempt = |context, outcome, kind| Self::Attempt(Attempt { context, outcome, kind });
        match event {
            Event::ApiRequest(ApiRequest { context, outcome, .. }) => {
                attempt(context, outcome, AttemptKind::Http)
            }
            Event::WebsocketConnect(WebsocketConnect { context, outcome, .. }) => {
                attempt(context, outcome, AttemptKind::Handshake)
            }
            Event::WebsocketRequest(WebsocketRequest { context, outcome, .. }) => {
                attempt(context, outcome, AttemptKind::WebsocketRequest)
            }
            Event::StreamEnded(StreamEnded { context, outcome, .. }) => Self::StreamEnd { context, outcome },
            Event::AuthRecovery(AuthRecovery { operation, .. }) => Self::Step(*operation),
            _ => Self::Session,
        }
    }

    /// The operation that it is part of.
    pub(crate) fn operation(&self) -> Option<OperationId> {
        match self {
            Self::Attempt(Attempt { context, .. }) | Self::StreamEnd { context, .. } => {
                Some(context.operation)
            }
            Self::Step(operation) => Some(*operation),
            Self::Session => None,
        }
    }

    /// Whether the event tells of a failure.
    pub(crate) fn failed(&self) -> bool {
        match self {
            Self::Attempt(Attempt { outcome, .. }) | Self::StreamEnd { outcome, .. } => !outcome.is_success(),
            Self::Step(_) | Self::Session => false,
        }
    }
}
