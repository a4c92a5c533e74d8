//! Which sinks are on.

/// One way to run the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    /// For people.
    pub(crate) title: &'static str,
    /// On the command line of the program.
    pub(crate) sinks: &'static str,
    /// Whether its telemetry is sent after each response, or in batches as configured by default.
    pub(crate) sends_each: bool,
}

const fn batches(title: &'static str, sinks: &'static str) -> Variant {
    Variant { title, sinks, sends_each: false }
}

/// What the others are compared with; the first of every table.
pub(crate) const NONE: Variant = batches("no sinks", "none");
/// What the promise is about.
pub(crate) const ALL: Variant = batches("all sinks", "all");
/// The most that sending can cost: all three signals, metrics too, once for each response.
const ALL_SENT_EACH: Variant =
    Variant { sends_each: true, ..batches("all sinks, sent after each response", "all") };
/// The same program again: its ratio is the noise of the measurement.
const NONE_AGAIN: Variant = batches("no sinks, once more", "none");
/// What a second thread costs, whatever it is for: the sender of telemetry is one. A program on the multi-thread runtime,
/// or one that has looked up a name, has paid for it already.
const IDLE_THREAD: Variant = batches("no sinks, an idle thread", "idle-thread");

const SINGLE: [Variant; 4] = [
    batches("OpenTelemetry alone", "otel"),
    batches("feedback alone: tags, timeline", "feedback"),
    batches("history alone", "history"),
    batches("log ring alone", "log"),
];

/// Those that are measured, in the order of the table.
pub(crate) fn chosen(each_sink: bool) -> Vec<Variant> {
    let single: &[Variant] = if each_sink { &SINGLE } else { &[] };
    [NONE, NONE_AGAIN, IDLE_THREAD, ALL, ALL_SENT_EACH].into_iter().chain(single.iter().copied()).collect()
}

impl Variant {
    pub(crate) fn has(&self, sink: &str) -> bool {
        self.sinks == "all" || self.sinks == sink
    }
}
