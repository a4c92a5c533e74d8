//! Simulators for tests that are not async.

use std::sync::OnceLock;

use codex_sim::{RecordedRequest, Reply, Scenario, Simulator};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::cli::Cli;

/// A simulator that stops when it is dropped.
pub(crate) struct SimServer(Simulator);

impl SimServer {
    pub(crate) fn start(scenario: Scenario) -> Self {
        Self(runtime().block_on(Simulator::start(scenario)).unwrap())
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::start(Scenario::new().reply(Reply::text(text)))
    }

    pub(crate) fn simulator(&self) -> &Simulator {
        &self.0
    }

    pub(crate) fn base_url(&self) -> String {
        self.0.base_url()
    }

    /// `codex-api respond` against this simulator, which is asked once.
    pub(crate) fn respond<const N: usize>(&self, args: [&str; N]) -> Cli {
        self.respond_with_retries("0", args)
    }

    /// The same, where this many retries are allowed.
    pub(crate) fn respond_with_retries<const N: usize>(&self, retries: &str, args: [&str; N]) -> Cli {
        Cli::new(["respond", "--provider", "sim", "--retries", retries, "--base-url", &self.base_url()])
            .args(args)
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.0.requests()
    }

    /// The body of the only request.
    #[track_caller]
    pub(crate) fn body(&self) -> Value {
        let requests = self.requests();
        assert_eq!(requests.len(), 1);
        requests[0].body.clone().unwrap()
    }
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}
