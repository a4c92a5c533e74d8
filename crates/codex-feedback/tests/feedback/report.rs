//! Pure function, and files: the report and its forms.

use std::{fs, time::UNIX_EPOCH};

use crate::support::{evidence, recovered, report, request, retried, unauthorized};
use codex_feedback::{
    Classification, Environment, Feedback, LoadedRuns, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS,
    MAX_ATTACHMENTS_BYTES, Note, Redactor, Report, ReportRequest, RunFacts, RunHistory, Verdict, limits,
    write_local_copy,
};
use codex_observe::{
    AuthRecovery, Endpoint, Event, NotRunReason, Observer, OperationId, RecoveryMode, RecoveryOutcome,
    RecoveryPhase, RecoveryStep,
};
use serde_json::Value;

/// The event inside the envelope, read as its header says.
fn event(report: &Report) -> Value {
    let stored = report.envelope().stored();
    let mut lines = stored.splitn(3, |byte| *byte == b'\n');
    let _envelope_header = lines.next().unwrap();
    let header: Value = serde_json::from_slice(lines.next().unwrap()).unwrap();
    let length = usize::try_from(header["length"].as_u64().unwrap()).unwrap();
    serde_json::from_slice(&lines.next().unwrap()[..length]).unwrap()
}

#[test]
fn the_event_is_what_a_tracker_takes() {
    let feedback = Feedback::new(Redactor::new());
    for event in [unauthorized(1, "req-1"), recovered("req-1"), retried(2)] {
        feedback.on_event(&event);
    }
    let mut facts = RunFacts::default();
    facts.thread_id = Some("thread-1".into());
    facts.session_source = Some("cli".into());
    let mut request = request();
    request.reason = Some("it broke".into());
    request.created_at = UNIX_EPOCH;
    let report = Report::build(LoadedRuns::from(feedback.run(facts)), request, feedback.redactor());
    let event = event(&report);
    assert_eq!(event["event_id"], report.event_id().to_string());
    assert_eq!(event["timestamp"], "1970-01-01T00:00:00.000Z");
    assert_eq!(event["level"], "error");
    assert_eq!(event["logentry"]["formatted"], "[Bug]: Codex session thread-1");
    assert_eq!(event["exception"]["values"][0]["type"], "[Bug]: Codex session thread-1");
    assert_eq!(event["exception"]["values"][0]["value"], "it broke");
    for (key, value) in [
        ("thread_id", "thread-1"),
        ("classification", "bug"),
        ("cli_version", "1.2.3"),
        ("session_source", "cli"),
        ("reason", "it broke"),
        ("auth_401_request_id", "req-1"),
    ] {
        assert_eq!(event["tags"][key], value);
    }
    assert_eq!(event["breadcrumbs"]["values"].as_array().unwrap().len(), 3);
    assert_eq!(event["contexts"]["diagnosis"]["state"], "resolved");
}

#[test]
fn without_a_thread_or_reason_it_still_has_a_title() {
    for (classification, level) in [
        (Classification::Bug, "error"),
        (Classification::BadResult, "error"),
        (Classification::SafetyCheck, "error"),
        (Classification::GoodResult, "info"),
        (Classification::Other, "info"),
    ] {
        let request = ReportRequest::new(classification, Environment::default());
        let report = Report::build(LoadedRuns::default(), request, &Redactor::new());
        let event = event(&report);
        assert_eq!(event["level"], level);
        assert!(event["exception"].is_null());
        let title = event["logentry"]["formatted"].as_str().unwrap();
        assert!(title.contains(&format!("no-active-thread-{}", report.event_id())), "{title}");
        assert!(report.notes().contains(&Note::NoRun));
    }
}

#[test]
fn an_event_never_passes_the_limit_and_says_what_it_lacks() {
    let feedback = Feedback::new(Redactor::new());
    for _ in 0..400 {
        feedback.on_event(&unauthorized(1, &"€".repeat(200)));
    }
    let mut request = request();
    request.reason = Some("r".repeat(20_000));
    let report = report(&feedback, request);
    let event = event(&report);
    assert!(event.to_string().len() <= limits::MAX_EVENT_BYTES);
    assert_eq!(report.events().len(), 256);
    assert_eq!(event["breadcrumbs"]["values"].as_array().unwrap().len(), 100);
    assert_eq!(
        event["exception"]["values"][0]["value"].as_str().unwrap().chars().count(),
        limits::MAX_MESSAGE_CHARS
    );
    for note in [
        Note::EventsForgotten { events: 144 },
        Note::BreadcrumbsCut { events: 156 },
        Note::ReasonCut { chars: 20_000, limit: limits::MAX_MESSAGE_CHARS },
    ] {
        assert!(report.notes().contains(&note), "{note}");
        assert!(event["extra"]["notes"].as_array().unwrap().contains(&note.to_string().into()), "{note}");
    }
}

