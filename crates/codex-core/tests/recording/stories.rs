//! Simulator: stories that are recorded and played, over both transports.

use std::time::Duration;

use codex_api::{
    CompactionInput, Compression, RealtimeSettings, ResponseEvent, ResponseItem, ResponsesApiRequest,
    ResponsesOptions, Timeouts, realtime::RealtimeServerEvent,
};
use codex_core::{Transport, TurnEvent};
use codex_sim::{
    Account, Cut, Failure, Faults, Insert, Position, RawStream, Reply, Rule, Scenario, Simulator, When,
};
use serde_json::json;

use crate::bench::{Bench, Login, check_story};

const BOTH: [Transport; 2] = [Transport::Http, Transport::Websocket];

fn key(_: &Simulator) -> Login {
    Login::Key("sk-recorded-key-1")
}

/// A login whose access token has expired.
fn expired_login(simulator: &Simulator) -> Login {
    let file = simulator.login(0).unwrap().auth_json();
    assert!(simulator.expire_access(0));
    Login::File(file)
}

fn request(text: &str) -> ResponsesApiRequest {
    ResponsesApiRequest::new("gpt-5.4").input(text)
}

async fn one_turn(bench: &mut Bench, transport: Transport) {
    let session = bench.session(transport);
    bench.turn(&session, request("Say hello")).await;
}

#[tokio::test]
async fn a_stream_of_events() {
    for transport in BOTH {
        let scenario = Scenario::new().reply(Reply::text("Hello, wörld! ✓"));
        let recorded = check_story(scenario, key, async |bench| one_turn(bench, transport).await).await;
        assert!(recorded.told.iter().any(|event| event.contains("Completed")), "{:?}", recorded.told);
        assert_eq!((recorded.summary.exchanges, recorded.summary.cut), (1, None));
        assert_eq!(recorded.of_kind("finished").len(), 1);
    }
}

#[tokio::test]
async fn a_401_is_recovered_from_and_the_request_sent_again() {
    for (transport, exchanges) in [(Transport::Http, 4), (Transport::Websocket, 4)] {
        let scenario = Scenario::new().account(Account::new("rt-1")).reply(Reply::text("Hello!"));
        let story = async |bench: &mut Bench| one_turn(bench, transport).await;
        let recorded = check_story(scenario, expired_login, story).await;
        let requests = recorded.of_kind("request");
        assert_eq!(requests.len(), exchanges, "401, 401 after the reload, the refresh, and the answer");
        let sent: Vec<_> = requests
            .iter()
            .filter_map(|request| {
                let headers = request["headers"].as_array().unwrap();
                let found = headers.iter().find(|header| header[0] == "authorization");
                found.map(|header| header[1].as_str().unwrap().to_owned())
            })
            .collect();
        assert_eq!(sent[0], "Bearer [REDACTED token 1]");
        assert_eq!(sent[0], sent[1], "the reload found nothing new");
        assert_ne!(sent[1], sent[2], "the new token can be told from the old one");
        let new = sent[2].trim_start_matches("Bearer ").to_owned();
        let answer =
            recorded.of_kind("chunk").into_iter().find(|it| it["data"].to_string().contains("expires_in"));
        assert!(answer.is_none_or(|answer| answer["data"].to_string().contains(&new)));
    }
}

#[tokio::test]
async fn a_refresh_that_is_refused_for_good() {
    let scenario = Scenario::new()
        .account(Account::new("rt-1").refresh_state(codex_sim::RefreshState::Reused))
        .reply(Reply::text("Hello!"));
    let story = async |bench: &mut Bench| one_turn(bench, Transport::Http).await;
    let recorded = check_story(scenario, expired_login, story).await;
    assert!(recorded.told.last().unwrap().contains("401"), "{:?}", recorded.told);
}

#[tokio::test]
async fn streams_that_break() {
    for transport in BOTH {
        for cut in [Cut::Drop, Cut::Reset, Cut::Clean, Cut::Close(1011)] {
            for after in [2, 6] {
                let faults = Faults::new().cut(Position::Events(after), cut);
                let scenario = Scenario::new().reply(Reply::text("A text of several words.")).faults(faults);
                let story = async |bench: &mut Bench| one_turn(bench, transport).await;
                let recorded = check_story(scenario, key, story).await;
                let told = recorded.told.last().unwrap();
                assert!(!told.contains("Completed"), "{transport:?} {cut:?} after {after}: {told}");
            }
        }
    }
}

#[tokio::test]
async fn errors_and_retries() {
    for transport in BOTH {
        let handshake = When::new().transport(codex_sim::Transport::Handshake);
        let refusal = Rule::fail(Failure::new(503).header("retry-after-ms", "1")).once();
        let refusal = if transport == Transport::Http { refusal } else { refusal.when(handshake) };
        let scenario = Scenario::new().rule(refusal).reply(Reply::text("Hello!"));
        let story = async |bench: &mut Bench| one_turn(bench, transport).await;
        assert_eq!(check_story(scenario, key, story).await.summary.exchanges, 2);
        let scenario = Scenario::new().require_token("sk-another-key");
        let told = check_story(scenario, key, story).await.told;
        assert!(told.last().unwrap().contains("401"), "{told:?}");
    }
}

