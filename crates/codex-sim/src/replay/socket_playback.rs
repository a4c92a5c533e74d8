//! Plays what went over a recorded WebSocket.

use std::time::Duration;

use serde_json::{Value, json};

use super::http_playback::Ending;
use super::recorded_exchange::UnrecordedRequest;
use super::recording::{PlayedExchange, Traffic};
use super::{Replay, refusal};
use crate::faults::Cut;
use crate::recorded::RecordedRequest;
use crate::service::recorded_head;
use crate::socket::{End, SocketConnection};
use crate::transport::Transport;
use crate::websocket::{Incoming, MessageReader};

/// Plays the exchange at `place` until either side ends the connection.
pub(crate) async fn play(
    replay: &Replay,
    place: usize,
    connection: &SocketConnection,
    reader: &mut MessageReader,
) -> End {
    let Some(exchange) = replay.recording.exchanges.get(place) else { return End::Cut(Cut::Drop) };
    let recorded = exchange.traffic.iter().filter(|(_, traffic)| *traffic == Traffic::Asked).count();
    let mut player = Player { replay, connection, reader, recorded, heard: 0 };
    match player.play(exchange).await {
        Ok(()) => End::Cut(Cut::Drop),
        Err(end) => end,
    }
}

struct Player<'a> {
    replay: &'a Replay,
    connection: &'a SocketConnection,
    reader: &'a mut MessageReader,
    /// How many messages of the client were recorded.
    recorded: usize,
    /// How many have come.
    heard: usize,
}

impl Player<'_> {
    /// `Err` is the end that the client made, or that was recorded.
    async fn play(&mut self, exchange: &PlayedExchange) -> Result<(), End> {
        let mut due = 0;
        let mut before = exchange.head.as_ref().map_or(exchange.at, |head| head.at);
        for (at, traffic) in &exchange.traffic {
            if *traffic != Traffic::Asked {
                self.pause(self.replay.speed.pause(at.saturating_sub(before))).await?;
            }
            before = *at;
            let outbound = &self.connection.outbound;
            let sent = match traffic {
                Traffic::Asked => {
                    due += 1;
                    while self.heard < due {
                        self.hear().await?;
                    }
                    Ok(())
                }
                Traffic::Said { bytes, binary: false } => outbound.text(bytes).await,
                Traffic::Said { bytes, binary: true } => outbound.binary(bytes).await,
                Traffic::Pinged => outbound.ping().await,
                Traffic::Closed { code, reason } => {
                    let closed = outbound.close((*code != NO_STATUS).then_some(*code), reason).await;
                    return Err(if closed.is_ok() { End::Cut(Cut::Close(*code)) } else { End::Gone });
                }
            };
            sent.map_err(|_| End::Gone)?;
        }
        match Ending::of(exchange, self.replay.recording.state) {
            Ending::Cut(cut) => Err(End::Cut(cut)),
            Ending::Clean | Ending::Held => loop {
                self.hear().await?;
            },
        }
    }

    /// Listens for so long.
    async fn pause(&mut self, pause: Duration) -> Result<(), End> {
        if pause.is_zero() {
            return Ok(());
        }
        let over = tokio::time::sleep(pause);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return Ok(()),
                heard = self.hear() => heard?,
            }
        }
    }

    /// Takes what the client sends next.
    async fn hear(&mut self) -> Result<(), End> {
        let sent = match self.reader.next().await {
            Ok(Incoming::Text(text)) => return self.asked(Some(&text)).await,
            Ok(Incoming::Binary) => return self.asked(None).await,
            Ok(Incoming::Ping(payload)) => self.connection.outbound.pong(&payload).await,
            Ok(Incoming::Pong) => Ok(()),
            Ok(Incoming::Close(code)) => return Err(End::Answered(code)),
            Ok(Incoming::End) => return Err(End::Gone),
            Err(violation) => return Err(End::Cut(Cut::Close(violation.close_code()))),
        };
        sent.map_err(|_| End::Gone)
    }

    /// A message of the client. One that was not recorded is refused, as nothing would ever answer it.
    async fn asked(&mut self, text: Option<&str>) -> Result<(), End> {
        let SocketConnection { world, head, control, outbound, .. } = self.connection;
        world.journal().record(RecordedRequest {
            transport: Transport::Websocket,
            connection: control.number(),
            authorized: true,
            body: text.and_then(|text| serde_json::from_str(text).ok()),
            body_bytes: text.map_or(0, str::len),
            at: world.started.elapsed(),
            ..recorded_head(head)
        });
        self.heard += 1;
        if self.heard <= self.recorded {
            return Ok(());
        }
        let request = UnrecordedRequest {
            transport: Transport::Websocket,
            method: "GET".to_owned(),
            path: head.path.clone(),
            recorded: self.recorded,
        };
        let error = world.settings.dialect.error_frame(&refusal(&request));
        self.replay.book().note(request);
        outbound.text(frame(&error).as_bytes()).await.map_err(|_| End::Gone)
    }
}

/// Stands for a close without a code.
const NO_STATUS: u16 = 1005;

fn frame(fields: &Value) -> String {
    let mut frame = json!({"type": "error"});
    if let (Some(frame), Some(fields)) = (frame.as_object_mut(), fields.as_object()) {
        frame.extend(fields.clone());
    }
    frame.to_string()
}
