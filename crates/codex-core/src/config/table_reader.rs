//! Reading a TOML table by hand, for two reasons: every problem and unknown key knows its line, and no message quotes
//! a value (those of serde do, and a value may be a secret).

use std::{collections::BTreeSet, ops::Range, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{ConfigError, ConfigProblem, ConfigWarning, Place};

/// Parses the text of `file`.
pub(super) fn parse<'t>(text: &'t str, file: &Path) -> Result<DeTable<'t>, ConfigError> {
    DeTable::parse(text).map(Spanned::into_inner).map_err(|error| ConfigError::Syntax {
        place: Place { file: file.to_owned(), line: line_of(text, error.span()) },
        objection: error.message().into(),
    })
}

/// One table, and which of its keys were asked for.
pub(super) struct TableReader<'a> {
    text: &'a str,
    file: &'a Path,
    /// The keys above, each followed by a dot.
    path: String,
    table: &'a DeTable<'a>,
    asked: BTreeSet<String>,
}

impl<'a> TableReader<'a> {
    pub(super) fn root(text: &'a str, file: &'a Path, table: &'a DeTable<'a>) -> Self {
        Self { text, file, path: String::new(), table, asked: BTreeSet::new() }
    }

    /// The table at `key`.
    pub(super) fn table(&mut self, key: &str) -> Result<Option<TableReader<'a>>, ConfigError> {
        let Some(value) = self.raw(key) else { return Ok(None) };
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.problem(key, ConfigProblem::Type { expected: "a table" }));
        };
        let path = format!("{}{key}.", self.path);
        Ok(Some(TableReader { text: self.text, file: self.file, path, table, asked: BTreeSet::new() }))
    }

    /// The keys, where the user chose them.
    pub(super) fn keys(&self) -> Vec<String> {
        self.table.keys().map(|key| key.get_ref().to_string()).collect()
    }

    /// A text without the white space around it; a blank one counts as left out.
    pub(super) fn string(&mut self, key: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(value) = self.raw(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::String(text) => Ok(trimmed(text)),
            _ => Err(self.problem(key, ConfigProblem::Type { expected: "a text in quotes" })),
        }
    }

    /// A text that passes `check`.
    pub(super) fn checked(
        &mut self,
        key: &'static str,
        check: impl FnOnce(&str) -> Result<(), ConfigProblem>,
    ) -> Result<Option<String>, ConfigError> {
        let text = self.string(key)?;
        if let Some(text) = &text {
            check(text).map_err(|problem| self.problem(key, problem))?;
        }
        Ok(text)
    }

    /// A text as what it means.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, ConfigProblem>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(text) = self.string(key)? else { return Ok(None) };
        parse(&text).map(Some).map_err(|problem| self.problem(key, problem))
    }

    /// A whole number from 0 on.
    pub(super) fn integer(&mut self, key: &'static str) -> Result<Option<u64>, ConfigError> {
        let Some(value) = self.raw(key) else { return Ok(None) };
        let number = match value.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(self.problem(key, ConfigProblem::Type { expected: "a whole number from 0 on" })),
        }
    }

    /// `true` or `false`; left out is `false`.
    pub(super) fn flag(&mut self, key: &'static str) -> Result<bool, ConfigError> {
        match self.raw(key).map(Spanned::get_ref) {
            None => Ok(false),
            Some(DeValue::Boolean(flag)) => Ok(*flag),
            Some(_) => Err(self.problem(key, ConfigProblem::Type { expected: "true or false" })),
        }
    }

    /// A table of texts, each of which passes `check(name, text)`.
    pub(super) fn strings(
        &mut self,
        key: &'static str,
        check: impl Fn(&str, &str) -> Result<(), ConfigProblem>,
    ) -> Result<Vec<(String, String)>, ConfigError> {
        let Some(inner) = self.table(key)? else { return Ok(Vec::new()) };
        let mut pairs = Vec::with_capacity(inner.table.len());
        for (name, value) in inner.table {
            let name = name.get_ref();
            let DeValue::String(text) = value.get_ref() else {
                return Err(inner.problem(name, ConfigProblem::Type { expected: "a text in quotes" }));
            };
            check(name, text.trim()).map_err(|problem| inner.problem(name, problem))?;
            pairs.push((name.to_string(), text.trim().to_owned()));
        }
        Ok(pairs)
    }

    /// The error that the value of `key` has `problem`.
    pub(super) fn problem(&self, key: &str, problem: ConfigProblem) -> ConfigError {
        let span = self.table.keys().find(|found| found.get_ref() == key).map(Spanned::span);
        ConfigError::Invalid { place: self.place(span), key: format!("{}{key}", self.path), problem }
    }

    /// The error that something inside the table `key` has `problem`, at `span`.
    pub(super) fn problem_at(
        &self,
        file: &Path,
        span: Option<Range<usize>>,
        key: &str,
        problem: ConfigProblem,
    ) -> ConfigError {
        let place = Place { file: file.to_owned(), line: line_of(self.text, span) };
        ConfigError::Invalid { place, key: key.to_owned(), problem }
    }

    /// The error that `key` is missing in this table, at the line where the table begins.
    pub(super) fn missing(&self, key: &str, purpose: &'static str) -> ConfigError {
        let first = self.table.keys().map(Spanned::span).min_by_key(|span| span.start);
        let problem = ConfigProblem::Missing { purpose };
        ConfigError::Invalid { place: self.place(first), key: format!("{}{key}", self.path), problem }
    }

    /// The keys that nobody asked for.
    pub(super) fn unknown_keys(&self) -> Vec<ConfigWarning> {
        let unknown = self.table.keys().filter(|key| !self.asked.contains(key.get_ref().as_ref()));
        let warning = |key: &Spanned<_>| ConfigWarning {
            place: self.place(Some(key.span())),
            key: format!("{}{}", self.path, key.get_ref()),
        };
        unknown.map(warning).collect()
    }

    fn raw(&mut self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.insert(key.to_owned());
        self.table.get(key)
    }

    fn place(&self, span: Option<Range<usize>>) -> Place {
        Place { file: self.file.to_owned(), line: line_of(self.text, span) }
    }
}

fn trimmed(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The line of a span's beginning, from 1.
fn line_of(text: &str, span: Option<Range<usize>>) -> usize {
    let before = text.as_bytes().get(..span.map_or(0, |span| span.start)).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}
