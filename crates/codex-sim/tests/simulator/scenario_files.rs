//! Ladder: simulator. The documented scenario files, and what is wrong with wrong ones.

use codex_sim::{Scenario, ScenarioError, Simulator};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::http::{End, Request, ask, stream};
use crate::oauth::{post, refresh, use_token};
use crate::socket::{Ended, Socket, create, kinds};

async fn load(name: &str) -> Simulator {
    let path = format!("{}/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let scenario = Scenario::from_file(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    Simulator::start(scenario).await.unwrap()
}

async fn with_model(simulator: &Simulator, model: &str) -> crate::http::Answer {
    let body = json!({"model": model, "input": "hello", "stream": true});
    Request::post(&body).without("authorization").send(simulator).await
}

#[tokio::test]
async fn hello() {
    let simulator = load("hello").await;
    let answer = stream(&simulator, "Say hello").await;
    assert_eq!(answer.output_text(), "Hello! How can I help?");
    assert_eq!(answer.events().last().unwrap()["response"]["usage"]["total_tokens"], 14);
    let answer = stream(&simulator, "The weather?").await;
    assert_eq!(answer.output_text(), "Sunny, 21 °C.");
    assert!(answer.kinds().contains(&"response.reasoning_summary_text.done".to_owned()));
    assert!(stream(&simulator, "Why?").await.output_text().starts_with("You said"));
}

#[tokio::test]
async fn tools() {
    let simulator = load("tools").await;
    let calls = stream(&simulator, "Compare Paris and Rome").await;
    let output = calls.events().last().unwrap()["response"]["output"].clone();
    assert_eq!(output[1]["arguments"], r#"{"city":"Rome"}"#);
    let outputs = json!([
        output[0], output[1],
        {"type": "function_call_output", "call_id": "call_1", "output": "sunny"},
        {"type": "function_call_output", "call_id": "call_2", "output": "rainy"},
    ]);
    let body = json!({"model": "m", "input": outputs, "stream": true});
    let answer = Request::post(&body).send(&simulator).await;
    assert_eq!(answer.output_text(), "Paris is sunny, Rome is rainy.");
    let patch = stream(&simulator, "patch it").await.kinds();
    assert!(patch.contains(&"response.custom_tool_call_input.done".to_owned()));
    let search = stream(&simulator, "search it").await.kinds();
    assert!(search.contains(&"response.web_search_call.searching".to_owned()));
}

#[tokio::test]
async fn structured() {
    let simulator = load("structured").await;
    let cases = [("city", r#"{"name":"Paris","population":2100000}"#), ("broken", r#"{"name": "Par"#)];
    for (prompt, text) in cases {
        assert_eq!(stream(&simulator, prompt).await.output_text(), text);
    }
    assert!(stream(&simulator, "secret").await.kinds().contains(&"response.refusal.done".to_owned()));
    assert_eq!(stream(&simulator, "story").await.kinds().last().unwrap(), "response.incomplete");
}

#[tokio::test]
async fn failures() {
    let simulator = load("failures").await;
    let ask_as = |token: &str| Request::post(&ask("x")).header("authorization", &format!("Bearer {token}"));
    for (token, status) in
        [("sk-other", 401), ("sk-expired", 401), ("sk-sim", 429), ("sk-sim", 429), ("sk-sim", 502)]
    {
        assert_eq!(ask_as(token).send(&simulator).await.status, status, "{token}");
    }
    assert_eq!(ask_as("sk-sim").send(&simulator).await.end, End::Closed);
    assert_eq!(ask_as("sk-sim").send(&simulator).await.status, 200);
    let models = Request::new("GET", "/v1/models").header("authorization", "Bearer sk-sim");
    assert_eq!(models.send(&simulator).await.status, 503);
    assert_eq!(models.send(&simulator).await.status, 200);
}

#[tokio::test]
async fn faults() {
    let simulator = load("faults").await;
    let cases = [
        ("drop", End::Closed),
        ("reset", End::Reset),
        ("end early", End::Complete),
        ("pause", End::Complete),
        ("drip", End::Complete),
        ("noise", End::Complete),
        ("fail", End::Complete),
        ("error", End::Complete),
    ];
    for (prompt, end) in cases {
        assert_eq!(stream(&simulator, prompt).await.end, end, "{prompt}");
    }
    assert_eq!(stream(&simulator, "fail").await.kinds().last().unwrap(), "response.failed");
    assert_eq!(stream(&simulator, "error").await.kinds().last().unwrap(), "error");
    assert!(stream(&simulator, "noise").await.body.len() > 100_000);
}

#[tokio::test]
async fn dialects() {
    let simulator = load("dialects").await;
    assert!(!with_model(&simulator, "llama").await.text().contains("sequence_number"));
    assert!(with_model(&simulator, "open").await.text().ends_with("data: [DONE]\n\n"));
    assert!(with_model(&simulator, "gateway").await.text().ends_with("data: [DONE]\r\n\r\n"));
    assert_eq!(with_model(&simulator, "gateway-error").await.json(), json!({"detail": "No."}));
    assert_eq!(with_model(&simulator, "replay").await.kinds(), ["response.created", "response.completed"]);
    assert!(with_model(&simulator, "recording").await.text().ends_with(": the recording ends here\n\n"));
}

#[tokio::test]
async fn websocket() {
    let simulator = load("websocket").await;
    let open = || Socket::open(&simulator, "/v1/responses", &[("authorization", "Bearer x")]);
    let Err(refused) = open().await else { panic!() };
    assert_eq!(refused.status(), 503);
    let mut socket = open().await.unwrap();
    assert_eq!(socket.head.headers()["x-models-etag"], "\"abc\"");
    let mut warm_up = create("cold");
    warm_up["generate"] = json!(false);
    assert_eq!(socket.ask(&warm_up).await[0]["status"], 500);
    assert_eq!(socket.ask(&create("error")).await[2]["status"], 429);
    let expired = &socket.ask(&create("expired")).await[0];
    assert_eq!(
        (&expired["status_code"], &expired["headers"]["x-request-id"]),
        (&json!(401), &json!("req_1"))
    );
    assert_eq!(kinds(&socket.ask(&create("fragments")).await).last(), Some(&"response.completed"));
    socket.send(&create("noise")).await;
    let mut noise = 0;
    while let Some(Ok(message)) = socket.message().await {
        noise += usize::from(message.is_binary() || message.is_ping());
        if message.to_text().is_ok_and(|text| text.contains("response.completed")) {
            break;
        }
    }
    assert_eq!(noise, 21);
    socket.send(&create("close")).await;
    assert_eq!(socket.ended().await, Ended::Closed(Some(1011)));
}

#[tokio::test]
async fn limits() {
    let simulator = load("limits").await;
    let answer = stream(&simulator, "hi").await;
    assert_eq!(answer.header("x-codex-secondary-window-minutes"), Some("10080"));
    assert_eq!(answer.header("x-codex-other-limit-name"), Some("gpt-5.4-mini"));
    assert_eq!(answer.header("x-ratelimit-reset-project-tokens"), Some("20ms"));
    let refused = stream(&simulator, "too much").await;
    assert_eq!((refused.status, &refused.json()["error"]["plan_type"]), (429, &json!("pro")));
}

#[tokio::test]
async fn background() {
    let simulator = load("background").await;
    let body = json!({"model": "m", "input": "cut", "background": true, "stream": true});
    let cut = Request::post(&body).send(&simulator).await;
    assert_eq!((cut.end, cut.kinds().len()), (End::Closed, 6));
    let id = cut.events()[0]["response"]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/responses/{id}?stream=true&starting_after=5");
    let rest = Request::new("GET", &path).send(&simulator).await;
    assert_eq!(cut.output_text() + &rest.output_text(), "Nothing is lost and nothing comes twice.");
}

#[tokio::test]
async fn realtime() {
    let simulator = load("realtime").await;
    let path = "/v1/realtime?model=gpt-realtime";
    let blocked = [("authorization", "Bearer x"), ("x-session-id", "blocked")];
    let Err(refused) = Socket::open(&simulator, path, &blocked).await else { panic!() };
    assert_eq!(refused.status(), 403);
    let mut socket = Socket::open(&simulator, path, &blocked[..1]).await.unwrap();
    let mut say = async |text: &str| {
        let content = json!([{"type": "input_text", "text": text}]);
        let item = json!({"type": "message", "role": "user", "content": content});
        socket.send(&json!({"type": "conversation.item.create", "item": item})).await;
        socket.send(&json!({"type": "response.create"})).await;
        loop {
            match socket.message().await.unwrap().unwrap() {
                Message::Text(text) if text.contains("\"response.done\"") => {
                    return serde_json::from_str(&text).unwrap();
                }
                Message::Close(_) => return Value::Null,
                _ => {}
            }
        }
    };
    let call = say("light on").await;
    assert_eq!(call["response"]["output"][0]["name"], "switch");
    assert_eq!(say("thanks").await["response"]["output"][0]["content"][0]["transcript"], "You are welcome.");
    assert_eq!(say("break").await, Value::Null);
}

#[tokio::test]
async fn oauth() {
    let simulator = load("oauth").await;
    assert_eq!(use_token(&simulator, "at-ada").await.status, 401);
    assert_eq!(refresh(&simulator, "rt-ada").await.status, 503);
    let tokens = refresh(&simulator, "rt-ada").await.json();
    let token = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let request = Request::post(&ask("hello")).header("authorization", &token);
    assert_eq!(request.send(&simulator).await.status, 401);
    assert_eq!(request.header("chatgpt-account-id", "acct-ada").send(&simulator).await.status, 200);
    let next = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(refresh(&simulator, next).await.end, End::Closed);
    assert_eq!(refresh(&simulator, next).await.json()["error"]["code"], "refresh_token_reused");
    assert_eq!(refresh(&simulator, "rt-bob").await.json()["error"]["code"], "refresh_token_expired");
    assert_eq!(simulator.refreshes(), 2);
    let body = json!({"client_id": codex_sim::DEFAULT_CLIENT_ID});
    let code = post(&simulator, "/api/accounts/deviceauth/usercode", &body).await.json();
    assert_eq!(code["interval"], "0");
}

#[tokio::test]
async fn unauthorized() {
    let simulator = load("unauthorized").await;
    for (token, status) in [("at-new", 200), ("at-old", 401), ("at-old", 401), ("at-old", 200)] {
        assert_eq!(use_token(&simulator, token).await.status, status, "{token}");
    }
    for (prompt, events, request_id) in [("at once", 1, "req-2"), ("later", 4, "req-3")] {
        let request = Request::post(&ask(prompt)).header("authorization", "Bearer at-new");
        let stream = request.send(&simulator).await.events();
        assert_eq!(stream.len(), events);
        let error = stream.last().unwrap();
        assert_eq!((&error["status"], &error["headers"]["x-request-id"]), (&json!(401), &json!(request_id)));
    }
}

#[tokio::test]
async fn reports() {
    let simulator = load("reports").await;
    let report =
        || Request::new("POST", "/api/1/envelope/").header("x-sentry-auth", "Sentry sentry_key=public");
    let busy = report().body("{}").send(&simulator).await;
    assert_eq!((busy.status, busy.header("retry-after")), (429, Some("1")));
    let taken = report().body("{}").send(&simulator).await;
    assert_eq!((taken.status, taken.header("x-sentry-rate-limits")), (200, Some("60:transaction:key")));
    assert_eq!(report().body(vec![b' '; 1_000_001]).send(&simulator).await.status, 413);
    for status in [503, 200] {
        assert_eq!(post(&simulator, "/v1/traces", &json!({})).await.status, status);
    }
    assert_eq!((simulator.envelopes().len(), simulator.telemetry().len()), (1, 1));
}

#[test]
fn wrong_files_name_line_and_key() {
    let cases = [
        ("seed = 1\nsede = 2", "line 2", "sede"),
        ("[[rule]]\nwhne = {}", "line 2", "whne"),
        ("[[rule]]\nwhen = { modle = \"m\" }", "line 2", "modle"),
        ("[[rule]]\nreply = { txet = \"m\" }", "line 2", "txet"),
        ("[[rule]]\ntimes = \"two\"", "line 2", "times"),
        ("[[rule]]\nreply = { output = [{ type = \"massage\" }] }", "line 2", "massage"),
        ("[[rule]]\nreply = { output = [{ type = \"message\", txet = \"\" }] }", "line 2", "txet"),
        ("[[rule]]\n[rule.faults]\nstal = 1", "line 3", "stal"),
        ("[[rule]]\n[rule.faults]\ninsert = [{ kind = \"bomb\", at = 1 }]", "line 3", "bomb"),
        ("[[rule]]\n[rule.dialect]\nlike = \"klingon\"", "line 3", "klingon"),
        ("seed = ", "line 1", "seed"),
        ("[[rule]]\nfail = { status = 500 }\nreply = {}", "line 1", "`reply`, `fail` and `raw`"),
        ("\n[[rule]]\n[[rule]]\nfail = { status = 99 }", "line 3", "99"),
        ("[[rule]]\nraw = {}", "line 1", "`sse`, `file` and `events`"),
        ("[[rule]]\nfail = { code = \"x\" }", "line 2", "status"),
    ];
    for (text, line, key) in cases {
        let error = Scenario::from_toml(text).unwrap_err().to_string();
        assert!(error.contains(line) && error.contains(key), "{text:?}\n{error}");
    }
    let secrets =
        ["tokens = [\"sk-secret\"]", "seed = \"sk-secret\"", "[[tokens]]\ntoken = \"sk-secret\"\nvalid = 1"];
    for text in
        secrets.into_iter().chain(["tokens = [{ token = \"sk-secret\", valid = 1 }]", "x = \"sk-secret"])
    {
        let error = Scenario::from_toml(text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("sk-secret"), "{error}");
    }
    let missing = Scenario::from_toml("[[rule]]\nraw = { file = \"no-such-file\" }").unwrap_err();
    assert!(matches!(missing, ScenarioError::File { .. }), "{missing}");
    assert!(Scenario::from_file("no-such-file").unwrap_err().to_string().contains("no-such-file"));
}

#[test]
fn every_scenario_file_is_tested_here() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "background",
            "dialects",
            "failures",
            "faults",
            "hello",
            "limits",
            "oauth",
            "realtime",
            "reports",
            "structured",
            "tools",
            "unauthorized",
            "websocket",
        ]
    );
}
