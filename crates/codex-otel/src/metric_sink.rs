//! The metrics: points by the rows of the table. What happens for every event of a stream is counted by the stream and
//! told once, at its end.

use std::time::Duration;

use codex_observe::{AuthRecovery, Event, Outcome, RequestContext, SessionFacts};
use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram, Meter, MeterProvider},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use crate::{
    error_type::error_type,
    label::label,
    metric_table::{DEFAULT_LABELS, Metric, MetricKind, MetricRow, metric_table},
    operation::{OperationEnd, OperationStart, TokenCounts},
    part::{Attempt, AttemptKind, Part},
    scope,
    span_attributes::{
        CHAT, ERROR_TYPE, METHOD, OPENAI, OPERATION_NAME, PROVIDER_NAME, REQUEST_MODEL, SERVER_ADDRESS,
        SERVER_PORT, STATUS_CODE, TOKEN_TYPE, is_inference, model,
    },
};

/// Writes points of the instruments in the table.
pub(crate) struct MetricSink {
    instruments: Vec<Instrument>,
}

enum Instrument {
    Counter(Counter<u64>),
    Histogram(Histogram<f64>),
}

/// What the points of an event are made with.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) session: &'a SessionFacts,
    /// What was told of the operation, if anything was.
    pub(crate) start: Option<&'a OperationStart>,
}

impl MetricSink {
    pub(crate) fn new(provider: &SdkMeterProvider) -> Self {
        let meter = provider.meter(scope::METRICS);
        Self { instruments: metric_table().iter().map(|row| instrument(&meter, row)).collect() }
    }

    pub(crate) fn record(&self, event: &Event, about: About<'_>) {
        match (event, Part::of(event)) {
            (_, Part::Attempt(attempt)) => self.attempt(&attempt, about),
            (_, Part::StreamEnd { context, outcome }) => self.stream_end(context, outcome, about),
            (Event::AuthRecovery(recovery), _) => self.recovery(recovery, about.session),
            (Event::TransportFallback(_), _) => {
                let labels = session_labels(about.session, [("from_wire_api", "responses_websocket")]);
                self.count(Metric::FallbackToHttp, 1, &labels);
            }
            _ => {}
        }
    }

    /// The metrics of an operation that ended.
    pub(crate) fn end(&self, end: &OperationEnd, about: About<'_>) {
        if !is_inference(end.endpoint) {
            return;
        }
        self.operation_duration(&end.outcome, about);
        let answer = &end.answer;
        let labels = gen_ai_labels(about);
        if let Some(first) = answer.timing.first_event {
            self.measure(Metric::FirstChunk, first.as_secs_f64(), &labels);
        }
        if let Some(between) = answer.timing.per_output_chunk() {
            self.measure(Metric::PerOutputChunk, between.as_secs_f64(), &labels);
        }
        if let Some(first) = answer.timing.first_output {
            self.measure(Metric::TurnFirstOutput, millis(first), &session_labels(about.session, []));
        }
        if let Some(usage) = answer.usage {
            self.tokens(usage, about);
        }
        self.stream_events(end, about.session);
    }

    fn attempt(&self, attempt: &Attempt<'_>, about: About<'_>) {
        let Attempt { outcome, kind, .. } = *attempt;
        let success = if outcome.is_success() { "true" } else { "false" };
        let status = outcome.final_status().map_or_else(|| "none".to_owned(), |status| status.to_string());
        let (count, duration) = match kind {
            AttemptKind::Http => (Metric::ApiRequest, Metric::ApiRequestDuration),
            AttemptKind::Handshake => (Metric::WebsocketConnect, Metric::WebsocketConnectDuration),
            AttemptKind::WebsocketRequest => (Metric::WebsocketRequest, Metric::WebsocketRequestDuration),
        };
        let labels = match kind {
            AttemptKind::WebsocketRequest => session_labels(about.session, [("success", success)]),
            AttemptKind::Http | AttemptKind::Handshake => {
                session_labels(about.session, [("status", status.as_str()), ("success", success)])
            }
        };
        self.count(count, 1, &labels);
        self.measure(duration, millis(outcome.duration), &labels);
        if let Some(labels) = http_labels(attempt, about.start) {
            self.measure(Metric::HttpRequestDuration, outcome.duration.as_secs_f64(), &labels);
        }
    }

    /// The end of a stream is the end of its operation, where no other is going to be told.
    fn stream_end(&self, context: &RequestContext, outcome: &Outcome, about: About<'_>) {
        if about.start.is_none() && is_inference(context.endpoint) {
            self.operation_duration(outcome, about);
        }
    }

    fn operation_duration(&self, outcome: &Outcome, about: About<'_>) {
        let mut labels = gen_ai_labels(about);
        if let Some(kind) = error_type(outcome) {
            labels.push(KeyValue::new(ERROR_TYPE, kind));
        }
        self.measure(Metric::OperationDuration, outcome.duration.as_secs_f64(), &labels);
    }

