//! Pure function: what a file and the standard variables say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use codex_otel::{ConfigError, OtelConfig, Sampler, Signal};

const ALL: [(&str, bool); 3] = [("logs", true), ("traces", true), ("metrics", true)];

fn with(file: &str, variables: &[(&str, &str)]) -> Result<OtelConfig, String> {
    told(file, variables).map(|(config, _)| config)
}

/// The configuration, and what is said of the variables that are ignored.
fn told(file: &str, variables: &[(&str, &str)]) -> Result<(OtelConfig, Vec<String>), String> {
    let config: OtelConfig = toml::from_str(file).map_err(|error| error.to_string())?;
    let lookup =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let text = |error: ConfigError| error.to_string();
    let (config, ignored) = config.with_environment(lookup).map_err(text)?;
    Ok((config, ignored.into_iter().map(text).collect()))
}

fn sends(config: &OtelConfig) -> [(&'static str, bool); 3] {
    Signal::ALL.map(|signal| (signal.as_str(), config.sends(signal)))
}

#[test]
fn nothing_is_sent_unless_a_collector_is_named() {
    assert!(!with("", &[]).unwrap().is_enabled());
    assert!(!with("service_name = 'a'", &[("OTEL_SERVICE_NAME", "b")]).unwrap().is_enabled());
    assert_eq!(sends(&with("[exporter]\nendpoint = 'http://a'", &[]).unwrap()), ALL);
    assert_eq!(sends(&with("", &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a")]).unwrap()), ALL);
    assert_eq!(sends(&with("exporter.enabled = true", &[]).unwrap()), ALL);
}

#[test]
fn a_signal_can_be_turned_on_and_off_alone() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a");
    for (file, variables, expected) in [
        ("", vec![("OTEL_LOGS_EXPORTER", "otlp")], [true, false, false]),
        ("", vec![("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://a")], [false, true, false]),
        ("", vec![endpoint, ("OTEL_TRACES_EXPORTER", "none")], [true, false, true]),
        ("", vec![endpoint, ("OTEL_SDK_DISABLED", "true")], [false, false, false]),
        ("", vec![endpoint, ("OTEL_SDK_DISABLED", "False")], [true, true, true]),
        ("", vec![endpoint, ("OTEL_TRACES_EXPORTER", " ")], [true, true, true]),
        ("disabled = true", vec![endpoint], [false, false, false]),
        ("logs.enabled = false", vec![endpoint], [false, true, true]),
        ("logs.enabled = false", vec![endpoint, ("OTEL_LOGS_EXPORTER", "otlp")], [true, true, true]),
    ] {
        let config = with(file, &variables).unwrap();
        assert_eq!(sends(&config).map(|(_, on)| on), expected, "{file} {variables:?}");
    }
}

#[test]
fn variables_win_over_the_file_and_those_of_a_signal_over_those_for_all() {
    let file = "[exporter]\ntimeout_ms = 1\nendpoint = 'http://file'\n[logs]\ntimeout_ms = 2\nendpoint = 'http://file/logs'";
    let of = |config: OtelConfig| {
        let logs = config.signal(Signal::Logs).clone();
        (
            logs.timeout_ms.map(std::num::NonZeroU64::get),
            logs.endpoint.map(|endpoint| endpoint.to_string()),
            config.exporter.endpoint.map(|endpoint| endpoint.to_string()),
        )
    };
    assert_eq!(
        of(with(file, &[]).unwrap()),
        (Some(2), Some("http://file/logs".to_owned()), Some("http://file/".to_owned()))
    );
    let all = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all"), ("OTEL_EXPORTER_OTLP_TIMEOUT", "7")];
    assert_eq!(of(with(file, &all).unwrap()), (None, None, Some("http://all/".to_owned())));
    let own = [
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://own/x"),
        ("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "9"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all"),
    ];
    assert_eq!(
        of(with(file, &own).unwrap()),
        (Some(9), Some("http://own/x".to_owned()), Some("http://all/".to_owned()))
    );
}

#[test]
fn the_resource_and_the_sampler_come_from_variables_too() {
    let config = with(
        "service_name = 'file'\nresource_attributes = { team = 'red', keep = 'me' }",
        &[
            ("OTEL_RESOURCE_ATTRIBUTES", "team=blue%20sky, service.name=listed ,"),
            ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
        ],
    )
    .unwrap();
    assert_eq!(config.service_name.as_deref(), Some("listed"));
    assert_eq!(config.resource_attributes["team"], "blue sky");
    assert_eq!(config.resource_attributes["keep"], "me");
    assert_eq!(config.sampler, Sampler::Ratio(0.25));
    let named =
        with("", &[("OTEL_SERVICE_NAME", "own"), ("OTEL_RESOURCE_ATTRIBUTES", "service.name=listed")]);
    assert_eq!(named.unwrap().service_name.as_deref(), Some("own"));
}

#[test]
fn batches_are_set_by_the_variables_of_each_signal() {
    let config = with(
        "",
        &[
            ("OTEL_BLRP_SCHEDULE_DELAY", "1"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "2"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "3"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "4"),
        ],
    )
    .unwrap();
    assert_eq!(config.logs.delay_ms.unwrap().get(), 1);
    assert_eq!(config.traces.queue_records.unwrap().get(), 2);
    assert_eq!(config.traces.batch_records.unwrap().get(), 3);
    assert_eq!(config.metrics.delay_ms.unwrap().get(), 4);
}

#[test]
fn what_cannot_be_used_is_named_and_not_quoted() {
    for (name, value, expected) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector-secret", "not a URL"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://secret", "http://"),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "secret:4317", "http://"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "secret", "`http/protobuf`, `http/json` or `grpc`"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "secret", "`gzip` or `none`"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "secret", "whole number"),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "0", "whole number"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "secret", "entry 1 is not a pair"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=b,=secret", "entry 2 is not a pair"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=%FFsecret", "entry 1 is not percent-encoded"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a b secret=c", "`a…` is not the name of a header"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=secret%0Amore", "header `x-key`"),
    ] {
        let error = with(NAMED, &[(name, value)]).unwrap_err();
        assert!(error.starts_with(&format!("{name}: ")), "{error}");
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("secret"), "{error}");
        // A URL that is none names a collector too; the others are nobody's business without one.
        assert_eq!(with("", &[(name, value)]).is_err(), name.ends_with("ENDPOINT"), "{name}");
        assert!(with("exporter.enabled = false", &[(name, value)]).is_ok(), "{name}");
    }
}

