//! A relaxed lint says why.

#[cfg(test)]
mod tests;

use super::finding::Finding;
use super::source::{Source, is_word_at, line_of};

pub(crate) fn check(path: &str, source: &Source) -> Vec<Finding> {
    let code = &source.code;
    let starts = code.match_indices('#').map(|(at, _)| at);
    let attributes = starts.filter_map(|at| Some((at, attribute(&code[at..])?)));
    attributes
        .filter(|(_, text)| relaxes_a_lint(text) && !gives_a_reason(text))
        .map(|(at, _)| {
            let finding = Finding::error(path, line_of(code, at), "this relaxed lint does not say why");
            finding.remedy("add `reason = \"…\"`, or fix what the lint found")
        })
        .collect()
}

/// What stands between the brackets of `#[…]` or `#![…]`.
fn attribute(code: &str) -> Option<&str> {
    let after = code.strip_prefix('#')?;
    let inside = after.strip_prefix('!').unwrap_or(after).strip_prefix('[')?;
    let mut depth = 1_usize;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&inside[..at]);
        }
    }
    None
}

fn relaxes_a_lint(attribute: &str) -> bool {
    ["allow", "expect"].into_iter().any(|word| {
        let mut places = attribute.match_indices(word).map(|(at, _)| at);
        places.any(|at| is_word_at(attribute, at, word) && attribute[at + word.len()..].starts_with('('))
    })
}

fn gives_a_reason(attribute: &str) -> bool {
    let mut places = attribute.match_indices("reason").map(|(at, _)| at);
    places.any(|at| attribute[at + "reason".len()..].trim_start().starts_with('='))
}
