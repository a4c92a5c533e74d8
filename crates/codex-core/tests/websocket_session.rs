//! Fake transport: a session over a WebSocket, and when it goes on over HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use codex_api::{
    ApiClient, ApiError, ApiKey, CloseCode, Event, FallbackReason, Observer, Provider, ResponseItem,
    ResponsesApiRequest,
};
use codex_client::{
    WebSocketConnection, WebSocketMessage,
    fake::{FakeAnswer, FakeHandshake, FakeTransport, FakeWebSocketTransport},
};
use codex_core::{ModelClient, SessionSettings, Transport, TurnEvent};
use serde_json::{Value, json};

/// What the server saw: the frames of all connections, in order.
type Seen = Arc<Mutex<Vec<Value>>>;

struct Bench {
    session: ModelClient,
    http: FakeTransport,
    websocket: FakeWebSocketTransport,
    seen: Seen,
    fallbacks: Arc<Fallbacks>,
}

#[derive(Default)]
struct Fallbacks(Mutex<Vec<FallbackReason>>);

impl Observer for Fallbacks {
    fn on_event(&self, event: &Event) {
        if let Event::TransportFallback(fact) = event {
            self.0.lock().unwrap().push(fact.reason);
        }
    }
}

fn bench(settings: SessionSettings, handshakes: impl FnOnce(Seen) -> Vec<FakeHandshake>) -> Bench {
    let seen = Seen::default();
    let http = FakeTransport::new((0..9).map(|_| answer_over_http()));
    let websocket = FakeWebSocketTransport::new(handshakes(Arc::clone(&seen)));
    let fallbacks = Arc::new(Fallbacks::default());
    let provider = Provider::new("test", "https://service.test/v1").unwrap();
    let api = ApiClient::with_transport(provider, Arc::new(http.clone()))
        .websocket_transport(Arc::new(websocket.clone()))
        .auth(ApiKey::new("sk-test"))
        .observer(fallbacks.clone());
    Bench { session: ModelClient::new(api, settings), http, websocket, seen, fallbacks }
}

fn answer_over_http() -> FakeAnswer {
    let completed = json!({"type":"response.completed","response":{"id":"http","output":[]}});
    FakeAnswer::ok().header("content-type", "text/event-stream").body(format!("data: {completed}\n\n"))
}

fn item(number: usize) -> Value {
    json!({"type":"message","role":"assistant","content":[{"type":"output_text","text":format!("answer {number}"),"annotations":[]}]})
}

/// Serves whole responses, and does `last` instead of answering request number `until`.
async fn serve(mut server: WebSocketConnection, seen: Seen, until: usize, last: Last) {
    for number in 0.. {
        let Some(Ok(WebSocketMessage::Text(text))) = server.next().await else { return };
        seen.lock().unwrap().push(serde_json::from_str(&text).unwrap());
        if number == until {
            match last {
                Last::Vanish => return,
                Last::Close(code) => drop(server.close(CloseCode::new(code).unwrap(), "").await),
                Last::Say(ref event) => {
                    server.send_text(&event.to_string()).await.unwrap();
                    continue;
                }
            }
            return;
        }
        let id = format!("resp_{number}");
        for event in [
            json!({"type":"response.created","response":{"id":id}}),
            json!({"type":"response.output_item.done","output_index":0,"item":item(number)}),
            json!({"type":"response.completed","response":{"id":id,"output":[item(number)]}}),
        ] {
            server.send_text(&event.to_string()).await.unwrap();
        }
    }
}

#[derive(Clone)]
enum Last {
    Vanish,
    Close(u16),
    Say(Value),
}

fn serving(seen: &Seen, until: usize, last: Last) -> FakeHandshake {
    let seen = Arc::clone(seen);
    FakeHandshake::accepted(move |server| serve(server, seen, until, last))
}

fn settings(transport: Transport) -> SessionSettings {
    SessionSettings::with_transport(transport)
}

fn request(history: &[ResponseItem]) -> ResponsesApiRequest {
    ResponsesApiRequest::new("m").input(history.to_vec())
}

