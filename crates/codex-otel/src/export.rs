//! The way to a collector.
//!
//! ```text
//! observer ──► SDK provider ──► bounded queue ─┐
//!                                              ├─► one thread: batch ► encode ► send ► count
//! instruments ◄── read at an interval ─────────┘
//! ```

mod answer;
mod batch_queue;
mod body;
mod collector;
mod counts;
mod delivery;
mod grpc;
pub(crate) mod log_queue;
mod message;
pub(crate) mod metric_reader;
mod send_error;
pub(crate) mod span_queue;
mod start_error;
mod tls;
mod worker;

pub use answer::MAX_ANSWER_BYTES;
pub use counts::{ExportCounts, SignalCounts};
pub use send_error::SendError;
pub use start_error::{KeyProblem, StartError};

pub(crate) use batch_queue::{BatchLimits, BatchQueue, QueueInput};
pub(crate) use collector::Collector;
pub(crate) use counts::Counters;
pub(crate) use delivery::{Complaint, Delivery};
pub(crate) use metric_reader::SharedReader;
pub(crate) use worker::{Pipelines, Unflushed, Worker};