#[tokio::test]
async fn a_websocket_of_two_turns_sends_only_what_is_new() {
    let story = async |bench: &mut Bench| {
        let session = bench.session(Transport::Websocket);
        let mut history = vec![ResponseItem::user("Say hello")];
        for _ in 0..2 {
            let asked = ResponsesApiRequest::new("gpt-5.4").input(history.clone());
            for event in bench.turn(&session, asked).await {
                if let TurnEvent::Event(ResponseEvent::OutputItemDone(done)) = event {
                    history.push(*done.item);
                }
            }
            history.push(ResponseItem::user("And again"));
        }
        let sent = bench.simulator.requests();
        let messages = sent.iter().filter(|it| it.transport == codex_sim::Transport::Websocket);
        let continued: Vec<_> =
            messages.map(|it| it.body.as_ref().unwrap()["previous_response_id"].is_string()).collect();
        assert_eq!(continued, [false, true]);
    };
    let recorded = check_story(Scenario::new(), key, story).await;
    let asked: Vec<_> =
        recorded.of_kind("message").into_iter().filter(|message| message["from"] == "client").collect();
    assert_eq!((recorded.summary.exchanges, asked.len()), (1, 2));
}

#[tokio::test]
async fn pings_are_played_between_messages() {
    let faults = Faults::new().insert(Insert::Comment { at: 2, text: String::new() });
    let scenario = Scenario::new().reply(Reply::text("Hello!")).faults(faults);
    let story = async |bench: &mut Bench| one_turn(bench, Transport::Websocket).await;
    assert_eq!(check_story(scenario, key, story).await.of_kind("ping").len(), 1);
}

#[tokio::test]
async fn a_realtime_conversation() {
    let story = async |bench: &mut Bench| {
        let settings = RealtimeSettings::conversation("Be kind").model("gpt-realtime");
        let mut connection = bench.api.realtime().connect(&settings).await.unwrap();
        connection.writer().say("Say hello").await.unwrap();
        connection.writer().ask().await.unwrap();
        while let Some(event) = connection.reader().next().await {
            let is_done = matches!(event, Ok(RealtimeServerEvent::ResponseDone(_)));
            bench.tell(&event);
            if is_done || event.is_err() {
                break;
            }
        }
        connection.writer().close().await.unwrap();
        while let Some(event) = connection.reader().next().await {
            bench.tell(&event);
        }
    };
    let recorded = check_story(Scenario::new(), key, story).await;
    assert!(recorded.told.len() > 4, "{:?}", recorded.told);
    assert_eq!(recorded.of_kind("end")[0]["how"], "clean");
}

#[tokio::test]
async fn a_compressed_request_stands_decoded_in_the_recording() {
    let story = async |bench: &mut Bench| {
        let asked = request(&"many words ".repeat(2000));
        let mut options = ResponsesOptions::default();
        options.compression = Some(Compression::on());
        let stream = bench.api.responses().stream_request(&asked, &options).await;
        let collected = match stream {
            Ok(stream) => stream.collect().await.map(|response| response.id),
            Err(error) => Err(error),
        };
        bench.tell(&collected.map_err(|error| error.to_string()));
    };
    let recorded = check_story(Scenario::new().reply(Reply::text("Hello!")), key, story).await;
    let request = &recorded.of_kind("request")[0];
    assert!(request["headers"].as_array().unwrap().contains(&json!(["content-encoding", "zstd"])));
    assert!(request["body"]["json"]["input"].to_string().contains("many words many words"));
    assert!(request["body_bytes"].as_u64().unwrap() < 4000);
}

#[tokio::test]
async fn the_other_endpoints() {
    let story = async |bench: &mut Bench| {
        let models = bench.api.models().list().await;
        bench.tell(&models.map_err(|error| error.to_string()));
        let history = [ResponseItem::user("Say hello")];
        let input = CompactionInput { model: "gpt-5.4", input: &history, ..CompactionInput::default() };
        let compacted = bench.api.compact().compact_input(&input, http::HeaderMap::new()).await;
        bench.tell(&compacted.map_err(|error| error.to_string()));
        let missing = bench.api.stored_responses().retrieve("resp_0").await;
        bench.tell(&missing.map(drop).map_err(|error| error.to_string()));
    };
    assert_eq!(check_story(Scenario::new(), key, story).await.summary.exchanges, 3);
}

#[tokio::test]
async fn a_stream_that_goes_silent_is_silent_again() {
    for transport in BOTH {
        let faults = Faults::new().stall(Position::Events(3));
        let scenario = Scenario::new().reply(Reply::text("Hello!")).faults(faults);
        let story = async |bench: &mut Bench| {
            let timeouts = Timeouts {
                total: Some(Duration::from_secs(20)),
                byte_idle: Some(Duration::from_millis(150)),
                ..Timeouts::default()
            };
            let session = bench.session(transport);
            let options = ResponsesOptions::default().timeouts(timeouts);
            let mut turn = session.turn(request("Say hello")).options(options);
            while let Some(event) = turn.next().await {
                bench.tell(&event.map_err(|error| error.report().to_string()));
            }
        };
        let recorded = check_story(scenario, key, story).await;
        assert_eq!(recorded.of_kind("end")[0]["how"], "timeout", "{transport:?}");
    }
}

#[tokio::test]
async fn bodies_that_are_no_text_come_back_byte_by_byte() {
    let bytes =
        b"data: {\"type\":\"response.output_text.delta\",\"delta\":\"\xFF\xFE\"}\n\ndata: \xC3".to_vec();
    let raw = RawStream::bytes(bytes);
    let story = async |bench: &mut Bench| one_turn(bench, Transport::Http).await;
    let recorded = check_story(Scenario::new().rule(Rule::raw(raw)), key, story).await;
    assert!(recorded.of_kind("chunk").iter().any(|chunk| chunk["data"]["base64"].is_string()));
}