#[derive(Default)]
struct Told {
    items: Vec<ResponseItem>,
    retries: usize,
    fell_back: Option<FallbackReason>,
    error: Option<ApiError>,
}

async fn run(bench: &Bench, history: &[ResponseItem]) -> Told {
    let mut turn = bench.session.turn(request(history));
    let mut told = Told::default();
    while let Some(event) = turn.next().await {
        match event {
            Ok(TurnEvent::Event(codex_api::ResponseEvent::OutputItemDone(done))) => {
                told.items.push(*done.item);
            }
            Ok(TurnEvent::Retrying { .. }) => told.retries += 1,
            Ok(TurnEvent::FellBack { reason, .. }) => told.fell_back = Some(reason),
            Ok(_) => {}
            Err(error) => told.error = Some(error),
        }
    }
    told
}

/// Runs turns that each extend the one before.
async fn converse(bench: &Bench, turns: usize) -> Vec<Told> {
    let mut history = Vec::new();
    let mut all = Vec::new();
    for number in 0..turns {
        history.push(ResponseItem::user(format!("question {number}")));
        let told = run(bench, &history).await;
        history.extend(told.items.iter().cloned());
        all.push(told);
    }
    all
}

fn inputs(bench: &Bench) -> Vec<(usize, Option<String>)> {
    let seen = bench.seen.lock().unwrap();
    seen.iter()
        .map(|frame| {
            (
                frame["input"].as_array().unwrap().len(),
                frame["previous_response_id"].as_str().map(str::to_owned),
            )
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn only_what_is_new_goes_out_on_the_same_connection() {
    let bench = bench(settings(Transport::Auto), |seen| vec![serving(&seen, 99, Last::Vanish)]);
    let told = converse(&bench, 3).await;
    assert!(told.iter().all(|told| told.error.is_none() && told.retries == 0));
    assert_eq!(inputs(&bench), [(1, None), (1, Some("resp_0".into())), (1, Some("resp_1".into()))]);
    assert_eq!(bench.websocket.requests().len(), 1);
    assert!(bench.http.requests().is_empty());
    // A history that does not extend the last one goes out whole.
    run(&bench, &[ResponseItem::user("something else")]).await;
    assert_eq!(inputs(&bench)[3], (1, None));
}

#[tokio::test(start_paused = true)]
async fn a_stale_connection_is_replaced_without_spending_a_retry() {
    let mut settings = settings(Transport::Websocket);
    settings.turn_retries.max_retries = 0;
    let bench =
        bench(settings, |seen| vec![serving(&seen, 1, Last::Vanish), serving(&seen, 99, Last::Vanish)]);
    let told = converse(&bench, 2).await;
    assert!(told.iter().all(|told| told.error.is_none() && told.retries == 0), "{:?}", told[1].error);
    // On a new connection the service remembers nothing: the whole input.
    assert_eq!(inputs(&bench), [(1, None), (1, Some("resp_0".into())), (3, None)]);
    assert_eq!(bench.websocket.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lost_chain_is_sent_whole_once() {
    let lost =
        json!({"type":"error","status":400,"error":{"code":"previous_response_not_found","message":"gone"}});
    let bench = bench(settings(Transport::Websocket), |seen| {
        vec![serving(&seen, 1, Last::Say(lost)), serving(&seen, 99, Last::Vanish)]
    });
    let told = converse(&bench, 2).await;
    assert!(told[1].error.is_none(), "{:?}", told[1].error);
    assert_eq!(told[1].retries, 0);
    assert_eq!(*inputs(&bench).last().unwrap(), (3, None));
}

#[tokio::test(start_paused = true)]
async fn connections_are_rotated_before_the_service_ends_them() {
    let bench = bench(settings(Transport::Auto), |seen| {
        vec![serving(&seen, 99, Last::Vanish), serving(&seen, 99, Last::Vanish)]
    });
    converse(&bench, 1).await;
    tokio::time::advance(SessionSettings::DEFAULT_ROTATE_AFTER).await;
    converse(&bench, 1).await;
    assert_eq!(bench.websocket.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_connection_limit_is_a_new_connection() {
    let limit = json!({"type":"error","status":400,"error":{"code":"websocket_connection_limit_reached","message":"60 minutes"}});
    let bench = bench(settings(Transport::Websocket), |seen| {
        vec![serving(&seen, 0, Last::Say(limit)), serving(&seen, 99, Last::Vanish)]
    });
    let told = converse(&bench, 1).await;
    assert!(told[0].error.is_none(), "{:?}", told[0].error);
    assert_eq!((told[0].retries, bench.websocket.requests().len()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_session_falls_back_to_http_for_good() {
    for (handshake, expected) in [
        (FakeHandshake::refused(426), FallbackReason::Negotiated),
        (FakeHandshake::refused(503), FallbackReason::ConnectFailed),
        (FakeHandshake::refused(404), FallbackReason::ConnectFailed),
    ] {
        let bench = bench(settings(Transport::Auto), |_| vec![handshake]);
        let told = converse(&bench, 2).await;
        assert_eq!((told[0].fell_back, told[0].retries), (Some(expected), 0));
        assert_eq!(told[1].fell_back, None);
        assert!(told.iter().all(|told| told.error.is_none()));
        assert_eq!((bench.websocket.requests().len(), bench.http.requests().len()), (1, 2));
        assert_eq!(*bench.fallbacks.0.lock().unwrap(), [expected]);
        assert_eq!(bench.session.fallback(), Some(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_close_by_policy_means_http_and_spent_retries_do() {
    let bench_1008 = bench(settings(Transport::Auto), |seen| vec![serving(&seen, 0, Last::Close(1008))]);
    let told = converse(&bench_1008, 1).await;
    assert_eq!((told[0].fell_back, told[0].retries), (Some(FallbackReason::Negotiated), 0));

    let mut few = settings(Transport::Auto);
    few.turn_retries.max_retries = 2;
    let bench = bench(few, |seen| (0..3).map(|_| serving(&seen, 0, Last::Vanish)).collect());
    let told = converse(&bench, 1).await;
    assert_eq!((told[0].fell_back, told[0].retries), (Some(FallbackReason::RetriesSpent), 2));
    assert!(told[0].error.is_none());
}

#[tokio::test(start_paused = true)]
async fn websocket_only_never_takes_http_and_credentials_never_fall_back() {
    let mut few = settings(Transport::Websocket);
    few.turn_retries.max_retries = 1;
    let bench_ws = bench(few, |_| vec![FakeHandshake::refused(503), FakeHandshake::refused(503)]);
    let told = converse(&bench_ws, 1).await;
    assert_eq!(told[0].error.as_ref().unwrap().status(), Some(503));
    assert!(bench_ws.http.requests().is_empty());

    let bench = bench(settings(Transport::Auto), |_| vec![FakeHandshake::refused(401)]);
    let told = converse(&bench, 1).await;
    assert_eq!(told[0].error.as_ref().unwrap().status(), Some(401));
    assert!(bench.http.requests().is_empty());
    assert_eq!(bench.session.fallback(), None);
}

#[tokio::test(start_paused = true)]
async fn a_warm_up_goes_ahead_of_the_first_request() {
    let mut warm = settings(Transport::Auto);
    warm.warm_up = true;
    let bench = bench(warm, |seen| vec![serving(&seen, 99, Last::Vanish)]);
    let told = converse(&bench, 2).await;
    assert!(told.iter().all(|told| told.error.is_none()));
    let frames = bench.seen.lock().unwrap().clone();
    assert_eq!(frames[0]["generate"], false);
    assert_eq!(
        (frames[1]["input"].as_array().unwrap().len(), &frames[1]["previous_response_id"]),
        (0, &json!("resp_0"))
    );
    assert_eq!(frames.len(), 3);
    assert!(tokio::time::Instant::now().elapsed() < Duration::from_secs(1));
}
