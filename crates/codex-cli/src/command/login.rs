//! `codex-api login`.

mod status;

use std::io::stdin;

use codex_core::{AuthSetup, DeviceCode, LoggedIn, LoginError, LoginMode, StoreKind, read_api_key};
use secrecy::ExposeSecret;
use tokio::task;

use super::Context;
use crate::{
    args::{LoginArgs, LoginCommand},
    exit::Exit,
    failure::Failure,
    input::StdinKind,
    login::{self, ISSUER_VARIABLE, key_variable},
    terminal::{Status, rounded},
};

pub(super) async fn run(args: &LoginArgs, context: &Context) -> Result<Exit, Failure> {
    let config = context.config()?;
    context.run.start_recording(args.record.file())?;
    let setup = login::setup(&config, context, args.issuer.as_deref())?;
    match &args.command {
        Some(LoginCommand::Status(args)) => status::run(args, &setup, context).await,
        None => {
            let logged_in = if args.with_api_key {
                with_api_key(&setup, context).await?
            } else {
                with_device_code(&setup, &context.status).await?
            };
            tell(&logged_in, context);
            if args.issuer.is_some() && context.environment.variable(ISSUER_VARIABLE).is_none() {
                context.status.note(format_args!(
                    "set {ISSUER_VARIABLE} to the same URL, so that the login is renewed there as well"
                ));
            }
            Ok(Exit::Ok)
        }
    }
}

/// A key that is typed would be seen, and one on the command line is kept in histories and shown to other users.
async fn with_api_key(setup: &AuthSetup, context: &Context) -> Result<LoggedIn, Failure> {
    if StdinKind::of_process() == StdinKind::Terminal {
        return Err(Failure::TypedKey);
    }
    // Reading may block for as long as the other end likes.
    let read = task::spawn_blocking(|| read_api_key(stdin().lock())).await;
    let key = read.map_err(|error| Failure::Runtime(error.into()))??;
    context.run.protect(key.expose_secret());
    Ok(setup.login_with_api_key(&key).await?)
}

async fn with_device_code(setup: &AuthSetup, status: &Status) -> Result<LoggedIn, LoginError> {
    let spinner = status.spin();
    let logged_in = setup.login_with_device_code(|code| show(code, status)).await;
    drop(spinner);
    logged_in
}

fn show(code: &DeviceCode, status: &Status) {
    let valid_for = rounded(code.valid_for);
    status.explain("open", &code.verification_url);
    status.explain("enter", format_args!("{} (within {valid_for}; Ctrl-C gives up)", code.user_code));
    status.update_waiting("waiting for the code to be entered");
}

/// What the user has to know now.
fn tell(logged_in: &LoggedIn, context: &Context) {
    let LoggedIn { status: login, set_aside, .. } = logged_in;
    if let Some(aside) = set_aside {
        let aside = aside.display();
        context.status.warning(format_args!("what was there could not be read; it is kept as {aside}"));
    }
    let who = match (&login.mode, &login.email) {
        (LoginMode::ApiKey, _) => "with an API key".to_owned(),
        (_, Some(email)) => format!("with ChatGPT as {email}"),
        (_, None) => "with ChatGPT".to_owned(),
    };
    match &login.store {
        Some(StoreKind::Memory) | None => {
            context.status.warning(
                "logged in, but only until this command ends: cli_auth_credentials_store is \"ephemeral\"",
            );
        }
        Some(store) => context.status.note(format_args!("logged in {who}; the login is kept in {store}")),
    }
    if let Some(variable) = key_variable(&context.environment) {
        context.status.warning(format_args!("{variable} is set and wins over the login; unset it"));
    }
}
