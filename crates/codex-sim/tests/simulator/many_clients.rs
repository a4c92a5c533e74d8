//! Ladder: simulator. Many connections, many simulators, equal bytes for equal seeds.

use codex_sim::{Faults, Position, Reply, Scenario, SimError, Simulator};
use tokio::net::TcpStream;

use crate::http::{End, Request, ask, stream};

#[tokio::test]
async fn equal_seeds_give_equal_bytes() {
    let mut bodies = Vec::new();
    for seed in [7, 7, 8] {
        let simulator = Simulator::start(Scenario::new().seed(seed)).await.unwrap();
        let first = stream(&simulator, "hello").await;
        let second = stream(&simulator, "hello").await;
        assert_ne!(first.text(), second.text(), "each request has ids of its own");
        let id = first.header("x-request-id").unwrap().to_owned();
        bodies.push((first.text(), second.text(), id));
    }
    assert_eq!(bodies[0], bodies[1]);
    assert_ne!(bodies[0].0, bodies[2].0);
}

#[tokio::test]
async fn real_time_is_an_option() {
    let fixed = Simulator::start(Scenario::new()).await.unwrap();
    let real = Simulator::start(Scenario::new().real_time()).await.unwrap();
    let created =
        async |simulator| stream(simulator, "x").await.events()[0]["response"]["created_at"].clone();
    assert_eq!(created(&fixed).await, 1_793_000_001);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(created(&real).await.as_u64().unwrap().abs_diff(now) < 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_streams_at_once() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let simulator = std::sync::Arc::new(simulator);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200 {
        let simulator = std::sync::Arc::clone(&simulator);
        tasks.spawn(async move {
            let prompt = format!("number {number}");
            assert!(stream(&simulator, &prompt).await.output_text().contains(&format!("“{prompt}”")));
        });
    }
    while let Some(result) = tasks.join_next().await {
        result.unwrap();
    }
    assert_eq!(simulator.requests().len(), 200);
}

#[tokio::test]
async fn connections_are_kept_alive() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let socket = TcpStream::connect(simulator.addr()).await.unwrap();
    let io = hyper_util::rt::TokioIo::new(socket);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection);
    for _ in 0..3 {
        assert_eq!(streamed(&mut sender).await, 200);
    }
    assert_eq!(simulator.requests().len(), 3);
}

async fn streamed(sender: &mut hyper::client::conn::http1::SendRequest<String>) -> u16 {
    use http_body_util::BodyExt;
    sender.ready().await.unwrap();
    let answer = sender.send_request(hyper_request("/v1/responses")).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(body.ends_with(b"\n\n"));
    status
}

fn hyper_request(uri: &str) -> hyper::Request<String> {
    hyper::Request::post(uri)
        .header("host", "sim")
        .header("authorization", "Bearer sk-test")
        .header("content-type", "application/json")
        .body(ask("hello").to_string())
        .unwrap()
}

#[tokio::test]
async fn http_2_works_too() {
    use http_body_util::BodyExt;
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let socket = TcpStream::connect(simulator.addr()).await.unwrap();
    let io = hyper_util::rt::TokioIo::new(socket);
    let executor = hyper_util::rt::TokioExecutor::new();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, io).await.unwrap();
    tokio::spawn(connection);
    let uri = format!("{}/responses", simulator.base_url());
    let answer = sender.send_request(hyper_request(&uri)).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(std::str::from_utf8(&body).unwrap().contains("response.completed"));
    simulator.push(Faults::new().cut(Position::Events(3), codex_sim::Cut::Drop)).unwrap();
    let answer = sender.send_request(hyper_request(&uri)).await.unwrap();
    assert!(answer.into_body().collect().await.is_err());
    let answer = sender.send_request(hyper_request(&uri)).await.unwrap();
    assert_eq!(answer.status(), 200, "only the stream was reset");
}

#[tokio::test]
async fn simulators_stop() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let addr = simulator.addr();
    assert_eq!(simulator.base_url(), format!("http://{addr}/v1"));
    let taken = Simulator::bind(addr, Scenario::new()).await;
    assert!(matches!(taken, Err(SimError::Bind { .. })));
    simulator.shutdown().await;
    assert!(TcpStream::connect(addr).await.is_err());

    // Dropping stops it too, in the middle of an answer.
    let stalled = Scenario::new().reply(Reply::text("x")).faults(Faults::new().stall(Position::Events(1)));
    let simulator = Simulator::start(stalled).await.unwrap();
    let addr = simulator.addr();
    let mut socket = Request::post(&ask("hello")).open(&simulator).await;
    drop(simulator);
    let mut rest = Vec::new();
    // The end of the connection may come as a reset.
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut rest).await;
    assert!(TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn a_graceful_stop_lets_answers_finish() {
    let slow = Faults::new().drip(codex_sim::Drip::EventMs(2));
    let simulator = Simulator::start(Scenario::new().reply(Reply::text("a b c")).faults(slow)).await.unwrap();
    let mut socket = Request::post(&ask("hello")).open(&simulator).await;
    let mut received = Vec::new();
    tokio::io::AsyncReadExt::read_buf(&mut socket, &mut received).await.unwrap();
    let (_, rest) = tokio::join!(simulator.shutdown(), async {
        tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut received).await.unwrap();
        crate::http::parse(&received).unwrap()
    });
    assert_eq!(rest.end, End::Complete);
    assert_eq!(rest.output_text(), "a b c");
}
