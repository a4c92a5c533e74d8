//! The `response` object: what the request asked for, echoed, and what came of it.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::item::Item;
use crate::usage::WireUsage;

/// What stays the same in every copy of a response's object.
#[derive(Debug, Clone)]
pub(crate) struct ResponseFrame {
    pub(crate) id: String,
    pub(crate) created_at: u64,
    pub(crate) model: String,
    echo: Echo,
}

/// How a response ends.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Queued,
    InProgress,
    Cancelled,
    Completed,
    Incomplete { reason: String },
    Failed { code: String, message: String },
}

/// The object at one moment of its life.
#[derive(Debug, Serialize)]
pub(crate) struct ResponseObject<'a> {
    id: &'a str,
    object: &'static str,
    created_at: u64,
    status: &'static str,
    completed_at: Option<u64>,
    error: Option<Value>,
    incomplete_details: Option<Value>,
    model: &'a str,
    output: &'a [Item],
    #[serde(flatten)]
    echo: &'a Echo,
    usage: Option<WireUsage>,
}

impl ResponseFrame {
    pub(crate) fn new(id: String, created_at: u64, request: &Map<String, Value>, model: &str) -> Self {
        Self { id, created_at, model: model.to_owned(), echo: Echo::of(request) }
    }

    pub(crate) fn snapshot<'a>(
        &'a self,
        outcome: &Outcome,
        output: &'a [Item],
        usage: Option<WireUsage>,
    ) -> ResponseObject<'a> {
        let completed = matches!(outcome, Outcome::Completed);
        ResponseObject {
            id: &self.id,
            object: "response",
            created_at: self.created_at,
            status: outcome.status(),
            completed_at: completed.then_some(self.created_at + 1),
            error: match outcome {
                Outcome::Failed { code, message } => Some(json!({"code": code, "message": message})),
                _ => None,
            },
            incomplete_details: match outcome {
                Outcome::Incomplete { reason } => Some(json!({"reason": reason})),
                _ => None,
            },
            model: &self.model,
            output,
            echo: &self.echo,
            usage,
        }
    }
}

impl Outcome {
    pub(crate) fn status(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InProgress => "in_progress",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::Incomplete { .. } => "incomplete",
            Self::Failed { .. } => "failed",
        }
    }

    pub(crate) fn event(&self) -> &'static str {
        match self {
            Self::Queued => "response.queued",
            Self::InProgress => "response.in_progress",
            // A cancelled response has no event: its stream ends.
            Self::Cancelled => "response.incomplete",
            Self::Completed => "response.completed",
            Self::Incomplete { .. } => "response.incomplete",
            Self::Failed { .. } => "response.failed",
        }
    }
}

/// Request parameters as the service repeats them, with its defaults filled in.
#[derive(Debug, Clone, Serialize)]
struct Echo {
    access_programs: Value,
    background: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<Value>,
    frequency_penalty: f64,
    instructions: Value,
    max_output_tokens: Value,
    max_tool_calls: Value,
    moderation: Value,
    parallel_tool_calls: Value,
    presence_penalty: f64,
    previous_response_id: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<Value>,
    prompt_cache_key: Value,
    prompt_cache_retention: Value,
    reasoning: Value,
    safety_identifier: Value,
    service_tier: Value,
    store: Value,
    temperature: Value,
    text: Value,
    tool_choice: Value,
    tools: Value,
    top_logprobs: Value,
    top_p: Value,
    truncation: Value,
    user: Value,
    metadata: Value,
}

impl Echo {
    fn of(request: &Map<String, Value>) -> Self {
        let given = |name: &str| request.get(name).filter(|value| !value.is_null()).cloned();
        let or = |name: &str, default: Value| given(name).unwrap_or(default);
        let null = |name: &str| or(name, Value::Null);
        Self {
            access_programs: null("access_programs"),
            background: or("background", json!(false)),
            conversation: given("conversation").map(conversation_object),
            frequency_penalty: 0.0,
            instructions: null("instructions"),
            max_output_tokens: null("max_output_tokens"),
            max_tool_calls: null("max_tool_calls"),
            moderation: null("moderation"),
            parallel_tool_calls: or("parallel_tool_calls", json!(true)),
            presence_penalty: 0.0,
            previous_response_id: null("previous_response_id"),
            prompt: given("prompt"),
            prompt_cache_key: null("prompt_cache_key"),
            prompt_cache_retention: null("prompt_cache_retention"),
            reasoning: with_defaults(
                given("reasoning"),
                &[("effort", Value::Null), ("summary", Value::Null)],
            ),
            safety_identifier: null("safety_identifier"),
            service_tier: service_tier(given("service_tier")),
            store: or("store", json!(true)),
            temperature: or("temperature", json!(1.0)),
            text: with_defaults(
                given("text"),
                &[("format", json!({"type": "text"})), ("verbosity", json!("medium"))],
            ),
            tool_choice: or("tool_choice", json!("auto")),
            tools: tools(given("tools")),
            top_logprobs: or("top_logprobs", json!(0)),
            top_p: or("top_p", json!(1.0)),
            truncation: or("truncation", json!("disabled")),
            user: null("user"),
            metadata: or("metadata", json!({})),
        }
    }
}

fn conversation_object(given: Value) -> Value {
    if given.is_string() { json!({"id": given}) } else { given }
}

/// The service answers with the tier it used: `auto` comes back as `default`.
fn service_tier(given: Option<Value>) -> Value {
    given.filter(|tier| tier.as_str() != Some("auto")).unwrap_or_else(|| json!("default"))
}

fn with_defaults(given: Option<Value>, defaults: &[(&str, Value)]) -> Value {
    let mut fields = match given {
        Some(Value::Object(fields)) => fields,
        Some(other) => return other,
        None => Map::new(),
    };
    for (name, value) in defaults {
        fields.entry(*name).or_insert_with(|| value.clone());
    }
    Value::Object(fields)
}

/// Function tools come back with the fields that the request may leave out.
fn tools(given: Option<Value>) -> Value {
    let Some(Value::Array(mut tools)) = given else { return json!([]) };
    for tool in &mut tools {
        let Some(fields) = tool.as_object_mut() else { continue };
        if fields.get("type").and_then(Value::as_str) == Some("function") {
            for (name, value) in
                [("description", Value::Null), ("parameters", Value::Null), ("strict", json!(true))]
            {
                fields.entry(name).or_insert(value);
            }
        }
    }
    Value::Array(tools)
}
