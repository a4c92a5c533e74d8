//! What a collector is told, and that nothing depends on it.

use std::{
    io::Read,
    process::Stdio,
    time::{Duration, Instant},
};

use codex_sim::{Account, Lifetime, Reply, Scenario, TelemetrySignal};
use serde_json::Value;

use crate::{
    cli::Cli,
    login_home::LoginHome,
    raw_server::{RawServer, Then},
    sim_server::SimServer,
};

const SIGNALS: [(TelemetrySignal, [&str; 3]); 3] = [
    (TelemetrySignal::Logs, ["resourceLogs", "scopeLogs", "logRecords"]),
    (TelemetrySignal::Traces, ["resourceSpans", "scopeSpans", "spans"]),
    (TelemetrySignal::Metrics, ["resourceMetrics", "scopeMetrics", "metrics"]),
];

impl Cli {
    /// With a collector that speaks JSON.
    fn told(self, collector: &SimServer) -> Self {
        self.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.simulator().origin())
            .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
    }
}

/// All records, spans or metrics that the collector got.
fn got(collector: &SimServer, wanted: TelemetrySignal) -> Vec<Value> {
    let (_, path) = SIGNALS.iter().find(|(signal, _)| *signal == wanted).unwrap();
    let exports = collector.simulator().telemetry().into_iter().filter(|export| export.signal == wanted);
    let messages = exports.map(|export| {
        assert_eq!(export.content_type, "application/json");
        serde_json::from_slice(&export.body).unwrap()
    });
    let down = |values: Vec<Value>, key: &&str| {
        let inner =
            values.into_iter().flat_map(|value: Value| value[*key].as_array().cloned().unwrap_or_default());
        inner.collect()
    };
    path.iter().fold(messages.collect(), down)
}

/// An attribute as text.
fn attribute(thing: &Value, key: &str) -> Option<String> {
    let found = thing["attributes"].as_array()?.iter().find(|attribute| attribute["key"] == key)?;
    let value = found["value"].as_object()?.values().next()?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn expired() -> Account {
    Account::new("rt-1")
        .email("ada@example.com")
        .initial_lifetime(Lifetime::For(Duration::ZERO))
        .told_lifetime(Lifetime::For(Duration::from_secs(3600)))
}

#[test]
fn a_recovery_is_told_in_logs_traces_and_metrics() {
    for transport in ["http", "ws"] {
        let server = SimServer::start(Scenario::new().account(expired()).reply(Reply::text("recovered")));
        let login = server.simulator().login(0).unwrap();
        let home = LoginHome::of(&login);
        let collector = SimServer::text("");
        let cli = home.respond(&server, ["--transport", transport, "Hi"]).told(&collector);
        cli.env("TERM_PROGRAM", "tester").run().ended(0).printed("recovered\n").said_nothing();

        let logs = got(&collector, TelemetrySignal::Logs);
        let named = |name: &str| -> Vec<_> {
            logs.iter().filter(|log| attribute(log, "event.name").as_deref() == Some(name)).collect()
        };
        let attempts =
            named(if transport == "http" { "codex.api_request" } else { "codex.websocket_connect" });
        let statuses: Vec<_> =
            attempts.iter().filter_map(|log| attribute(log, "http.response.status_code")).collect();
        assert_eq!(statuses.iter().filter(|status| *status == "401").count(), 2, "{transport}: {statuses:?}");
        let steps: Vec<_> =
            named("codex.auth_recovery").iter().filter_map(|log| attribute(log, "auth.step")).collect();
        assert_eq!(steps, ["reload", "refresh_token"], "{transport}");
        for (key, value) in [
            ("auth_mode", "Chatgpt"),
            ("originator", "codex-api"),
            ("app.version", env!("CARGO_PKG_VERSION")),
            ("terminal.type", "tester"),
            ("model", "gpt-5.4"),
            ("user.email", "ada@example.com"),
            ("user.account_id", &login.account_id),
        ] {
            assert_eq!(attribute(attempts[0], key).as_deref(), Some(value), "{transport}: {key}");
        }
        let conversation = attribute(attempts[0], "conversation.id").unwrap();
        assert!(server.requests().iter().any(|sent| sent.header("session_id") == Some(&conversation)));

        let traces = Value::from(got(&collector, TelemetrySignal::Traces)).to_string();
        assert!(traces.contains("recovery_succeeded") && traces.contains("token_expired"), "{traces}");
        assert!(!traces.contains("ada@example.com"), "an e-mail is for the log alone");
        let metrics = got(&collector, TelemetrySignal::Metrics);
        let names: Vec<_> = metrics.iter().filter_map(|metric| metric["name"].as_str()).collect();
        assert!(names.contains(&"gen_ai.client.operation.duration"), "{names:?}");
    }
}

#[test]
fn the_service_joins_the_trace_of_the_caller() {
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let (server, collector) = (SimServer::text("x"), SimServer::text(""));
    let cli = server.respond(["Hi"]).told(&collector);
    cli.env("TRACEPARENT", &format!("00-{trace}-b7ad6b7169203331-01")).run().ended(0);
    assert!(server.requests()[0].header("traceparent").unwrap().starts_with(&format!("00-{trace}-")));
    let spans = got(&collector, TelemetrySignal::Traces);
    assert!(!spans.is_empty() && spans.iter().all(|span| span["traceId"] == trace), "{spans:?}");
    // Without telemetry the caller's trace is nobody's business.
    let quiet = SimServer::text("x");
    quiet.respond(["Hi"]).env("TRACEPARENT", &format!("00-{trace}-b7ad6b7169203331-01")).run().ended(0);
    assert_eq!(quiet.requests()[0].header("traceparent"), None);
}

#[test]
fn a_prompt_is_told_only_where_that_is_allowed() {
    let prompt = "the weather in Paris";
    for (allowed, expected) in [("", "[REDACTED]"), ("log_user_prompts = true\n", prompt)] {
        let (server, collector) = (SimServer::text("x"), SimServer::text(""));
        let config = format!("[otel]\n{allowed}");
        server.respond([prompt]).told(&collector).config(&config).run().ended(0);
        let logs = got(&collector, TelemetrySignal::Logs);
        let asked = logs.iter().find_map(|log| attribute(log, "prompt")).unwrap();
        assert_eq!(asked, expected);
        for signal in [TelemetrySignal::Traces, TelemetrySignal::Metrics] {
            assert!(!Value::from(got(&collector, signal)).to_string().contains(prompt), "{signal}");
        }
    }
}

#[test]
fn the_configuration_names_a_collector_too() {
    let (server, collector) = (SimServer::text("x"), SimServer::text(""));
    let origin = collector.simulator().origin();
    let config = format!(
        "[otel]\nservice_name = \"mine\"\n[otel.exporter]\nendpoint = \"{origin}\"\nprotocol = \"http/json\"\n[otel.metrics]\nenabled = false\n"
    );
    server.respond(["Hi"]).config(&config).run().ended(0).said_nothing();
    assert!(!got(&collector, TelemetrySignal::Logs).is_empty());
    assert!(got(&collector, TelemetrySignal::Metrics).is_empty());
    let body = collector.simulator().telemetry()[0].body.clone();
    assert!(String::from_utf8(body.to_vec()).unwrap().contains("\"mine\""));
}

#[test]
fn failures_are_told_too() {
    let collector = SimServer::text("");
    let failing = SimServer::start(Scenario::new().require_token("another"));
    failing.respond(["Hi"]).told(&collector).run().ended(3);
    let logs = got(&collector, TelemetrySignal::Logs);
    assert!(logs.iter().any(|log| attribute(log, "http.response.status_code").as_deref() == Some("401")));
}

#[test]
fn an_interrupted_run_is_told() {
    let collector = SimServer::text("");
    let server = RawServer::events(
        "data: {\"type\":\"response.output_text.delta\",\"delta\":\"begun\"}\n\n",
        Then::Stall,
    );
    let (mut command, _home) = server.respond(["Hi"]).told(&collector).into_parts();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 5]).unwrap();
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!got(&collector, TelemetrySignal::Traces).is_empty());
}

