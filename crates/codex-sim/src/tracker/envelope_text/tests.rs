//! Ladder: pure function.

use super::*;

const ID: &str = "9ec79c33ec9942ab8353589fcb2e04dc";

fn read(text: &str) -> Result<EnvelopeText, EnvelopeProblem> {
    parse(&Bytes::copy_from_slice(text.as_bytes()))
}

#[test]
fn payloads_keep_their_bytes() {
    let event = format!(r#"{{"event_id":"{ID}","timestamp":1,"platform":"other"}}"#);
    let text = format!(
        "{{\"event_id\":\"{ID}\"}}\n{{\"type\":\"event\"}}\n{event}\n\
         {{\"type\":\"attachment\",\"filename\":\"a.log\",\"length\":5}}\na\n\nb\n\n\
         {{\"type\":\"attachment\",\"filename\":\"empty\",\"length\":0}}\n\n\
         {{\"type\":\"x\",\"length\":2}}\nab"
    );
    let items = read(&text).unwrap().items;
    let payloads: Vec<&[u8]> = items.iter().map(|item| item.payload.as_ref()).collect();
    assert_eq!(payloads, [event.as_bytes(), b"a\n\nb\n", b"", b"ab"]);
    let kinds: Vec<&str> = items.iter().map(EnvelopeItem::kind).collect();
    assert_eq!(kinds, ["event", "attachment", "attachment", "x"]);
    assert_eq!(read("{}").unwrap().items, []);
    assert_eq!(read("{}\n\n").unwrap().items, []);
}

#[test]
fn what_is_wrong_is_named() {
    use EnvelopeProblem as P;
    let id = format!("{{\"event_id\":\"{ID}\"}}\n");
    let event = "{\"type\":\"event\"}\n";
    let whole = format!("{{\"event_id\":\"{ID}\",\"timestamp\":1,\"platform\":\"other\"}}\n");
    let cases = [
        (String::new(), P::Empty),
        ("\n".to_owned(), P::Header),
        ("[]".to_owned(), P::Header),
        (format!("{{\"event_id\":\"{}\"}}", ID.to_uppercase()), P::EventId),
        ("{\"event_id\":7}".to_owned(), P::EventId),
        ("{}\r\n{\"type\":\"x\"\n".to_owned(), P::ItemHeader(1)),
        ("{}\n{}\n".to_owned(), P::NoType(1)),
        ("{}\n{\"type\":\"x\",\"length\":-1}\n".to_owned(), P::Length(1)),
        ("{}\n{\"type\":\"x\",\"length\":3}\nab".to_owned(), P::Short(1)),
        (format!("{{}}\n{{\"type\":\"x\",\"length\":{}}}\nab", u64::MAX), P::Short(1)),
        ("{}\n{\"type\":\"x\",\"length\":1}\nab".to_owned(), P::Long(1)),
        (format!("{id}{event}no\n"), P::NoEvent(1)),
        (format!("{{}}\n{event}{whole}"), P::NoEventId(1)),
        (format!("{id}{event}{{\"event_id\":\"{ID}\",\"timestamp\":1}}\n"), P::EventField(1, "platform")),
        (format!("{id}{event}{}", whole.replace(ID, &"0".repeat(32))), P::OtherEvent(1)),
        (format!("{id}{event}{whole}{event}{whole}"), P::SecondEvent(2)),
        (format!("{id}{{\"type\":\"attachment\"}}\nx"), P::NoFilename(1)),
        ("{}\n{\"type\":\"attachment\",\"filename\":\"f\"}\nx".to_owned(), P::NoEventId(1)),
        (format!("{{}}\n{}", "{\"type\":\"x\",\"length\":0}\n\n".repeat(MAX_ITEMS + 1)), P::ManyItems),
        (format!("{id}{event}{}\n", "x".repeat(MAX_EVENT_BYTES + 1)), P::LargeEvent(1)),
    ];
    for (text, problem) in cases {
        let start: String = text.chars().take(120).collect();
        assert_eq!(read(&text), Err(problem), "{start:?}");
        assert_eq!(problem.is_size(), matches!(problem, P::LargeEvent(_) | P::ManyItems));
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let _ = parse(&Bytes::from(bytes));
    }
}
