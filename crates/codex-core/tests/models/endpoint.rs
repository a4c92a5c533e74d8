//! Fake transport: what the endpoint makes of answers that a manager never sees.

use codex_api::{Models, ModelsAnswer, ModelsQuery};
use codex_client::fake::FakeAnswer;

use crate::support::Bench;

#[tokio::test]
async fn a_304_answers_only_a_query_with_an_etag() {
    let bench = Bench::new((0..3).map(|_| FakeAnswer::status(304)));
    let client = bench.api().models();
    assert_eq!(client.list().await.unwrap_err().status(), Some(304));
    let mut query = ModelsQuery::default();
    assert_eq!(client.list_if_changed(&query).await.unwrap_err().status(), Some(304));
    query.etag = Some("\"e\"".to_owned());
    assert_eq!(client.list_if_changed(&query).await.unwrap(), ModelsAnswer::Unchanged);
}

#[tokio::test]
async fn a_list_loses_only_what_cannot_be_read_and_an_object_without_one_is_an_error() {
    for (json, ids, skipped) in [
        (r#"{"data":[{"id":"a"},{"id":3},{"id":"b"}]}"#, vec!["a", "b"], 1),
        (r#"{"models":[[],{"slug":"c"}],"data":[]}"#, vec!["c"], 1),
        (r#"{"data":null}"#, vec![], 0),
        (r#"{"models":null}"#, vec![], 0),
    ] {
        let bench = Bench::new([FakeAnswer::ok().body(json)]);
        let models = bench.api().models().list().await.unwrap();
        assert_eq!((models.ids(), models.skipped()), (ids, skipped), "{json}");
        assert_eq!(matches!(models, Models::Catalogue(_)), json.contains("models"), "{json}");
    }
    for json in ["{}", r#"{"error":"x"}"#, "[]", "null", "7"] {
        let bench = Bench::new([FakeAnswer::ok().body(json)]);
        assert!(bench.api().models().list().await.is_err(), "{json}");
    }
}
