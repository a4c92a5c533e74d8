//! One story: a simulator, a login, a session that listens to itself, and how to write down all that it left behind.

use std::{
    fmt::Write,
    fs,
    sync::{Arc, Mutex},
};

use codex_api::{
    ApiClient, ApiError, AuthProvider, HttpTransport, Provider, ResponseEvent, ResponsesApiRequest,
};
use codex_core::{
    AuthManager, AuthSetup, FileStore, ModelClient, SessionSettings, TokenAuthority, Transport, TurnEvent,
};
use codex_feedback::{Feedback, Redactor};
use codex_observe::{
    Event, Field, HistoryObserver, Observer, Observers, OperationEnded, OperationId, OperationStarted,
    TagSet, diagnose,
};
use codex_sim::{Account, Login, Reply, Scenario, Simulator, Transport as Carrier};
use tempfile::TempDir;

use crate::wire::{Impatient, Wire};

/// How long a line of a written story may be, in characters.
const LINE: usize = 100;

pub struct Story {
    pub simulator: Simulator,
    pub api: ApiClient,
    home: TempDir,
    session: ModelClient,
    wire: Wire,
    ear: Arc<Ear>,
    history: Arc<HistoryObserver>,
    feedback: Feedback,
    caller: Mutex<Vec<String>>,
}

/// A service with one account, whose answer to everything is `Hello!`.
pub fn service(account: Account) -> Scenario {
    Scenario::new().account(account).reply(Reply::text("Hello!"))
}

impl Story {
    /// With a login that this client stores. Its access token has expired since it was read.
    pub async fn of_login(scenario: Scenario, transport: Transport) -> Self {
        let story = Self::of_fresh_login(scenario, transport).await;
        assert!(story.simulator.expire_access(0));
        story
    }

    /// With a login that this client stores.
    pub async fn of_fresh_login(scenario: Scenario, transport: Transport) -> Self {
        let simulator = Simulator::start(scenario).await.unwrap();
        let authority = TokenAuthority::with_issuer(Arc::new(Impatient), &simulator.origin()).unwrap();
        Self::of_login_at(simulator, authority, transport).await
    }

    /// With a stored login that another authority renews.
    pub async fn of_login_at(simulator: Simulator, authority: TokenAuthority, transport: Transport) -> Self {
        let file = simulator.login(0).unwrap().auth_json();
        Self::of_file(simulator, &file, authority, transport).await
    }

