//! The streams that are measured.

/// How large a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 200,000 deltas, and one event of 8 MB.
    Full,
    /// A smoke test: 2,000 deltas, and one event of 256 KB.
    Quick,
}

/// What stands between the opening and the closing events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// This many `response.output_text.delta` events of [`Body::DELTA_RECORD`] bytes.
    Deltas(u32),
    /// One `response.output_text.delta` with this many bytes of text.
    LargeDelta(usize),
    /// No delta; the text of `response.output_item.done` has this many bytes.
    LargeItem(usize),
}

impl Body {
    /// Bytes of one delta record: its `event:` line, its `data:` line and the blank line.
    pub const DELTA_RECORD: usize = 280;

    /// How many events a time is divided by.
    pub fn events(self) -> u32 {
        match self {
            Self::Deltas(count) => count.max(1),
            Self::LargeDelta(_) | Self::LargeItem(_) => 1,
        }
    }
}

/// How the body is cut into HTTP chunks. Each chunk is one write to the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunking {
    /// This many bytes, wherever that cuts.
    Bytes(usize),
    /// One record.
    Event,
}

/// One stream of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// In the request path and on the command line.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    pub body: Body,
    pub chunking: Chunking,
}

impl Scenario {
    /// Every scenario; the first is the start-up baseline, a stream with no delta.
    pub fn all(size: Size) -> [Self; 6] {
        let (count, large) = match size {
            Size::Full => (200_000, 8 << 20),
            Size::Quick => (2_000, 256 << 10),
        };
        let kb16 = Chunking::Bytes(16 << 10);
        let new = |name, title, body, chunking| Self { name, title, body, chunking };
        [
            new("empty", "start-up: a stream without deltas", Body::Deltas(0), kb16),
            new("16k", "deltas of 280 bytes, 16 KB chunks", Body::Deltas(count), kb16),
            new("1m", "deltas of 280 bytes, 1 MB chunks", Body::Deltas(count), Chunking::Bytes(1 << 20)),
            new("event", "deltas of 280 bytes, one event a chunk", Body::Deltas(count), Chunking::Event),
            new("large-delta", "one large output_text.delta, 16 KB chunks", Body::LargeDelta(large), kb16),
            new("large-item", "one large output_item.done, 16 KB chunks", Body::LargeItem(large), kb16),
        ]
    }

    /// The streams of the telemetry bench: 20,000 deltas whatever the size of a run.
    pub fn telemetry() -> [Self; 2] {
        let body = Body::Deltas(20_000);
        [
            Self {
                name: "20k",
                title: "20,000 deltas, 16 KB chunks",
                body,
                chunking: Chunking::Bytes(16 << 10),
            },
            Self {
                name: "20k-event",
                title: "20,000 deltas, one event a chunk",
                body,
                chunking: Chunking::Event,
            },
        ]
    }

    /// The scenario of that name.
    pub fn find(name: &str, size: Size) -> Option<Self> {
        Self::all(size).into_iter().chain(Self::telemetry()).find(|scenario| scenario.name == name)
    }
}
