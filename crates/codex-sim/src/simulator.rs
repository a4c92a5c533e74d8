//! The handle of a running simulator.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::collector::TelemetryExport;
use crate::error::{ScenarioError, SimError};
use crate::oauth::{Login, RefreshState};
use crate::recorded::RecordedRequest;
use crate::replay::{Replay, ReplayReport};
use crate::rule::Rule;
use crate::scenario::Scenario;
use crate::scenario_check::check_rule;
use crate::server;
use crate::tracker::Envelope;
use crate::world::World;

/// A running simulator. It stops when it is dropped.
///
/// Any number may run in one process; each has its own port, scenario and memory.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), codex_sim::SimError> {
/// use codex_sim::{Reply, Scenario, Simulator};
///
/// let simulator = Simulator::start(Scenario::new().reply(Reply::text("Hello!"))).await?;
/// println!("point a client at {}", simulator.base_url());
/// // … the client asks …
/// assert!(simulator.requests().is_empty());
/// simulator.shutdown().await;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Simulator {
    addr: SocketAddr,
    world: Arc<World>,
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts on a free port of the loopback address.
    ///
    /// # Errors
    /// [`SimError`] when the scenario cannot be used or no port is free.
    pub async fn start(scenario: Scenario) -> Result<Self, SimError> {
        Self::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), scenario).await
    }

    /// Starts on a given address; port 0 is any free one.
    ///
    /// # Errors
    /// [`SimError`] when the scenario cannot be used or the address is taken.
    pub async fn bind(addr: SocketAddr, scenario: Scenario) -> Result<Self, SimError> {
        scenario.check()?;
        let bind_error = |source| SimError::Bind { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(bind_error)?;
        let addr = listener.local_addr().map_err(bind_error)?;
        let world = Arc::new(World::new(scenario));
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(server::serve(listener, Arc::clone(&world), stopped));
        Ok(Self { addr, world, stop, server: Some(server) })
    }

    /// The base URL to give to a client, such as `http://127.0.0.1:4010/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.addr)
    }

    /// The address it listens on.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The requests so far, oldest first, without secrets; at most
    /// [`MAX_RECORDED`](crate::MAX_RECORDED) of them.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.world.journal().all()
    }

    /// The server's root, such as `http://127.0.0.1:4010`: the issuer of tokens, and where the tracker is.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The newest tokens of an account, numbered from 0; none when there is no such account.
    #[must_use]
    pub fn login(&self, account: usize) -> Option<Login> {
        self.world.authority().login(account)
    }

    /// Refreshes an account as another process of its user would: the newest refresh token is spent, and new
    /// tokens come. Neither a request nor a refresh is counted. None when there is no such account or its refresh
    /// token does not work.
    #[must_use]
    pub fn refresh_elsewhere(&self, account: usize) -> Option<Login> {
        self.world.authority().refresh_elsewhere(account, self.world.started.elapsed())
    }

    /// Sets what becomes of the newest refresh token of an account; whether there is such an account.
    pub fn set_refresh_state(&self, account: usize, state: RefreshState) -> bool {
        self.world.authority().set_refresh_state(account, state)
    }

    /// Lets all access tokens of an account expire now, whatever their `exp` says; whether there is such an account.
    pub fn expire_access(&self, account: usize) -> bool {
        self.world.authority().expire_access(account, self.world.started.elapsed())
    }

    /// How many refreshes of clients succeeded.
    #[must_use]
    pub fn refreshes(&self) -> u64 {
        self.world.authority().refreshes()
    }

    /// The envelopes that the tracker took, oldest first; at most [`MAX_ENVELOPES`](crate::MAX_ENVELOPES) of them.
    #[must_use]
    pub fn envelopes(&self) -> Vec<Envelope> {
        self.world.envelopes().all()
    }

    /// The exports that the collector took, oldest first; at most [`MAX_EXPORTS`](crate::MAX_EXPORTS) of them.
    #[must_use]
    pub fn telemetry(&self) -> Vec<TelemetryExport> {
        self.world.telemetry().all()
    }

    /// What was played of a recording, and what was asked for besides; none when no recording is played.
    ///
    /// A simulator that is dropped before all of its recording was asked for says so in the log.
    #[must_use]
    pub fn replay_report(&self) -> Option<ReplayReport> {
        self.world.replay.as_ref().map(Replay::report)
    }

    /// Adds a rule that is tried before the scenario's own, after those pushed earlier.
    ///
    /// A rule without `times` answers one request.
    ///
    /// # Errors
    /// [`ScenarioError::Rule`] when the rule cannot be used.
    pub fn push(&self, rule: impl Into<Rule>) -> Result<(), ScenarioError> {
        let mut rule = rule.into();
        check_rule(&rule).map_err(|problem| ScenarioError::Rule { number: 1, line: None, problem })?;
        rule.times.get_or_insert(1);
        self.world.rulebook().push(rule);
        Ok(())
    }

    /// Stops gracefully: takes no more connections and lets answers under way finish, for at most
    /// [`SHUTDOWN_GRACE`](crate::SHUTDOWN_GRACE).
    pub async fn shutdown(mut self) {
        // No receiver is left only when the server has stopped already.
        let _ = self.stop.send(true);
        if let Some(server) = self.server.take()
            && let Err(error) = server.await
        {
            tracing::debug!(%error, "the simulator did not stop by itself");
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if let Some(report) = self.replay_report().filter(|report| !report.is_complete()) {
            tracing::warn!(%report, "the recording was not played as it was recorded");
        }
        if let Some(server) = self.server.take() {
            server.abort();
        }
    }
}
