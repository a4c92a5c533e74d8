//! `respond --limits`, and what is told when a limit is reached.

use codex_sim::{Failure, Reply, Scenario};

use crate::sim_server::SimServer;

const HEADERS: [(&str, &str); 6] = [
    ("x-codex-primary-used-percent", "12.5"),
    ("x-codex-primary-window-minutes", "300"),
    ("x-codex-credits-has-credits", "true"),
    ("x-codex-credits-unlimited", "false"),
    ("x-codex-credits-balance", "9.99"),
    ("x-ratelimit-remaining-project-tokens", "7"),
];

fn replying() -> SimServer {
    let reply = HEADERS.iter().fold(Reply::text("ok"), |reply, (name, value)| reply.header(*name, *value));
    SimServer::start(Scenario::new().reply(reply))
}

#[test]
fn limits_are_a_table_on_standard_error_on_wish() {
    let server = replying();
    server.respond(["Hi"]).run().ended(0).said_nothing();
    for args in [["--limits", "--quiet"], ["--limits", "--transport=http"]] {
        let run = server.respond(["Hi"]).args(args).run().ended(0).printed("ok\n");
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let lines: Vec<_> = run.stderr.lines().map(words).collect();
        assert_eq!(lines[0], ["LIMIT", "USED", "LEFT", "WINDOW", "RESETS", "IN"], "{run:?}");
        assert!(lines.contains(&words("codex 12.5 % - 5 h -")), "{run:?}");
        assert!(lines.contains(&words("codex credits - 9.99 - -")), "{run:?}");
        assert!(lines.contains(&words("project tokens - 7 - -")), "{run:?}");
    }
}

#[test]
fn events_stay_alone_on_standard_output() {
    let server = replying();
    let plain = server.respond(["--json", "Hi"]).run().ended(0);
    let run = server.respond(["--json", "--limits", "Hi"]).run().ended(0);
    assert_eq!(plain.stdout.lines().count(), run.stdout.lines().count());
    assert!(run.stderr.contains("codex credits"), "{run:?}");
}

#[test]
fn limits_are_told_after_an_error_too() {
    let failure =
        HEADERS.iter().fold(Failure::new(429).kind("usage_limit_reached"), |failure, (name, value)| {
            failure.header(*name, *value)
        });
    let server = SimServer::start(Scenario::new().fail(failure.message("Used up.")));
    for how in ["--transport=http", "--background"] {
        let run = server.respond(["--limits", how, "Hi"]).run().ended(1).printed("");
        let (table, error) = run.stderr.split_once("codex-api: error: ").unwrap();
        assert!(table.contains("12.5 %") && error.contains("Used up."), "{how}: {run:?}");
    }
}

#[test]
fn the_advice_names_the_limit_or_repeats_the_promotion() {
    let reached =
        || Failure::new(429).kind("usage_limit_reached").message("Used up.").extra("plan_type", "plus");
    for (failure, expected) in [
        (reached(), "upgrade to Pro"),
        (
            reached().header("x-codex-promo-message", "Half price today."),
            "Half price today, or wait: it resets later",
        ),
        (
            reached()
                .header("x-codex-promo-message", "Half price today.")
                .header("x-codex-active-limit", "codex_fast")
                .header("x-codex-fast-primary-used-percent", "100")
                .header("x-codex-fast-limit-name", "Fast models"),
            "it is the limit Fast models: use another model, or wait: it resets later",
        ),
    ] {
        let server = SimServer::start(Scenario::new().fail(failure));
        server.respond(["Hi"]).run().ended(1).said(&["the usage limit is reached: Used up.; ", expected]);
    }
}
