//! Simulator: no secret stands in a recording, wherever it came from; no word does, if that is wished.

use base64::{Engine, engine::general_purpose::STANDARD};
use codex_api::ResponsesApiRequest;
use codex_core::{RecordedTexts, RecordingOptions, Transport};
use codex_sim::{
    Account, Cut, Failure, Faults, Position, Reply, Rule, Scenario, Simulator, StreamFailure, When,
};

use crate::bench::{Bench, Login, record};

const KEY: &str = "sk-canary-key-0123456789";
const ACCESS: &str = "canary-access-0123456789";
const REFRESH: &str = "canary-refresh-0123456789";
const ID_TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOiJpZCJ9.canaryIdSignature";
const ACCOUNT: &str = "canary-account-id";
const COOKIE: &str = "canary-cookie-0123456789";
const PROMPT: &str = "where is the treasure";

fn login(simulator: &Simulator) -> Login {
    let file = simulator.login(0).unwrap().auth_json();
    simulator.expire_access(0);
    Login::File(file)
}

fn account() -> Account {
    Account::new(REFRESH).access_token(ACCESS).id_token(ID_TOKEN).account_id(ACCOUNT)
}

/// An error that says everything it knows, in all places.
fn loud(status: u16) -> Failure {
    let evidence = STANDARD.encode(format!(r#"{{"error":{{"code":"{ACCESS}"}}}}"#));
    Failure::new(status)
        .code("odd")
        .message(format!("Bearer {ACCESS} and {KEY} and {ACCOUNT} and cookie {COOKIE}"))
        .header("set-cookie", format!("session={COOKIE}; Path=/"))
        .header("x-error-json", evidence)
        .header("x-openai-authorization-error", format!("bad token {ACCESS}"))
        .header("x-echo", format!("{REFRESH} {ACCESS}"))
}

async fn all_calls(bench: &mut Bench) {
    for transport in [Transport::Http, Transport::Websocket] {
        let session = bench.session(transport);
        for _ in 0..2 {
            bench
                .turn(&session, ResponsesApiRequest::new("gpt-5.4").instructions(PROMPT).input(PROMPT))
                .await;
        }
    }
    bench.tell(&bench.api.models().list().await.map(drop).map_err(|error| error.to_string()));
}

#[tokio::test]
async fn no_secret_is_in_a_recording() {
    let in_stream = StreamFailure::unauthorized(1, ACCESS).header("set-cookie", format!("a={COOKIE}"));
    let scenarios = [
        Scenario::new().account(account()).reply(Reply::text("Hello!")),
        Scenario::new().account(account()).rule(Rule::fail(loud(401)).times(6)),
        Scenario::new()
            .account(account())
            .rule(Rule::fail(loud(400)))
            .rule(Rule::fail(loud(400)).when(When::new().transport(codex_sim::Transport::Handshake))),
        Scenario::new().account(account()).rule(Rule::fail(loud(500)).when(When::new().path("/oauth/token"))),
        Scenario::new().account(account()).faults(Faults::new().error(in_stream)),
        Scenario::new()
            .account(account())
            .reply(Reply::text(format!("echo: {KEY} {ACCESS}")))
            .faults(Faults::new().cut(Position::Bytes(700), Cut::Drop)),
    ];
    let tokens = [KEY, ACCESS, REFRESH, ID_TOKEN, "canaryIdSignature", ACCOUNT, COOKIE];
    let encoded: Vec<String> = tokens.iter().map(|token| STANDARD.encode(token)).collect();
    for (number, scenario) in scenarios.into_iter().enumerate() {
        let mut made_up = Vec::new();
        let story = async |bench: &mut Bench| {
            all_calls(bench).await;
            let login = bench.simulator.login(0).unwrap();
            made_up.extend([login.access_token, login.refresh_token]);
        };
        let recorded = record(scenario, login, &RecordingOptions::default(), story).await;
        assert!(recorded.summary.exchanges > 4);
        assert!(recorded.text.contains(PROMPT), "texts are kept");
        // What was planted did come over the wire.
        assert!(recorded.text.matches("[REDACTED token ").count() > 6, "story {number}");
        if number == 1 {
            for place in [
                "bad token [REDACTED token",
                "cookie [REDACTED]",
                "\"x-echo\",\"[REDACTED token",
                "[\"set-cookie\",\"[REDACTED]",
            ] {
                assert!(recorded.text.contains(place), "{place}");
            }
        }
        for token in tokens
            .iter()
            .copied()
            .chain(encoded.iter().map(String::as_str))
            .chain(made_up.iter().map(String::as_str))
        {
            assert!(
                !recorded.text.contains(token),
                "{token} in story {number}:\n{}",
                around(&recorded.text, token)
            );
        }
        let evidence = evidence(&recorded.text);
        assert!(evidence.iter().all(|json| !json.contains(ACCESS)), "{evidence:?} in story {number}");
        if matches!(number, 1 | 4) {
            assert!(evidence.iter().any(|json| json.contains("[REDACTED token")), "{evidence:?}");
        }
    }
}

#[tokio::test]
async fn no_word_is_in_a_recording_without_texts() {
    const ANSWER: &str = "under the old oak";
    let mut options = RecordingOptions::default();
    options.texts = RecordedTexts::Mask;
    let scenario = Scenario::new().account(account()).reply(Reply::text(ANSWER));
    let recorded = record(scenario, login, &options, all_calls).await;
    assert!(recorded.text.lines().next().unwrap().contains("\"texts\":\"masked\""));
    for word in ["treasure", "oak", KEY, ACCESS, REFRESH] {
        assert!(!recorded.text.contains(word), "{word}:\n{}", around(&recorded.text, word));
    }
    for kept in ["response.completed", "gpt-5.4", "[REDACTED token 1]", "xxxxx"] {
        assert!(recorded.text.contains(kept), "{kept}");
    }
    assert!(Scenario::from_recording(&recorded.text).is_ok());
}

/// What stands in base64 in the headers of 401s, over HTTP and in error frames.
fn evidence(text: &str) -> Vec<String> {
    let values = text.split("x-error-json").skip(1).map(|after| {
        let value = after.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        value.split(['"', '\\']).next().unwrap_or_default()
    });
    values.filter_map(|base64| String::from_utf8(STANDARD.decode(base64).ok()?).ok()).collect()
}

fn around<'a>(text: &'a str, word: &str) -> &'a str {
    let at = text.find(word).unwrap_or(0);
    let (from, to) = (
        text.floor_char_boundary(at.saturating_sub(150)),
        text.ceil_char_boundary((at + 150).min(text.len())),
    );
    &text[from..to]
}
