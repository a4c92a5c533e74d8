//! Listening in on the wire: what a recording is made from.

use bytes::Bytes;

use crate::error::TransportError;
use crate::websocket::{CloseFrame, WebSocketMessage};

/// Hears what a reader pulls out of a [`ResponseBody`](crate::ResponseBody), while it does: see
/// [`ResponseBody::tapped`](crate::ResponseBody::tapped). It is dropped with the body, so that a tap which was dropped
/// without an end knows that the reader left early.
///
/// It runs in the reader's way and must not wait for anything.
pub trait BodyTap: Send {
    /// A chunk, as the reader gets it.
    fn on_chunk(&mut self, chunk: &Bytes);

    /// The end; with an error, when it came too early. Nothing follows.
    fn on_end(&mut self, error: Option<&TransportError>);
}

/// Hears what goes over a WebSocket in both directions: see
/// [`WebSocketConnection::tapped`](crate::WebSocketConnection::tapped). It is dropped with the connection, as a
/// [`BodyTap`] is with its body, and must not wait for anything either.
pub trait WebSocketTap: Send {
    /// Something went over the connection.
    fn on_event(&mut self, event: WebSocketTraffic<'_>);
}

/// What goes over a WebSocket: whole messages, uncompressed, and control frames.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum WebSocketTraffic<'a> {
    /// A text message was handed over to be sent.
    SentText(&'a str),
    /// A binary message was handed over to be sent.
    SentBinary(&'a [u8]),
    /// A ping was handed over to be sent. Its pong is not told.
    SentPing,
    /// A close frame was handed over to be sent: the first one, which is not an answer to the other side's.
    SentClose(&'a CloseFrame),
    /// A message came. A [`Close`](WebSocketMessage::Close) is the end.
    Received(&'a WebSocketMessage),
    /// A ping came, and is answered.
    ReceivedPing(&'a Bytes),
    /// Sending failed. What the other side said before may still come.
    SendFailed(&'a TransportError),
    /// Receiving failed: this is the end.
    Failed(&'a TransportError),
}
