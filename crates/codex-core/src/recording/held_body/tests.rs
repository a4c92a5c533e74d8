//! Pure function: any chunking of a body gives the same clean text, with its chunks as they came.
use http::HeaderValue;

use super::*;
use crate::recording::options::RecordedTexts;

fn headers(content_type: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))])
}

/// The clean chunks, and how many were written before the end.
fn run(headers: &HeaderMap, texts: RecordedTexts, chunks: &[&[u8]]) -> (Vec<CleanChunk>, usize) {
    let mut cleaner = Cleaner::new(texts);
    let mut body = HeldBody::new(headers);
    let mut clean = Vec::new();
    for (number, chunk) in (0..).zip(chunks) {
        clean.extend(body.push(Duration::from_millis(number), chunk, &mut cleaner));
    }
    let early = clean.len();
    clean.extend(body.finish(&mut cleaner));
    (clean, early)
}

fn joined(chunks: &[CleanChunk]) -> String {
    let bytes = chunks.iter().map(|chunk| match &chunk.content {
        Content::Bytes(bytes) => String::from_utf8(bytes.clone()).unwrap(),
        Content::Omitted(count) => format!("<{count}>"),
    });
    bytes.collect()
}

#[test]
fn a_secret_across_chunks_is_taken_out_and_the_chunks_stay() {
    let events = headers("text/event-stream; charset=utf-8");
    let (chunks, early) = run(
        &events,
        RecordedTexts::Keep,
        &[b"data: one\n\ndata: sk-12", b"34", b"5678 two\n", b"\ndata: three"],
    );
    let texts: Vec<_> = chunks.iter().map(|chunk| joined(std::slice::from_ref(chunk))).collect();
    assert_eq!(texts, ["data: one\n\ndata: [REDACTED token 1]", " two\n", "\ndata: three"]);
    let times: Vec<_> = chunks.iter().map(|chunk| chunk.at.as_millis()).collect();
    assert_eq!((times, early), (vec![0, 2, 3], 2));
}

#[test]
fn every_chunking_gives_the_same_text() {
    let text = "data: {\"access_token\":\"opaque\",\"x\":\"é sk-12345678\"}\n\ndata: eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln\n";
    for content_type in ["text/event-stream", "application/json"] {
        for texts in [RecordedTexts::Keep, RecordedTexts::Mask] {
            let whole = joined(&run(&headers(content_type), texts, &[text.as_bytes()]).0);
            assert!(
                !whole.contains("opaque") && !whole.contains("sk-1") && !whole.contains("eyJ"),
                "{whole}"
            );
            for size in (1..text.len()).step_by(3) {
                let chunks: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
                let clean = run(&headers(content_type), texts, &chunks).0;
                let bytes = clean.into_iter().flat_map(|chunk| match chunk.content {
                    Content::Bytes(bytes) => bytes,
                    Content::Omitted(_) => panic!("nothing is left out"),
                });
                assert_eq!(String::from_utf8(bytes.collect()).unwrap(), whole, "{content_type} by {size}");
            }
        }
    }
}

#[test]
fn what_is_held_is_bounded() {
    let chunk = [b"a ".repeat(64 * 1024), b" sk-12345678 ".to_vec()].concat();
    let chunks: Vec<&[u8]> = vec![&chunk; 12];
    let (clean, early) = run(&headers("application/json"), RecordedTexts::Keep, &chunks);
    assert!(early >= 5, "{early} chunks were written before the end");
    let text = joined(&clean);
    assert_eq!(clean.len(), 12);
    assert_eq!(text.matches("[REDACTED token 1]").count(), 12);
    assert!(!text.contains("sk-"));

    // Wherever the bound falls, the name of a field stays with its value.
    let fields = b"{\"access_token\": \"opaque\"}, ".repeat(50_000);
    for start in (0..30).step_by(7) {
        let chunks: Vec<&[u8]> = fields[..fields.len() - start].rchunks(1_100_000).rev().collect();
        let text = joined(&run(&headers("application/json"), RecordedTexts::Keep, &chunks).0);
        assert!(!text[30..text.len() - 60].contains("opaque"), "{start}");
    }
    let mut secret = b"\"access_token\":\"".to_vec();
    secret.extend_from_slice(&b"s".repeat(MAX_HELD_BYTES + 200_000));
    let halves: Vec<&[u8]> = secret.chunks(100_000).collect();
    let (clean, _) = run(&headers("application/json"), RecordedTexts::Keep, &halves);
    assert!(joined(&clean).starts_with("\"access_token\":\"[REDACTED token 1]"));
}

#[test]
fn past_the_bound_nothing_is_shown_of_masked_texts() {
    let field = b"{\"text\":\"private private private\"},".repeat(40_000);
    let chunks: Vec<&[u8]> = field.chunks(50_000).collect();
    let (clean, _) = run(&headers("application/json"), RecordedTexts::Mask, &chunks);
    let text = joined(&clean);
    assert!(text.contains("{\"text\":\"xxxxxxx") && text.contains("<50000>") && !text.contains("private"));
}

#[test]
fn compressed_bodies_are_left_out() {
    let mut headers = headers("application/json");
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    let (clean, _) = run(&headers, RecordedTexts::Keep, &[b"123", b"4567"]);
    assert_eq!(joined(&clean), "<3><4>");
}
