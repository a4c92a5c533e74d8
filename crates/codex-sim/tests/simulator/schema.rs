//! The part of JSON Schema that the published description of Open Responses uses.

use std::fs;

use serde_json::{Map, Value};

const FILE: &str = "openresponses_openapi_2026-04-24.json";

/// The schemas of a published description.
pub(crate) struct Schemas {
    schemas: Map<String, Value>,
}

impl Schemas {
    /// The description, where it is at hand.
    pub(crate) fn load() -> Option<Self> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
        let Ok(text) = fs::read_to_string(format!("{folder}/{FILE}")) else {
            println!("skipped: {FILE} is not there");
            return None;
        };
        let mut document: Value = serde_json::from_str(&text).unwrap();
        let Value::Object(schemas) = document["components"]["schemas"].take() else { panic!("no schemas") };
        Some(Self { schemas })
    }

    /// The name of the schema of a stream event.
    pub(crate) fn of_event(&self, kind: &str) -> Option<&str> {
        let describes = |schema: &Value| schema["properties"]["type"]["enum"][0] == kind;
        let streaming = |name: &String| name.ends_with("StreamingEvent");
        self.schemas
            .iter()
            .find(|(name, schema)| streaming(name) && describes(schema))
            .map(|(name, _)| name.as_str())
    }

    /// What is wrong with a value: paths and reasons.
    pub(crate) fn problems(&self, name: &str, value: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        self.check(&self.schemas[name], value, "", &mut problems);
        problems
    }

    fn check(&self, schema: &Value, value: &Value, path: &str, problems: &mut Vec<String>) {
        if let Some(target) = schema["$ref"].as_str() {
            return self.check(&self.schemas[target.rsplit('/').next().unwrap()], value, path, problems);
        }
        for part in list(&schema["allOf"]) {
            self.check(part, value, path, problems);
        }
        for choice in ["anyOf", "oneOf"] {
            let options = list(&schema[choice]);
            let tried: Vec<Vec<String>> = options
                .iter()
                .map(|option| {
                    let mut problems = Vec::new();
                    self.check(option, value, path, &mut problems);
                    problems
                })
                .collect();
            if !tried.is_empty() && !tried.iter().any(Vec::is_empty) {
                // The option with the fewest problems is the one that was meant.
                problems.extend(tried.into_iter().min_by_key(Vec::len).unwrap());
            }
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            Value::String(name) => vec![name],
            _ => Vec::new(),
        };
        if !types.is_empty() && !types.iter().any(|name| is_of(value, name)) {
            problems.push(format!("{path}: not {}", types.join(" or ")));
            return;
        }
        let allowed = list(&schema["enum"]);
        if !allowed.is_empty() && !allowed.contains(value) {
            problems.push(format!("{path}: {value} is not allowed"));
        }
        self.check_inside(schema, value, path, problems);
    }

    fn check_inside(&self, schema: &Value, value: &Value, path: &str, problems: &mut Vec<String>) {
        for (index, item) in list(value).iter().enumerate() {
            if schema["items"].is_object() {
                self.check(&schema["items"], item, &format!("{path}[{index}]"), problems);
            }
        }
        let Some(fields) = value.as_object() else { return };
        for name in list(&schema["required"]).iter().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                problems.push(format!("{path}.{name}: missing"));
            }
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(field) = fields.get(name) {
                self.check(property, field, &format!("{path}.{name}"), problems);
            }
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("unknown type {other}"),
    }
}
