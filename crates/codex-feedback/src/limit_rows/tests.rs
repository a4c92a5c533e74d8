//! Ladder: pure function.

use codex_protocol::RateLimitSnapshot;
use serde_json::json;

use super::rows;

#[test]
fn a_limit_that_the_service_told_nothing_of_is_no_row() {
    let api = json!({ "requests": { "limit": 60, "remaining": 59 }, "tokens": {}, "project_tokens": {} });
    let limits =
        RateLimitSnapshot::from(serde_json::from_value::<codex_protocol::ApiRateLimits>(api).unwrap());
    let rows: Vec<_> = rows(&limits).into_iter().map(|row| row.name).collect();
    assert_eq!(rows, ["API key requests"]);
}
