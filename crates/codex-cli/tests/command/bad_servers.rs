//! Servers that answer something else than a stream of events.

use crate::raw_server::{RawServer, Then};

const OK: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n";

#[test]
fn each_is_named_in_one_sentence() {
    let html =
        "content-type: text/html\r\n\r\n<html><head><title>Sign in</title></head><body>x</body></html>";
    for (name, answer, parts) in [
        ("html", format!("{OK}x-request-id: req_9\r\n{html}"), vec!["text/html", "base URL", "request id req_9"]),
        ("html 404", "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-type: text/html\r\n\r\n<html><body>nothing here</body></html>".to_owned(), vec!["404", "base URL"]),
        ("closes at once", String::new(), vec!["before the answer"]),
        ("closes within the head", "HTTP/1.1 200 OK\r\ncontent-".to_owned(), vec!["before the answer"]),
        ("empty", format!("{OK}content-type: text/event-stream\r\n\r\n"), vec!["ended before its first event"]),
        ("no http", "SSH-2.0-OpenSSH_9.6\r\n".to_owned(), vec!["not proper HTTP"]),
        ("garbage", format!("{OK}content-type: text/event-stream\r\n\r\n\u{1}\u{2}garbage\r\n\r\n"), vec!["check the base URL", "garbage"]),
        ("json", format!("{OK}content-type: application/json\r\n\r\n{{\"hello\":1}}"), vec!["application/json instead of an event stream"]),
        ("json error", format!("{OK}content-type: application/json\r\n\r\n{{\"error\":{{\"message\":\"Use POST.\"}}}}"), vec!["Use POST."]),
        ("redirect", "HTTP/1.1 302 Found\r\nlocation: https://login.example/\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".to_owned(), vec!["302", "redirects are not followed"]),
    ] {
        let run = RawServer::start(answer, Then::Close).respond(["Hi"]).run();
        println!("{name}: {}", run.stderr);
        run.ended(1).printed("").said(&parts);
    }
}

#[test]
fn an_answer_that_is_cut_short_is_told() {
    let answer = format!(
        "{OK}content-type: text/event-stream\r\ncontent-length: 1000\r\n\r\ndata: {{\"type\":\"response.output_text.delta\",\"delta\":\"half\"}}\n\n"
    );
    let run = RawServer::start(answer, Then::Close).respond(["Hi"]).run().ended(1);
    run.printed("half\n").said(&["the connection ended within the answer"]);
}

#[test]
fn a_server_cannot_draw_on_the_terminal() {
    let answer = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n{\"error\":{\"message\":\"\\u001b]0;owned\\u0007\\ncodex-api: fake\"}}";
    let run = RawServer::start(answer, Then::Close).respond(["Hi"]).run().ended(1).said(&["owned"]);
    assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
}

#[test]
fn nobody_there_and_no_such_host() {
    use crate::cli::Cli;
    let cli = |url: &str| Cli::new(["respond", "--retries", "0", "--base-url", url, "Hi"]).run().ended(1);
    // A port that was just free.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    cli(&format!("http://127.0.0.1:{port}/v1"))
        .said(&["cannot connect to 127.0.0.1:", "nothing listens there"]);
    cli("http://no-such-host.invalid/v1").said(&["cannot find the host no-such-host.invalid"]);
}

#[test]
fn a_huge_event_is_refused_by_its_limit() {
    let body = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"";
    let run = RawServer::events(body, Then::Flood(b'a')).respond(["Hi"]).run().ended(1);
    run.printed("").said(&["67108864 bytes", "request id req_raw"]);
}

#[test]
fn names_of_models_cannot_draw_on_the_terminal() {
    let body = r#"{"data":[{"id":"a\u001b[2J\u202e","owned_by":"x\ny"}]}"#;
    let answer = format!("{OK}content-type: application/json\r\n\r\n{body}");
    let server = RawServer::start(answer, Then::Close);
    let run = crate::cli::Cli::new(["models", "--base-url", server.base_url()]).run().ended(0);
    run.printed("MODEL   OWNER\na␛[2J\u{fffd}  x y\n");
}
