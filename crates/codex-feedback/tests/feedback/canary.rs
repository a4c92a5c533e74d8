//! Pure function, and files: no planted credential is found in any form of a report.

use std::time::Duration;

use crate::support::{context, request};
use codex_feedback::{Environment, Feedback, LoadedRuns, Redactor, Report, RunFacts, RunHistory, RunRecord};
use codex_observe::{ApiRequest, AttemptError, AuthEvidence, Event, Observer, Outcome};

/// Each holds the word that is looked for.
const PLANTED: [&str; 9] = [
    "Bearer canary.bearer",
    "sk-canary0123456789",
    "eyJcanary.eyJcanary.canary",
    "https://ada:canary@host/?canary=1",
    "Cookie: canary=1; canary",
    "{\"refresh_token\":\"canary\"}",
    "password = canary",
    "registered-canary-value",
    "Basic QWxhZGRpbjpjYW5hcnk=canary",
];

fn run(redactor: &Redactor) -> RunRecord {
    let feedback = Feedback::new(redactor.clone());
    for (n, secret) in PLANTED.into_iter().enumerate() {
        feedback.logs().append(format!("sent {secret}\n").as_bytes());
        feedback.set_tag(&format!("tag{n}"), secret).unwrap();
        let evidence = AuthEvidence::from_headers(|_| Some(secret.as_bytes()));
        let outcome = Outcome::after(Duration::ZERO)
            .status(401)
            .error(AttemptError::network(secret))
            .evidence(evidence);
        feedback.on_event(&Event::ApiRequest(ApiRequest::new(context(1, None), outcome)));
    }
    let mut facts = RunFacts::default();
    facts.error = Some(PLANTED.join("\n"));
    facts.thread_id = Some(PLANTED[1].into());
    facts.command = PLANTED[7].into();
    facts.session_source = Some(PLANTED[0].into());
    feedback.run(facts)
}

#[test]
fn no_form_of_a_report_holds_a_credential() {
    let redactor = Redactor::new();
    redactor.register("registered-canary-value");
    let folder = tempfile::tempdir().unwrap();
    let history = RunHistory::at(folder.path());
    let path = history.save(&run(&redactor)).unwrap();
    let mut request = request();
    request.reason = Some(PLANTED.join("\n"));
    request.environment = Environment::collect("1.2.3", |name| {
        Some(
            if name.ends_with("KEY") { "sk-canary0123456789" } else { "http://ada:canary@proxy?canary" }
                .to_owned(),
        )
    });
    let report = Report::build(history.load(), request, &redactor);
    let envelope = report.envelope().stored();
    for (form, text) in [
        ("history", std::fs::read_to_string(path).unwrap()),
        ("text", report.to_text()),
        ("json", report.to_json()),
        ("html", report.to_html()),
        ("envelope", String::from_utf8(envelope.to_vec()).unwrap()),
        ("debug", format!("{report:?}")),
    ] {
        let found = text.lines().find(|line| line.contains("canary"));
        assert_eq!(found, None, "in {form}");
    }
}

#[test]
fn a_secret_that_is_known_only_later_is_taken_out_of_the_report() {
    let run = {
        let feedback = Feedback::new(Redactor::new());
        feedback.logs().append(b"the value of later-canary here");
        feedback.run(RunFacts::default())
    };
    let redactor = Redactor::new();
    redactor.register("later-canary");
    let report = Report::build(LoadedRuns::from(run), request(), &redactor);
    assert!(!report.to_json().contains("later-canary"));
}
