//! Fake transport: no secret in logs and errors, whatever the authority answers.

use std::{
    fmt::Write,
    sync::{Arc, Mutex},
};

use codex_api::AuthProvider;
use codex_client::fake::{FakeAnswer, FakeTransport};
use serde_json::json;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::support::{FullDisk, access, login, renewed, setup, two_steps};

const CANARY: &str = "canary-8d1f";

/// Keeps the text of every event and span.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field} = {value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn nothing_secret_is_logged() {
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    let (old, refresh) = (access(&format!("{CANARY}-old"), 60), format!("{CANARY}-rt"));
    let echo = |status| {
        let body =
            json!({"error": {"code": CANARY, "message": CANARY}, "access_token": [CANARY], "token": CANARY});
        FakeAnswer::status(status).body(body.to_string())
    };
    let garbage = FakeAnswer::ok().body(format!("<html>{CANARY}</html>"));
    let new = renewed(&access(&format!("{CANARY}-new"), 3600), &format!("{CANARY}-rt2"));
    for answer in [echo(200), echo(400), echo(401), echo(500), garbage, new] {
        let disk = FullDisk::holding(login(&old, &refresh));
        let setup = setup(disk, &FakeTransport::new([answer]));
        let manager = setup.manager().await.unwrap();
        manager.make_ready().await;
        let steps = two_steps(&manager).await;
        let logout = setup.logout().await;
        tracing::info!(?steps, ?logout, ?manager, ?setup, "shown");
    }
    drop(guard);

    let text = log.0.lock().unwrap();
    assert!(text.contains("the login was not renewed") && text.contains("could not be stored"), "{text}");
    for secret in [CANARY, &old, &refresh] {
        assert!(!text.contains(secret), "{text}");
    }
}
