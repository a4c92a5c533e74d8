//! One request and everything needed to answer it.

use std::sync::Arc;

use http::Response;

use crate::answer_head::{Head, Signature, failure_body, failure_head};
use crate::background::RunClock;
use crate::connection::ConnectionControl;
use crate::dialect::{Dialect, Writes};
use crate::failure::Failure;
use crate::faults::{Faults, HeadFault};
use crate::inbound::Inbound;
use crate::playback::{Pace, Playback};
use crate::rule::Rule;
use crate::script::Script;
use crate::service::Closed;
use crate::world::World;

/// A request under way.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) world: &'a World,
    pub(crate) signature: Signature,
    pub(crate) control: Arc<ConnectionControl>,
    pub(crate) inbound: Inbound,
}

/// How an answer is written and what goes wrong with it.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) dialect: Dialect,
    pub(crate) faults: Faults,
}

impl Delivery {
    /// Whether it matters where events end.
    pub(crate) fn counts_events(&self) -> bool {
        self.dialect.writes == Writes::Event || self.faults != Faults::new()
    }
}

impl Exchange<'_> {
    /// The rule that answers this request.
    pub(crate) fn rule(&self) -> Option<Arc<Rule>> {
        let rule = self.world.rulebook().choose(&self.inbound);
        if let Some(name) = rule.as_ref().and_then(|rule| rule.name.as_deref()) {
            tracing::debug!(rule = name, request = self.inbound.number, "a rule answers");
        }
        rule
    }

    /// How the answer of `rule` to a request for a response is delivered.
    pub(crate) fn delivery(&self, rule: Option<&Rule>) -> Delivery {
        let settings = &self.world.settings;
        let dialect = rule.and_then(|rule| rule.dialect.as_ref()).unwrap_or(&settings.dialect);
        let faults = rule.and_then(|rule| rule.faults.as_ref()).unwrap_or(&settings.faults);
        Delivery { dialect: dialect.clone(), faults: faults.clone() }
    }

    /// How the answer of `rule` to any other request is delivered: the scenario's own faults are about responses.
    pub(crate) fn plain_delivery(&self, rule: Option<&Rule>) -> Delivery {
        let mut delivery = self.delivery(rule);
        if rule.is_none_or(|rule| rule.faults.is_none()) {
            delivery.faults = Faults::new();
        }
        delivery
    }

    /// An error of the service itself, without faults.
    pub(crate) fn refuse(&self, failure: &Failure) -> Response<Playback> {
        self.signature.failure(failure, &self.world.settings, Arc::clone(&self.control))
    }

    /// An error that a rule asked for.
    pub(crate) async fn fail(
        &self,
        failure: &Failure,
        delivery: &Delivery,
    ) -> Result<Response<Playback>, Closed> {
        let body = failure_body(failure, &delivery.dialect);
        let head = failure_head(failure, body.len());
        self.deliver(head, Script::whole(body), delivery).await
    }

    /// Sends head and body with their faults.
    pub(crate) async fn deliver(
        &self,
        head: Head<'_>,
        script: Script,
        delivery: &Delivery,
    ) -> Result<Response<Playback>, Closed> {
        let pace = Pace::new(&script, delivery.dialect.writes, &delivery.faults);
        self.play(head, script, pace, &delivery.faults).await
    }

    /// Sends a stream whose events come over time; the number is how many came before.
    pub(crate) async fn deliver_over_time(
        &self,
        head: Head<'_>,
        script: Script,
        delivery: &Delivery,
        (clock, skipped): (RunClock, usize),
    ) -> Result<Response<Playback>, Closed> {
        let pace = Pace::new(&script, Writes::Event, &delivery.faults).clocked(clock, skipped);
        self.play(head, script, pace, &delivery.faults).await
    }

    async fn play(
        &self,
        head: Head<'_>,
        script: Script,
        pace: Pace,
        faults: &Faults,
    ) -> Result<Response<Playback>, Closed> {
        if !faults.head_delay.is_zero() {
            tokio::time::sleep(faults.head_delay).await;
        }
        match faults.head {
            HeadFault::Sent => {}
            HeadFault::Never => std::future::pending().await,
            HeadFault::Close => return Err(Closed),
        }
        let body = Playback::new(script, pace, Arc::clone(&self.control));
        Ok(self.signature.answer(head, &self.world.settings.limits, body))
    }
}
