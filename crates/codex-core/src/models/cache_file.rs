//! The list on disk, in the form that other clients of the family read and write too (wire.md 10).

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use codex_api::{ModelCatalogue, ModelInfo};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::IgnoredAny};
use thiserror::Error;

use super::{client_version::ClientVersion, etag::Etag, merge};

/// The file's name, in the folder of [`ModelsSettings::codex_home`](super::ModelsSettings::codex_home).
pub const MODELS_CACHE_FILE: &str = "models_cache.json";
/// How long a list counts as fresh.
pub const MODELS_CACHE_TTL: Duration = Duration::from_secs(300);
/// The largest cache file that is read or written, in bytes.
pub const MAX_MODELS_CACHE_BYTES: usize = 16 * 1024 * 1024;

/// A list that only became younger is written again when the file says that it is this much older: an answer of the
/// service that confirms the list must not cost a write each.
const RENEW_AFTER: Duration = Duration::from_secs(60);
/// A temporary file of this age was left by a process that was killed.
const LEFTOVER_AGE: Duration = Duration::from_secs(3600);
const TEMPORARY_PREFIX: &str = ".models_cache.";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// A list as the service sent it, and what belongs to it. It is exchanged whole.
#[derive(Clone, Debug)]
pub(super) struct Fetched {
    pub(super) models: Arc<[Arc<ModelInfo>]>,
    pub(super) etag: Option<Etag>,
    /// When it was fetched or last confirmed.
    pub(super) fetched_at: SystemTime,
}

impl Fetched {
    /// A time in the future says that a clock was wrong, and nothing about the age.
    pub(super) fn is_fresh(&self, now: SystemTime) -> bool {
        now.duration_since(self.fetched_at).is_ok_and(|age| age <= MODELS_CACHE_TTL)
    }
}

/// The cache of one folder, for one version of the client.
#[derive(Debug)]
pub(super) struct CacheFile {
    path: PathBuf,
    version: ClientVersion,
    /// What this process knows of the file's content. Held while it writes, so that an older list never replaces a newer.
    written: Mutex<Option<Written>>,
}

#[derive(Clone, Debug)]
struct Written {
    models: Arc<[Arc<ModelInfo>]>,
    fetched_at: SystemTime,
}

impl CacheFile {
    pub(super) fn new(codex_home: &Path, version: ClientVersion) -> Self {
        Self { path: codex_home.join(MODELS_CACHE_FILE), version, written: Mutex::new(None) }
    }

    /// The list in the file. `None` when there is no file, or it is the list of another version. Blocks.
    pub(super) fn load(&self) -> Result<Option<Fetched>, CacheError> {
        *self.written() = None;
        let Some(json) = self.read()? else { return Ok(None) };
        let damaged = |source| CacheError::Damaged { path: self.path.clone(), source };
        let head: CacheHead = serde_json::from_slice(&json).map_err(damaged)?;
        if head.client_version.as_deref() != Some(self.version.as_str()) {
            tracing::debug!(path = %self.path.display(), "the model cache is that of another version");
            return Ok(None);
        }
        let fetched_at: Timestamp = head
            .fetched_at
            .parse()
            .map_err(|source| CacheError::NoTime { path: self.path.clone(), source })?;
        let catalogue: ModelCatalogue = serde_json::from_slice(&json).map_err(damaged)?;
        if catalogue.skipped > 0 {
            let path = self.path.display();
            tracing::warn!(%path, skipped = catalogue.skipped, "entries of the model cache cannot be read");
        }
        let models: Arc<[Arc<ModelInfo>]> = merge::nameable(catalogue.models).into();
        let fetched_at = fetched_at.into();
        *self.written() = Some(Written { models: Arc::clone(&models), fetched_at });
        Ok(Some(Fetched { models, etag: head.etag.as_deref().and_then(Etag::new), fetched_at }))
    }

    /// Writes what `newest` gives, unless the file has it. The last writer of several processes wins, whole. Blocks.
    pub(super) fn store(&self, newest: impl FnOnce() -> Option<Fetched>) -> Result<(), CacheError> {
        let mut written = self.written();
        let Some(fetched) = newest() else { return Ok(()) };
        if written.as_ref().is_some_and(|written| written.is_as_good_as(&fetched)) {
            return Ok(());
        }
        self.replace(&self.encode(&fetched)?)
            .map_err(|source| CacheError::Write { path: self.path.clone(), source })?;
        *written = Some(Written { models: fetched.models, fetched_at: fetched.fetched_at });
        Ok(())
    }

