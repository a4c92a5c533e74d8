//! Pure function: compaction and memories.

use codex_protocol::{
    CompactedResponse, CompactionInput, MemorySummarizeInput, MemorySummarizeResponse, RawMemory,
    RawMemoryMetadata, ResponseItem,
};
use serde_json::json;

#[test]
fn a_compaction() {
    let items = [ResponseItem::user("a")];
    let input = CompactionInput { model: "m", input: &items, instructions: Some("i"), ..Default::default() };
    assert_eq!(
        serde_json::to_value(&input).unwrap(),
        json!({"model":"m","input":[{"type":"message","role":"user","content":"a"}],"instructions":"i"})
    );
    let answer: CompactedResponse = serde_json::from_value(json!({"id":"c","created_at":5,
        "output":[{"role":"user","content":"a"},{"type":"compaction","encrypted_content":"x"}]}))
    .unwrap();
    assert_eq!(answer.output.iter().map(ResponseItem::kind).collect::<Vec<_>>(), ["message", "compaction"]);
}

#[test]
fn memories() {
    let metadata = RawMemoryMetadata { source_path: "/s".to_owned() };
    let memory = RawMemory { id: "1".to_owned(), metadata, items: vec![json!({"a":1})] };
    let input =
        MemorySummarizeInput { model: "m".to_owned(), raw_memories: vec![memory], ..Default::default() };
    assert_eq!(
        serde_json::to_value(&input).unwrap(),
        json!({"model":"m","traces":[{"id":"1","metadata":{"source_path":"/s"},"items":[{"a":1}]}]})
    );
    for name in ["trace_summary", "raw_memory"] {
        let answer: MemorySummarizeResponse =
            serde_json::from_value(json!({"output":[{name:"t","memory_summary":"s"}]})).unwrap();
        assert_eq!(
            (answer.output[0].raw_memory.as_str(), answer.output[0].memory_summary.as_str()),
            ("t", "s")
        );
    }
}
