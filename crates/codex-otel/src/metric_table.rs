//! The one table of metrics: name, unit, attributes. The sink makes its instruments from it, the schema prints it.
//!
//! Names that begin with `codex.` are those of the Codex client today, with the same labels; times in milliseconds.
//! Names that begin with `gen_ai.` and `http.` are those of the OpenTelemetry conventions (GenAI: status Development,
//! as of 1.41; HTTP: stable), times in seconds. No attribute holds an id, so the number of series is bounded.

/// What a metric counts or measures, and by which attributes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct MetricRow {
    /// Name of the instrument.
    pub name: &'static str,
    /// Counter or histogram.
    pub kind: MetricKind,
    /// Unit, in UCUM notation.
    pub unit: &'static str,
    /// What it is.
    pub description: &'static str,
    /// The attributes that a point can have, beside [`DEFAULT_LABELS`] where `session_labels` holds.
    pub attributes: &'static [&'static str],
    /// Whether its points have [`DEFAULT_LABELS`] too.
    pub session_labels: bool,
}

/// The two kinds of instruments.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetricKind {
    /// A sum that only grows.
    Counter,
    /// A distribution, with the upper bounds of its buckets.
    Histogram(&'static [f64]),
}

/// Labels of the session, on every metric that begins with `codex.`; `service_name` is the one of the resource.
pub const DEFAULT_LABELS: [&str; 5] = ["auth_mode", "originator", SERVICE_NAME_LABEL, "model", "app.version"];

/// Not a fact of the session: who the telemetry is of.
pub(crate) const SERVICE_NAME_LABEL: &str = "service_name";

/// Milliseconds: from a loopback answer to a turn of ten minutes.
const MILLISECONDS: &[f64] = &[
    5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 30_000.0, 60_000.0,
    120_000.0, 300_000.0, 600_000.0,
];
/// Seconds, as the GenAI conventions recommend them.
const GEN_AI_SECONDS: &[f64] =
    &[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
/// Tokens, as the GenAI conventions recommend them.
const GEN_AI_TOKENS: &[f64] = &[
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];
/// Seconds, as the HTTP conventions recommend them.
const HTTP_SECONDS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Required, or required when known, by the GenAI conventions.
const GEN_AI: &[&str] = &[
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "server.address",
    "server.port",
];
const GEN_AI_RESULT: &[&str] = &[
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "server.address",
    "server.port",
    "error.type",
];
const GEN_AI_TOKEN: &[&str] = &[
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "server.address",
    "server.port",
    "gen_ai.token.type",
];
/// Required, or required when known, by the HTTP conventions.
const HTTP: &[&str] =
    &["http.request.method", "server.address", "server.port", "http.response.status_code", "error.type"];

/// Makes the enum and the rows from the one table below.
macro_rules! table {
    ($($metric:ident = $row:expr,)+) => {
        /// One metric; its row says what it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Metric {
            $($metric,)+
        }

        /// Every metric, in the order of [`Metric`].
        const ROWS: &[MetricRow] = &[$($row,)+];
    };
}

table! {
    ApiRequest = counter("codex.api_request", "{request}")
        .of("Attempts of HTTP requests", &["status", "success"]),
    ApiRequestDuration = millis("codex.api_request.duration_ms")
        .of("Time to the head of an answer", &["status", "success"]),
    WebsocketConnect = counter("codex.websocket.connect", "{connection}")
        .of("WebSocket handshakes", &["status", "success"]),
    WebsocketConnectDuration = millis("codex.websocket.connect.duration_ms")
        .of("Duration of a WebSocket handshake", &["status", "success"]),
    WebsocketRequest = counter("codex.websocket.request", "{request}")
        .of("Requests on WebSockets", &["success"]),
    WebsocketRequestDuration = millis("codex.websocket.request.duration_ms")
        .of("Time to hand a request to a WebSocket", &["success"]),
    SseEvent = counter("codex.sse_event", "{event}")
        .of("Events of HTTP streams, counted at their end", &["kind", "success"]),
    WebsocketEvent = counter("codex.websocket.event", "{event}")
        .of("Events of WebSocket streams, counted at their end", &["kind", "success"]),
    AuthRecovery = counter("codex.auth_recovery", "{step}")
        .of("Steps of recovery from a 401", &["mode", "step", "outcome"]),
    FallbackToHttp = counter("codex.transport.fallback_to_http", "{change}")
        .of("Sessions that went on over HTTP", &["from_wire_api"]),
    TurnFirstOutput = millis("codex.turn.ttft.duration_ms")
        .of("Time to the first visible output of an answer", &[]),
    TurnTokenUsage = histogram("codex.turn.token_usage", "{token}", GEN_AI_TOKENS)
        .of("Tokens of one answer", &["token_type"]),
    OperationDuration = histogram("gen_ai.client.operation.duration", "s", GEN_AI_SECONDS)
        .of("Duration of an operation, its retries included", GEN_AI_RESULT).by_convention(),
    TokenUsage = histogram("gen_ai.client.token.usage", "{token}", GEN_AI_TOKENS)
        .of("Tokens used by an operation", GEN_AI_TOKEN).by_convention(),
    FirstChunk = histogram("gen_ai.client.operation.time_to_first_chunk", "s", GEN_AI_SECONDS)
        .of("Time to the first event of a stream", GEN_AI).by_convention(),
    PerOutputChunk = histogram("gen_ai.client.operation.time_per_output_chunk", "s", GEN_AI_SECONDS)
        .of("Mean time between two chunks of output", GEN_AI).by_convention(),
    HttpRequestDuration = histogram("http.client.request.duration", "s", HTTP_SECONDS)
        .of("Duration of an attempt, to the head of its answer", HTTP).by_convention(),
}

/// Every metric that the sink can write.
///
/// ```
/// let counter = codex_otel::metric_table().iter().find(|row| row.name == "codex.api_request");
/// assert_eq!(counter.expect("is there").attributes, ["status", "success"]);
/// ```
pub fn metric_table() -> &'static [MetricRow] {
    ROWS
}

impl MetricRow {
    const fn of(self, description: &'static str, attributes: &'static [&'static str]) -> Self {
        Self { description, attributes, ..self }
    }

    /// The conventions say which attributes there are: none of the session's.
    const fn by_convention(self) -> Self {
        Self { session_labels: false, ..self }
    }
}

const fn row(name: &'static str, unit: &'static str, kind: MetricKind) -> MetricRow {
    MetricRow { name, kind, unit, description: "", attributes: &[], session_labels: true }
}

const fn counter(name: &'static str, unit: &'static str) -> MetricRow {
    row(name, unit, MetricKind::Counter)
}

const fn histogram(name: &'static str, unit: &'static str, buckets: &'static [f64]) -> MetricRow {
    row(name, unit, MetricKind::Histogram(buckets))
}

const fn millis(name: &'static str) -> MetricRow {
    histogram(name, "ms", MILLISECONDS)
}
