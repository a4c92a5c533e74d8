//! Files and functions that a reader can hold in the head.

#[cfg(test)]
mod tests;

use super::finding::Finding;
use super::source::{Source, is_word_at, item_end, line_of};

/// Lines of code a file should not exceed: blank lines, comments and tests are not counted.
const FILE_SHOULD: usize = 300;
/// Lines of code a file must not exceed, unless [`LARGE_FILES`] says why.
const FILE_MUST: usize = 450;
/// Lines of code a function must not exceed, signature included, unless [`LONG_FUNCTIONS`] says why.
const FUNCTION_MUST: usize = 60;

/// Files allowed above [`FILE_MUST`], each with its reason.
const LARGE_FILES: &[(&str, &str)] = &[];

/// Functions allowed above [`FUNCTION_MUST`]: file, name, reason.
const LONG_FUNCTIONS: &[(&str, &str, &str)] = &[];

pub(crate) fn check(path: &str, source: &Source) -> Vec<Finding> {
    if !is_product(path) {
        return Vec::new();
    }
    let code = source.without_tests().code;
    let mut findings: Vec<Finding> = check_file(path, lines_of_code(&code)).into_iter().collect();
    findings.extend(functions(&code).iter().filter_map(|function| check_function(path, function)));
    findings
}

/// Sources, chores and examples; not tests.
fn is_product(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [.., "tests.rs"] => false,
        ["xtask", "src", ..] | ["examples", ..] => true,
        ["crates", _, "src" | "examples", inside @ ..] => !inside.contains(&"tests"),
        _ => false,
    }
}

fn check_file(path: &str, lines: usize) -> Option<Finding> {
    let fact = format!("{lines} lines of code, {FILE_SHOULD} is the aim");
    let remedy = "split it by what its parts are for";
    if lines <= FILE_SHOULD {
        None
    } else if lines <= FILE_MUST || LARGE_FILES.iter().any(|(large, _reason)| *large == path) {
        Some(Finding::warning(path, 1, fact).remedy(remedy))
    } else {
        Some(Finding::error(path, 1, fact).remedy(remedy))
    }
}

fn check_function(path: &str, function: &Function<'_>) -> Option<Finding> {
    let is_listed =
        LONG_FUNCTIONS.iter().any(|(file, name, _reason)| *file == path && *name == function.name);
    if function.lines <= FUNCTION_MUST || is_listed {
        return None;
    }
    let fact =
        format!("`{}` has {} lines of code, {FUNCTION_MUST} is the limit", function.name, function.lines);
    Some(Finding::error(path, function.line, fact).remedy("give its steps names and functions of their own"))
}

fn lines_of_code(code: &str) -> usize {
    code.lines().filter(|line| !line.trim().is_empty()).count()
}

#[derive(Debug, PartialEq, Eq)]
struct Function<'c> {
    name: &'c str,
    line: usize,
    lines: usize,
}

fn functions(code: &str) -> Vec<Function<'_>> {
    let keywords = code.match_indices("fn ").map(|(at, _)| at).filter(|at| is_word_at(code, *at, "fn"));
    keywords
        .filter_map(|at| {
            let signature = code[at + 3..].trim_start();
            let length = signature.find(|it: char| !it.is_alphanumeric() && it != '_')?;
            let lines = lines_of_code(&code[at..item_end(code, at)]);
            (length > 0).then(|| Function { name: &signature[..length], line: line_of(code, at), lines })
        })
        .collect()
}
