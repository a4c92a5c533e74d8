//! The receiving side: reading, decoding, answering pings.

use std::future::Future as _;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use tokio::io::AsyncReadExt as _;

use super::{Item, WebSocketConnection};
use crate::error::{ClosedStage, TransportError};
use crate::tap::WebSocketTraffic;
use crate::websocket::close::CloseFrame;
use crate::websocket::decoder::WebSocketIncoming;
use crate::websocket::io;
use crate::websocket::message::WebSocketMessage;
use crate::websocket::silence::Waiting;

impl WebSocketConnection {
    pub(super) fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.found.is_none() {
            // The end of an ended connection is nothing to keep: the next read finds it again.
            self.found = ready!(self.poll_incoming(cx, Waiting::ForNothing));
        }
        Poll::Ready(())
    }

    pub(super) fn poll_incoming(&mut self, cx: &mut Context<'_>, waiting: Waiting) -> Poll<Option<Item>> {
        loop {
            if self.over {
                self.write_some(cx);
                if self.outbox.waiting() == 0 {
                    // Said to TLS too. That it fails is nothing to anybody any more.
                    let _ = Pin::new(&mut *self.io).poll_shutdown(cx);
                }
                return Poll::Ready(None);
            }
            let decoded = self.take_decoded();
            self.write_some(cx);
            if decoded.is_some() {
                return Poll::Ready(decoded);
            }
            if let Err(error) = ready!(self.poll_more(cx, waiting)) {
                self.over = true;
                self.tell(WebSocketTraffic::Failed(&error));
                return Poll::Ready(Some(Err(error)));
            }
        }
    }

    /// The next message of what has been read. Pings are answered on the way.
    fn take_decoded(&mut self) -> Option<Item> {
        let decoded = self.decode();
        match &decoded {
            Some(Ok(message)) => self.tell(WebSocketTraffic::Received(message)),
            Some(Err(error)) => self.tell(WebSocketTraffic::Failed(error)),
            None => {}
        }
        decoded
    }

    fn decode(&mut self) -> Option<Item> {
        loop {
            let answered = match self.decoder.next() {
                Ok(None) => return None,
                Ok(Some(WebSocketIncoming::Ping(payload))) => {
                    self.tell(WebSocketTraffic::ReceivedPing(&payload));
                    self.outbox.pong(payload)
                }
                Ok(Some(WebSocketIncoming::Pong(_))) => Ok(()),
                Ok(Some(WebSocketIncoming::Message(WebSocketMessage::Close(frame)))) => {
                    self.over = true;
                    // Answered by the same code (5.5.1), without the reason, which is not ours.
                    let answer = CloseFrame { code: frame.code, ..CloseFrame::empty() };
                    let _ = self.outbox.close(&answer);
                    return Some(Ok(WebSocketMessage::Close(frame)));
                }
                Ok(Some(WebSocketIncoming::Message(message))) => {
                    self.received += 1;
                    return Some(Ok(message));
                }
                Err(error) => Err(error),
            };
            if let Err(error) = answered {
                self.over = true;
                if let Some(code) = error.close_code() {
                    let _ = self.outbox.close(&CloseFrame { code, ..CloseFrame::empty() });
                }
                return Some(Err(error.into()));
            }
        }
    }

    /// Writes what can be written now. That it fails is no reason to stop reading: the other side may have said
    /// why before it closed.
    fn write_some(&mut self, cx: &mut Context<'_>) {
        if let Poll::Ready(Err(_)) = self.outbox.poll_flush(&mut *self.io, cx) {
            self.outbox.abandon();
        }
    }

    /// Reads once, or finds that it was silent for too long.
    fn poll_more(&mut self, cx: &mut Context<'_>, waiting: Waiting) -> Poll<Result<(), TransportError>> {
        if let Some(error) = self.silence.close_overdue(cx) {
            return Poll::Ready(Err(error));
        }
        if self.buffer.capacity() - self.buffer.len() < Self::LEAST_READ {
            self.buffer.reserve(Self::READ);
        }
        match pin!(self.io.read_buf(&mut self.buffer)).poll(cx) {
            Poll::Ready(Ok(0)) => Poll::Ready(Err(io::ended(self.decoder.is_within_message()))),
            Poll::Ready(Ok(_)) => {
                self.silence.end();
                self.decoder.push(self.buffer.split().freeze());
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(io::failed(ClosedStage::InBody, error))),
            Poll::Pending => {
                let Self { silence, outbox, io, tap, .. } = self;
                silence.poll_read(cx, waiting, |cx| {
                    if let Some(tap) = tap {
                        tap.on_event(WebSocketTraffic::SentPing);
                    }
                    // The clock of the answer runs even if the ping cannot be written: that is what it is for.
                    let _ = outbox.ping(&[]).map(|()| outbox.poll_flush(&mut **io, cx));
                })
            }
        }
    }
}
