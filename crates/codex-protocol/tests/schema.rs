//! Pure function: schemas of types in strict form.
#![expect(dead_code, reason = "only the schemas of the types are used")]
#![expect(clippy::panic, reason = "helpers of tests may panic")]

use std::collections::BTreeMap;

use codex_protocol::{StrictSchema, schemars};
use schemars::JsonSchema;
use serde_json::{Value, json};

#[derive(JsonSchema)]
struct Plain {
    name: String,
    #[serde(default)]
    count: u32,
    #[schemars(length(min = 1, max = 5))]
    tags: Vec<String>,
}

#[derive(JsonSchema)]
struct Nested {
    /// Says what it is for.
    inner: Plain,
    many: Option<Vec<Plain>>,
    kind: Kind,
    shape: Shape,
}

#[derive(JsonSchema)]
enum Kind {
    /// The first.
    A,
    B,
}

#[derive(JsonSchema)]
#[serde(tag = "type")]
enum Shape {
    Circle { radius: f64 },
    Square { side: f64 },
}

#[derive(JsonSchema)]
struct Tree {
    children: Vec<Tree>,
    parent: Option<Box<Tree>>,
}

#[derive(JsonSchema)]
struct WithMap {
    map: BTreeMap<String, u8>,
}

#[derive(JsonSchema)]
struct WithAny {
    any: Value,
}

#[derive(JsonSchema)]
struct WithTuple {
    pair: (u8, u8),
}

#[derive(JsonSchema)]
struct Generic<T> {
    value: T,
}

/// Every keyword of every schema in it obeys strict mode.
fn assert_strict(schema: &Value, path: &str) {
    let keywords = schema.as_object().unwrap_or_else(|| panic!("{path} is no object: {schema}"));
    for refused in
        ["$schema", "default", "oneOf", "allOf", "const", "minLength", "uniqueItems", "patternProperties"]
    {
        assert!(!keywords.contains_key(refused), "{path} has {refused}");
    }
    if keywords.contains_key("$ref") {
        assert_eq!(keywords.len(), 1, "{path}: $ref must stand alone: {schema}");
    }
    if let Some(properties) = keywords.get("properties").and_then(Value::as_object) {
        let names: Vec<_> = properties.keys().cloned().collect();
        assert_eq!(keywords["required"], json!(names), "{path}");
        assert_eq!(keywords["additionalProperties"], json!(false), "{path}");
    }
    for group in ["properties", "$defs"] {
        for (name, child) in keywords.get(group).and_then(Value::as_object).into_iter().flatten() {
            assert_strict(child, &format!("{path}/{group}/{name}"));
        }
    }
    for child in keywords.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        assert_strict(child, &format!("{path}/anyOf"));
    }
    if let Some(items) = keywords.get("items") {
        assert_strict(items, &format!("{path}/items"));
    }
}

#[test]
fn types_that_strict_mode_can_tell() {
    for schema in [
        StrictSchema::of::<Plain>(),
        StrictSchema::of::<Nested>(),
        StrictSchema::of::<Tree>(),
        StrictSchema::of::<Generic<Plain>>(),
    ] {
        assert!(schema.strict, "{schema:?}");
        assert_strict(&schema.schema, &schema.name);
    }
}

#[test]
fn types_that_strict_mode_cannot_tell_keep_their_schema() {
    for schema in [
        StrictSchema::of::<WithMap>(),
        StrictSchema::of::<WithAny>(),
        StrictSchema::of::<WithTuple>(),
        StrictSchema::of::<Vec<Plain>>(),
        StrictSchema::of::<Kind>(),
        StrictSchema::of::<Generic<BTreeMap<String, u8>>>(),
    ] {
        assert!(!schema.strict, "{schema:?}");
        assert!(schema.schema.get("$schema").is_some(), "{schema:?}");
    }
}

#[test]
fn descriptions_stay() {
    let schema = StrictSchema::of::<Nested>().schema;
    assert_eq!(schema["properties"]["inner"]["description"], "Says what it is for.");
    assert_eq!(schema["properties"]["inner"]["anyOf"], json!([{"$ref": "#/$defs/Plain"}]));
}

#[test]
fn names_fit_the_service() {
    let name =
        StrictSchema::of::<Generic<Generic<Generic<Generic<Generic<Generic<Generic<Plain>>>>>>>>().name;
    assert!(name.len() <= 64, "{name}");
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'), "{name}");
}
