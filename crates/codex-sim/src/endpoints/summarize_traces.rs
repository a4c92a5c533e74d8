//! `POST /memories/trace_summarize`: a summary of each trace.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::PlainAnswer;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::request_check::{check_type, invalid, missing};

pub(super) fn answer(exchange: &Exchange<'_>) -> Result<PlainAnswer, Box<Failure>> {
    let body = &exchange.inbound.body;
    let output: Vec<Value> = traces(body)?.iter().map(summary).collect();
    let json = json!({"output": output}).to_string();
    Ok(PlainAnswer { json: json.into(), headers: BTreeMap::new() })
}

/// The traces, checked.
fn traces(body: &Map<String, Value>) -> Result<&[Value], Box<Failure>> {
    if !body.contains_key("model") {
        return Err(missing("model"));
    }
    check_type(body, "model")?;
    let traces = body.get("traces").ok_or_else(|| missing("traces"))?;
    let Some(traces) = traces.as_array() else {
        return Err(invalid("invalid_type", "traces", "Invalid type for 'traces': expected an array."));
    };
    for (index, trace) in traces.iter().enumerate() {
        let wanted = [
            ("id", trace.get("id").is_some_and(Value::is_string)),
            (
                "metadata.source_path",
                trace
                    .get("metadata")
                    .and_then(|metadata| metadata.get("source_path"))
                    .is_some_and(Value::is_string),
            ),
            ("items", trace.get("items").is_some_and(Value::is_array)),
        ];
        if let Some((name, _)) = wanted.iter().find(|(_, there)| !there) {
            return Err(missing(&format!("traces[{index}].{name}")));
        }
    }
    Ok(traces)
}

fn summary(trace: &Value) -> Value {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let id = text(trace.get("id"));
    let path = text(trace.get("metadata").and_then(|metadata| metadata.get("source_path")));
    let items = trace.get("items").and_then(Value::as_array).map_or(0, Vec::len);
    json!({
        "trace_summary": format!("Trace {id} of {path}: {items} items."),
        "memory_summary": format!("A simulated memory of {id}."),
    })
}