#[test]
fn attachments_are_read_or_leave_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("binary.dat"), [0, 159, 146, 150, 10]).unwrap();
    fs::write(path("key.txt"), "OPENAI_API_KEY=sk-abcdefgh12345678").unwrap();
    fs::write(path("codex-logs.log"), "mine").unwrap();
    fs::File::create(path("huge.bin")).unwrap().set_len(MAX_ATTACHMENT_BYTES + 1).unwrap();
    fs::create_dir(path("other")).unwrap();
    fs::write(path("other/key.txt"), "").unwrap();
    let mut request = request();
    request.attachments =
        ["binary.dat", "key.txt", "codex-logs.log", "huge.bin", "missing.txt", "other", "other/key.txt"]
            .map(path)
            .into();
    let report = report(&Feedback::new(Redactor::new()), request);

    let kept: Vec<_> =
        report.attachments().iter().map(|file| (file.name.as_str(), file.bytes.len())).collect();
    assert_eq!(kept, [("binary.dat", 5), ("key.txt", 34), ("2-codex-logs.log", 4), ("2-key.txt", 0)]);
    for note in [
        Note::AttachmentMayHoldSecret { name: "key.txt".into() },
        Note::AttachmentRenamed { from: "codex-logs.log".into(), to: "2-codex-logs.log".into() },
        Note::AttachmentRenamed { from: "key.txt".into(), to: "2-key.txt".into() },
        Note::AttachmentTooLarge {
            name: "huge.bin".into(),
            bytes: MAX_ATTACHMENT_BYTES + 1,
            limit: MAX_ATTACHMENT_BYTES,
        },
        Note::AttachmentMissing { name: "missing.txt".into() },
        Note::AttachmentUnreadable { name: "other".into(), why: "not a regular file".into() },
    ] {
        assert!(report.notes().contains(&note), "{note}: {:?}", report.notes());
        assert!(report.to_text().contains(&note.to_string()));
    }
}

#[test]
fn too_many_attachments_leave_a_note_each() {
    let folder = tempfile::tempdir().unwrap();
    let mut request = request();
    for n in 0..MAX_ATTACHMENTS + 2 {
        let path = folder.path().join(format!("{n}.txt"));
        fs::write(&path, "x").unwrap();
        request.attachments.push(path);
    }
    let report = report(&Feedback::new(Redactor::new()), request);
    assert_eq!(report.attachments().len(), MAX_ATTACHMENTS);
    let left_out = report.notes().iter().filter(|note| matches!(note, Note::AttachmentLeftOut { .. }));
    assert_eq!(left_out.count(), 2);
}

#[test]
fn the_text_steers_no_terminal() {
    let feedback = Feedback::new(Redactor::new());
    feedback.logs().append(b"\x1b]0;title\x07");
    let mut request = request();
    request.reason = Some("\u{1b}[2J\u{9b}31m".into());
    let text = report(&feedback, request).to_text();
    assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "{text:?}");
}

#[test]
fn the_words_of_the_user_reach_the_tracker_without_control_characters() {
    let mut request = request();
    request.reason = Some("\u{1b}[31mred\u{9b}\r\nnext\tline\u{0}".into());
    let event = event(&report(&Feedback::new(Redactor::new()), request));
    assert_eq!(event["exception"]["values"][0]["value"], "[31mred \nnext\tline");
    assert_eq!(event["tags"]["reason"], "[31mred  next line");
}

