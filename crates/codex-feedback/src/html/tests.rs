//! Pure function.

use super::{Files, render};
use crate::{
    Classification, Environment, Feedback, LoadedRuns, Redactor, Report, ReportRequest, RunFacts, RunResult,
    Variable,
};
use codex_observe::{
    ApiRequest, AttemptError, AuthAttachment, AuthEvidence, AuthMode, Endpoint, Event, Observer, Outcome,
    RequestContext,
};
use codex_protocol::RateLimitSnapshot;

const HOSTILE: &str = "\"'></script><img src=x onerror=alert(1)><!--{{script}}";

/// A report in which every text that comes from outside is hostile.
fn hostile() -> Report {
    let feedback = Feedback::new(Redactor::new());
    feedback.logs().append(HOSTILE.as_bytes());
    feedback.set_tag("model", HOSTILE).unwrap();
    let _ = feedback.set_tag(&HOSTILE.repeat(2), "x");
    let mut limits = RateLimitSnapshot::default();
    limits.limit_name = Some(HOSTILE.to_owned());
    limits.primary = Some(codex_protocol::RateLimitWindow::default());
    feedback.set_rate_limits(limits);
    let attached = AuthAttachment::attached(AuthMode::ApiKey, "authorization");
    let evidence = AuthEvidence::from_headers(|_| Some(HOSTILE.as_bytes()));
    let outcome = Outcome::default().status(401).error(AttemptError::network(HOSTILE)).evidence(evidence);
    feedback.on_event(&Event::ApiRequest(ApiRequest::new(
        RequestContext::new(Endpoint::RESPONSES, 1, attached),
        outcome,
    )));
    let mut facts = RunFacts::default();
    let text = || HOSTILE.to_owned();
    (facts.command, facts.app_version) = (text(), text());
    (facts.thread_id, facts.session_source, facts.error) = (Some(text()), Some(text()), Some(text()));
    facts.result = RunResult::Failed;
    let mut runs = LoadedRuns::from(feedback.run(facts));
    runs.runs.push(runs.runs[0].clone());

    let mut environment = Environment::collect(HOSTILE, |_| Some(HOSTILE.to_owned()));
    environment.variables.push(Variable { name: text(), value: text() });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("<img onerror=1>'\"&.txt");
    std::fs::write(&file, HOSTILE).unwrap();
    let mut request = ReportRequest::new(Classification::Bug, environment);
    request.reason = Some(text());
    request.attachments = vec![file, HOSTILE.into()];
    Report::build(runs, request, feedback.redactor())
}

#[test]
fn no_text_becomes_markup() {
    let report = hostile();
    for files in [Files::Embedded, Files::Listed] {
        let page = render(&report, files);
        assert_eq!(page.matches("</script>").count(), 1, "the one of the page itself");
        assert_eq!(page.matches("<script").count(), 1);
        assert!(!page.to_ascii_lowercase().contains("<img"), "an image got in");
        assert!(!page.contains("<!--"), "a comment got in");
        let tags = page.split('<').skip(1).filter_map(|part| part.split('>').next());
        for tag in tags {
            let outside_values: String = tag.split('"').step_by(2).collect();
            assert!(!outside_values.contains("onerror"), "an attribute got in: <{tag}>");
        }
        assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
        assert_eq!(page.matches("\"use strict\";").count(), 1, "a placeholder in a text was filled");
    }
}

#[test]
fn nothing_outside_is_asked_for() {
    let page = render(&hostile(), Files::Embedded);
    for sign in
        ["<link", "<iframe", "@import", "url(", "fetch(", "XMLHttpRequest", "WebSocket(", "import(", "<base"]
    {
        assert!(!page.contains(sign), "{sign}");
    }
    let sources = page.match_indices(" href=\"").map(|(at, name)| &page[at + name.len()..]);
    for source in sources {
        assert!(
            source.starts_with('#') || source.starts_with("data:application/octet-stream;base64,"),
            "{source:.60}"
        );
    }
    assert!(page.contains("default-src 'none'"));
    assert!(!page.contains("unsafe-inline"));
    assert!(!page.contains("style=\""), "the policy allows no inline style");
}

#[test]
fn every_placeholder_is_filled() {
    let feedback = Feedback::new(Redactor::new());
    let request = ReportRequest::new(Classification::Other, Environment::default());
    let report =
        Report::build(LoadedRuns::from(feedback.run(RunFacts::default())), request, feedback.redactor());
    let page = render(&report, Files::Embedded);
    assert!(!page.contains("{{"), "{}", page.split_once("{{").unwrap().1);
    for id in
        ["diagnosis", "timeline", "tags", "limits", "environment", "log", "attachments", "runs", "notes"]
    {
        assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
    }
    assert_eq!(page.matches(&format!("nonce=\"{}\"", report.event_id())).count(), 2);
}

#[test]
fn an_empty_report_is_a_page_too() {
    let request = ReportRequest::new(Classification::Other, Environment::default());
    let report = Report::build(LoadedRuns::default(), request, &Redactor::new());
    assert!(render(&report, Files::Embedded).contains("No run was recorded"));
}
