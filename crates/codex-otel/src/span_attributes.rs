//! The attributes of spans, by the names of the OpenTelemetry conventions: GenAI client spans (status Development) for an
//! operation, HTTP client spans (stable) for an attempt.

use codex_observe::{
    AnswerFacts, Carrier, Endpoint, OperationStarted, Outcome, RequestContext, RequestTarget, SessionFacts,
};
use opentelemetry::KeyValue;

use crate::{
    error_type::error_type,
    fields::whole,
    part::{Attempt, AttemptKind},
};

pub(crate) const ERROR_TYPE: &str = "error.type";
pub(crate) const OPERATION_NAME: &str = "gen_ai.operation.name";
pub(crate) const PROVIDER_NAME: &str = "gen_ai.provider.name";
pub(crate) const REQUEST_MODEL: &str = "gen_ai.request.model";
pub(crate) const TOKEN_TYPE: &str = "gen_ai.token.type";
pub(crate) const METHOD: &str = "http.request.method";
pub(crate) const STATUS_CODE: &str = "http.response.status_code";
pub(crate) const SERVER_ADDRESS: &str = "server.address";
pub(crate) const SERVER_PORT: &str = "server.port";
const API_TYPE: &str = "openai.api.type";
const CONVERSATION_ID: &str = "gen_ai.conversation.id";
const ENDPOINT: &str = "url.template";
const FIRST_CHUNK: &str = "gen_ai.response.time_to_first_chunk";
const FINISH_REASONS: &str = "gen_ai.response.finish_reasons";
const RESEND_COUNT: &str = "http.request.resend_count";
const RESPONSE_ID: &str = "gen_ai.response.id";
const RESPONSE_MODEL: &str = "gen_ai.response.model";
const RESPONSE_TIER: &str = "openai.response.service_tier";
const STREAM: &str = "gen_ai.request.stream";
const URL_FULL: &str = "url.full";
const USAGE_CACHED: &str = "gen_ai.usage.cache_read.input_tokens";
const USAGE_INPUT: &str = "gen_ai.usage.input_tokens";
const USAGE_OUTPUT: &str = "gen_ai.usage.output_tokens";
const USAGE_REASONING: &str = "gen_ai.usage.reasoning.output_tokens";

/// What the Responses API is called in the conventions.
pub(crate) const CHAT: &str = "chat";
const OPENAI: &str = "openai";
const AZURE_OPENAI: &str = "azure.ai.openai";

/// Whether a model answers: GenAI conventions hold for it. The handshake of a WebSocket only opens the way to one.
pub(crate) fn is_inference(started: &OperationStarted) -> bool {
    let is_handshake = started.target.carrier == Carrier::Websocket && !started.streams;
    started.endpoint == Endpoint::RESPONSES && !is_handshake
}

/// Name of an operation's span: `chat gpt-5`, or the path of an endpoint where no model answers.
pub(crate) fn operation_name(started: &OperationStarted, session: &SessionFacts) -> String {
    match (is_inference(started), model(started, session)) {
        (true, Some(model)) => format!("{CHAT} {model}"),
        (true, None) => CHAT.to_owned(),
        (false, _) => started.endpoint.0.to_owned(),
    }
}

/// What is known when the operation begins.
pub(crate) fn of_operation(started: &OperationStarted, session: &SessionFacts) -> Vec<KeyValue> {
    let mut attributes = vec![KeyValue::new(ENDPOINT, started.endpoint.0)];
    push_server(&mut attributes, &started.target);
    if !is_inference(started) {
        return attributes;
    }
    attributes.push(KeyValue::new(OPERATION_NAME, CHAT));
    attributes.push(KeyValue::new(API_TYPE, "responses"));
    attributes.push(KeyValue::new(PROVIDER_NAME, provider(started)));
    attributes.push(KeyValue::new(STREAM, started.streams));
    push_text(&mut attributes, REQUEST_MODEL, model(started, session));
    push_text(&mut attributes, CONVERSATION_ID, session.conversation_id.as_deref());
    attributes
}

