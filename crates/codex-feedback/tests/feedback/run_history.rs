//! Files: the last runs on disk.

use std::fs;

use crate::support::{recovered, retried, unauthorized};
use codex_feedback::{
    Feedback, LoadedRuns, MAX_RUN_FILE_BYTES, MAX_RUN_LOG_BYTES, MAX_RUNS, Note, Redactor, RunFacts,
    RunHistory, RunRecord, RunResult,
};
use codex_observe::Observer;

fn run(recorded_at: &str) -> RunRecord {
    let feedback = Feedback::new(Redactor::new());
    for event in [unauthorized(1, "req-1"), recovered("req-1"), retried(2)] {
        feedback.on_event(&event);
    }
    let mut run = feedback.run(RunFacts::default());
    run.recorded_at = recorded_at.to_owned();
    run
}

#[test]
fn what_is_kept_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let history = RunHistory::at(folder.path().join("state/runs"));
    assert!(history.load().runs.is_empty());
    let run = run("2026-11-22T10:00:00.000Z");
    let path = history.save(&run).unwrap();
    let loaded = history.load();
    assert_eq!((loaded.runs, loaded.notes), (vec![run], vec![]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let names = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(names, 1, "no temporary file is left");
}

#[test]
fn the_newest_runs_are_kept_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let history = RunHistory::at(folder.path());
    for n in 0..MAX_RUNS + 3 {
        history.save(&run(&format!("2026-11-22T10:{n:02}:00.000Z"))).unwrap();
    }
    let runs = history.load().runs;
    assert_eq!(runs.len(), MAX_RUNS);
    assert_eq!(runs[0].recorded_at, format!("2026-11-22T10:{:02}:00.000Z", MAX_RUNS + 2));
    assert!(runs.is_sorted_by(|a, b| a.recorded_at > b.recorded_at));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), MAX_RUNS);
}

#[test]
fn damaged_files_are_passed_over_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let history = RunHistory::at(folder.path());
    let whole = fs::read(history.save(&run("2026-11-22T10:00:00.000Z")).unwrap()).unwrap();
    for (name, contents) in [
        ("1.run", &b""[..]),
        ("2.run", &whole[..whole.len() / 2]),
        ("3.run", b"[]"),
        ("4.run", b"\xff\xfe"),
        ("5.run", br#"{"format": 9}"#),
    ] {
        fs::write(folder.path().join(name), contents).unwrap();
    }
    fs::File::create(folder.path().join("6.run")).unwrap().set_len(MAX_RUN_FILE_BYTES + 1).unwrap();
    fs::create_dir(folder.path().join("7.run")).unwrap();
    let loaded = history.load();
    assert_eq!(loaded.runs.len(), 1);
    assert_eq!(loaded.notes.len(), 7, "{:?}", loaded.notes);
    assert!(loaded.notes.iter().all(|note| matches!(note, Note::RunUnreadable { .. })));
}

#[test]
fn the_log_of_a_run_is_cut_at_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let history = RunHistory::at(folder.path());
    let mut run = run("2026-11-22T10:00:00.000Z");
    run.logs = "0123456789\n".repeat(MAX_RUN_LOG_BYTES / 10);
    history.save(&run).unwrap();
    let kept = &history.load().runs[0];
    assert!(kept.logs.len() <= MAX_RUN_LOG_BYTES && kept.logs.len() > MAX_RUN_LOG_BYTES - 11);
    assert!(kept.logs.starts_with("0123456789\n"));
    let lost = (run.logs.len() - kept.logs.len()) as u64;
    assert!(kept.notes.contains(&Note::RunCut { log_bytes: lost }));
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let history = RunHistory::at(folder.path().join("file"));
    let error = history.save(&run("2026-11-22T10:00:00.000Z")).unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
    assert_eq!(history.load().notes.len(), 1);
}

#[test]
fn a_report_on_a_failure_is_about_the_latest_failed_run() {
    let mut runs = LoadedRuns::default();
    for (command, result) in [("c", RunResult::Succeeded), ("b", RunResult::Failed), ("a", RunResult::Failed)]
    {
        let mut run = RunRecord::default();
        (run.command, run.result) = (command.to_owned(), result);
        runs.runs.push(run);
    }
    assert_eq!(runs.clone().from_last_failure().runs[0].command, "b");
    runs.runs.truncate(1);
    assert_eq!(runs.from_last_failure().runs[0].command, "c");
}

/// Opening a pipe would wait for its writer.
#[cfg(unix)]
#[test]
fn pipes_and_devices_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("1.run")).status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("2.run")).unwrap();
    let loaded = RunHistory::at(folder.path()).load();
    assert_eq!((loaded.runs.len(), loaded.notes.len()), (0, 2), "{:?}", loaded.notes);
}
