//! Real requests, with the credentials of the user.

use std::time::{Duration, Instant};

use codex_api::{ApiError, AuthMode, ModelsQuery};
use codex_core::{KeySource, models::ClientVersion};
use tokio::time::timeout;

use super::{Check, Finding, Findings};
use crate::{connection::Connection, error_text, exit::Exit, failure::Failure};

/// How long the list of models may take, recovery from a 401 included.
const MODELS_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the handshake of a WebSocket may take.
const WEBSOCKET_TIMEOUT: Duration = Duration::from_secs(10);

/// Asks for the list of models. Whether the credentials were not refused.
pub(super) async fn models(connection: &Connection, findings: &mut Findings) -> bool {
    let mut query = ModelsQuery::default();
    if matches!(connection.key_source(), KeySource::Login { mode: AuthMode::Chatgpt }) {
        // Who is logged in with ChatGPT is served a list that depends on it.
        query.client_version = Some(ClientVersion::current().as_str().to_owned());
    }
    let models = connection.client.models();
    let finding = match timeout(MODELS_TIMEOUT, models.list_if_changed(&query)).await {
        Err(_elapsed) => {
            let fact = format!("no answer of /models within {} s", MODELS_TIMEOUT.as_secs());
            Finding::failure(Check::Request, fact)
        }
        Ok(Ok(_)) => Finding::ok(Check::Request, "/models answers, and the credentials are accepted"),
        Ok(Err(error)) if matches!(error.status(), Some(404 | 405)) => {
            Finding::warning(Check::Request, "the service has no list of models to ask for")
        }
        Ok(Err(error)) => failed(Check::Request, connection, error),
    };
    let accepted = !finding.is_refused();
    findings.push(finding);
    accepted
}

/// Opens a WebSocket for responses, and gives it up again.
pub(super) async fn websocket(connection: &Connection, findings: &mut Findings) {
    let started = Instant::now();
    let client = connection.client.responses_websocket();
    findings.push(match timeout(WEBSOCKET_TIMEOUT, client.connect(&connection.options())).await {
        Ok(Ok(_given_up)) => {
            Finding::ok(Check::Websocket, format!("opens after {} ms", started.elapsed().as_millis()))
        }
        Ok(Err(error)) if error.is_unauthorized() => failed(Check::Websocket, connection, error),
        Ok(Err(error)) => {
            // Requests go over HTTP then.
            let fact = error_text::line(&connection.failure(error));
            Finding::warning(Check::Websocket, fact).remedy(FALLS_BACK)
        }
        Err(_elapsed) => {
            let fact = format!("no answer to the handshake within {} s", WEBSOCKET_TIMEOUT.as_secs());
            Finding::warning(Check::Websocket, fact).remedy(FALLS_BACK)
        }
    });
}

const FALLS_BACK: &str =
    "Requests go over HTTP instead; set supports_websockets = false to leave out the attempt.";

fn failed(check: Check, connection: &Connection, error: ApiError) -> Finding {
    let failure = connection.failure(error);
    let mut fact = error_text::line(&failure);
    let remedy = failure.diagnosis().map(|diagnosis| {
        let ids = error_text::ids(&failure).map_or_else(String::new, |ids| format!(" ({ids})"));
        fact.push_str(&format!("; cause: {diagnosis}{ids}"));
        diagnosis.next_step().to_string()
    });
    let mut finding = Finding::failure(check, fact);
    finding.remedy = remedy;
    if is_refusal(&failure) { finding.refused() } else { finding }
}

fn is_refusal(failure: &Failure) -> bool {
    failure.exit() == Exit::Auth
}
