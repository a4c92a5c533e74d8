//! Simulator: what a recording does not have is refused, and told.

use codex_api::ResponsesApiRequest;
use codex_core::{RecordingOptions, Transport};
use codex_sim::{Reply, Scenario, Simulator};

use crate::bench::{Bench, Login, record, replay};

const LOGIN: Login = Login::Key("sk-recorded-key-1");

async fn ask(bench: &mut Bench, transport: Transport) {
    let session = bench.session(transport);
    bench.turn(&session, ResponsesApiRequest::new("gpt-5.4").input("Say hello")).await;
}

fn scenario() -> Scenario {
    Scenario::new().reply(Reply::text("Hello!"))
}

#[tokio::test]
async fn a_request_too_many_is_refused_by_name() {
    let recorded = record(
        scenario(),
        |_| LOGIN,
        &RecordingOptions::default(),
        async |bench| {
            ask(bench, Transport::Http).await;
        },
    )
    .await;
    let (told, simulator) = replay(&recorded.path, &LOGIN, async |bench| {
        ask(bench, Transport::Http).await;
        ask(bench, Transport::Http).await;
        let models = bench.api.models().list().await;
        bench.tell(&models.map(drop).map_err(|error| error.report().to_string()));
    })
    .await;
    let [.., again, models] = told.as_slice() else { panic!("{told:?}") };
    assert!(again.contains("POST /v1/responses is in the recording once, and was played."), "{again}");
    assert!(models.contains("GET /v1/models is not in the recording."), "{models}");
    let report = simulator.replay_report().unwrap();
    assert_eq!(
        report.to_string(),
        "1 of 1 recorded exchanges were played\n\
         refused: POST /v1/responses is in the recording once, and was played\n\
         refused: GET /v1/models is not in the recording",
        "and neither is asked for again"
    );
}

#[tokio::test]
async fn what_was_not_asked_for_is_told() {
    let recorded = record(
        scenario(),
        |_| LOGIN,
        &RecordingOptions::default(),
        async |bench| {
            ask(bench, Transport::Http).await;
            ask(bench, Transport::Websocket).await;
        },
    )
    .await;
    let (_, simulator) =
        replay(&recorded.path, &LOGIN, async |bench| ask(bench, Transport::Http).await).await;
    let report = simulator.replay_report().unwrap();
    assert!(!report.is_complete());
    assert_eq!(
        report.to_string(),
        "1 of 2 recorded exchanges were played\n\
         not asked for: exchange 2: GET /v1/responses (WebSocket), answered with 101"
    );
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    assert_eq!(simulator.replay_report(), None);
}

#[tokio::test]
async fn a_message_too_many_on_a_websocket_is_answered_with_an_error() {
    let story = async |bench: &mut Bench, turns: usize| {
        let session = bench.session(Transport::Websocket);
        for _ in 0..turns {
            bench.turn(&session, ResponsesApiRequest::new("gpt-5.4").input("Say hello")).await;
        }
    };
    let recorded =
        record(scenario(), |_| LOGIN, &RecordingOptions::default(), async |bench| story(bench, 1).await)
            .await;
    let (told, simulator) = replay(&recorded.path, &LOGIN, async |bench| story(bench, 2).await).await;
    assert!(told.last().unwrap().contains("(message on a WebSocket)"), "{:?}", told.last());
    assert_eq!(simulator.replay_report().unwrap().unrecorded[0].recorded, 1);
}

#[tokio::test]
async fn every_base_path_of_the_service_leads_to_the_recording() {
    let recorded = record(
        scenario(),
        |_| LOGIN,
        &RecordingOptions::default(),
        async |bench| {
            ask(bench, Transport::Http).await;
        },
    )
    .await;
    let moved = recorded.folder().join("moved.ndjson");
    std::fs::write(&moved, recorded.text.replace("/v1/responses", "/backend-api/codex/responses")).unwrap();
    let (told, _) = replay(&moved, &LOGIN, async |bench| ask(bench, Transport::Http).await).await;
    assert_eq!(told, recorded.told);
}
