//! What the token authority remembers: which tokens it gave, and what became of them.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::OAuth;
use super::account::{Account, RefreshState};
use super::device_codes::{DeviceCode, DeviceCodes, Poll};
use super::jwt::{self, Stamp};
use super::lifetime::Lifetime;
use super::login::Login;
use crate::ids::Ids;
use crate::secret::Secret;

/// Most logins remembered; the oldest goes first, and its tokens are not known any more.
pub const MAX_ISSUED: usize = 1_000;

/// Changes the ids of tokens, so that they are none of a response's.
const SEED: u64 = 0x5EED_0000_70CE_0000;

/// The token authority of a running simulator. Times are counted from the simulator's start.
pub(crate) struct Authority {
    oauth: OAuth,
    seed: u64,
    /// The machine's clock at the start; tokens tell their expiry by it.
    began: SystemTime,
    issued: VecDeque<Issued>,
    /// How many logins were ever given.
    given: u64,
    refreshes: u64,
    device_codes: DeviceCodes,
}

/// The tokens given at one time.
struct Issued {
    account: usize,
    login: Login,
    access_expires: Option<Duration>,
    access_revoked: bool,
    refresh_state: RefreshState,
}

/// What an access token is worth.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It works, for this account id.
    Granted {
        account_id: String,
    },
    Expired,
    Revoked,
    /// The authority did not give it.
    Unknown,
}

/// Why a refresh token does not work.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RefreshRefusal {
    /// The authority did not give it.
    Unknown,
    /// What became of it.
    Spent(RefreshState),
}

impl Authority {
    pub(crate) fn new(oauth: OAuth, seed: u64, began: SystemTime) -> Self {
        let mut authority = Self {
            oauth,
            seed,
            began,
            issued: VecDeque::new(),
            given: 0,
            refreshes: 0,
            device_codes: DeviceCodes::default(),
        };
        for number in 0..authority.oauth.accounts.len() {
            authority.begin(number);
        }
        authority
    }

    pub(crate) fn oauth(&self) -> &OAuth {
        &self.oauth
    }

    /// What an access token is worth at this time.
    pub(crate) fn access(&self, token: &str, age: Duration) -> Access {
        let found = self.issued.iter().rev().find(|issued| issued.login.access_token == token);
        match found {
            None => Access::Unknown,
            Some(issued) if issued.access_revoked => Access::Revoked,
            Some(issued) if issued.access_expires.is_some_and(|end| age >= end) => Access::Expired,
            Some(issued) => Access::Granted { account_id: issued.login.account_id.clone() },
        }
    }

    /// Spends a refresh token a client sent.
    pub(crate) fn refresh(&mut self, token: &str, age: Duration) -> Result<Login, RefreshRefusal> {
        let login = self.spend(token, age)?;
        self.refreshes += 1;
        Ok(login)
    }

    /// Spends the newest refresh token of an account, as another process would.
    pub(crate) fn refresh_elsewhere(&mut self, account: usize, age: Duration) -> Option<Login> {
        let token = self.login(account)?.refresh_token;
        self.spend(&token, age).ok()
    }

    /// The newest tokens of an account.
    pub(crate) fn login(&self, account: usize) -> Option<Login> {
        self.issued.iter().rev().find(|issued| issued.account == account).map(|issued| issued.login.clone())
    }

    /// Sets what becomes of the newest refresh token of an account; whether there is one.
    pub(crate) fn set_refresh_state(&mut self, account: usize, state: RefreshState) -> bool {
        let newest = self.issued.iter_mut().rev().find(|issued| issued.account == account);
        newest.map(|issued| issued.refresh_state = state).is_some()
    }

    /// Lets all access tokens of an account expire; whether there is one.
    pub(crate) fn expire_access(&mut self, account: usize, age: Duration) -> bool {
        let mut any = false;
        for issued in self.issued.iter_mut().filter(|issued| issued.account == account) {
            issued.access_expires = Some(issued.access_expires.map_or(age, |end| end.min(age)));
            any = true;
        }
        any
    }

