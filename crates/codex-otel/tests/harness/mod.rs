//! An observer whose sinks keep everything in memory, and a clock that stands still until it is told to go on.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use codex_observe::{AuthEvidence, AuthMode, SafeText, SessionFacts};
use codex_otel::{ObserverOptions, OtelObserver, Sinks};
use opentelemetry_sdk::{
    logs::{InMemoryLogExporter, SdkLoggerProvider},
    metrics::{InMemoryMetricExporter, SdkMeterProvider},
    trace::{InMemorySpanExporter, SdkTracerProvider, SpanData},
};

pub(crate) const ACCOUNT: &str = "account-7";
pub(crate) const EMAIL: &str = "someone@example.com";

/// The attributes of a point, and its value, or count and sum.
pub(crate) type Point = (BTreeMap<String, String>, String);

pub(crate) struct Harness {
    pub(crate) observer: OtelObserver,
    pub(crate) now: Arc<Mutex<SystemTime>>,
    metric_provider: SdkMeterProvider,
    logs: InMemoryLogExporter,
    spans: InMemorySpanExporter,
    metrics: InMemoryMetricExporter,
}

/// 2026-11-22T14:00:00.123Z.
pub(crate) fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_356_000_123)
}

pub(crate) fn session() -> SessionFacts {
    let mut session = SessionFacts::default();
    session.conversation_id = Some("conversation-1".to_owned());
    session.app_version = Some("1.2.3".to_owned());
    session.auth_mode = Some(AuthMode::Chatgpt);
    session.originator = Some("codex_api".to_owned());
    session.terminal_type = Some("xterm".to_owned());
    session.model = Some("gpt-5.1".to_owned());
    session.slug = Some("gpt-5.1".to_owned());
    session.account_id = Some(ACCOUNT.to_owned());
    session.email = Some(EMAIL.to_owned());
    session
}

/// The evidence of a typical 401.
pub(crate) fn evidence() -> AuthEvidence {
    let mut evidence = AuthEvidence::default();
    evidence.request_id = Some(SafeText::new("req-401"));
    evidence.cf_ray = Some(SafeText::new("ray-1"));
    evidence.auth_error = Some(SafeText::new("missing_authorization_header"));
    evidence.auth_error_code = Some(SafeText::new("token_expired"));
    evidence
}

impl Harness {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut ObserverOptions)) -> Self {
        let (logs, spans) = (InMemoryLogExporter::default(), InMemorySpanExporter::default());
        let metrics = InMemoryMetricExporter::default();
        let metric_provider = SdkMeterProvider::builder().with_periodic_exporter(metrics.clone()).build();
        let mut sinks = Sinks::default();
        sinks.logs = Some(SdkLoggerProvider::builder().with_simple_exporter(logs.clone()).build());
        sinks.traces = Some(SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build());
        sinks.metrics = Some(metric_provider.clone());
        let now = Arc::new(Mutex::new(start()));
        let mut options = ObserverOptions::default();
        options.session = session();
        let clock = Arc::clone(&now);
        options.clock = Arc::new(move || *clock.lock().unwrap());
        change(&mut options);
        Self { observer: OtelObserver::new(&sinks, options), now, metric_provider, logs, spans, metrics }
    }

    pub(crate) fn pass(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
    }

    /// Name and attributes of every record, each as `scope name` and a sorted map.
    pub(crate) fn log_records(&self) -> Vec<(String, BTreeMap<String, String>)> {
        let records = self.logs.get_emitted_logs().unwrap();
        let attributes = |record: &opentelemetry_sdk::logs::SdkLogRecord| {
            record.attributes_iter().map(|(key, value)| (key.to_string(), any_text(value))).collect()
        };
        records
            .iter()
            .map(|log| {
                let name = log.record.event_name().unwrap();
                (format!("{} {name}", log.instrumentation.name()), attributes(&log.record))
            })
            .collect()
    }

    /// The span that each record names.
    pub(crate) fn log_spans(&self) -> Vec<opentelemetry::trace::SpanId> {
        let records = self.logs.get_emitted_logs().unwrap();
        records.iter().map(|log| log.record.trace_context().unwrap().span_id).collect()
    }

    /// Name and attributes of every event of every span that has ended, each as `scope name` and a sorted map.
    pub(crate) fn span_events(&self) -> Vec<(String, BTreeMap<String, String>)> {
        let events = |span: SpanData| {
            let scope = span.instrumentation_scope.name().to_owned();
            span.events
                .events
                .into_iter()
                .map(move |event| (format!("{scope} {}", event.name), event.attributes))
        };
        self.ended_spans()
            .into_iter()
            .flat_map(events)
            .map(|(name, attributes)| {
                (name, attributes.iter().map(|kv| (kv.key.to_string(), kv.value.to_string())).collect())
            })
            .collect()
    }

    /// The spans, with those still open ended now.
    pub(crate) fn spans(&self) -> Vec<SpanData> {
        self.observer.close();
        self.ended_spans()
    }

    pub(crate) fn ended_spans(&self) -> Vec<SpanData> {
        self.spans.get_finished_spans().unwrap()
    }

    /// Every metric that has a point: `name unit` and, for each point, its attributes and its value or count.
    pub(crate) fn points(&self) -> BTreeMap<String, Vec<Point>> {
        self.metric_provider.force_flush().unwrap();
        let mut all = BTreeMap::new();
        for metrics in
            self.metrics.get_finished_metrics().unwrap().last().iter().flat_map(|m| m.scope_metrics())
        {
            for metric in metrics.metrics() {
                all.insert(format!("{} {}", metric.name(), metric.unit()), points_of(metric.data()));
            }
        }
        all
    }
}

fn points_of(data: &opentelemetry_sdk::metrics::data::AggregatedMetrics) -> Vec<Point> {
    use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
    let mut points: Vec<_> = match data {
        AggregatedMetrics::U64(MetricData::Sum(sum)) => {
            sum.data_points().map(|point| (map(point.attributes()), point.value().to_string())).collect()
        }
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => histogram
            .data_points()
            .map(|point| (map(point.attributes()), format!("{}x {}", point.count(), point.sum())))
            .collect(),
        other => panic!("no such instrument: {other:?}"),
    };
    points.sort();
    points
}

fn map<'a>(attributes: impl Iterator<Item = &'a opentelemetry::KeyValue>) -> BTreeMap<String, String> {
    attributes.map(|kv| (kv.key.to_string(), kv.value.to_string())).collect()
}

fn any_text(value: &opentelemetry::logs::AnyValue) -> String {
    use opentelemetry::logs::AnyValue;
    match value {
        AnyValue::Int(number) => number.to_string(),
        AnyValue::Boolean(flag) => flag.to_string(),
        AnyValue::String(text) => text.to_string(),
        other => panic!("no such value: {other:?}"),
    }
}

/// A map from pairs.
pub(crate) fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
