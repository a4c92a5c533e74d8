//! Facts that the service tells in the head of an answer, as the events in which the caller gets them (wire.md 13).

use std::collections::VecDeque;

use codex_client::ResponseHead;
use codex_protocol::{RateLimitSnapshot, ResponseEvent, WireHeaders};

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
    events.extend(rate_limits(head).into_iter().map(|limits| ResponseEvent::RateLimits(Box::new(limits))));
    events
}

/// The limits that `head` tells, those of the plan and those of the API; empty ones are left out.
fn rate_limits(head: &ResponseHead) -> Vec<RateLimitSnapshot> {
    let mut limits = RateLimitSnapshot::from_headers(&limit_headers(head));
    limits.retain(|limits| !limits.is_empty());
    limits
}

/// The headers about limits: a small part of a head, so that an ordinary one costs nothing.
pub(crate) fn limit_headers(head: &ResponseHead) -> WireHeaders {
    let of_limits =
        |name: &str| name.starts_with("x-ratelimit-") || (name.starts_with("x-") && !name.ends_with("-id"));
    let pairs = head.headers.iter().filter(|(name, _)| of_limits(name.as_str()));
    pairs.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect()
}