    /// Revokes a token: a refresh token takes its access token along.
    pub(crate) fn revoke(&mut self, token: &str) {
        for issued in &mut self.issued {
            if issued.login.refresh_token == token {
                issued.refresh_state = RefreshState::Invalidated;
                issued.access_revoked = true;
            }
            issued.access_revoked |= issued.login.access_token == token;
        }
    }

    /// Successful refreshes of clients.
    pub(crate) fn refreshes(&self) -> u64 {
        self.refreshes
    }

    /// Begins the login of a device; none when there are no device codes.
    pub(crate) fn device_code(&mut self, age: Duration) -> Option<DeviceCode> {
        let flow = &self.oauth.device;
        let possible = flow.enabled && flow.account < self.oauth.accounts.len();
        possible.then(|| self.device_codes.give(flow, self.seed, age))
    }

    pub(crate) fn poll(&mut self, device_auth_id: &str, user_code: &str, age: Duration) -> Poll {
        self.device_codes.poll(device_auth_id, user_code, age)
    }

    /// Gives tokens for an authorization code; none when code or verifier are not known.
    pub(crate) fn exchange(&mut self, code: &str, verifier: &str, age: Duration) -> Option<Login> {
        let account = self.oauth.device.account;
        let confirmed = self.device_codes.exchange(code, verifier, age);
        confirmed.then(|| self.give(account, age)).flatten()
    }

    fn spend(&mut self, token: &str, age: Duration) -> Result<Login, RefreshRefusal> {
        let found = self.issued.iter_mut().rev().find(|issued| issued.login.refresh_token == token);
        let issued = found.ok_or(RefreshRefusal::Unknown)?;
        if issued.refresh_state != RefreshState::Valid {
            return Err(RefreshRefusal::Spent(issued.refresh_state));
        }
        issued.refresh_state = RefreshState::Reused;
        let account = issued.account;
        self.give(account, age).ok_or(RefreshRefusal::Unknown)
    }

    /// The tokens with which an account begins.
    fn begin(&mut self, number: usize) {
        let Some(account) = self.oauth.accounts.get(number).cloned() else { return };
        let lifetime = account.initial_lifetime.unwrap_or(account.access_lifetime);
        let mut login = self.mint(&account, lifetime, Duration::ZERO);
        let given = |token: &Option<Secret>| token.as_ref().map(|token| token.reveal().to_owned());
        login.access_token = given(&account.access_token).unwrap_or(login.access_token);
        login.id_token = given(&account.id_token).unwrap_or(login.id_token);
        account.refresh_token.reveal().clone_into(&mut login.refresh_token);
        self.remember(Issued {
            account: number,
            login,
            access_expires: lifetime.from(Duration::ZERO),
            access_revoked: false,
            refresh_state: account.refresh_state,
        });
    }

    /// New tokens.
    fn give(&mut self, number: usize, age: Duration) -> Option<Login> {
        let account = self.oauth.accounts.get(number)?.clone();
        let login = self.mint(&account, account.access_lifetime, age);
        self.remember(Issued {
            account: number,
            login: login.clone(),
            access_expires: account.access_lifetime.from(age),
            access_revoked: false,
            refresh_state: RefreshState::Valid,
        });
        Some(login)
    }

    fn mint(&mut self, account: &Account, lifetime: Lifetime, age: Duration) -> Login {
        self.given += 1;
        let mut ids = Ids::for_request(self.seed ^ SEED, self.given);
        let now = self.began + age;
        let issued = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let id = ids.sized("", 32);
        let stamp = Stamp { id: &id, issued, client_id: &self.oauth.client_id };
        let told = account.told_lifetime.unwrap_or(lifetime);
        Login {
            id_token: jwt::id_token(account, stamp),
            access_token: jwt::access_token(account, stamp, told.from(issued)),
            refresh_token: ids.sized("rt_", 48),
            account_id: account.account_id.clone(),
            email: account.email.clone(),
            last_refresh: now,
        }
    }

    fn remember(&mut self, issued: Issued) {
        self.issued.push_back(issued);
        if self.issued.len() > MAX_ISSUED {
            self.issued.pop_front();
        }
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authority")
            .field("oauth", &self.oauth)
            .field("logins", &self.given)
            .field("refreshes", &self.refreshes)
            .finish_non_exhaustive()
    }
}