    /// With a login that this client stores, and an API key beside it.
    pub async fn of_login_with_key(scenario: Scenario, key: &str) -> Self {
        let simulator = Simulator::start(scenario).await.unwrap();
        let login = simulator.login(0).unwrap().auth_json();
        let file = login.replace(r#""OPENAI_API_KEY": null"#, &format!(r#""OPENAI_API_KEY": "{key}""#));
        assert_ne!(file, login);
        let authority = TokenAuthority::with_issuer(Arc::new(Impatient), &simulator.origin()).unwrap();
        Self::of_file(simulator, &file, authority, Transport::Http).await
    }

    async fn of_file(
        simulator: Simulator,
        file: &str,
        authority: TokenAuthority,
        transport: Transport,
    ) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("auth.json"), file).unwrap();
        let setup = AuthSetup::new(Arc::new(FileStore::new(home.path())), authority);
        let manager: AuthManager = setup.manager().await.unwrap();
        Self { home, ..Self::with(simulator, manager, transport) }
    }

    /// With any credentials.
    pub fn with(simulator: Simulator, auth: impl AuthProvider, transport: Transport) -> Self {
        let (wire, ear, history) =
            (Wire::default(), Arc::<Ear>::default(), Arc::<HistoryObserver>::default());
        let feedback = Feedback::new(Redactor::new());
        let observers =
            Observers::new().with(Arc::clone(&ear)).with(Arc::clone(&history)).with(feedback.clone());
        let provider = Provider::new("simulator", &simulator.base_url()).unwrap();
        let http: Arc<dyn HttpTransport> = Arc::new(wire.clone());
        let api = ApiClient::with_transport(provider, http)
            .websocket_transport(Arc::new(wire.clone()))
            .auth(auth)
            .observer(Arc::new(observers));
        let session = ModelClient::new(api.clone(), SessionSettings::with_transport(transport));
        let home = tempfile::tempdir().unwrap();
        Self { simulator, api, home, session, wire, ear, history, feedback, caller: Mutex::default() }
    }

    /// Stores a login, as another process does.
    pub fn store(&self, login: &Login) {
        fs::write(self.home.path().join("auth.json"), login.auth_json()).unwrap();
    }

    /// Asks for a response, and notes what comes of it.
    pub async fn ask(&self) {
        let mut turn = self.session.turn(ResponsesApiRequest::new("gpt-5.4").input("Say hello"));
        let mut got = String::new();
        while let Some(event) = turn.next().await {
            match event {
                Ok(TurnEvent::Event(ResponseEvent::OutputTextDelta(text))) => got += &text.delta,
                Ok(TurnEvent::Event(ResponseEvent::Completed { .. })) => got += " (completed)",
                Ok(TurnEvent::Event(_)) => {}
                Ok(other) => write!(got, "{other:?}").unwrap(),
                Err(error) if got.is_empty() => got = failure(error),
                Err(error) => write!(got, "…, {}", failure(error)).unwrap(),
            }
        }
        self.note(got);
    }

    /// Notes what the caller got.
    pub fn note(&self, got: impl Into<String>) {
        self.caller.lock().unwrap().push(got.into());
    }

    /// Notes what came of a call.
    pub fn note_result<T>(&self, result: Result<T, ApiError>) {
        self.note(result.map_or_else(failure, |_| "an answer".to_owned()));
    }

    /// Everything: what the caller got, each event with all its fields, all tags, the diagnosis. Only durations and
    /// sizes are left out; an id is named after the answer that brought it.
    pub fn told(&self) -> String {
        self.told_of("")
    }

    /// The same, with this endpoint called `(it)`.
    pub fn told_of(&self, endpoint: &str) -> String {
        self.check_witnesses();
        let it = format!("endpoint={endpoint}");
        let named = |word: String| if word == it { "endpoint=(it)".to_owned() } else { word };
        let mut text = String::new();
        for got in &*self.caller.lock().unwrap() {
            self.push(&mut text, "caller:", got.split(", ").map(str::to_owned));
        }
        for event in self.history.history().events() {
            self.push(&mut text, event.name(), fields(event).into_iter().map(named));
        }
        let tags = self.feedback.tags().into_iter().map(|(name, value)| format!("{name}={value}"));
        self.push(&mut text, "tags:", tags.map(named));
        self.push(&mut text, "diagnosis:", [diagnose(&self.history.history()).to_string()]);
        text
    }

    /// What others say about the same story: the simulator, the other keeper of tags, the operations.
    fn check_witnesses(&self) {
        let (history, mut tags) = (self.history.history(), TagSet::new());
        let mut claimed = Vec::new();
        for event in history.events() {
            tags.apply(event);
            let (carrier, context) = match event {
                Event::ApiRequest(it) => (Carrier::Http, &it.context),
                Event::WebsocketConnect(it) => (Carrier::Handshake, &it.context),
                Event::WebsocketRequest(it) => (Carrier::Websocket, &it.context),
                _ => continue,
            };
            claimed.push((carrier, context.attachment.header_name.is_some()));
        }
        let sent = self.simulator.requests();
        let service = sent.iter().filter(|request| request.path.starts_with("/v1/"));
        let seen: Vec<_> = service.map(|it| (it.transport, it.authorization_sent)).collect();
        assert_eq!(claimed, seen, "the attempts that were recorded, and the requests that the simulator got");
        let tags = tags.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert!(self.feedback.tags().into_iter().eq(tags), "the report has the tags of codex-observe");
        let (begun, ended) = self.ear.0.lock().unwrap().clone();
        assert_eq!(begun, ended, "each operation that began has ended, in this order");
    }

    /// Adds an entry: words separated by commas, in lines that can be read. Ids are named after their answers.
    fn push(&self, text: &mut String, name: &str, words: impl IntoIterator<Item = String>) {
        let mut line = name.to_owned();
        for (number, word) in words.into_iter().enumerate() {
            let word = self.wire.name_ids(&word);
            line += if number == 0 { " " } else { ", " };
            if number > 0 && line.len() + word.len() > LINE {
                writeln!(text, "{}", line.trim_end()).unwrap();
                line = "    ".to_owned();
            }
            line += &word;
        }
        writeln!(text, "{line}").unwrap();
    }
}

/// The operations that began and those that ended.
#[derive(Default)]
struct Ear(Mutex<(Vec<OperationId>, Vec<OperationId>)>);

impl Observer for Ear {
    fn on_event(&self, _event: &Event) {}

    fn on_operation_started(&self, operation: &OperationStarted) {
        self.0.lock().unwrap().0.push(operation.operation);
    }

    fn on_operation_ended(&self, operation: &OperationEnded) {
        self.0.lock().unwrap().1.push(operation.operation);
    }
}

/// The report of an error, without durations and sizes.
#[expect(clippy::needless_pass_by_value, reason = "the caller is done with it")]
fn failure(error: ApiError) -> String {
    let report = error.report().to_string();
    let told = report.split(", ").map(|word| match word.split_once(" and ") {
        Some((events, bytes)) if bytes.ends_with(" bytes read") => format!("{events} and # bytes read"),
        _ if is_duration(word) => "after #".to_owned(),
        _ => word.to_owned(),
    });
    told.collect::<Vec<_>>().join(", ")
}

fn is_duration(word: &str) -> bool {
    let seconds = word.strip_prefix("after ").and_then(|word| word.strip_suffix(" s"));
    seconds.is_some_and(|seconds| seconds.parse::<f64>().is_ok())
}

/// The fields of an event. A duration, and how many bytes the simulator took to say something, are no part of a story.
fn fields(event: &Event) -> Vec<String> {
    let mut fields = Vec::new();
    event.visit(&mut |field, value| {
        let name = field.name().unwrap();
        fields.push(match field {
            Field::DurationMs | Field::StreamBytes => format!("{name}=#"),
            _ => format!("{name}={value}"),
        });
    });
    fields
}
