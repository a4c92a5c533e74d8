//! Ctrl-C and closed pipes.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
};

use crate::{
    cli::Cli,
    raw_server::{RawServer, Then},
    sim_server::SimServer,
};

const DELTA: &str = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"begun\"}\n\n";

fn send(signal: &str, child: &Child) {
    let status = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn an_interruption_ends_a_stream_with_130_and_without_a_word() {
    let server = RawServer::events(DELTA, Then::Stall);
    let (mut command, _home) = server.respond(["Hi"]).into_parts();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut text = [0; 5];
    child.stdout.as_mut().unwrap().read_exact(&mut text).unwrap();
    send("-INT", &child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert_eq!((text, output.stdout, output.stderr), (*b"begun", Vec::new(), Vec::new()));
}

#[test]
fn an_interruption_ends_the_wait_for_standard_input() {
    let server = SimServer::text("never");
    // The warning comes when the configuration is read: from then on the signal is heard.
    let (mut command, _home) = server.respond(["-"]).config("modle = 1").into_parts();
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    stderr.read_line(&mut String::new()).unwrap();
    let open = child.stdin.take();
    send("-INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(open);
    assert!(server.requests().is_empty());
}

#[test]
fn the_simulator_serves_until_it_is_stopped_and_that_is_no_failure() {
    for signal in ["-INT", "-TERM"] {
        let (mut command, _home) = Cli::new(["sim", "--seed", "7"]).into_parts();
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let url = url.trim_end();
        assert!(url.starts_with("http://127.0.0.1:") && url.ends_with("/v1"), "{url}");
        let run = Cli::new(["respond", "-p", "sim", "--base-url", url, "Say hello"]).run().ended(0);
        assert!(run.stdout.starts_with("Hello!"), "{run:?}");
        send(signal, &child);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("Ctrl-C stops it"));
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    Cli::new(["sim", "--port", &port]).run().ended(2).said(&["error: cannot start the simulator", &port]);
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let server = SimServer::text(&"many words ".repeat(10_000));
    for args in [vec!["respond", "-p", "sim"], vec!["respond", "-p", "sim", "--json"]] {
        let mut cli = Cli::new([]);
        for arg in args.iter().chain(&["--base-url", &server.base_url(), "Hi"]) {
            cli = cli.args([*arg]);
        }
        let (mut command, _home) = cli.into_parts();
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdout.take().unwrap().read_exact(&mut [0; 4]).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{args:?}");
    }
}

#[test]
fn an_interruption_ends_a_blocked_write_too() {
    let server = SimServer::text(&"many words ".repeat(10_000));
    let (mut command, _home) = server.respond(["Hi"]).into_parts();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 4]).unwrap();
    send("-INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(stdout);
}