/// As for an API key, which is never recovered.
#[test]
fn a_recovery_that_had_no_step_did_not_fail() {
    let step = RecoveryStep {
        mode: RecoveryMode::Managed,
        phase: RecoveryPhase::Reload,
        outcome: RecoveryOutcome::NotRun(NotRunReason::NotChatgptAuth),
    };
    let feedback = Feedback::new(Redactor::new());
    feedback.on_event(&Event::AuthRecovery(AuthRecovery::new(
        Endpoint::RESPONSES,
        OperationId::default(),
        step,
        evidence("req-1"),
    )));
    let report = report(&feedback, request());
    assert_eq!(report.events()[0].verdict(), Verdict::NotRun);
    let text = report.to_text();
    let line = text.lines().find(|line| line.contains("codex.auth_recovery")).unwrap();
    assert!(line.contains(" ms  not run codex.auth_recovery"), "{line}");
    assert!(line.contains("reload: recovery_not_run (not_chatgpt_auth)"), "{line}");
    let page = report.to_html();
    assert!(
        page.contains(r#"<li class="event none">"#)
            && page.contains(r#"<span class="pill none">not run</span>"#)
    );
    assert!(page.contains("not run: not chatgpt auth"));
    let breadcrumb = &event(&report)["breadcrumbs"]["values"][0];
    assert_eq!(breadcrumb["level"], "info");
    assert!(breadcrumb["message"].as_str().unwrap().contains("not_chatgpt_auth"), "{breadcrumb}");
}

#[test]
fn the_home_of_the_user_is_not_told() {
    let variable = |name: &str| {
        Some(match name {
            "HOME" => "/homes/ada/",
            "CODEX_HOME" => "/homes/ada/.codex",
            "SSL_CERT_FILE" => "/homes/adam/ca.pem",
            "SSL_CERT_DIR" => "/homes/ada",
            _ => return None,
        })
    };
    let environment = Environment::collect("1.2.3", |name| variable(name).map(str::to_owned));
    let values: Vec<_> = environment.variables.iter().map(|variable| variable.value.as_str()).collect();
    assert_eq!(values, ["/homes/adam/ca.pem", "~", "~/.codex"]);
    let environment =
        Environment::collect("1", |name| Some(if name == "HOME" { "/" } else { "/codex" }.to_owned()));
    assert!(environment.variables.iter().any(|variable| variable.value == "/codex"));
}

#[test]
fn json_is_one_value_with_all_parts() {
    let feedback = Feedback::new(Redactor::new());
    feedback.on_event(&unauthorized(1, "req-1"));
    feedback.logs().append(b"a line");
    let value: Value = serde_json::from_str(&report(&feedback, request()).to_json()).unwrap();
    assert_eq!(value["logs"], "a line\n");
    assert_eq!(value["events"][0]["fields"]["auth.request_id"], "req-1");
    assert_eq!(value["diagnosis"]["state"], "unresolved");
    assert!(value["attachments"].as_array().unwrap().is_empty());
}

#[test]
fn logs_are_left_out_on_wish() {
    let feedback = Feedback::new(Redactor::new());
    feedback.logs().append(b"its log");
    let mut request = request();
    request.include_logs = false;
    let report = report(&feedback, request);
    assert!(report.notes().contains(&Note::LogsLeftOut));
    assert!(!report.to_json().contains("its log") && !report.to_html().contains("its log"));
}

#[test]
fn a_report_after_a_failure_has_the_evidence_of_that_process() {
    let folder = tempfile::tempdir().unwrap();
    let history = RunHistory::at(folder.path());
    {
        let feedback = Feedback::new(Redactor::new());
        feedback.on_event(&unauthorized(1, "req-of-the-failed-process"));
        feedback.logs().append(b"its log");
        history.save(&feedback.run(RunFacts::default())).unwrap();
    }
    let report = Report::build(history.load(), request(), &Redactor::new());
    assert_eq!(report.tags()["auth_401_request_id"], "req-of-the-failed-process");
    assert_eq!(report.logs(), "its log\n");
    assert!(report.to_html().contains("req-of-the-failed-process"));
}

#[test]
fn without_a_tracker_it_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut request = request();
    request.thread_id = Some("../thread 1".into());
    let report = report(&Feedback::new(Redactor::new()), request);
    let first = write_local_copy(&report, folder.path()).unwrap();
    assert_eq!(first, folder.path().join("codex-feedback-thread1.html"));
    assert_eq!(fs::read_to_string(&first).unwrap(), report.to_html());
    let second = write_local_copy(&report, folder.path()).unwrap();
    assert_ne!(first, second);
    fs::write(folder.path().join("file"), "").unwrap();
    let error = write_local_copy(&report, &folder.path().join("file")).unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
}

#[test]
fn attachments_that_are_too_large_together_leave_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let mut request = request();
    for n in 0..=MAX_ATTACHMENTS_BYTES / MAX_ATTACHMENT_BYTES {
        let path = folder.path().join(format!("{n}.bin"));
        fs::write(&path, [0xff]).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_len(MAX_ATTACHMENT_BYTES).unwrap();
        request.attachments.push(path);
    }
    let report = report(&Feedback::new(Redactor::new()), request);
    let kept: usize = report.attachments().iter().map(|file| file.bytes.len()).sum();
    assert_eq!(kept as u64, MAX_ATTACHMENTS_BYTES);
    let left_out = report.notes().iter().filter(|note| matches!(note, Note::AttachmentLeftOut { .. }));
    assert_eq!(left_out.count(), 1);
}
