//! The model catalogue: which models the service offers to this login, and what each of them can do (wire.md 10).
//!
//! ```text
//! bundled list ─┐
//! cache file ───┼─► merged, sorted list ─► available_models(), default_model(), model_info(name)
//! GET /models ──┘        ▲
//! x-models-etag of any answer: note_etag()
//! ```
//!
//! The list is always there and asking it never waits; [`ModelsManager::refresh`] makes it newer, for at most
//! [`MODELS_TIMEOUT`], and leaves it as it is when that fails.

mod available;
mod cache_file;
mod client_version;
mod etag;
mod held_list;
mod lookup;
mod manager;
mod merge;
mod refresh;
mod settings;

pub use available::AvailableModel;
pub use cache_file::{MAX_MODELS_CACHE_BYTES, MODELS_CACHE_FILE, MODELS_CACHE_TTL};
pub use client_version::{ClientVersion, InvalidClientVersion};
pub use held_list::ETAG_PAUSE;
pub use lookup::{ModelOrigin, ResolvedModel};
pub use manager::{MODELS_TIMEOUT, ModelsManager};
pub use merge::MAX_MODELS;
pub use refresh::{CatalogueError, RefreshStrategy, Refreshed};
pub use settings::ModelsSettings;
