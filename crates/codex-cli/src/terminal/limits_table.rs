//! The usage limits, as a table.

use std::fmt::Write;

use codex_api::{ApiRateLimit, CreditsSnapshot, RateLimitSnapshot, RateLimitWindow};
use jiff::Timestamp;

use super::{one_line, span};

/// What was told of the limits, the latest of each. Prints as a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct LimitsTable(Vec<RateLimitSnapshot>);

const TITLES: [&str; 5] = ["LIMIT", "USED", "LEFT", "WINDOW", "RESETS IN"];
const NOTHING: &str = "-";

/// A line of the table; what is not known is left out.
#[derive(Default)]
struct Row {
    name: String,
    used: Option<String>,
    left: Option<String>,
    window: Option<String>,
    reset: Option<String>,
}

impl Row {
    fn cells(self) -> [String; 5] {
        [Some(self.name), self.used, self.left, self.window, self.reset]
            // Names and balances are texts of the service: a line break in them would break the table.
            .map(|cell| cell.map_or_else(|| NOTHING.to_owned(), |cell| one_line(&cell)))
    }
}

impl LimitsTable {
    /// Takes in what an answer told; it replaces what was told of the same limit before.
    pub(crate) fn note(&mut self, snapshot: &RateLimitSnapshot) {
        match self.0.iter_mut().find(|known| known.limit_id == snapshot.limit_id) {
            Some(known) => known.clone_from(snapshot),
            None => self.0.push(snapshot.clone()),
        }
    }

    /// The table, seen at `now`.
    pub(crate) fn at(&self, now: Timestamp) -> String {
        let rows = self.0.iter().flat_map(|snapshot| rows(snapshot, now.as_second()));
        let rows: Vec<_> = rows.map(Row::cells).collect();
        if rows.is_empty() { "no limits were told\n".to_owned() } else { table(&rows) }
    }
}

fn rows(snapshot: &RateLimitSnapshot, now: i64) -> Vec<Row> {
    let name = snapshot.limit_name.as_deref().or(snapshot.limit_id.as_deref()).unwrap_or("limit");
    let windows = [&snapshot.primary, &snapshot.secondary].into_iter().flatten();
    let mut rows: Vec<Row> = windows.map(|window| window_row(name, window, now)).collect();
    rows.extend(snapshot.credits.as_ref().map(|credits| credits_row(name, credits)));
    if let Some(api) = &snapshot.api {
        let limits =
            [("requests", &api.requests), ("tokens", &api.tokens), ("project tokens", &api.project_tokens)];
        rows.extend(limits.into_iter().filter_map(|(name, limit)| api_row(name, limit)));
    }
    rows
}

fn window_row(name: &str, window: &RateLimitWindow, now: i64) -> Row {
    Row {
        name: name.to_owned(),
        used: Some(format!("{} %", window.used_percent)),
        left: None,
        window: window.window_minutes.map(|minutes| span(minutes.saturating_mul(60))),
        reset: window.resets_at.map(|at| span(at.saturating_sub(now))),
    }
}

fn credits_row(name: &str, credits: &CreditsSnapshot) -> Row {
    let left = match (credits.unlimited, credits.has_credits) {
        (true, _) => "unlimited".to_owned(),
        (false, true) => credits.balance.clone().unwrap_or_else(|| "some".to_owned()),
        (false, false) => "none".to_owned(),
    };
    Row { name: format!("{name} credits"), left: Some(left), ..Row::default() }
}

fn api_row(name: &str, limit: &ApiRateLimit) -> Option<Row> {
    let left = match (limit.remaining, limit.limit) {
        (Some(remaining), Some(limit)) => format!("{remaining} of {limit}"),
        (Some(remaining), None) => remaining.to_string(),
        (None, Some(limit)) => format!("? of {limit}"),
        (None, None) => return None,
    };
    let reset = limit.reset.map(|reset| span(i64::try_from(reset.as_secs()).unwrap_or(i64::MAX)));
    Some(Row { name: name.to_owned(), left: Some(left), reset, ..Row::default() })
}

fn table(rows: &[[String; 5]]) -> String {
    let titles = TITLES.map(str::to_owned);
    let lines = || std::iter::once(&titles).chain(rows);
    let width = |column: usize| lines().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 5] = std::array::from_fn(width);
    let mut text = String::new();
    for line in lines() {
        let mut printed = String::new();
        for (cell, width) in line.iter().zip(widths) {
            // Writing to a `String` cannot fail.
            let _infallible = write!(printed, "{cell:width$}  ");
        }
        text.push_str(printed.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use super::*;

    fn snapshot(json: &str) -> RateLimitSnapshot {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_kind_of_limit_has_its_row() {
        let mut limits = LimitsTable::default();
        let now = Timestamp::from_second(1_000_000).unwrap();
        assert_eq!(limits.at(now), "no limits were told\n");
        limits.note(&snapshot(r#"{"limit_id": "codex", "primary": {"used_percent": 99}}"#));
        limits.note(&snapshot(
            r#"{"limit_id": "codex",
                "primary": {"used_percent": 12.5, "window_minutes": 300, "resets_at": 1007800},
                "secondary": {"used_percent": 40, "window_minutes": 10080, "resets_at": 999999},
                "credits": {"has_credits": true, "unlimited": false, "balance": "9.99"}}"#,
        ));
        limits.note(&snapshot(
            r#"{"limit_id": "codex_x", "limit_name": "X\u001b[2J", "secondary": {"used_percent": 1}}"#,
        ));
        limits.note(&snapshot(
            r#"{"api": {"requests": {"limit": 60, "remaining": 59, "reset_seconds": 1.5}, "tokens": {"remaining": 7}}}"#,
        ));
        let expected = "\
LIMIT          USED    LEFT      WINDOW  RESETS IN
codex          12.5 %  -         5 h     2 h 10 min
codex          40 %    -         7 d     0 s
codex credits  -       9.99      -       -
X␛[2J          1 %     -         -       -
requests       -       59 of 60  -       1 s
tokens         -       7         -       -
";
        assert_eq!(limits.at(now), expected);
    }
}
