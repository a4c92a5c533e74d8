//! Lists of pairs in a variable: `name=value,name=value`, percent-encoded (W3C Baggage without properties).

use percent_encoding::percent_decode_str;

use super::Problem;

/// The pairs of a list, decoded.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    let items = text.split(',').enumerate().filter(|(_, item)| !item.trim().is_empty());
    items
        .map(|(index, item)| {
            let position = index + 1;
            let (name, value) = item.split_once('=').ok_or(Problem::Pair { position })?;
            let name = name.trim();
            if name.is_empty() {
                return Err(Problem::Pair { position });
            }
            let value = percent_decode_str(value.trim())
                .decode_utf8()
                .map_err(|source| Problem::PairText { position, source })?;
            Ok((name.to_owned(), value.into_owned()))
        })
        .collect()
}
