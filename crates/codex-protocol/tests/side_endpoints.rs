//! Pure function: compaction, memories and stored responses.

mod fixture;

use codex_protocol::{
    CompactedResponse, CompactionInput, DeletedResponse, InputItemList, InputItemsQuery, ItemOrder,
    MemorySummarizeInput, MemorySummarizeResponse, PromptCacheRetention, RawMemory, RawMemoryMetadata,
    ResponseItem, RetrieveQuery,
};
use serde_json::{Value, json};

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

#[test]
fn what_a_compaction_sends() {
    let items = [ResponseItem::user("a")];
    let key = "k".repeat(64);
    let input = CompactionInput {
        model: "m",
        input: &items,
        parallel_tool_calls: Some(true),
        tools: Some(&[]),
        prompt_cache_key: Some(&key),
        service_tier: Some("flex".into()),
        ..Default::default()
    };
    assert_eq!(input.validate(), Ok(()));
    let json = serde_json::to_value(&input).unwrap();
    assert_eq!((&json["tools"], &json["parallel_tool_calls"]), (&json!([]), &json!(true)));
    assert_eq!((&json["service_tier"], json.as_object().unwrap().len()), (&json!("flex"), 6));
    let key = "é".repeat(65);
    let input = CompactionInput { prompt_cache_key: Some(&key), ..input };
    let problem = input.validate().unwrap_err();
    assert_eq!(problem.to_string(), "`prompt_cache_key` has 65 characters, at most 64 are allowed");
}

#[test]
fn a_compaction_outlives_odd_fields() {
    let json = json!({"id":5,"created_at":{},"usage":"none","new":1,
        "output":[{"type":"message","role":"user","content":"a"},{"type":"compaction","encrypted_content":"x"}]});
    let answer: CompactedResponse = serde_json::from_value(json.clone()).unwrap();
    assert_eq!((answer.id.as_deref(), answer.output.len()), (None, 2));
    assert!(answer.compaction().is_some());
    assert_eq!(serde_json::to_value(&answer).unwrap(), json);
    let usage = json!({"output":null,"usage":{"input_tokens":3}});
    let answer: CompactedResponse = serde_json::from_value(usage).unwrap();
    assert_eq!(answer.usage.map(|usage| usage.total_tokens), Some(3));
    assert!(answer.compaction().is_none());
}

#[test]
fn every_published_field_of_a_compaction_has_a_place() {
    let Some(text) = fixture::published("request_fields.json") else { return };
    let table: Value = serde_json::from_str(&text).unwrap();
    let names = |list: &str| -> Vec<String> {
        table[list].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    let (reasoning, text, options, image) = Default::default();
    let retention = PromptCacheRetention::from("24h");
    let full = CompactionInput {
        instructions: Some("i"),
        previous_response_id: Some("r"),
        tools: Some(&[]),
        parallel_tool_calls: Some(true),
        reasoning: Some(&reasoning),
        text: Some(&text),
        prompt_cache_key: Some("k"),
        prompt_cache_options: Some(&options),
        prompt_cache_retention: Some(&retention),
        service_tier: Some("auto".into()),
        image: Some(&image),
        ..Default::default()
    };
    let sent = serde_json::to_value(&full).unwrap();
    for name in names("compact_request") {
        assert!(sent.get(&name).is_some(), "{name}");
    }
    let answer: Value = names("compact_response").into_iter().map(|name| (name, Value::Null)).collect();
    let answer: CompactedResponse = serde_json::from_value(answer).unwrap();
    assert!(answer.extra.is_empty(), "{:?}", answer.extra);
}

#[test]
fn stored_responses() {
    let page = |more: bool, last: Value| -> InputItemList {
        serde_json::from_value(json!({"object":"list","data":[{"type":"message","id":"msg_1","role":"user",
            "content":"a"}],"first_id":"msg_1","last_id":last,"has_more":more}))
        .unwrap()
    };
    assert_eq!(page(true, json!("msg_9")).next_after(), Some("msg_9"));
    assert_eq!(page(true, Value::Null).next_after(), Some("msg_1"));
    assert_eq!(page(false, json!("msg_9")).next_after(), None);
    let deleted: DeletedResponse =
        serde_json::from_value(json!({"id":"resp_1","object":"response","deleted":true})).unwrap();
    assert!(deleted.deleted && deleted.id == "resp_1");

    assert!(RetrieveQuery::default().pairs().is_empty());
    let query =
        RetrieveQuery { starting_after: Some(3), include_obfuscation: Some(false), ..Default::default() };
    assert!(query.pairs().is_empty(), "options of a stream go with a stream");
    let query = RetrieveQuery { stream: true, include: vec!["reasoning.encrypted_content".into()], ..query };
    let names: Vec<_> = query.pairs().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        names.join("&"),
        "stream=true&starting_after=3&include_obfuscation=false&include[]=reasoning.encrypted_content"
    );
    let query = InputItemsQuery {
        limit: Some(5),
        order: Some(ItemOrder::Ascending),
        after: Some("msg_1".to_owned()),
        ..Default::default()
    };
    assert_eq!(
        query.pairs(),
        [("limit", "5".to_owned()), ("order", "asc".to_owned()), ("after", "msg_1".to_owned())]
    );
}
