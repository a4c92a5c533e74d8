//! The metrics: points by the rows of the table. What happens for every event of a stream is counted by the stream and
//! told once, at its end.

use std::time::Duration;

use codex_observe::{
    AnswerFacts, AuthRecovery, Carrier, Event, OperationEnded, OperationStarted, SessionFacts, TokenCounts,
};
use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram, Meter, MeterProvider},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use crate::{
    error_type::error_type,
    known_kinds::KnownKinds,
    label::label,
    metric_table::{DEFAULT_LABELS, Metric, MetricKind, MetricRow, SERVICE_NAME_LABEL, metric_table},
    part::{Attempt, AttemptKind, Part},
    scope,
    span_attributes::{
        CHAT, ERROR_TYPE, METHOD, OPERATION_NAME, PROVIDER_NAME, REQUEST_MODEL, STATUS_CODE, TOKEN_TYPE,
        is_inference, model, provider, push_server,
    },
};

/// Events that report a failure.
const FAILURES: [&str; 2] = ["error", "response.failed"];

/// Writes points of the instruments in the table.
pub(crate) struct MetricSink {
    instruments: Vec<Instrument>,
    service: Option<KeyValue>,
    kinds: KnownKinds,
}

enum Instrument {
    Counter(Counter<u64>),
    Histogram(Histogram<f64>),
}

impl MetricSink {
    /// `service_name` is that of the resource.
    pub(crate) fn new(provider: &SdkMeterProvider, service_name: Option<&str>) -> Self {
        let meter = provider.meter(scope::METRICS);
        let instruments = metric_table().iter().map(|row| instrument(&meter, row)).collect();
        let service = service_name.map(|name| KeyValue::new(SERVICE_NAME_LABEL, label(name).into_owned()));
        Self { instruments, service, kinds: KnownKinds::default() }
    }

    /// Counts and measures an event; `started` is what was told of its operation.
    pub(crate) fn record(&self, event: &Event, session: &SessionFacts, started: Option<&OperationStarted>) {
        match (event, Part::of(event)) {
            (_, Part::Attempt(attempt)) => self.attempt(&attempt, session, started),
            (Event::AuthRecovery(recovery), _) => self.recovery(recovery, session),
            (Event::TransportFallback(_), _) => {
                let labels = self.session_labels(session, [("from_wire_api", "responses_websocket")]);
                self.count(Metric::FallbackToHttp, 1, &labels);
            }
            _ => {}
        }
    }

    /// The metrics of an operation that ended.
    pub(crate) fn end(&self, ended: &OperationEnded, session: &SessionFacts, started: &OperationStarted) {
        if !is_inference(started) {
            return;
        }
        let labels = gen_ai_labels(session, started);
        let mut result = labels.clone();
        if let Some(kind) = error_type(&ended.outcome) {
            result.push(KeyValue::new(ERROR_TYPE, kind));
        }
        self.measure(Metric::OperationDuration, ended.outcome.duration.as_secs_f64(), &result);
        let Some(answer) = &ended.answer else { return };
        if let Some(first) = answer.first_event {
            self.measure(Metric::FirstChunk, first.as_secs_f64(), &labels);
        }
        if let Some(between) = per_output_chunk(answer) {
            self.measure(Metric::PerOutputChunk, between.as_secs_f64(), &labels);
        }
        if let Some(first) = answer.first_output {
            self.measure(Metric::TurnFirstOutput, millis(first), &self.session_labels(session, []));
        }
        if let Some(usage) = answer.usage {
            self.tokens(usage, session, &labels);
        }
        self.stream_events(answer, session, started.target.carrier);
    }

    fn attempt(&self, attempt: &Attempt<'_>, session: &SessionFacts, started: Option<&OperationStarted>) {
        let Attempt { outcome, kind, .. } = *attempt;
        let success = if outcome.is_success() { "true" } else { "false" };
        let status = outcome.final_status().map_or_else(|| "none".to_owned(), |status| status.to_string());
        let (count, duration) = match kind {
            AttemptKind::Http => (Metric::ApiRequest, Metric::ApiRequestDuration),
            AttemptKind::Handshake => (Metric::WebsocketConnect, Metric::WebsocketConnectDuration),
            AttemptKind::WebsocketRequest => (Metric::WebsocketRequest, Metric::WebsocketRequestDuration),
        };
        let labels = match kind {
            AttemptKind::WebsocketRequest => self.session_labels(session, [("success", success)]),
            AttemptKind::Http | AttemptKind::Handshake => {
                self.session_labels(session, [("status", status.as_str()), ("success", success)])
            }
        };
        self.count(count, 1, &labels);
        self.measure(duration, millis(outcome.duration), &labels);
        if let Some(labels) = http_labels(attempt, started) {
            self.measure(Metric::HttpRequestDuration, outcome.duration.as_secs_f64(), &labels);
        }
    }

