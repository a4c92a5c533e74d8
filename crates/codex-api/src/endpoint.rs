//! One small file per endpoint: which operation it is, what goes in, what comes out. The way there is `pipeline.rs`.

pub(crate) mod compact;
pub(crate) mod memories;
pub(crate) mod models;
pub(crate) mod realtime;
pub(crate) mod responses;
pub(crate) mod responses_websocket;
pub(crate) mod stored_responses;
