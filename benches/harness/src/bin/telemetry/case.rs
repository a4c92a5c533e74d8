//! How the responses come.

use workload::{Rendered, Scenario, Tally};

/// One table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// For people.
    pub(crate) title: &'static str,
    /// `sse` or `websocket`.
    pub(crate) transport: &'static str,
    pub(crate) scenario: Scenario,
}

/// What a complete reader comes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub(crate) tally: Tally,
    /// Events of one response, those that open and close it included.
    pub(crate) events: u64,
}

impl Case {
    pub(crate) fn all() -> [Self; 3] {
        let [chunks, single] = Scenario::telemetry();
        let new = |title, transport, scenario| Self { title, transport, scenario };
        [
            new("HTTP and SSE, 16 KB chunks", "sse", chunks),
            new("HTTP and SSE, one event a chunk", "sse", single),
            new("WebSocket, one event a frame", "websocket", chunks),
        ]
    }

    pub(crate) fn expected(&self) -> Expected {
        let rendered = Rendered::new(&self.scenario);
        let events = rendered.messages().len() as u64;
        Expected { tally: Tally { bytes: 0, ..rendered.expected }, events }
    }
}
