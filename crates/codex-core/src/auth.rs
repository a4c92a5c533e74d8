//! Logins: where they are kept, how they are renewed, and what is done about a 401.
//!
//! ```text
//! store (auth.json, keyring, memory) ──load──▶ AuthManager ──credentials()──▶ requests
//!        ▲                                        │ make_ready(), recovery()
//!        └────────save, under the lock── refresh ◀┘ once for all that wait ──▶ token authority
//! ```

mod auth_file;
mod authority;
mod claims;
mod device_code;
mod due;
mod error;
mod external;
mod flight;
mod login;
mod manager;
mod recovery;
mod renewal;
mod restrictions;
mod setup;
mod snapshot;
mod status;
mod store;
mod tokens;

pub use auth_file::{AuthFile, Damage, LoginMode, MAX_AUTH_FILE_BYTES};
pub use authority::{
    AUTHORITY_TIMEOUT, AnswerProblem, CLIENT_ID, MAX_AUTHORITY_BODY_BYTES, REFRESH_URL_VARIABLE,
    REVOKE_TIMEOUT, REVOKE_URL_VARIABLE, TokenAuthority,
};
pub use claims::{Claims, MAX_TOKEN_BYTES};
pub use device_code::{DEFAULT_POLL_INTERVAL, DEVICE_CODE_LIFETIME, DeviceCode};
pub use due::{MAX_LOGIN_AGE, REFRESH_MARGIN};
pub use error::{AuthError, LoginError, RefreshError};
pub use external::{
    EXTERNAL_TIMEOUT, ExternalRefresher, ExternalSetup, HostRefresh, HostRefreshReason, HostTokens,
};
pub use login::{LoggedIn, LoggedOut, MAX_API_KEY_BYTES, Revocation, read_api_key};
pub use manager::{AuthManager, READY_PATIENCE, READY_PAUSE};
pub use recovery::UnauthorizedRecovery;
pub use renewal::LOCK_PATIENCE;
pub use restrictions::{ForcedMethod, LoginRestrictions, RestrictionBroken};
pub use setup::AuthSetup;
pub use status::{LoginProblem, LoginStatus};
#[cfg(feature = "keyring")]
pub use store::{AutoStore, KeyringStore};
pub use store::{
    CredentialStore, FileStore, KeyringProblem, MemoryStore, StoreChoice, StoreError, StoreKind, StoreLock,
    UnknownStore,
};
pub use tokens::Tokens;
