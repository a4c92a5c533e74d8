//! Conditions on a request.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::auth::credential;
use crate::inbound::Inbound;
use crate::prompt;
use crate::secret::Secret;
use crate::transport::Transport;

/// The path that a rule without one is about.
const CREATE_RESPONSE: &str = "/responses";

/// Conditions on a request; all that are given must hold.
///
/// Without a path, a rule is about `POST /responses` only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct When {
    /// Path below the base URL, such as `/models`, or whole path of an endpoint at the server's root, such as
    /// `/oauth/token`, with or without a final `/`; `*` is any.
    pub path: Option<String>,
    /// Model of the request.
    pub model: Option<String>,
    /// Text that occurs anywhere in `input`, upper and lower case being equal.
    pub input_contains: Option<String>,
    /// Text that occurs in the last message of the user, upper and lower case being equal.
    pub user_says: Option<String>,
    /// Headers and their values; `*` is any value.
    pub headers: BTreeMap<String, String>,
    /// Number of the request among those to its path, counted from 1.
    pub nth: Option<u64>,
    /// The input ends with the output of this tool: its name or the call's id.
    pub tool_output_for: Option<String>,
    /// Whether the request asks for a stream.
    pub stream: Option<bool>,
    /// What carries the request. Without it, a rule is about requests over HTTP and on a WebSocket alike,
    /// and not about handshakes.
    pub transport: Option<Transport>,
    /// Whether the request is a warm-up (`generate: false`). Without it, a rule is not about warm-ups.
    pub warm_up: bool,
    /// The bearer token of the request.
    pub(crate) bearer: Option<Secret>,
}

impl When {
    /// No condition.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The path below the base URL, or the whole path of an endpoint at the server's root.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The model.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Text anywhere in the input.
    #[must_use]
    pub fn input_contains(mut self, text: impl Into<String>) -> Self {
        self.input_contains = Some(text.into());
        self
    }

    /// Text in the last message of the user.
    #[must_use]
    pub fn user_says(mut self, text: impl Into<String>) -> Self {
        self.user_says = Some(text.into());
        self
    }

    /// A header and its value; `*` is any value.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// The number of the request among those to its path, counted from 1.
    #[must_use]
    pub fn nth(mut self, number: u64) -> Self {
        self.nth = Some(number);
        self
    }

    /// The input ends with the output of this tool: its name or the call's id.
    #[must_use]
    pub fn tool_output_for(mut self, tool: impl Into<String>) -> Self {
        self.tool_output_for = Some(tool.into());
        self
    }

    /// Whether the request asks for a stream.
    #[must_use]
    pub fn stream(mut self, stream: bool) -> Self {
        self.stream = Some(stream);
        self
    }

    /// What carries the request.
    #[must_use]
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The request is a warm-up.
    #[must_use]
    pub fn warm_up(mut self) -> Self {
        self.warm_up = true;
        self
    }

    /// The bearer token. A rule sees only requests whose token the simulator accepts.
    #[must_use]
    pub fn bearer(mut self, token: impl Into<String>) -> Self {
        self.bearer = Some(Secret::new(token));
        self
    }

    pub(crate) fn matches(&self, inbound: &Inbound) -> bool {
        self.path_matches(inbound)
            && self.warm_up == inbound.warm_up
            && self.transport_matches(inbound.transport)
            && self.nth.is_none_or(|nth| nth == inbound.nth)
            && self.model.as_deref().is_none_or(|model| inbound.model() == Some(model))
            && self.stream.is_none_or(|stream| inbound.wants_stream() == stream)
            && self.headers.iter().all(|(name, value)| inbound.has_header(name, value))
            && self.bearer_matches(inbound)
            && self.input_matches(inbound)
    }

    fn transport_matches(&self, transport: Transport) -> bool {
        match self.transport {
            None => transport != Transport::Handshake,
            Some(wanted) => wanted == transport,
        }
    }

    fn bearer_matches(&self, inbound: &Inbound) -> bool {
        self.bearer.as_ref().is_none_or(|token| credential(&inbound.headers) == Some(token.reveal()))
    }

    fn path_matches(&self, inbound: &Inbound) -> bool {
        match self.path.as_deref() {
            None => inbound.path == CREATE_RESPONSE,
            Some("*") => true,
            Some(path) => inbound.path.trim_end_matches('/') == path.trim_end_matches('/'),
        }
    }

    fn input_matches(&self, inbound: &Inbound) -> bool {
        let anywhere = |text: &str| {
            let input = inbound.body.get("input").map(ToString::to_string).unwrap_or_default();
            contains(&input, text)
        };
        let tool = |tool: &str| {
            prompt::tool_outputs(&inbound.history)
                .iter()
                .any(|output| output.call_id == tool || output.name == Some(tool))
        };
        self.input_contains.as_deref().is_none_or(anywhere)
            && self
                .user_says
                .as_deref()
                .is_none_or(|text| contains(&prompt::last_user_text(&inbound.history), text))
            && self.tool_output_for.as_deref().is_none_or(tool)
    }
}

fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}
