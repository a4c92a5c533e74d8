//! Checks the parameters of `POST /responses` as the service does.

use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::prompt;

/// Parameters of the public request body, and those only Codex sends.
const PARAMETERS: &[&str] = &[
    "access_programs",
    "background",
    "background_options",
    "client_metadata",
    "context_management",
    "conversation",
    "image",
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "moderation",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
];

/// Least value of `max_output_tokens`.
const MIN_OUTPUT_TOKENS: f64 = 16.0;

/// Pairs, and characters of a key and of a value, that `metadata` may have.
const METADATA_LIMITS: (usize, usize, usize) = (16, 64, 512);

/// JSON types a parameter may have; all but `model` and `input` may be null too.
const TYPES: &[(&str, &[Kind])] = &[
    ("background", &[Kind::Boolean]),
    ("include", &[Kind::Array]),
    ("input", &[Kind::String, Kind::Array]),
    ("instructions", &[Kind::String]),
    ("max_output_tokens", &[Kind::Integer]),
    ("max_tool_calls", &[Kind::Integer]),
    ("metadata", &[Kind::Object]),
    ("model", &[Kind::String]),
    ("parallel_tool_calls", &[Kind::Boolean]),
    ("previous_response_id", &[Kind::String]),
    ("prompt_cache_key", &[Kind::String]),
    ("reasoning", &[Kind::Object]),
    ("service_tier", &[Kind::String]),
    ("store", &[Kind::Boolean]),
    ("stream", &[Kind::Boolean]),
    ("stream_options", &[Kind::Object]),
    ("temperature", &[Kind::Number]),
    ("text", &[Kind::Object]),
    ("tool_choice", &[Kind::String, Kind::Object]),
    ("tools", &[Kind::Array]),
    ("top_logprobs", &[Kind::Integer]),
    ("top_p", &[Kind::Number]),
    ("truncation", &[Kind::String]),
];

/// Least and greatest values of numbers.
const RANGES: &[(&str, f64, f64)] = &[
    ("max_output_tokens", MIN_OUTPUT_TOKENS, f64::INFINITY),
    ("temperature", 0.0, 2.0),
    ("top_p", 0.0, 1.0),
    ("top_logprobs", 0.0, 20.0),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    String,
    Boolean,
    Integer,
    Number,
    Array,
    Object,
}

/// The first thing that is wrong with a request body.
pub(crate) fn check(body: &Map<String, Value>) -> Result<(), Box<Failure>> {
    types(body)?;
    if !body.contains_key("model") && !body.contains_key("prompt") {
        return Err(missing("model"));
    }
    ranges(body)?;
    metadata(body)?;
    tools(body)?;
    input(body)?;
    if body.get("background") == Some(&Value::Bool(true)) && body.get("store") == Some(&Value::Bool(false)) {
        let message = "'background' requires 'store' to be true.";
        return Err(invalid("invalid_value", "background", message));
    }
    if present(body, "conversation") && present(body, "previous_response_id") {
        let message = "'previous_response_id' cannot be used in conjunction with 'conversation'.";
        return Err(invalid("mutually_exclusive_parameters", "previous_response_id", message));
    }
    Ok(())
}

/// The first parameter that the service does not have.
pub(crate) fn check_known(body: &Map<String, Value>) -> Result<(), Box<Failure>> {
    match body.keys().find(|name| !PARAMETERS.contains(&name.as_str())) {
        Some(name) => Err(invalid("unknown_parameter", name, &format!("Unknown parameter: '{name}'."))),
        None => Ok(()),
    }
}

/// Every tool output must answer a call of the conversation.
pub(crate) fn check_tool_outputs(history: &[Value], input: &[Value]) -> Result<(), Box<Failure>> {
    for item in input {
        let kind = item.get("type").and_then(Value::as_str);
        if kind != Some("function_call_output") && kind != Some("custom_tool_call_output") {
            continue;
        }
        let call_id = item.get("call_id").and_then(Value::as_str).unwrap_or_default();
        if !prompt::has_call(history, call_id) {
            let message = format!("No tool call found for tool output with call_id {call_id}.");
            return Err(Box::new(Failure::invalid_request("input", message)));
        }
    }
    Ok(())
}

fn types(body: &Map<String, Value>) -> Result<(), Box<Failure>> {
    TYPES.iter().try_for_each(|(name, _)| check_type(body, name))
}

