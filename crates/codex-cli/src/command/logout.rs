//! `codex-api logout`.

use codex_core::Revocation;

use super::Context;
use crate::{args::LogoutArgs, error_text, failure::Failure, login};

pub(super) async fn run(args: &LogoutArgs, context: &Context) -> Result<(), Failure> {
    let config = context.config()?;
    context.run.start_recording(args.record.file())?;
    let setup = login::setup(&config, context, args.issuer.as_deref())?;
    let spinner = context.status.spin();
    let logged_out = setup.logout().await;
    drop(spinner);
    let logged_out = logged_out?;
    let status = &context.status;
    if !logged_out.was_logged_in {
        status.note("nobody was logged in");
    } else if let Revocation::Failed(error) = &logged_out.revocation {
        status.note("logged out");
        let why = error_text::with_causes(error);
        status.warning(format_args!("the tokens are not revoked and work until they expire: {why}"));
    } else {
        status.note("logged out");
    }
    if let Some(variable) = login::key_variable(&context.environment) {
        status.note(format_args!("{variable} is set, so requests go out with its key"));
    }
    Ok(())
}
