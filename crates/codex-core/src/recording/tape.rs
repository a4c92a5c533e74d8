//! The way of what is heard on the wire to the thread that writes it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use bytes::Bytes;
use codex_client::{Request, ResponseHead, SseText, TransportError};
use tokio::time::Instant;

use super::entry::{Carrier, How, Side};

/// The most that may wait to be written, in bytes: 64 MiB. When a disk is slower than the network for so long, the
/// recording ends; the requests never wait for it.
pub const MAX_WAITING_BYTES: usize = 64 * 1024 * 1024;
/// What a fact weighs besides its texts, in bytes.
const FACT_BYTES: usize = 256;

/// Something that happened, and when, counted from the start of the recording.
pub(super) struct Note {
    pub(super) at: Duration,
    pub(super) event: NoteEvent,
    weight: usize,
}

pub(super) enum NoteEvent {
    Fact {
        exchange: u64,
        fact: Fact,
    },
    /// From here on facts were lost, because too many waited.
    Overflow,
    Finish,
}

/// What happened in an exchange.
pub(super) enum Fact {
    Request(Carrier, Box<Request>),
    Head(Box<ResponseHead>),
    Chunk(Bytes),
    Message(Side, Message),
    Ping(Side),
    Close { from: Side, code: u16, reason: SseText },
    End(How, Option<WhyEnded>),
}

pub(super) enum Message {
    Text(SseText),
    Binary(Bytes),
}

/// An error, as it was told.
pub(super) struct WhyEnded {
    pub(super) text: String,
    pub(super) class: &'static str,
}

impl From<&TransportError> for WhyEnded {
    fn from(error: &TransportError) -> Self {
        Self { text: error.to_string(), class: error.class() }
    }
}

/// Takes facts from anywhere, without ever waiting.
pub(super) struct Tape {
    notes: Sender<Note>,
    waiting: Arc<AtomicUsize>,
    is_full: AtomicBool,
    exchanges: AtomicU64,
    started: Instant,
}

/// The other end of a [`Tape`].
pub(super) struct Reel {
    pub(super) notes: Receiver<Note>,
    waiting: Arc<AtomicUsize>,
}

impl Tape {
    pub(super) fn new() -> (Self, Reel) {
        let (notes, receiver) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let reel = Reel { notes: receiver, waiting: Arc::clone(&waiting) };
        let tape = Self {
            notes,
            waiting,
            is_full: AtomicBool::new(false),
            exchanges: AtomicU64::new(0),
            started: Instant::now(),
        };
        (tape, reel)
    }

    /// Begins an exchange with its request; its number, counted from 1.
    pub(super) fn begin(&self, carrier: Carrier, request: &Request) -> u64 {
        let exchange = self.exchanges.fetch_add(1, Ordering::Relaxed) + 1;
        self.put(exchange, Fact::Request(carrier, Box::new(request.clone())));
        exchange
    }

    /// Adds a fact. Nothing is added after the end of the recording.
    pub(super) fn put(&self, exchange: u64, fact: Fact) {
        if self.is_full.load(Ordering::Relaxed) {
            return;
        }
        let weight = fact.weight();
        if self.waiting.fetch_add(weight, Ordering::Relaxed) + weight > MAX_WAITING_BYTES {
            self.waiting.fetch_sub(weight, Ordering::Relaxed);
            if !self.is_full.swap(true, Ordering::Relaxed) {
                self.send(NoteEvent::Overflow, 0);
            }
            return;
        }
        self.send(NoteEvent::Fact { exchange, fact }, weight);
    }

    /// Ends the recording.
    pub(super) fn finish(&self) {
        self.send(NoteEvent::Finish, 0);
    }

    fn send(&self, event: NoteEvent, weight: usize) {
        // A recording that has ended takes nothing more.
        let _ = self.notes.send(Note { at: self.started.elapsed(), event, weight });
    }
}

impl Reel {
    /// How much waits, in bytes.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Says that a note is dealt with.
    pub(super) fn done(&self, weight: usize) {
        self.waiting.fetch_sub(weight, Ordering::Relaxed);
    }
}

impl Note {
    pub(super) fn weight(&self) -> usize {
        self.weight
    }
}

impl Fact {
    fn weight(&self) -> usize {
        FACT_BYTES
            + match self {
                Self::Request(_, request) => request.body.as_ref().map_or(0, codex_client::RequestBody::len),
                Self::Chunk(bytes) | Self::Message(_, Message::Binary(bytes)) => bytes.len(),
                Self::Message(_, Message::Text(text)) => text.len(),
                Self::Head(_) | Self::Ping(_) | Self::Close { .. } | Self::End(..) => 0,
            }
    }
}

#[cfg(test)]
mod tests {
    //! Pure function: what waits is bounded.
    use super::*;

    #[test]
    fn when_too_much_waits_the_tape_ends_and_says_so_once() {
        let (tape, reel) = Tape::new();
        let half = Bytes::from(vec![0; MAX_WAITING_BYTES / 2]);
        for _ in 0..4 {
            tape.put(1, Fact::Chunk(half.clone()));
        }
        tape.put(1, Fact::End(How::Clean, None));
        tape.finish();
        let told: Vec<_> = reel
            .notes
            .try_iter()
            .map(|note| match note.event {
                NoteEvent::Fact { .. } => "fact",
                NoteEvent::Overflow => "overflow",
                NoteEvent::Finish => "finish",
            })
            .collect();
        assert_eq!(told, ["fact", "overflow", "finish"]);
        assert!(reel.waiting() <= MAX_WAITING_BYTES);
    }
}
