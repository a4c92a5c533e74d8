//! The work every contestant is given, and the tally by which it shows that it did all of it.
//! No dependencies: linking this crate costs a contestant nothing.

mod render;
mod scenario;
mod tally;

pub use render::{Rendered, deltas};
pub use scenario::{Body, Chunking, Scenario, Size};
pub use tally::{ParseTallyError, Tally};