    fn recovery(&self, recovery: &AuthRecovery, session: &SessionFacts) {
        let step = recovery.step;
        let labels =
            [("mode", step.mode.as_str()), ("step", step.phase.as_str()), ("outcome", step.outcome.as_str())];
        self.count(Metric::AuthRecovery, 1, &self.session_labels(session, labels));
    }

    fn tokens(&self, usage: TokenCounts, session: &SessionFacts, gen_ai: &[KeyValue]) {
        for (kind, tokens) in [("input", usage.input), ("output", usage.output)] {
            let mut labels = gen_ai.to_vec();
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
            let labels = self.session_labels(session, [("token_type", kind)]);
            self.measure(Metric::TurnTokenUsage, count_as_f64(tokens), &labels);
        }
    }

    fn stream_events(&self, answer: &AnswerFacts, session: &SessionFacts, carrier: Carrier) {
        let metric = match carrier {
            Carrier::Websocket => Metric::WebsocketEvent,
            _ => Metric::SseEvent,
        };
        for counted in &answer.kinds {
            let success = if FAILURES.contains(&&*counted.kind) { "false" } else { "true" };
            let kind = self.kinds.bounded(&counted.kind);
            self.count(
                metric,
                counted.count,
                &self.session_labels(session, [("kind", kind), ("success", success)]),
            );
        }
    }

    /// The labels of a `codex.` metric: its own, those of the session, and the service.
    fn session_labels<const N: usize>(
        &self,
        session: &SessionFacts,
        own: [(&'static str, &str); N],
    ) -> Vec<KeyValue> {
        let mut labels: Vec<_> =
            own.into_iter().map(|(name, value)| KeyValue::new(name, label(value).into_owned())).collect();
        session.visit(&mut |field, value| {
            if let Some(name) = field.name().filter(|name| DEFAULT_LABELS.contains(name)) {
                labels.push(KeyValue::new(name, label(&value.to_string()).into_owned()));
            }
        });
        labels.extend(self.service.clone());
        labels
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

fn gen_ai_labels(session: &SessionFacts, started: &OperationStarted) -> Vec<KeyValue> {
    let mut labels = vec![
        KeyValue::new(OPERATION_NAME, CHAT),
        KeyValue::new(PROVIDER_NAME, label(&provider(started)).into_owned()),
    ];
    if let Some(asked_for) = model(started, session) {
        labels.push(KeyValue::new(REQUEST_MODEL, label(asked_for).into_owned()));
    }
    push_server(&mut labels, &started.target);
    labels
}

/// `None` for what is no HTTP request, or when a required attribute is not known.
fn http_labels(attempt: &Attempt<'_>, started: Option<&OperationStarted>) -> Option<Vec<KeyValue>> {
    if attempt.kind == AttemptKind::WebsocketRequest {
        return None;
    }
    let target = &started?.target;
    let mut labels = vec![KeyValue::new(METHOD, label(&target.method).into_owned())];
    push_server(&mut labels, target);
    if let Some(status) = attempt.outcome.final_status() {
        labels.push(KeyValue::new(STATUS_CODE, i64::from(status)));
    }
    if let Some(kind) = error_type(attempt.outcome) {
        labels.push(KeyValue::new(ERROR_TYPE, kind));
    }
    Some(labels)
}

/// Mean time between two chunks of visible output; `None` for fewer than two.
fn per_output_chunk(answer: &AnswerFacts) -> Option<Duration> {
    let gaps = u32::try_from(answer.output_events.checked_sub(1)?).ok().filter(|gaps| *gaps > 0)?;
    Some(answer.last_output?.checked_sub(answer.first_output?)? / gaps)
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Exact up to 2^32, and capped there: no answer has more tokens.
fn count_as_f64(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