    fn recovery(&self, recovery: &AuthRecovery, session: &SessionFacts) {
        let step = recovery.step;
        let labels = [
            ("mode", step.mode.as_str()),
            ("step", step.phase.as_str()),
            ("outcome", step.outcome.as_str()),
        ];
        self.count(Metric::AuthRecovery, 1, &session_labels(session, labels));
    }

    fn tokens(&self, usage: TokenCounts, about: About<'_>) {
        for (kind, tokens) in [("input", usage.input), ("output", usage.output)] {
            let mut labels = gen_ai_labels(about);
            labels.push(KeyValue::new(TOKEN_TYPE, kind));
            self.measure(Metric::TokenUsage, count_as_f64(tokens), &labels);
        }
        for (kind, tokens) in [
            ("total", usage.total),
            ("input", usage.input),
            ("cached_input", usage.cached_input),
            ("output", usage.output),
            ("reasoning_output", usage.reasoning_output),
        ] {
            let labels = session_labels(about.session, [("token_type", kind)]);
            self.measure(Metric::TurnTokenUsage, count_as_f64(tokens), &labels);
        }
    }

    fn stream_events(&self, end: &OperationEnd, session: &SessionFacts) {
        let metric = if end.websocket { Metric::WebsocketEvent } else { Metric::SseEvent };
        for counted in &end.answer.kinds {
            for (success, events) in [("true", counted.succeeded), ("false", counted.failed)] {
                if events > 0 {
                    let labels = session_labels(session, [("kind", counted.kind), ("success", success)]);
                    self.count(metric, events, &labels);
                }
            }
        }
    }

    fn count(&self, metric: Metric, by: u64, labels: &[KeyValue]) {
        if let Some(Instrument::Counter(counter)) = self.instruments.get(metric as usize) {
            counter.add(by, labels);
        }
    }

    fn measure(&self, metric: Metric, value: f64, labels: &[KeyValue]) {
        if let Some(Instrument::Histogram(histogram)) = self.instruments.get(metric as usize) {
            histogram.record(value, labels);
        }
    }
}

fn instrument(meter: &Meter, row: &MetricRow) -> Instrument {
    match row.kind {
        MetricKind::Counter => Instrument::Counter(
            meter.u64_counter(row.name).with_unit(row.unit).with_description(row.description).build(),
        ),
        MetricKind::Histogram(buckets) => Instrument::Histogram(
            meter
                .f64_histogram(row.name)
                .with_unit(row.unit)
                .with_description(row.description)
                .with_boundaries(buckets.to_vec())
                .build(),
        ),
    }
}

/// The labels of a `codex.` metric: its own and those of the session.
fn session_labels<const N: usize>(session: &SessionFacts, own: [(&'static str, &str); N]) -> Vec<KeyValue> {
    let mut labels: Vec<_> =
        own.into_iter().map(|(name, value)| KeyValue::new(name, label(value).into_owned())).collect();
    session.visit(&mut |field, value| {
        if let Some(name) = field.name().filter(|name| DEFAULT_LABELS.contains(name)) {
            labels.push(KeyValue::new(name, label(&value.to_string()).into_owned()));
        }
    });
    labels
}

fn gen_ai_labels(about: About<'_>) -> Vec<KeyValue> {
    let provider = about.start.and_then(|start| start.provider.as_deref()).unwrap_or(OPENAI);
    let mut labels = vec![
        KeyValue::new(OPERATION_NAME, CHAT),
        KeyValue::new(PROVIDER_NAME, label(provider).into_owned()),
    ];
    let asked_for = match about.start {
        Some(start) => model(start, about.session),
        None => about.session.model.as_deref(),
    };
    if let Some(asked_for) = asked_for {
        labels.push(KeyValue::new(REQUEST_MODEL, label(asked_for).into_owned()));
    }
    if let Some(target) = about.start.and_then(|start| start.target.as_ref()) {
        labels.push(KeyValue::new(SERVER_ADDRESS, label(&target.host).into_owned()));
        labels.push(KeyValue::new(SERVER_PORT, i64::from(target.port)));
    }
    labels
}

/// `None` for what is no HTTP request, or when a required attribute is not known.
fn http_labels(attempt: &Attempt<'_>, start: Option<&OperationStart>) -> Option<Vec<KeyValue>> {
    if attempt.kind == AttemptKind::WebsocketRequest {
        return None;
    }
    let target = start?.target.as_ref()?;
    let mut labels = vec![
        KeyValue::new(METHOD, target.method),
        KeyValue::new(SERVER_ADDRESS, label(&target.host).into_owned()),
        KeyValue::new(SERVER_PORT, i64::from(target.port)),
    ];
    if let Some(status) = attempt.outcome.final_status() {
        labels.push(KeyValue::new(STATUS_CODE, i64::from(status)));
    }
    if let Some(kind) = error_type(attempt.outcome) {
        labels.push(KeyValue::new(ERROR_TYPE, kind));
    }
    Some(labels)
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Exact up to 2^32, and capped there: no answer has more tokens.
fn count_as_f64(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