/// A file that names a collector.
const NAMED: &str = "exporter.endpoint = 'http://a'";

#[test]
fn what_is_meant_for_other_programs_is_ignored_and_told_where_a_collector_is_named() {
    let exporters = "`otlp` or `none`";
    for (name, value, expected) in [
        ("OTEL_TRACES_EXPORTER", "console", exporters),
        ("OTEL_TRACES_EXPORTER", "otlp,console", exporters),
        ("OTEL_METRICS_EXPORTER", "prometheus", exporters),
        ("OTEL_LOGS_EXPORTER", "secret", exporters),
        ("OTEL_TRACES_SAMPLER", "jaeger_remote", "`always_on`"),
        ("OTEL_SDK_DISABLED", "1", "`true` or `false`"),
        ("OTEL_RESOURCE_ATTRIBUTES", "secret", "entry 1 is not a pair"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "-1", "whole number"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "5s", "whole number"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "0", "whole number"),
    ] {
        let (config, ignored) = told(NAMED, &[(name, value)]).unwrap();
        assert_eq!(sends(&config), ALL, "{name}");
        let [said] = ignored.as_slice() else { panic!("{name}: {ignored:?}") };
        assert!(said.starts_with(&format!("{name}: ")) && said.contains(expected), "{said}");
        assert!(!said.contains("secret"), "{said}");
        let (config, ignored) = told("", &[(name, value)]).unwrap();
        assert!(!config.is_enabled() && ignored.is_empty(), "{name}: {ignored:?}");
    }
    for ratio in ["2", "-1", "NaN", "x"] {
        let variables = [("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", ratio)];
        let (config, ignored) = told(NAMED, &variables).unwrap();
        assert_eq!(config.sampler, Sampler::Ratio(1.0), "{ratio}");
        assert!(ignored[0].contains("from 0 to 1"), "{ratio}: {ignored:?}");
    }
}

#[test]
fn when_all_is_turned_off_nothing_else_is_read() {
    let check = |file: &str, disabled: Option<&str>| {
        let config: OtelConfig = toml::from_str(file).unwrap();
        let lookup = |name: &str| {
            if name == "OTEL_SDK_DISABLED" {
                return disabled.map(str::to_owned);
            }
            panic!("{name} is read");
        };
        let (config, ignored) = config.with_environment(lookup).unwrap();
        assert!(!config.is_enabled() && ignored.is_empty());
    };
    for disabled in ["true", "TRUE", " True "] {
        check(NAMED, Some(disabled));
    }
    check("disabled = true\nexporter.endpoint = 'http://a'", None);
    check("disabled = true\nexporter.endpoint = 'http://a'", Some("1"));
}

#[test]
fn a_file_is_refused_where_it_is_wrong() {
    for (file, expected) in [
        ("sevice_name = 'a'", "unknown field `sevice_name`"),
        ("[exporter]\nendpiont = 'a'", "unknown field `endpiont`"),
        ("[exporter]\nendpoint = 'localhost:4317'", "it has to begin with `http://`"),
        ("[exporter]\nprotocol = 'udp'", "`http/protobuf`, `http/json`, `grpc`"),
        ("[exporter]\ntimeout_ms = 0", "nonzero"),
        ("[exporter]\nheaders = { 'a b' = 'c' }", "is not the name of a header"),
        ("sampler = 'some'", "unknown variant"),
    ] {
        let error = with(file, &[]).unwrap_err();
        assert!(error.contains(expected), "{error}");
        assert!(error.contains("line"), "{error}");
    }
}

#[test]
fn a_file_can_say_all_of_it() {
    let config = with(
        r#"
        service_name = "a"
        environment = "production"
        resource_attributes = { team = "blue" }
        log_user_prompts = true
        sampler = { ratio = 0.5 }
        [exporter]
        endpoint = "https://collector.example.com"
        protocol = "grpc"
        headers = { authorization = "Bearer secret" }
        timeout_ms = 5000
        compression = "gzip"
        ca_certificate = "/a/ca.pem"
        client_certificate = "/a/client.pem"
        client_key = "/a/client.key"
        [traces]
        queue_records = 100
        batch_records = 10
        delay_ms = 500
        "#,
        &[],
    )
    .unwrap();
    assert_eq!(sends(&config), ALL);
    assert_eq!(config.sampler, Sampler::Ratio(0.5));
    let shown = format!("{config:?}");
    assert!(shown.contains("authorization") && !shown.contains("secret"), "{shown}");
}
