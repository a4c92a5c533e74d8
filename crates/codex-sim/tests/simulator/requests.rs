//! Ladder: simulator. What the service refuses, and the endpoints beside the stream.

use codex_sim::{Scenario, Simulator, UnknownParameters, ZstdBodies};
use serde_json::{Value, json};

use crate::http::{Answer, Request, ask};

async fn simulator() -> Simulator {
    Simulator::start(Scenario::new()).await.unwrap()
}

#[tokio::test]
async fn wrong_bodies_are_400_and_name_the_parameter() {
    let simulator = simulator().await;
    let long = "x".repeat(513);
    let pairs: serde_json::Map<String, Value> = (0..17).map(|n| (n.to_string(), json!("v"))).collect();
    let cases = [
        (json!({}), "missing_required_parameter", "model"),
        (json!({"model": 1}), "invalid_type", "model"),
        (json!({"model": null}), "invalid_type", "model"),
        (json!({"model": "m", "input": 1}), "invalid_type", "input"),
        (json!({"model": "m", "stream": "yes"}), "invalid_type", "stream"),
        (json!({"model": "m", "temperature": 2.5}), "decimal_above_max_value", "temperature"),
        (json!({"model": "m", "max_output_tokens": 15}), "integer_below_min_value", "max_output_tokens"),
        (json!({"model": "m", "max_output_tokens": 1.5}), "invalid_type", "max_output_tokens"),
        (json!({"model": "m", "top_logprobs": 21}), "integer_above_max_value", "top_logprobs"),
        (json!({"model": "m", "metadata": {"k": 1}}), "invalid_type", "metadata.k"),
        (json!({"model": "m", "metadata": {"k": long}}), "string_above_max_length", "metadata.k"),
        (json!({"model": "m", "metadata": pairs}), "object_above_max_properties", "metadata"),
        (json!({"model": "m", "tools": [{}]}), "missing_required_parameter", "tools[0].type"),
        (
            json!({"model": "m", "tools": [{"type": "function"}]}),
            "missing_required_parameter",
            "tools[0].name",
        ),
        (json!({"model": "m", "input": ["x"]}), "invalid_type", "input[0]"),
        (json!({"model": "m", "input": [{}]}), "missing_required_parameter", "input[0].type"),
        (
            json!({"model": "m", "input": [{"role": "user"}]}),
            "missing_required_parameter",
            "input[0].content",
        ),
        (json!({"model": "m", "wat": 1}), "unknown_parameter", "wat"),
        (
            json!({"model": "m", "previous_response_id": "resp_x"}),
            "previous_response_not_found",
            "previous_response_id",
        ),
        (
            json!({"model": "m", "previous_response_id": "resp_x", "conversation": "c"}),
            "mutually_exclusive_parameters",
            "previous_response_id",
        ),
    ];
    for (body, code, param) in cases {
        let answer = Request::post(&body).send(&simulator).await;
        let error = &answer.json()["error"];
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!((error["code"].as_str(), error["param"].as_str()), (Some(code), Some(param)), "{body}");
    }
    let answer =
        Request::post(&json!({"model": "m", "temperature": null, "tools": null})).send(&simulator).await;
    assert_eq!(answer.status, 200, "null is as good as nothing");
}

#[tokio::test]
async fn unknown_parameters_can_be_ignored() {
    let scenario = Scenario::new().unknown_parameters(UnknownParameters::Ignore);
    let simulator = Simulator::start(scenario).await.unwrap();
    assert_eq!(Request::post(&json!({"model": "m", "wat": 1})).send(&simulator).await.status, 200);
}

#[tokio::test]
async fn wrong_requests_have_their_status() {
    let simulator = Simulator::start(Scenario::new().body_limit(200)).await.unwrap();
    let post = || Request::post(&ask("hello"));
    let cases = [
        (post().body("{"), 400),
        (post().body("[]"), 400),
        (post().body(""), 400),
        (post().body(vec![0xFF, 0xFE]), 400),
        (post().body(" ".repeat(201)), 413),
        (post().header("content-type", "text/plain"), 415),
        (post().without("content-type"), 415),
        (post().header("content-type", "application/json; charset=utf-8"), 200),
        (post().header("content-encoding", "gzip"), 415),
        (Request::new("GET", "/v1/nothing"), 404),
        (Request::new("GET", "/"), 404),
        (Request::new("PUT", "/v1/models"), 405),
        (Request::new("GET", "/v1/responses"), 405),
        (Request::new("GET", "/models"), 200),
    ];
    for (request, status) in cases {
        let answer = request.send(&simulator).await;
        assert_eq!(answer.status, status, "{} {}", request.method, request.path);
        if status != 200 {
            assert!(answer.json()["error"]["message"].is_string());
        }
        assert_eq!(answer.header("allow").is_some(), status == 405);
    }
}

