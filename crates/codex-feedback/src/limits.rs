//! What a Sentry-compatible tracker takes, after its SDK documentation (transport, event payloads, enriching events).

/// The longest value of a tag, in characters. No line break is allowed in it.
pub const MAX_TAG_VALUE_CHARS: usize = 200;
/// The longest key of a tag, in characters of `[A-Za-z0-9_.:-]`: the smaller of the two documented numbers.
pub const MAX_TAG_KEY_CHARS: usize = 32;
/// The longest message of an event, in characters.
pub const MAX_MESSAGE_CHARS: usize = 8_192;
/// The largest event, in bytes of JSON.
pub const MAX_EVENT_BYTES: usize = 1024 * 1024;
/// The largest envelope, in bytes.
pub const MAX_ENVELOPE_BYTES: usize = 200 * 1024 * 1024;
/// The largest single context of an event, in bytes of JSON.
pub const MAX_CONTEXT_BYTES: usize = 8 * 1024;
/// The most breadcrumbs of an event that trackers show.
pub const MAX_BREADCRUMBS: usize = 100;
