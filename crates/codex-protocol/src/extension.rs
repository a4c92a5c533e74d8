//! Whether a request goes on where the last response of a connection ended.

use serde_json::{Map, Value};

use crate::input::Input;
use crate::item::ResponseItem;
use crate::request::ResponsesApiRequest;

/// Fields of an item that a caller may leave out when giving it back.
const LEFT_OUT_FIELDS: [&str; 2] = ["id", "status"];
/// The same, for reasoning items: its raw text stays with the service.
const LEFT_OUT_REASONING_FIELDS: [&str; 3] = ["id", "status", "content"];

/// The items of `next` that are new since the last response of the same connection, or `None` when the whole
/// request must be sent. When there are some (or an empty rest), send
/// [`ResponseCreateFrame::continuing`](crate::ResponseCreateFrame::continuing) with the id of that response.
///
/// `last` is the request that was answered, whole; `last_output` the items of its
/// `response.output_item.done` events in order; the response must have ended with `response.completed`.
///
/// `next` extends `last` when
/// - all settings are equal. What a frame does not carry (`stream`, `background` and their options) and what
///   belongs to one frame alone (`generate`, `stream_id`, `client_metadata`) does not count;
/// - its input begins with the input of `last`, then the items of `last_output`. An item that came back may
///   lack `id` and `status`, and reasoning its raw `content`; what it has must be as it came;
/// - neither belongs to a conversation, which the service continues by itself.
///
/// ```
/// use codex_protocol::{ResponseItem, ResponsesApiRequest, extension};
///
/// let last = ResponsesApiRequest::new("gpt-5.4").input("Say hello");
/// let output = [ResponseItem::assistant("Hello.")];
/// let next = ResponsesApiRequest::new("gpt-5.4")
///     .user("Say hello")
///     .item(output[0].clone())
///     .user("Again");
/// assert_eq!(extension(&last, &output, &next), Some(&[ResponseItem::user("Again")][..]));
/// ```
pub fn extension<'r>(
    last: &ResponsesApiRequest,
    last_output: &[ResponseItem],
    next: &'r ResponsesApiRequest,
) -> Option<&'r [ResponseItem]> {
    let Some(Input::Items(items)) = &next.input else { return None };
    let rest = after_input(last.input.as_ref(), items)?;
    let (echoed, rest) = rest.split_at_checked(last_output.len())?;
    let same = last.conversation.is_none()
        && last.previous_response_id == next.previous_response_id
        && last.has_settings_of(next)
        && echoed.iter().zip(last_output).all(|(given, came)| is_echo(given, came));
    same.then_some(rest)
}

/// What follows the earlier input.
fn after_input<'r>(input: Option<&Input>, items: &'r [ResponseItem]) -> Option<&'r [ResponseItem]> {
    match input {
        None => Some(items),
        Some(Input::Items(earlier)) => items.strip_prefix(earlier.as_slice()),
        Some(Input::Text(text)) => items.strip_prefix(&[ResponseItem::user(text.as_str())]),
    }
}

/// Whether `given` is the item that `came`. Most are equal as they stand; the JSON is compared only for
/// those that are not, never for the whole history.
fn is_echo(given: &ResponseItem, came: &ResponseItem) -> bool {
    if given == came {
        return true;
    }
    if given.kind() != came.kind() {
        return false;
    }
    let left_out: &[&str] = match came {
        ResponseItem::Reasoning(_) => &LEFT_OUT_REASONING_FIELDS,
        _ => &LEFT_OUT_FIELDS,
    };
    let (Some(given), Some(mut came)) = (fields(given), fields(came)) else { return false };
    came.retain(|name, _| !left_out.contains(&name.as_str()) || given.contains_key(name));
    given == came
}

fn fields(item: &ResponseItem) -> Option<Map<String, Value>> {
    match serde_json::to_value(item) {
        Ok(Value::Object(fields)) => Some(fields),
        _ => None,
    }
}
