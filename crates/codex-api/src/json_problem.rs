//! What a JSON parser objects to, without the values that it quotes: they may be anything, credentials included.

use serde::de::Error as _;

/// The same problem at the same place, with `…` where the parser quotes the answer.
pub(crate) fn without_values(error: &serde_json::Error) -> serde_json::Error {
    let message = error.to_string();
    let quoted = match (message.find('"'), message.rfind('"')) {
        (Some(start), Some(end)) if start < end => Some((start, end)),
        // Names of variants and fields that are not known come from the answer; others are this client's own.
        _ if message.starts_with("unknown ") => message.find('`').zip(message.find("`, expected")),
        _ => None,
    };
    match quoted {
        Some((start, end)) if start < end => {
            serde_json::Error::custom(format!("{}…{}", &message[..=start], &message[end..]))
        }
        _ => serde_json::Error::custom(message),
    }
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Known,
    }

    fn problem<T: serde::de::DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
        let shown = without_values(&serde_json::from_str::<T>(json).unwrap_err());
        assert!(shown.line() > 0, "the place is kept: {shown:?}");
        shown.to_string()
    }

    #[test]
    fn what_the_parser_quotes_is_left_out() {
        assert_eq!(
            problem::<u8>(r#""se\"cret""#),
            r#"invalid type: string "…", expected u8 at line 1 column 10"#
        );
        let unknown = "unknown variant `…`, expected `known` at line 1 column 8";
        assert_eq!(problem::<Kind>(r#""secret""#), unknown);
        assert_eq!(problem::<u8>("{"), "invalid type: map, expected u8 at line 1 column 0");
        assert_eq!(problem::<u8>("-"), "EOF while parsing a value at line 1 column 1");
        assert!(matches!(serde_json::from_str(r#""known""#), Ok(Kind::Known)));
    }
}