/// The JSON type of one parameter, when it is given.
pub(crate) fn check_type(body: &Map<String, Value>, name: &str) -> Result<(), Box<Failure>> {
    let kinds = TYPES.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, kinds)| kinds);
    let Some(value) = body.get(name) else { return Ok(()) };
    let nullable = !matches!(name, "model" | "input");
    if (value.is_null() && nullable) || kinds.iter().any(|kind| kind.fits(value)) {
        return Ok(());
    }
    let expected: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let message = format!(
        "Invalid type for '{name}': expected {}, but got {} instead.",
        expected.join(" or "),
        json_type(value),
    );
    Err(invalid("invalid_type", name, &message))
}

fn ranges(body: &Map<String, Value>) -> Result<(), Box<Failure>> {
    for (name, least, greatest) in RANGES {
        let Some(number) = body.get(*name).and_then(Value::as_f64) else { continue };
        let problem = if number < *least {
            Some(("below_min_value", format!("Expected a value >= {least}")))
        } else if number > *greatest {
            Some(("above_max_value", format!("Expected a value <= {greatest}")))
        } else {
            None
        };
        if let Some((problem, expected)) = problem {
            let kind = if matches!(*name, "temperature" | "top_p") { "decimal" } else { "integer" };
            let message =
                format!("Invalid '{name}': value out of range. {expected}, but got {number} instead.");
            return Err(invalid(&format!("{kind}_{problem}"), name, &message));
        }
    }
    Ok(())
}

fn metadata(body: &Map<String, Value>) -> Result<(), Box<Failure>> {
    let Some(pairs) = body.get("metadata").and_then(Value::as_object) else { return Ok(()) };
    let (most, key_length, value_length) = METADATA_LIMITS;
    if pairs.len() > most {
        let message = format!("Invalid 'metadata': too many properties. Expected at most {most}.");
        return Err(invalid("object_above_max_properties", "metadata", &message));
    }
    for (key, value) in pairs {
        let param = format!("metadata.{key}");
        let Some(text) = value.as_str() else {
            let message =
                format!("Invalid type for '{param}': expected a string, but got {}.", json_type(value));
            return Err(invalid("invalid_type", &param, &message));
        };
        if key.chars().count() > key_length || text.chars().count() > value_length {
            let message = format!(
                "Invalid '{param}': a key has at most {key_length} characters, a value {value_length}."
            );
            return Err(invalid("string_above_max_length", &param, &message));
        }
    }
    Ok(())
}

fn tools(body: &Map<String, Value>) -> Result<(), Box<Failure>> {
    let tools = body.get("tools").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (index, tool) in tools.iter().enumerate() {
        let Some(kind) = tool.get("type").and_then(Value::as_str) else {
            return Err(missing(&format!("tools[{index}].type")));
        };
        if matches!(kind, "function" | "custom") && tool.get("name").and_then(Value::as_str).is_none() {
            return Err(missing(&format!("tools[{index}].name")));
        }
    }
    Ok(())
}

fn input(body: &Map<String, Value>) -> Result<(), Box<Failure>> {
    let items = body.get("input").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (index, item) in items.iter().enumerate() {
        let param = format!("input[{index}]");
        let Some(fields) = item.as_object() else {
            let message =
                format!("Invalid type for '{param}': expected an object, but got {}.", json_type(item));
            return Err(invalid("invalid_type", &param, &message));
        };
        // A message may leave its type out, a reference too.
        let kind = fields.get("type").and_then(Value::as_str);
        let known = kind.is_some() || fields.contains_key("role") || fields.contains_key("id");
        if !known {
            return Err(missing(&format!("{param}.type")));
        }
        if kind.is_none_or(|kind| kind == "message")
            && fields.contains_key("role")
            && !fields.contains_key("content")
        {
            return Err(missing(&format!("{param}.content")));
        }
    }
    Ok(())
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Boolean => value.is_boolean(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Number => value.is_number(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Number => "a decimal",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

fn present(body: &Map<String, Value>, name: &str) -> bool {
    body.get(name).is_some_and(|value| !value.is_null())
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A parameter that is not there.
pub(crate) fn missing(param: &str) -> Box<Failure> {
    invalid("missing_required_parameter", param, &format!("Missing required parameter: '{param}'."))
}

/// A parameter that is wrong.
pub(crate) fn invalid(code: &str, param: &str, message: &str) -> Box<Failure> {
    Box::new(Failure::invalid_request(param, message).code(code))
}
