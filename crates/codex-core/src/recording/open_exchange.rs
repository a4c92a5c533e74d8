//! An exchange that is being recorded: one that is dropped without an end was abandoned by its client.

use std::sync::Arc;

use bytes::Bytes;
use codex_client::{
    BodyTap, ClosedReason, ResponseHead, SseText, TransportError, WebSocketMessage, WebSocketTap,
    WebSocketTraffic,
};

use super::{
    entry::{How, Side},
    tape::{Fact, Message, Tape, WhyEnded},
};

/// What is told about one exchange from now on.
pub(super) struct OpenExchange {
    tape: Arc<Tape>,
    number: u64,
    has_ended: bool,
    /// How sending failed. The other side may still say why.
    send_failure: Option<(How, WhyEnded)>,
}

impl OpenExchange {
    pub(super) fn new(tape: Arc<Tape>, number: u64) -> Self {
        Self { tape, number, has_ended: false, send_failure: None }
    }

    pub(super) fn head(&self, head: &ResponseHead) {
        self.tape.put(self.number, Fact::Head(Box::new(head.clone())));
    }

    pub(super) fn fail(&mut self, error: &TransportError) {
        self.end(how_ended(error), Some(error.into()));
    }

    fn end(&mut self, how: How, why: Option<WhyEnded>) {
        if !std::mem::replace(&mut self.has_ended, true) {
            self.tape.put(self.number, Fact::End(how, why));
        }
    }

    fn put(&self, fact: Fact) {
        self.tape.put(self.number, fact);
    }
}

impl BodyTap for OpenExchange {
    fn on_chunk(&mut self, chunk: &Bytes) {
        self.put(Fact::Chunk(chunk.clone()));
    }

    fn on_end(&mut self, error: Option<&TransportError>) {
        match error {
            Some(error) => self.fail(error),
            None => self.end(How::Clean, None),
        }
    }
}

impl WebSocketTap for OpenExchange {
    fn on_event(&mut self, event: WebSocketTraffic<'_>) {
        let copy = |text: &str| Message::Text(SseText::from(text.to_owned()));
        match event {
            WebSocketTraffic::SentText(text) => self.put(Fact::Message(Side::Client, copy(text))),
            WebSocketTraffic::SentBinary(bytes) => {
                self.put(Fact::Message(Side::Client, Message::Binary(Bytes::copy_from_slice(bytes))));
            }
            WebSocketTraffic::SentPing => self.put(Fact::Ping(Side::Client)),
            WebSocketTraffic::ReceivedPing(_) => self.put(Fact::Ping(Side::Server)),
            WebSocketTraffic::SentClose(frame) => {
                let (code, reason) = (frame.code.as_u16(), frame.reason.clone());
                self.put(Fact::Close { from: Side::Client, code, reason });
            }
            WebSocketTraffic::Received(WebSocketMessage::Text(text)) => {
                self.put(Fact::Message(Side::Server, Message::Text(text.clone())));
            }
            WebSocketTraffic::Received(WebSocketMessage::Binary(bytes)) => {
                self.put(Fact::Message(Side::Server, Message::Binary(bytes.clone())));
            }
            WebSocketTraffic::Received(WebSocketMessage::Close(frame)) => {
                let (code, reason) = (frame.code.as_u16(), frame.reason.clone());
                self.put(Fact::Close { from: Side::Server, code, reason });
                self.end(How::Clean, None);
            }
            WebSocketTraffic::SendFailed(error) => {
                self.send_failure = Some((how_ended(error), error.into()));
            }
            WebSocketTraffic::Failed(error) => self.fail(error),
            // What a later version may tell of is not in the format.
            _ => {}
        }
    }
}

impl Drop for OpenExchange {
    fn drop(&mut self) {
        let (how, why) =
            self.send_failure.take().map_or((How::Abandoned, None), |(how, why)| (how, Some(why)));
        self.end(how, why);
    }
}

fn how_ended(error: &TransportError) -> How {
    match error {
        TransportError::Timeout { .. } => How::Timeout,
        TransportError::Closed { reason: ClosedReason::Reset, .. } => How::Reset,
        TransportError::Closed { .. } => How::Cut,
        TransportError::Dns { .. }
        | TransportError::Connect { .. }
        | TransportError::Tls { .. }
        | TransportError::Proxy { .. } => How::Unreachable,
        _ => How::Failed,
    }
}
