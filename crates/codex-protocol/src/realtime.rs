//! Realtime: voice, transcription and translation over a WebSocket (`/realtime`).
//!
//! ```text
//!  RealtimeClientEvent ── serde_json ──► text frame
//!  text frame ── RealtimeServerEvent::decode ──► RealtimeServerEvent ──► RunningTranscript ──► Handoff
//! ```
//!
//! One pair of unions serves the public API, its removed beta, translation sessions, and the first version
//! of the Codex service ("quicksilver"); see [`RealtimeVersion`]. As everywhere, decoding never fails, and
//! what is unknown is kept as it came.
//!
//! ```
//! use codex_protocol::realtime::{RealtimeServerEvent, RunningTranscript};
//!
//! let mut transcript = RunningTranscript::default();
//! for frame in [
//!     r#"{"type":"conversation.item.input_audio_transcription.delta","item_id":"i","delta":"Build "}"#,
//!     r#"{"type":"conversation.item.input_audio_transcription.delta","item_id":"i","delta":"it."}"#,
//! ] {
//!     transcript.observe(&RealtimeServerEvent::decode(frame));
//! }
//! assert_eq!(transcript.text(), "user: Build it.");
//! ```
//!
//! Sources: openai-python 3.54.0 `types/realtime/`, codex-rs of March 2026
//! `codex-api/src/endpoint/realtime_websocket/`.

mod audio;
mod client_event;
mod codex;
mod event;
mod handoff;
mod item;
mod params;
mod response;
mod session;
mod setting;
mod transcript;
mod voice;

pub use audio::*;
pub use client_event::*;
pub use codex::*;
pub use event::*;
pub use handoff::*;
pub use item::*;
pub use params::*;
pub use response::*;
pub use session::*;
pub use setting::*;
pub use transcript::*;
pub use voice::*;
