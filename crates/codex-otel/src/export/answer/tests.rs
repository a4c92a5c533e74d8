//! Pure function: how long a collector asks to wait, and which answers over HTTP are a yes.

use http::HeaderValue;
use opentelemetry_proto::tonic::collector::{
    logs::v1::ExportLogsServiceResponse, metrics::v1::ExportMetricsServiceResponse,
    trace::v1::ExportTraceServiceResponse,
};

use super::*;

fn with(name: header::HeaderName, value: &str) -> HeaderMap {
    HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
}

#[test]
fn the_wait_is_whole_seconds_and_bounded() {
    for (text, expected) in [
        ("0", Some(Duration::ZERO)),
        (" 7 ", Some(Duration::from_secs(7))),
        ("86401", Some(MAX_RETRY_AFTER)),
        ("18446744073709551615", Some(MAX_RETRY_AFTER)),
        ("99999999999999999999999999", Some(MAX_RETRY_AFTER)),
        ("-1", None),
        ("+1", None),
        ("1e400", None),
        ("0.5", None),
        ("", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
    ] {
        assert_eq!(retry_after(&with(header::RETRY_AFTER, text)), expected, "{text}");
    }
    assert_eq!(retry_after(&HeaderMap::new()), None);
}

#[test]
fn the_number_of_rejected_records_is_a_number_or_text() {
    fn rejected<A: Answer>(json: &str) -> u64 {
        let headers = with(header::CONTENT_TYPE, "application/json; charset=utf-8");
        of_http::<A>(&headers, Bytes::copy_from_slice(json.as_bytes())).unwrap().records
    }
    for count in ["2", "\"2\""] {
        let partial = |name| format!(r#"{{"partialSuccess":{{"{name}":{count},"errorMessage":"late"}}}}"#);
        assert_eq!(rejected::<ExportLogsServiceResponse>(&partial("rejectedLogRecords")), 2, "{count}");
        assert_eq!(rejected::<ExportTraceServiceResponse>(&partial("rejectedSpans")), 2, "{count}");
        // The collector counts points, this client exports.
        assert_eq!(rejected::<ExportMetricsServiceResponse>(&partial("rejectedDataPoints")), 1, "{count}");
    }
    for none in ["{}", r#"{"partialSuccess":null}"#, r#"{"partialSuccess":{}, "more": 1}"#] {
        assert_eq!(rejected::<ExportLogsServiceResponse>(none), 0, "{none}");
    }
    let nulls = r#"{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":null}}"#;
    assert_eq!(rejected::<ExportLogsServiceResponse>(nulls), 3);
}

#[test]
fn only_an_empty_body_or_a_message_of_otlp_is_a_yes() {
    let empty_message = b"{}";
    for (media_type, body, expected) in [
        (None, &b""[..], Ok(())),
        (Some("text/html"), b"", Ok(())),
        (Some("Application/JSON"), empty_message, Ok(())),
        (Some("application/x-protobuf"), b"\x0a\x00", Ok(())),
        (Some("application/protobuf; x=y"), b"\x0a\x00", Ok(())),
        (Some("text/html; charset=utf-8"), b"<html>", Err("its media type is text/html")),
        (None, b"<html>", Err("its media type is none")),
        (Some("text/plain"), empty_message, Err("its media type is text/plain")),
        (Some("application/json"), b"<html>", Err("is not JSON of OTLP")),
        (Some("application/json"), b"[]", Err("is not JSON of OTLP")),
        (Some("application/x-protobuf"), b"<html>", Err("is not protobuf of OTLP")),
    ] {
        let headers = media_type.map(|text| with(header::CONTENT_TYPE, text)).unwrap_or_default();
        let judged = of_http::<ExportLogsServiceResponse>(&headers, Bytes::from_static(body));
        match (judged, expected) {
            (Ok(rejected), Ok(())) => assert_eq!(rejected.records, 0),
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{error}");
                assert!(!error.is_retryable(), "{error}");
            }
            (judged, _) => panic!("{media_type:?}: {judged:?}"),
        }
    }
}
