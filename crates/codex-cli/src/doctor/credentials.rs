//! The key or the login, as far as it can be judged without asking anybody.

use std::{path::Path, time::SystemTime};

use codex_core::{AuthManager, KeySource, LoginMode, LoginStatus, ResolvedProvider, StoreKind};

use super::{Check, Finding, Findings};
use crate::{error_text, failure::Failure, terminal::moment};

/// Of the provider that is asked. `problem`: why a login that it does not need cannot be used.
pub(super) fn check(
    provider: &ResolvedProvider,
    login: Option<&AuthManager>,
    problem: Option<&Failure>,
    findings: &mut Findings,
) {
    let status = login.filter(|_| provider.uses_login).and_then(AuthManager::status);
    match (&provider.key_source, &status) {
        (KeySource::Login { .. }, Some(status)) => {
            findings.push(of_login(status, SystemTime::now()));
            findings.extend_with_readers(status.store.as_ref());
        }
        (KeySource::None, _) if provider.key.is_none() => {
            let fact = "none: requests go out without any, unless a header of the provider holds some";
            findings.push(Finding::ok(Check::Credentials, fact));
        }
        (KeySource::None, _) => findings.push(Finding::ok(Check::Credentials, "the key of the simulator")),
        (source, _) => findings.push(Finding::ok(Check::Credentials, format!("the key {source}"))),
    }
    check_unused(problem, findings);
}

/// A login that is not needed, and cannot be used.
pub(super) fn check_unused(problem: Option<&Failure>, findings: &mut Findings) {
    if let Some(problem) = problem {
        findings.push(Finding::warning(Check::Credentials, error_text::line(problem)));
    }
}

/// No account and no e-mail: what is printed here ends up in bug reports.
fn of_login(login: &LoginStatus, now: SystemTime) -> Finding {
    let kind = match &login.mode {
        LoginMode::ApiKey => "the API key of the login",
        _ => "the ChatGPT login",
    };
    let plan = login.plan.as_ref().map_or_else(String::new, |plan| format!(", plan {plan}"));
    let store = login.store.as_ref().map_or_else(String::new, |store| format!(", kept in {store}"));
    match login.expires_at {
        Some(at) if at <= now => {
            let fact = format!("{kind}{plan}{store}; its token expired {}", moment(at, now));
            Finding::warning(Check::Credentials, fact).remedy("It is renewed before the next request.")
        }
        Some(at) => Finding::ok(
            Check::Credentials,
            format!("{kind}{plan}{store}; its token expires {}", moment(at, now)),
        ),
        None => Finding::ok(Check::Credentials, format!("{kind}{plan}{store}")),
    }
}

impl Findings {
    /// Whether others can read the file of a login.
    fn extend_with_readers(&mut self, store: Option<&StoreKind>) {
        if let Some(file) = store.and_then(StoreKind::file)
            && is_open(file)
        {
            let fact = format!("other users of this machine can read {}", file.display());
            self.push(Finding::warning(Check::Credentials, fact).remedy("Make it private with `chmod 600`."));
        }
    }
}

#[cfg(unix)]
fn is_open(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    /// Any right of the group and of others.
    const OTHERS: u32 = 0o077;
    file.metadata().is_ok_and(|metadata| metadata.permissions().mode() & OTHERS != 0)
}

#[cfg(not(unix))]
fn is_open(_file: &Path) -> bool {
    false
}