#[tokio::test]
async fn zstd_bodies_are_read_or_refused() {
    let packed = zstd::encode_all(ask("hello").to_string().as_bytes(), 3).unwrap();
    let bomb = zstd::encode_all(vec![b' '; 100_000].as_slice(), 3).unwrap();
    let cases = [
        (ZstdBodies::Accept, packed.clone(), 200),
        (ZstdBodies::Accept, b"not zstd".to_vec(), 400),
        (ZstdBodies::Accept, bomb, 413),
        (ZstdBodies::UnsupportedMediaType, packed.clone(), 415),
        (ZstdBodies::BadRequest, packed, 400),
    ];
    for (bodies, body, status) in cases {
        let simulator = Simulator::start(Scenario::new().zstd(bodies).body_limit(10_000)).await.unwrap();
        let request = Request::post(&json!(0)).header("content-encoding", "zstd").body(body);
        assert_eq!(request.send(&simulator).await.status, status, "{bodies:?}");
        let recorded = &simulator.requests()[0];
        assert_eq!(recorded.body.is_some(), status == 200);
    }
}

#[tokio::test]
async fn models_are_listed_in_both_shapes() {
    let simulator = Simulator::start(Scenario::new().models(["a", "b"])).await.unwrap();
    let list = Request::new("GET", "/v1/models").send(&simulator).await.json();
    assert_eq!(list["object"], "list");
    let ids: Vec<&str> = list["data"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["a", "b"]);

    let answer =
        Request::new("GET", "/backend-api/codex/models?client_version=0.99.0").send(&simulator).await;
    assert!(answer.header("etag").is_some());
    let catalogue = answer.json();
    assert_eq!(catalogue["models"][1]["slug"], "b");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/models.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped the list of required fields: models.json is not there");
        return;
    };
    let facts: Value = serde_json::from_str(&text).unwrap();
    for field in facts["codex"]["fields_required"].as_array().unwrap() {
        assert!(catalogue["models"][0].get(field.as_str().unwrap()).is_some(), "{field}");
    }
}

async fn create(simulator: &Simulator, body: Value) -> Answer {
    Request::post(&body).send(simulator).await
}

#[tokio::test]
async fn conversations_go_on_from_stored_responses() {
    let simulator = simulator().await;
    let tool = json!({"type": "function", "name": "get_weather", "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}});
    let first =
        create(&simulator, json!({"model": "m", "input": "The weather in Paris?", "tools": [tool]})).await;
    let first = first.json();
    let call = &first["output"][0];
    assert_eq!(
        (call["type"].as_str(), call["arguments"].as_str()),
        (Some("function_call"), Some(r#"{"city":"Paris"}"#))
    );

    let output = json!({"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"});
    let next = json!({"model": "m", "previous_response_id": first["id"], "input": [output], "tools": [tool]});
    let second = create(&simulator, next).await.json();
    assert_eq!(second["output"][0]["content"][0]["text"], "get_weather says: sunny");
    assert_eq!(second["previous_response_id"], first["id"]);

    let stray =
        json!({"model": "m", "input": [{"type": "function_call_output", "call_id": "call_x", "output": ""}]});
    let refused = create(&simulator, stray).await;
    assert_eq!(refused.status, 400);
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("call_x"));
}

#[tokio::test]
async fn stored_responses_are_read_and_deleted() {
    let simulator = simulator().await;
    let stored = create(&simulator, json!({"model": "m", "input": "hi"})).await.json();
    let path = format!("/v1/responses/{}", stored["id"].as_str().unwrap());
    assert_eq!(Request::new("GET", &path).send(&simulator).await.json(), stored);
    assert_eq!(Request::new("DELETE", &path).send(&simulator).await.json()["deleted"], true);
    assert_eq!(Request::new("GET", &path).send(&simulator).await.status, 404);
    let unstored = create(&simulator, json!({"model": "m", "input": "hi", "store": false})).await.json();
    assert_eq!(unstored["store"], false);
    let next = json!({"model": "m", "input": "again", "previous_response_id": unstored["id"]});
    assert_eq!(create(&simulator, next).await.json()["error"]["code"], "previous_response_not_found");
}
