//! Pure functions: a rendered scenario has the shape its numbers are divided by.

use workload::{Body, Chunking, Rendered, Scenario, Size, Tally, deltas};

#[test]
fn every_delta_record_has_its_size() {
    let body = deltas(100_001);
    let mut records = 0;
    for record in body.split_inclusive(|&byte| byte == b'\n').collect::<Vec<_>>().chunks(3) {
        assert_eq!(record.iter().map(|line| line.len()).sum::<usize>(), Body::DELTA_RECORD);
        assert!(record[0].starts_with(b"event: response.output_text.delta\n"));
        assert!(
            record[1].starts_with(b"data: {\"type\":\"response.output_text.delta\",\"sequence_number\":")
        );
        assert_eq!(record[2], b"\n");
        records += 1;
    }
    assert_eq!(records, 100_001);
}

#[test]
fn chunks_are_the_body_and_nothing_else() {
    for scenario in Scenario::all(Size::Quick) {
        let rendered = Rendered::new(&scenario);
        let chunks = rendered.chunks();
        assert_eq!(chunks.concat(), rendered.body, "{}", scenario.name);
        match scenario.chunking {
            Chunking::Bytes(size) => assert!(chunks.iter().all(|chunk| chunk.len() <= size)),
            Chunking::Event => assert!(chunks.iter().all(|chunk| chunk.ends_with(b"\n\n"))),
        }
    }
}

#[test]
fn the_large_event_is_large() {
    let size = 256 << 10;
    for (body, delta, item) in
        [(Body::LargeDelta(size), size as u64, 38), (Body::LargeItem(size), 0, size as u64)]
    {
        let scenario = Scenario { name: "large", title: "", body, chunking: Chunking::Bytes(1 << 14) };
        let expected = Rendered::new(&scenario).expected;
        assert_eq!((expected.text, expected.item_text), (delta, item));
    }
}

#[test]
fn a_tally_notices_a_lost_a_swapped_and_a_shortened_delta() {
    let of = |texts: &[&str]| {
        let mut tally = Tally::default();
        texts.iter().for_each(|text| tally.delta(text));
        tally
    };
    let whole = of(&["one", "two", "three"]);
    for other in [&["one", "three"][..], &["two", "one", "three"], &["one", "two", "thre"]] {
        assert_ne!(whole, of(other));
    }
    assert_eq!(whole.to_string().parse::<Tally>().unwrap(), whole);
    assert!("tally deltas=x".parse::<Tally>().is_err());
}

#[test]
fn messages_are_the_data_of_the_records() {
    for scenario in Scenario::telemetry() {
        let rendered = Rendered::new(&scenario);
        let messages: Vec<_> = rendered.messages().collect();
        assert_eq!(messages.len(), scenario.body.events() as usize + 8, "the events that open and close");
        for message in messages {
            assert!(message.starts_with(b"{\"type\":\"response.") && message.ends_with(b"}"));
            assert!(!message.contains(&b'\n'));
        }
    }
}