#[test]
fn a_collector_that_is_away_is_told_once_and_changes_nothing() {
    let refusing =
        RawServer::start("HTTP/1.1 400 Bad\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", Then::Close);
    let closing = RawServer::start("", Then::Close);
    let failing = SimServer::start(Scenario::new().require_token("another"));
    let good = SimServer::text("fine");
    for endpoint in ["http://127.0.0.1:9", refusing.base_url(), closing.base_url()] {
        for protocol in ["http/protobuf", "http/json", "grpc"] {
            let cli = |server: &SimServer| {
                server
                    .respond(["Hi"])
                    .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
                    .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
            };
            let run = cli(&good).run().ended(0).printed("fine\n");
            run.said(&["warning: telemetry is lost, and nothing else: the collector at http://127.0.0.1:"]);
            cli(&failing).args(["-q"]).run().ended(3).explained(&["the server answered 401"]);
        }
    }
}

#[test]
fn a_collector_that_hangs_delays_the_end_by_little_and_the_output_by_nothing() {
    let hanging = RawServer::start("", Then::Stall);
    let server = SimServer::text("fine");
    let (mut command, _home) =
        server.respond(["Hi"]).env("OTEL_EXPORTER_OTLP_ENDPOINT", hanging.base_url()).into_parts();
    let started = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 5]).unwrap();
    let told = started.elapsed();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("the collector did not take it within 2 s"), "{stderr}");
    assert!(started.elapsed() > told + Duration::from_secs(1), "the text came before the end was waited for");
}

#[test]
fn settings_that_cannot_be_used_are_told_and_stop_nothing() {
    let collector = SimServer::start(Scenario::new());
    let ran = |named: bool, name: &str, value: &str| {
        let server = SimServer::text("fine");
        let cli = server.respond(["Hi"]);
        let cli = if named { cli.told(&collector) } else { cli };
        cli.env(name, value).run().ended(0).printed("fine\n")
    };
    for (name, value, beginning) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "nonsense", "warning: no telemetry is sent: "),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "carrier-pigeon", "warning: no telemetry is sent: "),
        ("OTEL_TRACES_SAMPLER", "some", "warning: a setting of telemetry is ignored: "),
        ("OTEL_TRACES_EXPORTER", "otlp,console", "warning: a setting of telemetry is ignored: "),
    ] {
        ran(true, name, value).said(&[beginning, name]);
        // Whoever sends no telemetry need not hear of it, unless it is where to send it that is wrong.
        if name != "OTEL_EXPORTER_OTLP_ENDPOINT" {
            ran(false, name, value).said_nothing();
        }
    }
    let server = SimServer::text("fine");
    let cli = server.respond(["Hi"]);
    let cli = cli.env("OTEL_EXPORTER_OTLP_ENDPOINT", "https://127.0.0.1:9");
    let run = cli.env("OTEL_EXPORTER_OTLP_CERTIFICATE", "none.pem").run().ended(0).printed("fine\n");
    run.said(&["warning: no telemetry is sent: ", "none.pem"]);
}
