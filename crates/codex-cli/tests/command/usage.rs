//! Flags: what is refused, and what help says.

use crate::cli::Cli;

#[test]
fn a_mistake_in_the_flags_is_exit_2() {
    for (args, parts) in [
        (vec![], "Usage: codex-api"),
        (vec!["respnd"], "similar subcommands exist: 'responses', 'respond'"),
        (vec!["respond", "--modle", "x"], "'--model'"),
        (vec!["respond", "--model", "", "x"], "'--model <MODEL>': it is empty"),
        (vec!["respond", "--reasoning", " ", "x"], "'--reasoning <EFFORT>': it is empty"),
        (vec!["respond", "--previous", "", "x"], "'--previous <ID>': it is empty"),
        (vec!["respond", "-i", "", "x"], "'--instructions <TEXT|@FILE>': it is empty"),
        (vec!["compact", "--model", ""], "'--model <MODEL>': it is empty"),
        (vec!["transcribe", "--language", "", "a.wav"], "'--language <CODE>': it is empty"),
        (vec!["respond", "a", "b"], "unexpected argument 'b'"),
        (vec!["respond", "--timeout", "soon", "x"], "the units of time are ms, s, m and h"),
        (vec!["respond", "--timeout", "0", "x"], "longer than nothing"),
        (vec!["respond", "--retries", "101", "x"], "101 is not in 0..=100"),
        (vec!["respond", "--max-output-tokens", "many", "x"], "--max-output-tokens"),
        (vec!["respond", "--store", "--no-store", "x"], "cannot be used with"),
        (vec!["respond", "--background", "--no-store", "x"], "cannot be used with"),
        (vec!["respond", "--background", "--transport", "ws", "x"], "cannot be used with"),
        (vec!["respond", "--transport", "grpc", "x"], "possible values: auto, http, ws"),
        (vec!["models", "--client-version", "1.2"], "a version is three numbers"),
        (vec!["responses"], "Usage: codex-api responses"),
        (vec!["responses", "get"], "<ID>"),
        (vec!["responses", "resume", "r", "--after", "x"], "--after"),
        (vec!["transcribe"], "<FILE.wav>"),
        (
            vec!["transcribe", "--protocol", "v1", "a.wav"],
            "codex-api: error: version v1 of the realtime protocol has no transcription; use --protocol v2",
        ),
        (vec!["transcribe", "no.wav"], "codex-api: error: cannot read the file no.wav: No such file"),
        (
            vec!["transcribe", "bad.toml"],
            "codex-api: error: the file bad.toml is no WAV file; convert it with `ffmpeg",
        ),
        (vec!["compact", "-p", "sim"], "codex-api: error: there is no input; name a file, or pipe it in"),
        (
            vec!["compact", "-p", "sim", "no.json"],
            "codex-api: error: cannot read the file no.json: No such file",
        ),
        (vec!["compact", "-p", "sim", "bad.toml"], "codex-api: error: the file bad.toml is not JSON"),
        (vec!["memories", "-p", "sim", "number.json"], "the file number.json is JSON, but not items: a list"),
        (vec!["-v", "-q", "respond", "x"], "cannot be used with"),
        (vec!["feedback"], "Usage: codex-api feedback"),
        (vec!["feedback", "send", "--classification", "praise"], "possible values: bug, bad_result"),
        (vec!["feedback", "send", "--reason", " "], "'--reason <TEXT>': it is empty"),
        (vec!["feedback", "preview", "--run", "0"], "--run"),
        (vec!["feedback", "preview", "--json", "--html", "-"], "cannot be used with"),
        (vec!["sim", "--port", "99999"], "99999"),
        (vec!["sim", "--host", "localhost"], "invalid IP address"),
        (vec!["completions", "csh"], "possible values: bash"),
        (
            vec!["respond", "--header", "nocolon", "-p", "sim", "x"],
            "codex-api: error: --header number 1 is not of the form 'Name: value'",
        ),
        (
            vec!["respond", "--header", "a b: c", "-p", "sim", "x"],
            "codex-api: error: cannot use the flag --header: the header \"a b\"",
        ),
        (
            vec!["respond", "--query", "novalue", "-p", "sim", "x"],
            "codex-api: error: --query number 1 is not of the form name=value",
        ),
        (
            vec!["respond", "--metadata", "novalue", "-p", "sim", "x"],
            "codex-api: error: --metadata number 1 is not of the form name=value",
        ),
        (
            vec!["respond", "--base-url", "nonsense", "x"],
            "codex-api: error: cannot use the base URL that was given: the base URL is not a URL",
        ),
        (vec!["respond", "--base-url", "ftp://h/v1", "x"], "is neither http nor https"),
        (vec!["respond", "--max-output-tokens", "3", "-p", "sim", "x"], "max_output_tokens"),
        (vec!["respond", "--temperature", "3", "-p", "sim", "x"], "temperature"),
        (
            vec!["sim", "--scenario", "no.toml"],
            "codex-api: error: cannot use the scenario: cannot read no.toml: No such file",
        ),
        (
            vec!["sim", "--scenario", "bad.toml"],
            "codex-api: error: cannot use the scenario bad.toml: the scenario is not valid (line 1, key `sede`): ",
        ),
    ] {
        let mut cli = Cli::new([]).file("bad.toml", "sede = 7").file("number.json", "[7]");
        for arg in &args {
            cli = cli.args([*arg]);
        }
        let run = cli.run().ended(2);
        assert!(run.stderr.contains(parts), "{args:?}: no {parts:?} in {}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn help_has_examples_and_exit_codes() {
    for args in [
        vec!["--help"],
        vec!["respond", "--help"],
        vec!["models", "--help"],
        vec!["responses", "--help"],
        vec!["compact", "--help"],
        vec!["memories", "--help"],
        vec!["transcribe", "--help"],
        vec!["realtime", "--help"],
        vec!["help", "responses"],
        vec!["responses", "get", "--help"],
        vec!["responses", "resume", "--help"],
        vec!["feedback", "--help"],
        vec!["feedback", "preview", "--help"],
        vec!["feedback", "send", "--help"],
        vec!["help", "feedback", "flush"],
        vec!["feedback", "runs", "--help"],
        vec!["sim", "--help"],
        vec!["completions", "--help"],
        vec!["help", "sim"],
    ] {
        let mut cli = Cli::new([]);
        for arg in &args {
            cli = cli.args([*arg]);
        }
        let run = cli.run().ended(0).said_nothing();
        for part in ["Examples:\n  codex-api ", "Exit codes:\n  0    ok", "  130  interrupted"] {
            assert!(run.stdout.contains(part), "{args:?}: no {part:?}");
        }
        let longest = run.stdout.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(90), "{args:?}: a line of {longest:?} characters");
    }
}

#[test]
fn version_and_completions_are_printed() {
    let version = format!("codex-api {}\n", env!("CARGO_PKG_VERSION"));
    Cli::new(["--version"]).run().ended(0).printed(&version);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = Cli::new(["completions", shell]).run().ended(0).said_nothing();
        assert!(
            run.stdout.contains("codex-api")
                && run.stdout.contains("base-url")
                && run.stdout.contains("preview"),
            "{shell}"
        );
    }
}

#[test]
fn a_log_is_written_on_wish_alone() {
    let cli = || Cli::new(["respond", "-q", "--provider", "sim", "Hi"]);
    cli().run().ended(0).said_nothing();
    let run = cli().env("RUST_LOG", "debug").run().ended(0);
    assert!(run.stderr.contains("DEBUG"), "{run:?}");
    cli().env("RUST_LOG", "codex_api=loud").run().ended(2).said(&["error: cannot use RUST_LOG: "]);
}

#[test]
fn color_is_used_on_wish() {
    let cli =
        |when: &str| Cli::new(["--color", when, "respond", "--base-url", "nonsense", "x"]).run().ended(2);
    assert!(cli("always").stderr.contains("\u{1b}[31merror: \u{1b}[0m"));
    assert!(!cli("never").stderr.contains('\u{1b}'));
    assert!(!cli("auto").stderr.contains('\u{1b}'));
}
