//! `codex-api login status`.

use std::{
    io::{self, Write, stdout},
    time::SystemTime,
};

use codex_core::{AuthSetup, LoginMode, LoginStatus};
use codex_observe::rfc3339_millis;
use serde::Serialize;

use crate::{
    args::StatusArgs,
    command::{Context, json_line},
    exit::Exit,
    failure::Failure,
    login::key_variable,
    terminal::{moment, one_line},
};

pub(super) async fn run(args: &StatusArgs, setup: &AuthSetup, context: &Context) -> Result<Exit, Failure> {
    let login = setup.status().await?;
    let wins = key_variable(&context.environment);
    let usable = login.as_ref().is_some_and(|login| login.problem.is_none());
    let written = if args.json {
        json_line::print(&Report::of(login.as_ref(), wins), context.target)
    } else {
        print(login.as_ref(), wins)
    };
    written.map_err(Failure::Output)?;
    Ok(if usable { Exit::Ok } else { Exit::Auth })
}

fn print(login: Option<&LoginStatus>, wins: Option<&str>) -> io::Result<()> {
    let mut out = stdout().lock();
    for (name, value) in rows(login, wins, SystemTime::now()) {
        writeln!(out, "{name:10}{}", one_line(&value))?;
    }
    out.flush()
}

/// What is told of a login, line by line.
fn rows(login: Option<&LoginStatus>, wins: Option<&str>, now: SystemTime) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    match login {
        None => rows.push(("login", "none; log in with `codex-api login`".to_owned())),
        Some(login) => {
            let at = |time: SystemTime| moment(time, now);
            let known = [
                ("login", Some(name(&login.mode).to_owned())),
                ("problem", login.problem.map(|problem| problem.to_string())),
                ("account", login.account_id.clone()),
                ("e-mail", login.email.clone()),
                ("plan", login.plan.clone()),
                ("expires", login.expires_at.map(|time| format!("{}; it is renewed by itself", at(time)))),
                ("renewed", login.last_refresh.map(at)),
                ("store", login.store.as_ref().map(ToString::to_string)),
            ];
            rows.extend(known.into_iter().filter_map(|(name, value)| Some((name, value?))));
        }
    }
    if let Some(variable) = wins {
        let instead = if login.is_some() { ", and wins over the login" } else { ", and is used" };
        rows.push(("key", format!("{variable} is set{instead}")));
    }
    rows
}

fn name(mode: &LoginMode) -> &str {
    match mode {
        LoginMode::ApiKey => "API key",
        LoginMode::Chatgpt => "ChatGPT",
        LoginMode::ChatgptAuthTokens => "ChatGPT, tokens of a host application",
        other => other.as_str(),
    }
}

/// The same for programs.
#[derive(Default, Serialize)]
struct Report<'l> {
    logged_in: bool,
    mode: Option<&'l str>,
    account_id: Option<&'l str>,
    email: Option<&'l str>,
    plan: Option<&'l str>,
    /// RFC 3339, as `last_refresh`.
    expires_at: Option<String>,
    last_refresh: Option<String>,
    store: Option<String>,
    problem: Option<String>,
    /// The variable whose key wins over the login.
    key_variable: Option<&'l str>,
}

impl<'l> Report<'l> {
    fn of(login: Option<&'l LoginStatus>, wins: Option<&'l str>) -> Self {
        let Some(login) = login else { return Self { key_variable: wins, ..Self::default() } };
        Self {
            logged_in: login.problem.is_none(),
            mode: Some(login.mode.as_str()),
            account_id: login.account_id.as_deref(),
            email: login.email.as_deref(),
            plan: login.plan.as_deref(),
            expires_at: login.expires_at.map(rfc3339_millis),
            last_refresh: login.last_refresh.map(rfc3339_millis),
            store: login.store.as_ref().map(ToString::to_string),
            problem: login.problem.map(|problem| problem.to_string()),
            key_variable: wins,
        }
    }
}
