//! The line at the end: what it took.

use std::{fmt, time::Duration};

use codex_api::TokenUsage;

/// What a run took. Prints as one line; what is not known is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct UsageLine {
    pub(crate) usage: Option<TokenUsage>,
    pub(crate) first_token: Option<Duration>,
    pub(crate) total: Duration,
    pub(crate) model: Option<String>,
}

impl fmt::Display for UsageLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(usage) = &self.usage {
            write!(f, "{} tokens in", usage.input_tokens)?;
            if usage.cached_input_tokens > 0 {
                write!(f, " ({} cached)", usage.cached_input_tokens)?;
            }
            write!(f, ", {} out", usage.output_tokens)?;
            if usage.reasoning_output_tokens > 0 {
                write!(f, " ({} reasoning)", usage.reasoning_output_tokens)?;
            }
            f.write_str(" · ")?;
        }
        if let Some(first) = self.first_token {
            write!(f, "first token {:.2} s · ", first.as_secs_f64())?;
        }
        write!(f, "total {:.2} s", self.total.as_secs_f64())?;
        match &self.model {
            Some(model) => write!(f, " · {model}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use super::*;

    #[test]
    fn the_line_says_what_is_known() {
        let mut line = UsageLine { total: Duration::from_millis(1934), ..UsageLine::default() };
        assert_eq!(line.to_string(), "total 1.93 s");
        line.usage = usage(r#"{"input_tokens": 12, "output_tokens": 30}"#);
        line.first_token = Some(Duration::from_millis(420));
        line.model = Some("gpt-5.4".to_owned());
        assert_eq!(line.to_string(), "12 tokens in, 30 out · first token 0.42 s · total 1.93 s · gpt-5.4");
        line.usage = usage(
            r#"{"input_tokens": 12, "input_tokens_details": {"cached_tokens": 4},
                "output_tokens": 30, "output_tokens_details": {"reasoning_tokens": 8}}"#,
        );
        assert!(line.to_string().starts_with("12 tokens in (4 cached), 30 out (8 reasoning) · "));
    }

    fn usage(json: &str) -> Option<TokenUsage> {
        Some(serde_json::from_str(json).unwrap())
    }
}
