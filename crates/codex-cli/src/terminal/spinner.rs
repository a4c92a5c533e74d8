//! Something that moves while nothing else does.

use std::time::Duration;

use tokio::{
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval_at},
};

use super::Status;

const FRAMES: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const PERIOD: Duration = Duration::from_millis(80);

/// A spinner on standard error, until it is dropped; then nothing of it is left.
pub(crate) struct Spinner {
    status: Status,
    task: JoinHandle<()>,
}

impl Spinner {
    /// Needs a tokio runtime. The first frame comes after one period, so that quick answers have none.
    pub(super) fn start(status: Status) -> Self {
        status.set_spinning(true);
        let task = tokio::spawn(spin(status.clone()));
        Self { status, task }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.task.abort();
        // The task may be about to draw at this moment on another thread.
        self.status.set_spinning(false);
    }
}

async fn spin(status: Status) {
    let started = Instant::now();
    let mut ticks = interval_at(started + PERIOD, PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    for frame in FRAMES.iter().cycle() {
        ticks.tick().await;
        status.draw(&format!("{frame} {:.0} s", started.elapsed().as_secs_f64().floor()));
    }
}
