//! Conversations and traces: items as JSON.

use std::io::stdin;

use codex_api::ResponseItem;
use serde_json::{Deserializer, Value};

use super::{
    StdinKind, bounded_read,
    error::{InputError, Source},
};

/// The longest input of items that is read, in bytes: images in them are large.
const MAX_ITEMS_BYTES: u64 = 64 * 1024 * 1024;

const EXPECTED: &str = "items: a list of objects, a response, or objects one a line";

/// The items of a conversation.
pub(crate) fn read_conversation(from: &Source) -> Result<Vec<ResponseItem>, InputError> {
    let item = |value: Value| {
        serde_json::from_str(&value.to_string())
            .map_err(|source| InputError::NotJson { from: from.clone(), source })
    };
    read_trace(from)?.into_iter().map(item).collect()
}

/// The items of a trace, as they are.
pub(crate) fn read_trace(from: &Source) -> Result<Vec<Value>, InputError> {
    let bytes = match from {
        Source::Stdin if StdinKind::of_process() != StdinKind::Data => return Err(InputError::NoItems),
        Source::Stdin => bounded_read::read(stdin().lock(), from, MAX_ITEMS_BYTES)?,
        Source::Argument { path } | Source::File { path, .. } => {
            bounded_read::read_file(path, from, MAX_ITEMS_BYTES)?
        }
    };
    parse(&bounded_read::text(bytes, from)?, from)
}

/// A list, a response, or items one after the other.
fn parse(text: &str, from: &Source) -> Result<Vec<Value>, InputError> {
    let values: Result<Vec<Value>, _> = Deserializer::from_str(text).into_iter().collect();
    let mut values = values.map_err(|source| InputError::NotJson { from: from.clone(), source })?;
    let items = match values.as_mut_slice() {
        [Value::Array(items)] => std::mem::take(items),
        [Value::Object(response)] if response.contains_key("output") && !response.contains_key("call_id") => {
            match response.remove("output") {
                Some(Value::Array(items)) => items,
                _ => return Err(InputError::OtherJson { from: from.clone(), expected: EXPECTED }),
            }
        }
        _ => values,
    };
    if items.iter().all(Value::is_object) {
        Ok(items)
    } else {
        Err(InputError::OtherJson { from: from.clone(), expected: EXPECTED })
    }
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use serde_json::json;

    use super::*;

    #[test]
    fn items_are_read_in_three_forms() {
        let (a, b) = (json!({"type": "a", "x": 1}), json!({"type": "b"}));
        let tool = json!({"type": "function_call_output", "call_id": "c", "output": []});
        for (text, expected) in [
            (format!("[{a}, {b}]"), vec![&a, &b]),
            (json!({"id": "resp_1", "output": [a]}).to_string(), vec![&a]),
            (format!("{a}\n\n{b}\n"), vec![&a, &b]),
            (a.to_string(), vec![&a]),
            (tool.to_string(), vec![&tool]),
            ("[]".to_owned(), vec![]),
            (String::new(), vec![]),
        ] {
            let items = parse(&text, &Source::Stdin).unwrap();
            assert_eq!(items.iter().collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_item_is_refused() {
        for (text, expected) in [
            ("[1]", "is JSON, but not items"),
            ("\"text\"", "is JSON, but not items"),
            ("{\"output\": \"text\"}", "is JSON, but not items"),
            ("{\"type\": \"a\"}\n{\"type\"", "is not JSON"),
            ("plain text", "is not JSON"),
        ] {
            let error = parse(text, &Source::Stdin).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
