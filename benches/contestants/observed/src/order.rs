//! The command line: `bench-observed SINKS SENDING SOURCE RESPONSES COLLECTOR`.

use std::str::FromStr;

use crate::Failure;

const USAGE: &str = "usage: bench-observed none|all|idle-thread|otel,feedback,history,log batches|each \
    sse=URL|websocket=URL|memory=SCENARIO RESPONSES COLLECTOR";

/// What to do.
pub(crate) struct Order {
    pub(crate) sinks: Vec<SinkName>,
    pub(crate) sending: Sending,
    pub(crate) from: From,
    /// How many responses are counted, after one that is not.
    pub(crate) responses: u32,
    /// Base URL of the OTLP collector.
    pub(crate) collector: String,
}

/// One sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SinkName {
    /// OpenTelemetry logs, traces and metrics, sent to a collector.
    Otel,
    /// Tags and timeline of the bug report.
    Feedback,
    /// The history that a diagnosis is made from.
    History,
    /// The log ring of the bug report, at trace level.
    Log,
    /// No sink, but a second thread, as most programs have one: what the kernel and the allocator spend on that alone.
    IdleThread,
}

/// When telemetry is sent to the collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    /// In batches, as configured by default, and at the end.
    Batches,
    /// After each response too.
    EachResponse,
}

/// Where the responses come from.
pub(crate) enum From {
    Sse(String),
    Websocket(String),
    /// Of this scenario, without sockets.
    Memory(String),
}

impl Order {
    pub(crate) fn parse(args: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let args: Vec<String> = args.collect();
        let [sinks, sending, from, responses, collector] = args.as_slice() else { return Err(USAGE.into()) };
        let sinks = match sinks.as_str() {
            "none" => Vec::new(),
            "all" => vec![SinkName::Otel, SinkName::Feedback, SinkName::History, SinkName::Log],
            some => some.split(',').map(str::parse).collect::<Result<_, _>>()?,
        };
        let sending = match sending.as_str() {
            "batches" => Sending::Batches,
            "each" => Sending::EachResponse,
            _ => return Err(USAGE.into()),
        };
        let from = match from.split_once('=') {
            Some(("sse", url)) => From::Sse(url.to_owned()),
            Some(("websocket", url)) => From::Websocket(url.to_owned()),
            Some(("memory", scenario)) => From::Memory(scenario.to_owned()),
            _ => return Err(USAGE.into()),
        };
        Ok(Self { sinks, sending, from, responses: responses.parse()?, collector: collector.clone() })
    }

    pub(crate) fn wants(&self, sink: SinkName) -> bool {
        self.sinks.contains(&sink)
    }
}

impl FromStr for SinkName {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Self, Failure> {
        Ok(match name {
            "otel" => Self::Otel,
            "feedback" => Self::Feedback,
            "history" => Self::History,
            "log" => Self::Log,
            "idle-thread" => Self::IdleThread,
            _ => return Err(USAGE.into()),
        })
    }
}
