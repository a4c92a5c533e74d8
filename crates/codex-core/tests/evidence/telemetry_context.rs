//! Fake transport: what is recorded before a request is sent: what is attached, and which recovery it follows.

use codex_api::{ApiKey, AuthMode, Event, NoAuth};
use codex_observe::{ApiRequest, FollowUp, RequestContext, WebsocketConnect};

use crate::bench::{Bench, REFRESHED, RELOADED, handshake_told, models, serving, told};

/// The contexts of the attempts so far.
fn contexts(bench: &Bench) -> Vec<RequestContext> {
    let context = |event: Event| match event {
        Event::ApiRequest(ApiRequest { context, .. })
        | Event::WebsocketConnect(WebsocketConnect { context, .. }) => Some(context),
        _ => None,
    };
    bench.events().into_iter().filter_map(context).collect()
}

fn follow_ups(bench: &Bench) -> Vec<(u32, Option<FollowUp>)> {
    contexts(bench).into_iter().map(|context| (context.attempt, context.follow_up)).collect()
}

#[tokio::test]
async fn auth_request_telemetry_context_tracks_attached_auth_and_retry_phase() {
    let attached = async |bench: Bench| {
        // Sent or not: an attempt that could not be built is an attempt that attached nothing.
        bench.http.push(models());
        let _ = bench.api.models().list().await;
        let context = contexts(&bench).pop().unwrap();
        (context.attachment.mode, context.attachment.header_name)
    };
    let authorization = Some("authorization");
    assert_eq!(attached(Bench::with(ApiKey::new("sk-1"))).await, (Some(AuthMode::ApiKey), authorization));
    assert_eq!(attached(Bench::recovering([])).await, (Some(AuthMode::Chatgpt), authorization));
    assert_eq!(attached(Bench::with(NoAuth)).await, (None, None));
    for unsendable in ["sk-a\nb", "schlüssel-1", "two words", ""] {
        assert_eq!(attached(Bench::with(ApiKey::new(unsendable))).await, (Some(AuthMode::ApiKey), None));
    }

    let bench = Bench::recovering([RELOADED, REFRESHED]);
    bench.fetch([told(401, 1), told(401, 2), models()]).await.unwrap();
    bench.fetch([models()]).await.unwrap();
    let expected = [(1, None), (2, RELOADED.follow_up()), (3, REFRESHED.follow_up()), (1, None)];
    assert_eq!(follow_ups(&bench), expected);

    let bench = Bench::recovering([RELOADED, REFRESHED]);
    bench.connect([handshake_told(401, 1), handshake_told(401, 2), serving(&[])]).await.unwrap();
    bench.connect([serving(&[])]).await.unwrap();
    assert_eq!(follow_ups(&bench), expected);
    assert!(contexts(&bench).iter().all(|context| context.connection_reused == Some(false)));
}
