//! Why requests fail: everything between a prompt and the service, looked at in order.

mod certificates;
mod clock;
mod configuration;
mod credentials;
mod finding;
mod proxies;
mod reach;
mod requests;

use std::time::Duration;

use codex_api::{AuthMode, SetupError};
use codex_core::{AuthManager, Config, ConfigError, Selection, Transport, WhySimulator};

pub(crate) use finding::{Finding, Findings, Verdict};

use crate::{
    args::ConnectionArgs,
    command::Context,
    connection::{Connection, listen},
    error_text,
    failure::Failure,
    login::{Selected, StoredLogin},
};
use finding::Check;
use reach::REACH_TIMEOUT;

/// What is asked of the service, in the order of [`Check`].
const ONLINE: [Check; 8] = [
    Check::Dns,
    Check::Connect,
    Check::Tls,
    Check::Service,
    Check::Clock,
    Check::Authority,
    Check::Request,
    Check::Websocket,
];

/// Looks at everything, and goes on after a failure wherever that makes sense. Every question to the network has a time
/// limit of its own.
pub(crate) async fn examine(args: &ConnectionArgs, context: &Context) -> Findings {
    let mut findings = Findings::default();
    let config = configuration::check(context, &mut findings);
    proxies::check(&mut findings);
    certificates::check(&mut findings);
    let connected = match config {
        Some(config) => connect(args, &config, context, &mut findings).await,
        None => {
            findings.skip(&[Check::Provider, Check::Credentials], "the configuration cannot be used");
            Err("the configuration cannot be used")
        }
    };
    match connected {
        Ok((connection, login)) => {
            let patience = args.timeout.unwrap_or(REACH_TIMEOUT).min(REACH_TIMEOUT);
            ask(Asked { connection, login, patience }, context, &mut findings).await;
        }
        Err(why) => findings.skip(&ONLINE, why),
    }
    findings
}

/// The provider and the credentials, up to a client. `Err`: why nothing can be asked.
async fn connect(
    args: &ConnectionArgs,
    config: &Config,
    context: &Context,
    findings: &mut Findings,
) -> Result<(Connection, Option<AuthManager>), &'static str> {
    let selected = select(args, config, context).await;
    let Selected { selection, login, problem } = match selected {
        Ok(selected) => selected,
        Err(failure) => return Err(not_selected(&failure, findings)),
    };
    let provider = match selection {
        Selection::Simulator(why) => {
            findings.push(simulator(why));
            credentials::check_unused(problem.as_ref(), findings);
            return Err("the simulator inside this process answers");
        }
        Selection::Provider(provider) => provider,
    };
    findings
        .push(Finding::ok(Check::Provider, format!("{} at {}", provider.id, provider.provider.base_url())));
    credentials::check(&provider, login.as_ref(), problem.as_ref(), findings);
    let in_use = login.clone().filter(|_| provider.uses_login);
    match Connection::to(*provider, login, args, context) {
        Ok(connection) => Ok((connection, in_use)),
        Err(failure) => {
            // Of proxies and certificates it was told already.
            if !matches!(failure, Failure::Setup(SetupError::Transport(_))) {
                findings.push(Finding::failure(Check::Provider, error_text::line(&failure)));
            }
            Err("no connection can be set up")
        }
    }
}

async fn select(args: &ConnectionArgs, config: &Config, context: &Context) -> Result<Selected, Failure> {
    listen(args, config, context)?;
    StoredLogin::read(config, context).await?.select(args, config, context)
}

/// Why there is no provider, told where it belongs.
fn not_selected(failure: &Failure, findings: &mut Findings) -> &'static str {
    let text = error_text::line(failure);
    match failure {
        Failure::Config(ConfigError::MissingKey { .. }) | Failure::Login(_) => {
            findings.push(Finding::failure(Check::Credentials, text).refused());
            "there are no credentials"
        }
        // Proxies and certificates have told it already.
        Failure::Setup(_) => {
            findings.skip(&[Check::Provider, Check::Credentials], "no connection can be set up");
            "no connection can be set up"
        }
        _ => {
            findings.push(Finding::failure(Check::Provider, text));
            findings.skip(&[Check::Credentials], "there is no provider");
            "there is no provider"
        }
    }
}

fn simulator(why: WhySimulator) -> Finding {
    match why {
        WhySimulator::NothingNamed => Finding::warning(
            Check::Provider,
            "there is no key, no login and no provider, so a simulator inside the process answers",
        )
        .remedy("Log in with `codex-api login`, set OPENAI_API_KEY, or name a --provider."),
        _ => Finding::ok(Check::Provider, "the simulator inside the process, as it was named"),
    }
}

/// Whom to ask, as whom, and for how long.
struct Asked {
    connection: Connection,
    /// The login that requests go out with.
    login: Option<AuthManager>,
    /// How long the way to a server may take.
    patience: Duration,
}

/// Asks the service and, for a login, the token authority.
async fn ask(asked: Asked, context: &Context, findings: &mut Findings) {
    let Asked { connection, login, patience } = asked;
    let base_url = connection.client.provider().base_url().clone();
    let renewed = login.is_some_and(|login| login.mode() == Some(AuthMode::Chatgpt));
    let authority = async {
        match renewed {
            true => reach::authority(&context.environment, patience).await,
            false => Finding::skipped(Check::Authority, "no login that would be renewed is in use"),
        }
    };
    let (service, authority) = tokio::join!(reach::service(&base_url, patience), authority);
    let reachable = service.is_ok();
    reach::tell(&base_url, &service, findings);
    let skew = clock::check(service.as_ref().ok(), findings);
    context.run.learn(|known| known.clock_skew = skew);
    findings.push(authority);
    if !reachable {
        findings.skip(&[Check::Request, Check::Websocket], "the service cannot be reached");
        return;
    }
    let accepted = requests::models(&connection, findings).await;
    match (connection.transport(), accepted) {
        (Transport::Http, _) => findings.skip(&[Check::Websocket], "the provider is asked over HTTP"),
        (_, false) => findings.skip(&[Check::Websocket], "the credentials are refused"),
        (_, true) => requests::websocket(&connection, findings).await,
    }
}
