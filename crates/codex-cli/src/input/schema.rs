//! The schema of structured output.

use std::path::Path;

use serde_json::Value;

use super::{
    bounded_read,
    error::{InputError, Source},
};

/// The longest schema or tool file that is read, in bytes.
pub(super) const MAX_JSON_FILE_BYTES: u64 = 1024 * 1024;

/// A schema, and what to call it: its `title`, else the name of its file.
pub(super) fn read(path: &Path) -> Result<(String, Value), InputError> {
    let from = Source::file("--schema", path);
    let schema = object(path, &from, "a schema: an object")?;
    let title = schema.get("title").and_then(Value::as_str).map(str::to_owned);
    let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok((title.unwrap_or_else(stem), schema))
}

/// The JSON object in a file.
pub(super) fn object(path: &Path, from: &Source, expected: &'static str) -> Result<Value, InputError> {
    let text = bounded_read::text(bounded_read::read_file(path, from, MAX_JSON_FILE_BYTES)?, from)?;
    let value: Value =
        serde_json::from_str(&text).map_err(|source| InputError::NotJson { from: from.clone(), source })?;
    if value.is_object() { Ok(value) } else { Err(InputError::OtherJson { from: from.clone(), expected }) }
}
