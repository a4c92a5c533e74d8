//! What the simulator answers when no rule does: something that fits the request.

use serde_json::{Map, Value, json};

use crate::inbound::Inbound;
use crate::prompt::{self, ToolOutput};
use crate::reply::{Output, Reply};
use crate::schema_sample::sample;
use crate::usage;

/// Characters of the prompt that the answer repeats.
const QUOTED: usize = 200;

/// Characters of a tool's output that the answer repeats.
const QUOTED_OUTPUT: usize = 2_000;

/// A reply to any request: a tool call where one is wanted, JSON where a schema asks for it, else text.
pub(crate) fn reply(inbound: &Inbound) -> Reply {
    if prompt::wants_compaction(&inbound.history) {
        let item = json!({"type": "compaction", "encrypted_content": "gAAAAABsimulated"});
        return Reply::new().output(Output::Item { item });
    }
    let prompt = prompt::last_user_text(&inbound.history);
    let outputs = prompt::tool_outputs(&inbound.history);
    let mut reply = Reply::new();
    if let Some(reasoning) = reasoning(inbound, &prompt) {
        reply = reply.output(reasoning);
    }
    if let Some(call) = tool_call(inbound, &prompt, &outputs) {
        return reply.output(call);
    }
    if let Some(value) = structured(&inbound.body, &prompt) {
        return reply.output(Output::Json { value });
    }
    let text = text(&prompt, &outputs);
    match cut_to_limit(inbound, &text) {
        Some(cut) => reply.message(cut).incomplete("max_output_tokens"),
        None => reply.message(text),
    }
}

/// A reasoning item when the request asks for effort or a summary.
fn reasoning(inbound: &Inbound, prompt: &str) -> Option<Output> {
    let asked = inbound.body.get("reasoning")?.as_object()?;
    let given = |name: &str| asked.get(name).and_then(Value::as_str);
    if given("effort") == Some("none") {
        return None;
    }
    given("effort").or(given("summary")).or(given("generate_summary"))?;
    let wants_summary = given("summary").or(given("generate_summary")).is_some();
    let summary =
        format!("**Thinking**\n\nThe user says “{}”. A short answer will do.", quote(prompt, QUOTED));
    Some(Output::Reasoning {
        summary: wants_summary.then_some(summary).into_iter().collect(),
        text: None,
        encrypted_content: None,
    })
}

fn tool_call(inbound: &Inbound, prompt: &str, outputs: &[ToolOutput<'_>]) -> Option<Output> {
    let tools = inbound.body.get("tools")?.as_array()?;
    let callable: Vec<&Value> = tools.iter().filter(|tool| is_callable(tool)).collect();
    let choice = inbound.body.get("tool_choice").unwrap_or(&Value::Null);
    let tool = match choice.as_str() {
        Some("none") => return None,
        Some("required") if outputs.is_empty() => callable.first().copied(),
        Some(_) => wished(&callable, prompt, outputs),
        None if choice.is_object() && outputs.is_empty() => chosen(choice, &callable, prompt),
        None => wished(&callable, prompt, outputs),
    }?;
    let name = field(tool, "name")?.to_owned();
    if field(tool, "type") == Some("custom") {
        return Some(Output::CustomToolCall { name, input: prompt.to_owned(), call_id: None });
    }
    let no_parameters = json!({"type": "object"});
    let schema = tool.get("parameters").filter(|schema| schema.is_object()).unwrap_or(&no_parameters);
    Some(Output::FunctionCall { name, arguments: sample(schema, prompt), call_id: None })
}

/// The tool that a `tool_choice` object names.
fn chosen<'a>(choice: &Value, callable: &[&'a Value], prompt: &str) -> Option<&'a Value> {
    let named = |name: Option<&str>| callable.iter().copied().find(|tool| field(tool, "name") == name);
    if field(choice, "type") != Some("allowed_tools") {
        return named(field(choice, "name"));
    }
    let allowed: Vec<&Value> =
        choice.get("tools")?.as_array()?.iter().filter_map(|tool| named(field(tool, "name"))).collect();
    if field(choice, "mode") == Some("required") {
        return callable.iter().copied().find(|tool| allowed.contains(tool));
    }
    callable.iter().copied().find(|tool| allowed.contains(tool) && asks_for(prompt, tool))
}

/// The tool that the prompt asks for, when nothing has answered yet.
fn wished<'a>(callable: &[&'a Value], prompt: &str, outputs: &[ToolOutput<'_>]) -> Option<&'a Value> {
    if !outputs.is_empty() {
        return None;
    }
    let lower = prompt.to_lowercase();
    let any_tool = ["use a tool", "use the tool", "call a tool", "call the tool", "call a function"];
    let named = callable.iter().copied().find(|tool| asks_for(prompt, tool));
    named.or_else(|| callable.first().copied().filter(|_| any_tool.iter().any(|wish| lower.contains(wish))))
}

/// Whether the prompt has a word of the tool's name of at least four letters.
fn asks_for(prompt: &str, tool: &Value) -> bool {
    let prompt = prompt.to_lowercase();
    let name = field(tool, "name").unwrap_or_default().to_lowercase();
    prompt.contains(&name) || name.split(['_', '-', '.']).any(|word| word.len() >= 4 && prompt.contains(word))
}

fn is_callable(tool: &Value) -> bool {
    matches!(field(tool, "type"), Some("function" | "custom"))
}

/// JSON for a `json_schema` or `json_object` format.
fn structured(body: &Map<String, Value>, prompt: &str) -> Option<Value> {
    let format = body.get("text")?.get("format")?;
    match field(format, "type")? {
        "json_schema" => Some(sample(format.get("schema")?, prompt)),
        "json_object" => Some(json!({"answer": text(prompt, &[])})),
        _ => None,
    }
}

fn text(prompt: &str, outputs: &[ToolOutput<'_>]) -> String {
    if !outputs.is_empty() {
        let told: Vec<String> = outputs
            .iter()
            .map(|output| {
                let name = output.name.unwrap_or("The tool");
                format!("{name} says: {}", quote(&output.text, QUOTED_OUTPUT))
            })
            .collect();
        return told.join("\n");
    }
    let quoted = quote(prompt, QUOTED);
    let lower = prompt.to_lowercase();
    let greeting =
        lower.split(|c: char| !c.is_alphabetic()).any(|word| matches!(word, "hello" | "hi" | "hey"));
    match (quoted.is_empty(), greeting) {
        (true, _) => "Hello! I am a simulated model. Ask me anything.".to_owned(),
        (_, true) => format!("Hello! You said “{quoted}”. I am a simulated model, and glad to meet you."),
        (_, false) => {
            format!("You said “{quoted}”. I am a simulated model: real answers need a real service.")
        }
    }
}

/// The text that `max_output_tokens` leaves, when it is too long.
fn cut_to_limit(inbound: &Inbound, text: &str) -> Option<String> {
    let limit = inbound.body.get("max_output_tokens").and_then(Value::as_u64)?;
    (usage::tokens(text.chars().count()) > limit)
        .then(|| text.chars().take(usage::characters(limit)).collect())
}

fn quote(text: &str, most: usize) -> String {
    let text = text.trim();
    let mut quoted: String = text.chars().take(most).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}
