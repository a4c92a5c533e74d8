//! Whether a run did all of its work: a cost says nothing otherwise.

use crate::case::Expected;
use crate::collector::Arrived;
use crate::run::Run;
use crate::variant::Variant;

/// Metrics that only a stream that was watched to its end has.
const METRICS: [&str; 2] =
    ["gen_ai.client.operation.duration", "gen_ai.client.operation.time_per_output_chunk"];
/// Log records of a response: that it was asked for, and that its stream ended.
const LOG_RECORDS: u64 = 2;
/// Lines that the client writes to the log for a response.
const LOG_LINES: u64 = 2;
/// Spans of a response: of the operation and of its attempt.
const SPANS: u64 = 2;
/// The sinks that keep events keep no more.
const MOST_KEPT: u64 = 256;

/// What is wrong with a run of `responses` in all; empty when nothing is.
pub(crate) fn faults(
    variant: &Variant,
    responses: u64,
    expected: &Expected,
    run: &Run,
    arrived: &Arrived,
) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, fault: String| {
        if !holds {
            faults.push(fault);
        }
    };
    let taken = &run.taken;
    check(run.tally == expected.tally, format!("came to {} instead of {}", run.tally, expected.tally));
    if variant.has("otel") {
        let (records, spans) = (arrived.log_records, arrived.spans);
        check(taken.lost == 0, format!("{} records were lost", taken.lost));
        check(arrived.unreadable == 0, format!("{} exports were no OTLP", arrived.unreadable));
        check(
            (records, spans, arrived.metric_exports)
                == (taken.log_records, taken.spans, taken.metric_exports),
            format!("{arrived:?} arrived, {taken:?} were sent"),
        );
        check(records >= responses * LOG_RECORDS, format!("{records} log records arrived"));
        check(spans >= responses * SPANS, format!("{spans} spans arrived"));
        let events = responses * expected.events;
        let counted = arrived.stream_events;
        check(counted == events, format!("the metrics count {counted} events of {events}"));
        for name in METRICS {
            check(arrived.metrics.contains(name), format!("no {name} arrived"));
        }
    } else {
        check(*arrived == Arrived::default(), format!("sent telemetry although it was off: {arrived:?}"));
    }
    let kept = |on: bool| if on { (responses * LOG_RECORDS).min(MOST_KEPT) } else { 0 };
    let feedback = kept(variant.has("feedback"));
    check(taken.timeline >= feedback, format!("the bug report has {} events", taken.timeline));
    check(feedback == 0 || taken.tags > 2, "the bug report has no tags of the requests".to_owned());
    check(taken.history >= kept(variant.has("history")), format!("the history has {} events", taken.history));
    let lines = if variant.has("log") { responses * LOG_LINES } else { 0 };
    check(taken.log_lines >= lines, format!("the log ring has {} lines", taken.log_lines));
    faults
}
