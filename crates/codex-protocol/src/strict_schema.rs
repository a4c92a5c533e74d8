//! JSON schemas of Rust types, in the form the service takes.

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

/// The JSON schema of a type, rewritten for strict mode (guide "Structured Outputs", "Supported schemas").
///
/// What is rewritten, everywhere in the schema:
///
/// - every object lists all its properties as `required` and has `additionalProperties: false`; an
///   `Option` is a value that may be null, so the model writes null instead of leaving it out;
/// - `oneOf` becomes `anyOf`, a `const` string becomes an `enum` of one;
/// - `allOf` of one schema is taken apart;
/// - a `$ref` beside other keywords moves into an `anyOf` of one, since a `$ref` must stand alone;
/// - keywords the service refuses are left out: `$schema`, `default`, `examples`, `minLength`,
///   `maxLength`, `uniqueItems`, formats of integers, and so on. What they demand is checked when the
///   answer is decoded.
///
/// A type that strict mode cannot tell (maps, tuples, any JSON, a root that is no object) keeps its plain
/// schema, and `strict` is false: the model then only aims at it.
///
/// ```
/// use codex_protocol::{StrictSchema, schemars};
///
/// #[derive(schemars::JsonSchema)]
/// struct Person {
///     name: String,
///     age: Option<u8>,
/// }
///
/// let schema = StrictSchema::of::<Person>();
/// assert!(schema.strict);
/// assert_eq!(schema.schema["required"], serde_json::json!(["age", "name"]));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StrictSchema {
    /// Letters, digits, `_` and `-`: the name of the type.
    pub name: String,
    /// The schema.
    pub schema: Value,
    /// Whether it is in strict form.
    pub strict: bool,
}

/// Most characters of the name of a schema (openai-python `ResponseFormatTextJSONSchemaConfig`).
pub const MAX_SCHEMA_NAME_CHARS: usize = 64;

impl StrictSchema {
    /// The schema of a type.
    pub fn of<T: JsonSchema>() -> Self {
        let plain = schemars::SchemaGenerator::default().into_root_schema_for::<T>().to_value();
        let mut strict = plain.clone();
        let fits = rewrite(&mut strict) && strict.get("type") == Some(&json!("object"));
        let schema = if fits { strict } else { plain };
        Self { name: wire_name(&T::schema_name()), schema, strict: fits }
    }
}

/// The name with everything the service refuses turned into `_`.
pub(crate) fn wire_name(name: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
    let name: String = name.chars().take(MAX_SCHEMA_NAME_CHARS).map(allowed).collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}

const KEPT_FORMATS: [&str; 10] =
    ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri"];

const DROPPED: [&str; 12] = [
    "$schema",
    "default",
    "examples",
    "minLength",
    "maxLength",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "contentEncoding",
    "contentMediaType",
    "readOnly",
    "writeOnly",
];

const REFUSED: [&str; 11] = [
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
    "prefixItems",
    "contains",
    "not",
    "if",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedItems",
    "allOf",
];

/// Rewrites a schema in place; false when strict mode cannot tell it.
fn rewrite(schema: &mut Value) -> bool {
    let Value::Object(keywords) = schema else { return false };
    take_all_of_apart(keywords);
    for keyword in DROPPED {
        keywords.remove(keyword);
    }
    if keywords.get("format").is_some_and(|format| !is_kept_format(format)) {
        keywords.remove("format");
    }
    if let Some(alternatives) = keywords.remove("oneOf") {
        keywords.insert("anyOf".to_owned(), alternatives);
    }
    if let Some(value) = keywords.remove("const") {
        keywords.insert("enum".to_owned(), json!([value]));
    }
    isolate_ref(keywords);
    let says_something = ["type", "anyOf", "$ref", "enum"].iter().any(|word| keywords.contains_key(*word));
    says_something
        && !REFUSED.iter().any(|word| keywords.contains_key(*word))
        && close_object(keywords)
        && rewrite_children(keywords)
}

fn is_kept_format(format: &Value) -> bool {
    format.as_str().is_some_and(|format| KEPT_FORMATS.contains(&format))
}

fn take_all_of_apart(keywords: &mut Map<String, Value>) {
    let single = match keywords.get("allOf") {
        Some(Value::Array(parts)) if parts.len() == 1 => parts.first().and_then(Value::as_object).cloned(),
        _ => None,
    };
    if let Some(part) = single {
        keywords.remove("allOf");
        for (keyword, value) in part {
            keywords.entry(keyword).or_insert(value);
        }
    }
}

fn isolate_ref(keywords: &mut Map<String, Value>) {
    if keywords.len() > 1
        && let Some(target) = keywords.remove("$ref")
    {
        // The root may be a `$ref` beside `$defs`; it stays one and is not strict, as its type is not said.
        keywords.insert("anyOf".to_owned(), json!([{ "$ref": target }]));
    }
}

/// Makes an object take its own properties, all of them. False for maps.
fn close_object(keywords: &mut Map<String, Value>) -> bool {
    let is_object = match keywords.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        _ => false,
    };
    if !is_object {
        return true;
    }
    if keywords.get("additionalProperties").is_some_and(|more| more != &json!(false)) {
        return false;
    }
    let names: Vec<Value> = match keywords.get("properties") {
        Some(Value::Object(properties)) => properties.keys().cloned().map(Value::String).collect(),
        _ => Vec::new(),
    };
    keywords.entry("properties").or_insert_with(|| json!({}));
    keywords.insert("required".to_owned(), Value::Array(names));
    keywords.insert("additionalProperties".to_owned(), json!(false));
    true
}

fn rewrite_children(keywords: &mut Map<String, Value>) -> bool {
    keywords.iter_mut().all(|(keyword, value)| match (keyword.as_str(), value) {
        ("properties" | "$defs" | "definitions", Value::Object(children)) => {
            children.values_mut().all(rewrite)
        }
        ("anyOf", Value::Array(children)) => children.iter_mut().all(rewrite),
        ("items", child) => rewrite(child),
        _ => true,
    })
}
