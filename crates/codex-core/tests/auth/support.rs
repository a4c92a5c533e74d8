//! What the tests of logins share: a clock, tokens, stores that fail.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use codex_api::{AuthProvider, Credentials, RecoveryStep};
use codex_client::fake::{FakeAnswer, FakeTransport};
use codex_core::{
    AuthFile, AuthManager, AuthSetup, CredentialStore, MemoryStore, StoreError, StoreKind, StoreLock,
    TokenAuthority, Tokens,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// The time of every test: 2027-01-15T08:00:00Z.
pub(crate) const NOW: u64 = 1_800_000_000;

/// How long a lock that is given back may take to be free.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
}

pub(crate) fn jwt(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(&json!({"alg": "none"})), part(claims), URL_SAFE_NO_PAD.encode("signature"))
}

/// An access token that expires `seconds` after [`NOW`].
pub(crate) fn access(name: &str, seconds: i64) -> String {
    jwt(&json!({"name": name, "exp": NOW.saturating_add_signed(seconds)}))
}

pub(crate) fn id_token(account: &str) -> String {
    jwt(&json!({
        "email": "ada@example.com",
        "https://api.openai.com/auth": {"chatgpt_account_id": account, "chatgpt_plan_type": "plus"},
    }))
}

/// A ChatGPT login of the account `acct-1`, renewed an hour ago.
pub(crate) fn login(access: &str, refresh: &str) -> AuthFile {
    login_of("acct-1", access, refresh)
}

pub(crate) fn login_of(account: &str, access: &str, refresh: &str) -> AuthFile {
    let tokens = Tokens::new(secret(&id_token(account)), secret(access), secret(refresh));
    AuthFile::chatgpt(tokens, now() - Duration::from_secs(3600))
}

pub(crate) fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

pub(crate) fn setup(store: impl CredentialStore, transport: &FakeTransport) -> AuthSetup {
    let authority =
        TokenAuthority::with_issuer(Arc::new(transport.clone()), "https://authority.test").unwrap();
    AuthSetup::new(Arc::new(store), authority).with_clock(now)
}

/// A manager over a login in memory, and the answers of the authority.
pub(crate) async fn manager(
    file: AuthFile,
    script: Vec<FakeAnswer>,
) -> (AuthManager, FakeTransport, MemoryStore) {
    let (store, transport) = (MemoryStore::holding(file), FakeTransport::new(script));
    let manager = setup(store.clone(), &transport).manager().await.unwrap();
    (manager, transport, store)
}

/// The answer of an authority that gives new tokens.
pub(crate) fn renewed(access: &str, refresh: &str) -> FakeAnswer {
    FakeAnswer::ok().body(json!({"access_token": access, "refresh_token": refresh}).to_string())
}

pub(crate) fn bearer(manager: &AuthManager) -> String {
    manager.credentials().unwrap().bearer.expose_secret().to_owned()
}

/// Two steps after 401s of whatever was current at the time.
pub(crate) async fn two_steps(manager: &AuthManager) -> [RecoveryStep; 2] {
    let mut machine = manager.recovery();
    let first = manager.credentials();
    let first = machine.step(first.as_ref()).await;
    let second = manager.credentials();
    [first, machine.step(second.as_ref()).await]
}

/// What goes out for a token.
pub(crate) fn chatgpt(token: &str) -> Credentials {
    Credentials::chatgpt(secret(token), Some("acct-1".to_owned()))
}

pub(crate) fn stored_refresh_token(store: &dyn CredentialStore) -> String {
    store.load().unwrap().unwrap().tokens.unwrap().refresh_token.expose_secret().to_owned()
}

pub(crate) fn stored_access_token(store: &dyn CredentialStore) -> String {
    store.load().unwrap().unwrap().tokens.unwrap().access_token.expose_secret().to_owned()
}

/// Takes the lock. A process that another test is just starting can hold it for a moment: until it is its own program, it
/// has the open files of this one.
pub(crate) fn locked(store: &dyn CredentialStore) -> StoreLock {
    let started = Instant::now();
    loop {
        if let Some(lock) = store.try_lock().unwrap() {
            return lock;
        }
        assert!(started.elapsed() < LOCK_PATIENCE, "the lock is never given back");
        std::thread::yield_now();
    }
}

/// A store whose disk is full as long as `full` is set.
#[derive(Clone, Debug)]
pub(crate) struct FullDisk {
    pub(crate) store: MemoryStore,
    pub(crate) full: Arc<AtomicBool>,
}

impl FullDisk {
    pub(crate) fn holding(file: AuthFile) -> Self {
        Self { store: MemoryStore::holding(file), full: Arc::new(AtomicBool::new(true)) }
    }
}

impl CredentialStore for FullDisk {
    fn kind(&self) -> StoreKind {
        self.store.kind()
    }

    fn load(&self) -> Result<Option<AuthFile>, StoreError> {
        self.store.load()
    }

    fn save(&self, file: &AuthFile, lock: &StoreLock) -> Result<(), StoreError> {
        if self.full.load(Ordering::Acquire) {
            let source = std::io::ErrorKind::StorageFull.into();
            return Err(StoreError::Write { file: PathBuf::from("auth.json"), source });
        }
        self.store.save(file, lock)
    }

    fn delete(&self, lock: &StoreLock) -> Result<bool, StoreError> {
        self.store.delete(lock)
    }

    fn try_lock(&self) -> Result<Option<StoreLock>, StoreError> {
        self.store.try_lock()
    }
}
