//! Facts that the service tells in the head of an answer, as the events in which the caller gets them (wire.md 13).

use std::collections::VecDeque;

use codex_client::ResponseHead;
use codex_protocol::ResponseEvent;

const SERVER_MODEL: &str = "openai-model";
const MODELS_ETAG: &str = "x-models-etag";
const REASONING_INCLUDED: &str = "x-reasoning-included";

/// The facts of `head`, in the order in which they are given, before the first event of the stream.
pub(crate) fn events(head: &ResponseHead) -> VecDeque<ResponseEvent> {
    let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut events = VecDeque::new();
    events.extend(text(SERVER_MODEL).map(ResponseEvent::ServerModel));
    events.extend(text(MODELS_ETAG).map(ResponseEvent::ModelsEtag));
    if head.headers.contains_key(REASONING_INCLUDED) {
        events.push_back(ResponseEvent::ServerReasoningIncluded(true));
    }
    events
}
