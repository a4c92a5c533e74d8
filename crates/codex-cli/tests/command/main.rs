//! Ladder: simulator. The real command against simulators in this process, and against servers of a few lines where a
//! simulator is too well-behaved. The environment of each run is empty but for what the test sets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod bad_servers;
mod cli;
mod configuration;
mod doctor;
mod events;
mod failures;
mod feedback;
mod feedback_delivery;
mod history;
mod input;
mod items;
mod kept_secrets;
mod limits;
mod login;
mod login_home;
mod raw_server;
mod realtime;
mod realtime_server;
mod recording;
mod respond;
mod secrets;
mod signals;
mod sim_server;
mod state_home;
mod stored;
mod streams;
mod telemetry;
mod terminal;
mod tools;
mod transcribe;
mod unauthorized;
mod usage;
mod websocket;
