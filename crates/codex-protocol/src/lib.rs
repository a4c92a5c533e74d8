#![doc = include_str!("../README.md")]

#[macro_use]
mod wire_struct;
#[macro_use]
mod open_enum;
#[macro_use]
mod tagged;

mod annotation;
mod compaction;
mod content;
mod duration;
mod error_body;
mod error_code;
mod event;
mod extension;
mod extra;
mod frame;
mod input;
mod item;
mod lenient;
mod log_prob;
mod memories;
mod model;
mod options;
mod rate_limit;
mod raw_text;
pub mod realtime;
mod request;
mod response;
mod secret;
mod stored;
mod strict_schema;
mod timestamp;
mod tool;
mod type_tag;
mod usage;
mod wire_headers;

pub use annotation::*;
pub use compaction::*;
pub use content::*;
pub use duration::*;
pub use error_body::*;
pub use error_code::*;
pub use event::*;
pub use extension::extension;
pub use extra::Extra;
pub use frame::*;
pub use input::Input;
pub use item::*;
pub use log_prob::*;
pub use memories::*;
pub use model::*;
pub use options::*;
pub use rate_limit::*;
pub use request::*;
pub use response::*;
pub use secret::WireSecret;
pub use stored::*;
pub use strict_schema::*;
pub use tagged::UnknownVariant;
pub use timestamp::Timestamp;
pub use tool::*;
pub use usage::TokenUsage;
pub use wire_headers::WireHeaders;

/// The crate that derives JSON schemas, in the version this one uses.
pub use schemars;