    fn read(&self) -> Result<Option<Vec<u8>>, CacheError> {
        let failed = |source| CacheError::Read { path: self.path.clone(), source };
        // Looked at before it is opened: opening a pipe would wait for its other end.
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
            Ok(found) if !found.is_file() => return Err(CacheError::NotAFile { path: self.path.clone() }),
            Ok(_) => {}
        }
        let mut json = Vec::new();
        let limit = MAX_MODELS_CACHE_BYTES as u64;
        File::open(&self.path)
            .and_then(|file| file.take(limit + 1).read_to_end(&mut json))
            .map_err(failed)?;
        if json.len() > MAX_MODELS_CACHE_BYTES {
            return Err(self.too_large());
        }
        Ok(Some(json))
    }

    fn encode(&self, fetched: &Fetched) -> Result<Vec<u8>, CacheError> {
        let fetched_at = Timestamp::try_from(fetched.fetched_at)
            .map_err(|source| CacheError::NoTime { path: self.path.clone(), source })?;
        let content = CacheContent {
            fetched_at: fetched_at.to_string(),
            etag: fetched.etag.as_ref().map(Etag::as_str),
            client_version: self.version.as_str(),
            models: fetched.models.iter().map(AsRef::as_ref).collect(),
        };
        let json = serde_json::to_vec(&content)
            .map_err(|source| CacheError::Damaged { path: self.path.clone(), source })?;
        if json.len() > MAX_MODELS_CACHE_BYTES {
            return Err(self.too_large());
        }
        Ok(json)
    }

    /// A kill at any instant leaves the old or the new file. Its mode is 0600 from the start.
    fn replace(&self, json: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        create_private_folder(folder)?;
        remove_leftovers(folder);
        let mut file =
            tempfile::Builder::new().prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX).tempfile_in(folder)?;
        file.write_all(json)?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|failed| failed.error)?;
        // Not every system can flush a folder; what a power cut costs then is a cache.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    }

    fn written(&self) -> MutexGuard<'_, Option<Written>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn too_large(&self) -> CacheError {
        CacheError::TooLarge { path: self.path.clone(), limit: MAX_MODELS_CACHE_BYTES }
    }
}

impl Written {
    fn is_as_good_as(&self, fetched: &Fetched) -> bool {
        let younger_by = fetched.fetched_at.duration_since(self.fetched_at);
        Arc::ptr_eq(&self.models, &fetched.models) && younger_by.is_ok_and(|younger| younger < RENEW_AFTER)
    }
}

/// A cache that is of no use. It is rebuilt by the next fetch.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(super) enum CacheError {
    #[error("the model cache {} cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("the model cache {} is no file; remove it", path.display())]
    NotAFile { path: PathBuf },
    #[error("the model cache {} is larger than {limit} bytes", path.display())]
    TooLarge { path: PathBuf, limit: usize },
    // Without the parser's words: they quote the file, whatever it is.
    #[error("the model cache {} is damaged (line {}, column {})", path.display(), source.line(), source.column())]
    Damaged { path: PathBuf, source: serde_json::Error },
    #[error("the model cache {} has no usable time", path.display())]
    NoTime { path: PathBuf, source: jiff::Error },
    #[error("the model cache {} cannot be written: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// The file without its models, which must be there.
#[derive(Deserialize)]
struct CacheHead {
    fetched_at: String,
    etag: Option<String>,
    client_version: Option<String>,
    #[serde(rename = "models")]
    _models: IgnoredAny,
}

#[derive(Serialize)]
struct CacheContent<'a> {
    fetched_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
    client_version: &'a str,
    models: Vec<&'a ModelInfo>,
}

fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Temporary files of processes that were killed while they wrote. What cannot be removed does no harm.
fn remove_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_ours = name
            .to_str()
            .is_some_and(|name| name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY_SUFFIX));
        let modified = || entry.metadata().and_then(|file| file.modified()).ok();
        if is_ours && modified().and_then(|at| at.elapsed().ok()).is_some_and(|age| age > LEFTOVER_AGE) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
