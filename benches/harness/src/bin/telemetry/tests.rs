//! Pure functions: what counts as all of the work, the reader of OTLP, and the command line.

use workload::Tally;

use crate::case::{Case, Expected};
use crate::collector::Arrived;
use crate::options::{Mode, Options};
use crate::otlp;
use crate::proof::faults;
use crate::run::{Run, Taken};
use crate::variant::{ALL, NONE};

/// A field with bytes in it.
fn bytes(number: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    assert!(length < 0x80, "one byte of length is enough here");
    [&[number << 3 | 2, length], content].concat()
}

/// An export of records, as deep as OTLP has them.
fn export(records: &[Vec<u8>]) -> Vec<u8> {
    let scope: Vec<u8> = records.iter().flat_map(|record| bytes(2, record)).collect();
    bytes(1, &bytes(2, &scope))
}

/// A counter with a point of each of these values.
fn counter(name: &str, points: &[u64]) -> Vec<u8> {
    let point = |value: &u64| {
        let as_int = [&[6 << 3 | 1], value.to_le_bytes().as_slice()].concat();
        bytes(1, &[vec![8 << 3, 0], as_int].concat())
    };
    [bytes(1, name.as_bytes()), bytes(7, &points.iter().flat_map(point).collect::<Vec<_>>())].concat()
}

#[test]
fn the_collector_counts_what_arrives() {
    let mut arrived = Arrived::default();
    arrived.add("/v1/logs", &export(&[bytes(5, b"one"), bytes(5, b"two")]));
    arrived.add("/v1/traces", &export(&[bytes(5, b"a span")]));
    arrived.add("/v1/metrics", &export(&[counter("codex.sse_event", &[7])]));
    arrived.add("/v1/metrics", &export(&[counter("codex.sse_event", &[40, 2]), counter("other", &[9])]));
    assert_eq!((arrived.log_records, arrived.spans, arrived.metric_exports), (2, 1, 2));
    assert_eq!(arrived.stream_events, 42, "the latest export says it all");
    assert_eq!(arrived.metrics.iter().map(String::as_str).collect::<Vec<_>>(), ["codex.sse_event", "other"]);
    for (path, body) in [("/", &b""[..]), ("/v1/logs", b"no protobuf"), ("/v1/traces", &[0x0a, 0x05, 0x01])] {
        arrived.add(path, body);
    }
    assert_eq!(arrived.unreadable, 3);
}

#[test]
fn a_reader_of_protobuf_meets_anything() {
    for length in 0..12 {
        for byte in [0x00, 0x01, 0x08, 0x09, 0x0a, 0x0d, 0x0b, 0x7f, 0x80, 0xff] {
            // Only that it ends, and does not panic.
            let _ = otlp::messages(&vec![byte; length], &otlp::RECORDS);
        }
    }
}

#[test]
fn every_piece_of_work_that_is_missing_is_found() {
    let expected = Expected { tally: Tally { deltas: 10, ..Tally::default() }, events: 18 };
    let arrived = Arrived {
        log_records: 6,
        spans: 6,
        metric_exports: 2,
        metrics: ["gen_ai.client.operation.duration", "gen_ai.client.operation.time_per_output_chunk"]
            .map(str::to_owned)
            .into(),
        stream_events: 54,
        unreadable: 0,
    };
    let taken = Taken {
        log_records: 6,
        spans: 6,
        metric_exports: 2,
        timeline: 6,
        tags: 9,
        history: 6,
        log_lines: 9,
        ..Taken::default()
    };
    let whole = Run { tally: expected.tally, taken, cpu: std::time::Duration::ZERO };
    let wrong = |run: Run, arrived: &Arrived| faults(&ALL, 3, &expected, &run, arrived);
    assert_eq!(wrong(whole, &arrived), [""; 0]);
    let of = |taken: Taken| Run { taken, ..whole };
    for run in [
        Run { tally: Tally::default(), ..whole },
        of(Taken { lost: 1, ..taken }),
        of(Taken { spans: 7, ..taken }),
        of(Taken { timeline: 5, ..taken }),
        of(Taken { tags: 2, ..taken }),
        of(Taken { history: 0, ..taken }),
        of(Taken { log_lines: 0, ..taken }),
    ] {
        assert_eq!(wrong(run, &arrived).len(), 1, "{run:?}");
    }
    for arrived in [
        Arrived { stream_events: 53, ..arrived.clone() },
        Arrived { unreadable: 1, ..arrived.clone() },
        Arrived { metrics: ["gen_ai.client.operation.duration".to_owned()].into(), ..arrived },
    ] {
        assert_eq!(wrong(whole, &arrived).len(), 1, "{arrived:?}");
    }
    let silent = Run { taken: Taken::default(), ..whole };
    assert_eq!(faults(&NONE, 3, &expected, &silent, &Arrived::default()), [""; 0]);
    assert_eq!(faults(&NONE, 3, &expected, &silent, &arrived).len(), 1, "off is off");
}

#[test]
fn every_case_has_twenty_thousand_deltas() {
    for case in Case::all() {
        assert_eq!(case.expected().tally.deltas, 20_000, "{}", case.title);
        assert_eq!(case.expected().events, 20_008, "{}", case.title);
    }
}

#[test]
fn output_of_a_run_is_read() {
    let output = "tally bytes=0 deltas=2 text=5 checksum=0000002a item_text=7\n\
        cost wall_us=9 user_us=1500 system_us=500\n\
        taken log_records=1 spans=2 exports=3 lost=4 timeline=5 tags=6 history=7 log_lines=8\n";
    let run = Run::parse(output).unwrap();
    assert_eq!((run.cpu.as_micros(), run.tally.deltas, run.taken.log_lines), (2000, 2, 8));
    for broken in ["", "tally deltas=2\n", "cost user_us=1\n"] {
        assert!(Run::parse(broken).is_err(), "{broken:?}");
    }
}

#[test]
fn the_command_line_chooses() {
    let parse = |line: &str| Options::parse(line.split_whitespace().map(str::to_owned));
    let Ok(Mode::Measure(quick)) = parse("--quick") else { panic!("no measurement") };
    assert_eq!((quick.rounds, quick.responses, quick.variants.len()), (1, 2, 5));
    let Ok(Mode::Measure(each)) = parse("--each-sink --rounds 3") else { panic!("no measurement") };
    assert_eq!((each.rounds, each.responses, each.variants.len()), (3, 50, 9));
    for wrong in ["--fast", "--rounds", "--rounds many"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}
