//! The clock of this machine against that of the service: a wrong one makes good tokens look expired.

use std::time::SystemTime;

use codex_observe::ClockSkew;
use jiff::fmt::rfc2822;

use super::{Check, Finding, Findings, reach::Reached};
use crate::terminal::rounded;

/// Compares the clocks, where the service said what time it is.
pub(super) fn check(reached: Option<&Reached>, findings: &mut Findings) -> Option<ClockSkew> {
    let Some(reached) = reached else {
        findings.skip(&[Check::Clock], "the service cannot be reached");
        return None;
    };
    let Some(service) = reached.head.header("date").and_then(date) else {
        findings.skip(&[Check::Clock], "the service does not say what time it is");
        return None;
    };
    let skew = ClockSkew::between(reached.at, service);
    findings.push(finding(skew));
    Some(skew)
}

fn finding(skew: ClockSkew) -> Finding {
    let amount = rounded(skew.amount());
    let direction = if matches!(skew, ClockSkew::Ahead(_)) { "fast" } else { "slow" };
    if skew.is_large() {
        Finding::warning(Check::Clock, format!("this machine's clock is {amount} {direction}"))
            .remedy("Set it, and turn on time synchronization: tokens are judged by their time.")
    } else {
        Finding::ok(Check::Clock, format!("right to {amount}"))
    }
}

/// An HTTP date (RFC 9110, 5.6.7).
fn date(text: &str) -> Option<SystemTime> {
    Some(rfc2822::parse(text).ok()?.timestamp().into())
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use std::time::Duration;

    use super::*;

    #[test]
    fn dates_of_http_are_read() {
        let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(expected));
        for text in ["", "now", "Sun, 99 Nov 1994 08:49:37 GMT"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn a_clock_is_wrong_from_the_limit_on() {
        let hour = Duration::from_secs(3600);
        for (skew, expected) in [
            (ClockSkew::Ahead(Duration::from_secs(1)), "ok       clock          right to 1 s"),
            (ClockSkew::Ahead(hour), "warning  clock          this machine's clock is 1 h fast. Set it"),
            (ClockSkew::Behind(hour), "warning  clock          this machine's clock is 1 h slow. Set it"),
        ] {
            let told = finding(skew).to_string();
            assert!(told.starts_with(expected), "{told}");
        }
    }
}
