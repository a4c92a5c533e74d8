//! Prompts, images and standard input.

use serde_json::json;

use crate::{cli::Cli, sim_server::SimServer};

#[test]
fn the_prompt_is_an_argument_or_standard_input_or_both() {
    for (args, stdin, expected) in [
        (vec!["Ask"], None, "Ask"),
        (vec![], Some("piped\n"), "piped"),
        (vec!["-"], Some("piped\n"), "piped"),
        (vec!["Ask"], Some("line 1\nline 2\n"), "Ask\n\nline 1\nline 2"),
        (vec!["Ask"], Some(""), "Ask"),
    ] {
        let server = SimServer::text("ok");
        let mut cli = server.respond([]);
        for arg in &args {
            cli = cli.args([*arg]);
        }
        if let Some(stdin) = stdin {
            cli = cli.stdin(stdin);
        }
        cli.run().ended(0);
        assert_eq!(server.body()["input"], json!(expected), "{args:?} {stdin:?}");
    }
}

#[test]
fn input_that_cannot_be_used_is_named() {
    for (args, stdin, parts) in [
        (vec![], b"".to_vec(), vec!["there is no prompt; give one as an argument, or pipe it in"]),
        (vec!["-"], b"".to_vec(), vec!["the prompt is empty"]),
        (vec![" "], b"".to_vec(), vec!["the prompt is empty"]),
        (vec![], b"caf\xe9".to_vec(), vec!["standard input is not UTF-8 text", "position 4"]),
        (vec![], vec![b'a'; 11 << 20], vec!["standard input is longer than 10485760 bytes"]),
        (
            vec!["x", "--image", "no.png"],
            b"".to_vec(),
            vec!["cannot read the --image file no.png: No such file"],
        ),
        (
            vec!["x", "--image", "text.png"],
            b"".to_vec(),
            vec!["the --image file text.png is no PNG, JPEG, GIF or WebP image"],
        ),
        (vec!["x", "--image", "."], b"".to_vec(), vec!["cannot read the --image file .: "]),
        (vec!["x", "--image", "big.gif"], b"".to_vec(), vec!["is an image of more than 20971520 bytes"]),
        (
            vec!["x", "-i", "@no.md"],
            b"".to_vec(),
            vec!["cannot read the --instructions file no.md: No such file"],
        ),
        (
            vec!["x", "-i", "@latin1.md"],
            b"".to_vec(),
            vec!["the --instructions file latin1.md is not UTF-8 text"],
        ),
        (
            vec!["x", "--schema", "text.png"],
            b"".to_vec(),
            vec!["the --schema file text.png is not JSON: expected"],
        ),
        (
            vec!["x", "--schema", "list.json"],
            b"".to_vec(),
            vec!["the --schema file list.json is JSON, but not a schema"],
        ),
        (vec!["x", "--tool", "no.json"], b"".to_vec(), vec!["cannot read the --tool file no.json"]),
        (vec!["x", "--tool", "text.png"], b"".to_vec(), vec!["the --tool file text.png is not JSON"]),
        (vec!["x", "--tool", "list.json"], b"".to_vec(), vec!["is JSON, but not a tool"]),
        (
            vec!["x", "--tool", "nameless.json"],
            b"".to_vec(),
            vec!["the --tool file nameless.json has no \"name\""],
        ),
        (
            vec!["x", "--tool", "a.json", "--tool", "a.json"],
            b"".to_vec(),
            vec!["has the \"name\" of another tool"],
        ),
    ] {
        let mut cli = Cli::new(["respond", "--provider", "sim"])
            .file("text.png", "just text")
            .file("latin1.md", b"caf\xe9")
            .file("list.json", "[]")
            .file("nameless.json", "{}")
            .file("a.json", r#"{"name": "a"}"#)
            .stdin(stdin);
        if args.contains(&"big.gif") {
            let mut big = vec![0; (20 << 20) + 1];
            big[..6].copy_from_slice(b"GIF89a");
            cli = cli.file("big.gif", big);
        }
        for arg in &args {
            cli = cli.args([*arg]);
        }
        let run = cli.run().ended(2).printed("");
        run.said(&["codex-api: error: "]).said(&parts);
    }
}

#[test]
fn an_image_alone_is_a_prompt() {
    let image = ["--image", "https://example.com/a.png"];
    for (prompt, stdin, expected) in [
        (None, None, vec!["input_image"]),
        (None, Some(""), vec!["input_image"]),
        (None, Some("What?"), vec!["input_text", "input_image"]),
        (Some("What?"), Some(""), vec!["input_text", "input_image"]),
    ] {
        let server = SimServer::text("ok");
        let mut cli = server.respond(image);
        if let Some(prompt) = prompt {
            cli = cli.args([prompt]);
        }
        if let Some(stdin) = stdin {
            cli = cli.stdin(stdin);
        }
        cli.run().ended(0);
        let content = server.body()["input"][0]["content"].clone();
        let kinds: Vec<_> = content.as_array().unwrap().iter().map(|part| part["type"].clone()).collect();
        assert_eq!(kinds, expected, "{prompt:?} {stdin:?}");
    }
    SimServer::text("ok").respond(image).args(["-"]).stdin("").run().ended(2).said(&["prompt is empty"]);
}
