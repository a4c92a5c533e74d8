//! Plays messages on a WebSocket: slowed down, stopped or broken like the body of an HTTP answer.

use std::io;
use std::iter::Peekable;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;

use super::frame::Opcode;
use super::frame_script::FrameScript;
use super::frame_writer::{FrameWriter, Framing};
use super::outbound::Outbound;
use crate::dialect::Writes;
use crate::faults::{Cut, Drip, Stall};
use crate::playback::{Pace, Stop};

/// The connection ends here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) Cut);

impl From<io::Error> for Broken {
    fn from(_: io::Error) -> Self {
        Self(Cut::Drop)
    }
}

/// Sends all messages, with their faults.
pub(crate) async fn play(outbound: &Outbound, frames: &FrameScript, pace: &Pace) -> Result<(), Broken> {
    let mut stops = pace.stops.iter().copied().peekable();
    let mut start = 0;
    for (end, opcode) in frames.script.ends.iter().copied().zip(&frames.opcodes) {
        while let Some((_, stop)) = stops.next_if(|(at, _)| *at <= start) {
            act(outbound, stop).await?;
        }
        let payload = frames.script.bytes.slice(start..end);
        let ending = frames.ending.as_deref().filter(|_| end == frames.script.bytes.len());
        let frame = Frame { opcode: *opcode, payload, start, ending };
        frame.send(outbound, pace, &mut stops).await?;
        if let Some(Drip::EventMs(ms)) = pace.drip {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        start = end;
    }
    for (_, stop) in stops {
        act(outbound, stop).await?;
    }
    Ok(())
}

/// A message and its place among all payloads.
struct Frame<'a> {
    opcode: Opcode,
    payload: Bytes,
    start: usize,
    /// To be set when it is on its way.
    ending: Option<&'a AtomicBool>,
}

impl Frame<'_> {
    async fn send(
        self,
        outbound: &Outbound,
        pace: &Pace,
        stops: &mut Peekable<impl Iterator<Item = (usize, Stop)>>,
    ) -> Result<(), Broken> {
        let end = self.start + self.payload.len();
        let stops_inside = stops.peek().is_some_and(|(at, _)| *at < end);
        let framing = match pace.writes {
            _ if stops_inside => Framing::Plain,
            Writes::Bytes(size) => Framing::Fragments(size),
            Writes::Whole | Writes::Event => Framing::Usual,
        };
        let mut writer = outbound.lock().await;
        let frames = writer.encode(self.opcode, &self.payload, framing);
        writer.queue(&frames);
        if let Some(ending) = self.ending {
            ending.store(true, Ordering::Release);
        }
        while let Some((at, stop)) = stops.next_if(|(at, _)| *at < end) {
            // The stops count payload bytes, and the frame ends with them.
            let count = writer.waiting().saturating_sub(end - at);
            send(&mut writer, count, pace.drip).await?;
            // Nobody else can write inside this frame, not even a ping.
            stand_still(stop).await?;
        }
        let rest = writer.waiting();
        send(&mut writer, rest, pace.drip).await
    }
}

async fn send(writer: &mut FrameWriter, mut bytes: usize, drip: Option<Drip>) -> Result<(), Broken> {
    let Some(Drip::Bytes { count, ms }) = drip else {
        writer.send(bytes).await?;
        return Ok(());
    };
    while bytes > 0 {
        let part = bytes.min(count.max(1));
        writer.send(part).await?;
        tokio::time::sleep(Duration::from_millis(ms)).await;
        bytes -= part;
    }
    Ok(())
}

/// A stop between two messages.
async fn act(outbound: &Outbound, stop: Stop) -> Result<(), Broken> {
    let Stop::Stall(Stall { duration, comment_every: Some(every), .. }) = stop else {
        return stand_still(stop).await;
    };
    let every = every.max(Duration::from_millis(1));
    let mut left = duration.map(|whole| whole.as_millis() / every.as_millis());
    while left != Some(0) {
        tokio::time::sleep(every).await;
        outbound.ping().await?;
        left = left.map(|left| left - 1);
    }
    Ok(())
}

async fn stand_still(stop: Stop) -> Result<(), Broken> {
    match stop {
        Stop::Cut(cut) => Err(Broken(cut)),
        Stop::Stall(Stall { duration: Some(duration), .. }) => {
            tokio::time::sleep(duration).await;
            Ok(())
        }
        Stop::Stall(Stall { duration: None, .. }) => std::future::pending().await,
    }
}
