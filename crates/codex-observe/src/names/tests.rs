//! Pure function.
use std::collections::BTreeSet;

use super::*;

/// The whole table. A change here is a change of what dashboards and trackers search for.
#[test]
fn the_table() {
    let mut table = format!("{:28} | {:8} | {:32} | tag of a 401\n", "field", "sinks", "tag of an attempt");
    for field in Field::ALL {
        let or_dash = |name: Option<&'static str>| name.unwrap_or("-");
        table += &format!(
            "{:28} | {:8} | {:32} | {}\n",
            or_dash(field.name()),
            format!("{:?}", field.privacy()),
            or_dash(field.attempt_tag()),
            or_dash(field.unauthorized_tag()),
        );
    }
    table += &event_name::ALL.join("\n");
    insta::assert_snapshot!(table, @r"
    field                        | sinks    | tag of an attempt                | tag of a 401
    event.timestamp              | Both     | -                                | -
    conversation.id              | Both     | -                                | -
    app.version                  | Both     | -                                | -
    auth_mode                    | Both     | auth_mode                        | -
    originator                   | Both     | -                                | -
    terminal.type                | Both     | -                                | -
    model                        | Both     | -                                | -
    slug                         | Both     | -                                | -
    user.account_id              | LogOnly  | -                                | -
    user.email                   | LogOnly  | -                                | -
    duration_ms                  | Both     | -                                | -
    success                      | Both     | -                                | -
    http.response.status_code    | Both     | -                                | -
    error.message                | Both     | -                                | -
    attempt                      | Both     | -                                | -
    endpoint                     | Both     | endpoint                         | -
    auth.header_attached         | Both     | auth_header_attached             | -
    auth.header_name             | Both     | auth_header_name                 | -
    auth.retry_after_unauthorized | Both     | auth_retry_after_unauthorized    | -
    auth.recovery_mode           | Both     | auth_recovery_mode               | -
    auth.recovery_phase          | Both     | auth_recovery_phase              | -
    auth.connection_reused       | Both     | auth_connection_reused           | -
    -                            | Both     | auth_recovery_followup_success   | -
    -                            | Both     | auth_recovery_followup_status    | -
    auth.request_id              | Both     | auth_request_id                  | auth_401_request_id
    auth.cf_ray                  | Both     | auth_cf_ray                      | auth_401_cf_ray
    auth.error                   | Both     | auth_error                       | auth_401_error
    auth.error_code              | Both     | auth_error_code                  | auth_401_error_code
    auth.mode                    | Both     | -                                | auth_recovery_mode
    auth.step                    | Both     | -                                | auth_recovery_phase
    auth.outcome                 | Both     | -                                | auth_recovery_outcome
    auth.recovery_reason         | Both     | -                                | -
    auth.state_changed           | Both     | -                                | -
    fallback.reason              | Both     | -                                | -
    stream.events                | Both     | -                                | -
    stream.bytes                 | Both     | -                                | -
    codex.api_request
    codex.websocket_connect
    codex.websocket_request
    codex.auth_recovery
    codex.transport_fallback
    codex.stream_ended
    ");
}

#[test]
fn no_name_is_used_twice() {
    let unique = |names: Vec<&'static str>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
    let column =
        |name: fn(Field) -> Option<&'static str>| Field::ALL.iter().filter_map(|it| name(*it)).collect();
    assert!(unique(column(Field::name)));
    assert!(unique(column(Field::attempt_tag)));
    assert!(unique(column(Field::unauthorized_tag)));
    assert!(unique(event_name::ALL.to_vec()));
}

/// A tracker takes keys of at most 32 characters out of `[A-Za-z0-9_.:-]`.
#[test]
fn every_tag_fits_a_tracker() {
    const MAX_TAG_KEY_CHARS: usize = 32;
    for tag in Field::ALL.iter().flat_map(|it| [it.attempt_tag(), it.unauthorized_tag()]).flatten() {
        assert!(tag.len() <= MAX_TAG_KEY_CHARS, "{tag}");
        assert!(tag.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{tag}");
    }
}

/// Only who the user is stays out of the trace sink.
#[test]
fn privacy() {
    let log_only: Vec<_> = Field::ALL.iter().filter(|it| !it.privacy().in_trace()).collect();
    assert_eq!(log_only, [&Field::AccountId, &Field::Email]);
    for (privacy, log, trace) in
        [(Privacy::Both, true, true), (Privacy::LogOnly, true, false), (Privacy::TraceOnly, false, true)]
    {
        assert_eq!((privacy.in_log(), privacy.in_trace()), (log, trace));
    }
}