/// What is known when it has ended.
pub(crate) fn of_answer(answer: &AnswerFacts) -> Vec<KeyValue> {
    let mut attributes = Vec::new();
    push_text(&mut attributes, RESPONSE_ID, answer.response_id.as_deref());
    push_text(&mut attributes, RESPONSE_MODEL, answer.model.as_deref());
    push_text(&mut attributes, RESPONSE_TIER, answer.service_tier.as_deref());
    if let Some(reason) = answer.finish_reason {
        let reasons = opentelemetry::Array::String(vec![reason.into()]);
        attributes.push(KeyValue::new(FINISH_REASONS, opentelemetry::Value::Array(reasons)));
    }
    if let Some(first) = answer.first_event {
        attributes.push(KeyValue::new(FIRST_CHUNK, first.as_secs_f64()));
    }
    if let Some(usage) = answer.usage {
        attributes.push(KeyValue::new(USAGE_INPUT, whole(usage.input)));
        attributes.push(KeyValue::new(USAGE_OUTPUT, whole(usage.output)));
        attributes.push(KeyValue::new(USAGE_CACHED, whole(usage.cached_input)));
        attributes.push(KeyValue::new(USAGE_REASONING, whole(usage.reasoning_output)));
    }
    attributes
}

/// Name of an attempt's span: `POST /responses`.
pub(crate) fn attempt_name(attempt: &Attempt<'_>, target: Option<&RequestTarget>) -> String {
    let verb = match (attempt.kind, target) {
        (AttemptKind::WebsocketRequest, _) => "websocket request",
        (_, Some(target)) => &target.method,
        (_, None) => "HTTP",
    };
    format!("{verb} {}", attempt.context.endpoint)
}

/// What is known of an attempt.
pub(crate) fn of_attempt(
    context: &RequestContext,
    outcome: &Outcome,
    kind: AttemptKind,
    target: Option<&RequestTarget>,
) -> Vec<KeyValue> {
    let mut attributes = vec![KeyValue::new(ENDPOINT, context.endpoint.0)];
    if let Some(target) = target {
        if kind != AttemptKind::WebsocketRequest {
            attributes.push(KeyValue::new(METHOD, target.method.to_string()));
        }
        push_server(&mut attributes, target);
        attributes.push(KeyValue::new(URL_FULL, target.url.to_string()));
    }
    if let Some(status) = outcome.final_status() {
        attributes.push(KeyValue::new(STATUS_CODE, i64::from(status)));
    }
    if context.attempt > 1 {
        attributes.push(KeyValue::new(RESEND_COUNT, i64::from(context.attempt - 1)));
    }
    if let Some(kind) = error_type(outcome) {
        attributes.push(KeyValue::new(ERROR_TYPE, kind));
    }
    attributes
}

/// The model that is asked for: that of the request, else that of the session.
pub(crate) fn model<'a>(started: &'a OperationStarted, session: &'a SessionFacts) -> Option<&'a str> {
    started.model.as_deref().or(session.model.as_deref())
}

/// The provider by the name of the conventions: lower case, `openai` when it has none.
pub(crate) fn provider(started: &OperationStarted) -> String {
    match started.provider.to_ascii_lowercase() {
        name if name.is_empty() => OPENAI.to_owned(),
        name if name == "azure" => AZURE_OPENAI.to_owned(),
        name => name,
    }
}

pub(crate) fn push_server(attributes: &mut Vec<KeyValue>, target: &RequestTarget) {
    attributes.push(KeyValue::new(SERVER_ADDRESS, target.host.to_string()));
    if let Some(port) = target.port {
        attributes.push(KeyValue::new(SERVER_PORT, i64::from(port)));
    }
}

fn push_text(attributes: &mut Vec<KeyValue>, name: &'static str, text: Option<&str>) {
    if let Some(text) = text {
        attributes.push(KeyValue::new(name, text.to_owned()));
    }
}
