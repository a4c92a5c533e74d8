//! Makes JSON that fits a JSON Schema.

use serde_json::{Map, Number, Value, json};

/// How deep schemas are followed; a recursive one ends here.
const MAX_DEPTH: usize = 16;

/// Items made for an array that does not say how many it wants, at most.
const MAX_ITEMS: u64 = 64;

/// Longest string made for a `minLength`, in characters.
const MAX_TEXT: usize = 4_096;

/// A value that fits `schema`; words of `prompt` are used where they fit.
pub(crate) fn sample(schema: &Value, prompt: &str) -> Value {
    Sampler { root: schema, prompt }.value(schema, "value", 0)
}

struct Sampler<'a> {
    root: &'a Value,
    prompt: &'a str,
}

impl Sampler<'_> {
    /// `name` is the property that the value is for: strings speak of it.
    fn value(&self, schema: &Value, name: &str, depth: usize) -> Value {
        let Some(fields) = schema.as_object() else { return json!(name) };
        if depth > MAX_DEPTH {
            return Value::Null;
        }
        if let Some(fixed) = fields.get("const").or_else(|| first(fields, "enum")) {
            return fixed.clone();
        }
        if let Some(target) = fields.get("$ref").and_then(Value::as_str).and_then(|path| self.resolve(path)) {
            return self.value(target, name, depth + 1);
        }
        if let Some(Value::Array(all)) = fields.get("allOf") {
            return self.merged(fields, all, name, depth);
        }
        for choice in ["anyOf", "oneOf"] {
            if let Some(Value::Array(options)) = fields.get(choice) {
                let option = options.iter().find(|option| !is_null(option)).or(options.first());
                return option.map_or(Value::Null, |option| self.value(option, name, depth + 1));
            }
        }
        match schema_type(fields) {
            "object" => self.object(fields, depth),
            "array" => self.array(fields, name, depth),
            "integer" => number(fields, self.number_in_prompt(), NumberKind::Integer),
            "number" => number(fields, self.number_in_prompt(), NumberKind::Any),
            "boolean" => Value::Bool(true),
            "null" => Value::Null,
            _ => Value::String(self.text(fields, name)),
        }
    }

    fn object(&self, fields: &Map<String, Value>, depth: usize) -> Value {
        let required: Vec<&str> = fields
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let empty = Map::new();
        let properties = fields.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let mut object = Map::new();
        for (name, schema) in properties {
            // An optional property of a deep schema may be the recursion itself.
            if required.contains(&name.as_str()) || depth < MAX_DEPTH / 4 {
                object.insert(name.clone(), self.value(schema, name, depth + 1));
            }
        }
        for name in required {
            object.entry(name).or_insert_with(|| json!(name));
        }
        Value::Object(object)
    }

    fn array(&self, fields: &Map<String, Value>, name: &str, depth: usize) -> Value {
        let bound = |name: &str| fields.get(name).and_then(Value::as_u64);
        let most = bound("maxItems").unwrap_or(MAX_ITEMS);
        if let Some(Value::Array(prefix)) = fields.get("prefixItems") {
            return prefix.iter().map(|schema| self.value(schema, name, depth + 1)).collect();
        }
        // One item shows the shape, unless the schema is already deep.
        let wanted = if depth < MAX_DEPTH / 2 { 1 } else { 0 };
        let count = bound("minItems").unwrap_or(0).max(wanted).min(most).min(MAX_ITEMS);
        let any = Value::Bool(true);
        let items = fields.get("items").unwrap_or(&any);
        let item_name = name.strip_suffix('s').unwrap_or(name);
        (0..count).map(|_| self.value(items, item_name, depth + 1)).collect()
    }

    fn merged(&self, fields: &Map<String, Value>, all: &[Value], name: &str, depth: usize) -> Value {
        let mut rest = fields.clone();
        rest.remove("allOf");
        let mut whole = Map::new();
        let mut last = Value::Null;
        for part in all.iter().chain([&Value::Object(rest)]) {
            match self.value(part, name, depth + 1) {
                Value::Object(properties) => whole.extend(properties),
                other if !other.is_string() || last.is_null() => last = other,
                _ => {}
            }
        }
        if whole.is_empty() { last } else { Value::Object(whole) }
    }

    fn text(&self, fields: &Map<String, Value>, name: &str) -> String {
        let formatted = match fields.get("format").and_then(Value::as_str) {
            Some("date-time") => Some("2026-11-01T12:00:00Z"),
            Some("date") => Some("2026-11-01"),
            Some("time") => Some("12:00:00Z"),
            Some("duration") => Some("PT1H"),
            Some("email") => Some("ada@example.com"),
            Some("hostname") => Some("example.com"),
            Some("ipv4") => Some("192.0.2.1"),
            Some("ipv6") => Some("2001:db8::1"),
            Some("uuid") => Some("00000000-0000-4000-8000-000000000000"),
            Some("uri") => Some("https://example.com/"),
            _ => None,
        };
        let mut text = match formatted {
            Some(text) => text.to_owned(),
            None => self.name_in_prompt().unwrap_or(name).to_owned(),
        };
        let bound =
            |name: &str| fields.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        while text.chars().count() < bound("minLength").unwrap_or(0).min(MAX_TEXT) {
            text.push('x');
        }
        if let Some(most) = bound("maxLength") {
            text = text.chars().take(most).collect();
        }
        text
    }

    /// A proper name of the prompt: the last capitalised word that is not its first.
    fn name_in_prompt(&self) -> Option<&str> {
        self.prompt
            .split_whitespace()
            .skip(1)
            .map(|word| word.trim_matches(|character: char| !character.is_alphanumeric()))
            .filter(|word| word.chars().count() > 1 && word.starts_with(char::is_uppercase))
            .last()
    }

    fn number_in_prompt(&self) -> Option<f64> {
        self.prompt
            .split(|character: char| !character.is_ascii_digit() && character != '.')
            .find_map(|word| word.trim_matches('.').parse().ok())
    }

    /// The schema at a local reference such as `#/$defs/Step`.
    fn resolve(&self, reference: &str) -> Option<&Value> {
        self.root.pointer(reference.strip_prefix('#')?)
    }
}

#[derive(Clone, Copy)]
enum NumberKind {
    Integer,
    Any,
}

/// The wish, or 1, moved between the bounds.
fn number(fields: &Map<String, Value>, wish: Option<f64>, kind: NumberKind) -> Value {
    let bound = |name: &str| fields.get(name).and_then(Value::as_f64);
    let step = if matches!(kind, NumberKind::Integer) { 1.0 } else { 0.5 };
    let least = bound("minimum").or(bound("exclusiveMinimum").map(|bound| bound + step));
    let most = bound("maximum").or(bound("exclusiveMaximum").map(|bound| bound - step));
    let mut number = wish.unwrap_or(1.0);
    number = most.map_or(number, |most| number.min(most));
    number = least.map_or(number, |least| number.max(least));
    if let Some(multiple) = bound("multipleOf").filter(|multiple| *multiple > 0.0) {
        number = (number / multiple).ceil() * multiple;
    }
    match kind {
        NumberKind::Integer => Value::from(number.ceil() as i64),
        NumberKind::Any => Number::from_f64(number).map_or(Value::from(1), Value::Number),
    }
}

fn schema_type(fields: &Map<String, Value>) -> &str {
    match fields.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        _ if fields.contains_key("properties") => "object",
        _ if fields.contains_key("items") => "array",
        _ => "string",
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

fn first<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields.get(name).and_then(Value::as_array).and_then(|values| values.first())
}

#[cfg(test)]
#[path = "schema_sample/tests.rs"]
mod tests;
