//! Ladder: simulator, asked over real sockets by a client of a few lines.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod access;
mod background;
mod collector;
mod default_answer;
mod faults;
mod http;
mod many_clients;
mod oauth;
mod open_responses;
mod other_endpoints;
mod realtime;
mod realtime_client;
mod realtime_rules;
mod requests;
mod rules;
mod scenario_files;
mod schema;
mod socket;
mod stream_shape;
mod tracker;
mod unauthorized;
mod websocket;
mod websocket_faults;
mod websocket_lanes;
mod writing;
