//! Files that describe tools.

use std::{collections::HashMap, path::PathBuf};

use codex_api::{FunctionCall, MAX_SCHEMA_NAME_CHARS, ResponseItem, Tool};
use serde_json::{Map, Value};

use super::{
    error::{InputError, Source, ToolProblem},
    schema,
};

/// The programs behind function tools, by the names of the tools: program, then arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ToolCommands(HashMap<String, Vec<String>>);

impl ToolCommands {
    /// The call that an item is, with the program and arguments behind its tool; `None` without such a program.
    pub(crate) fn of<'a>(&'a self, item: &'a ResponseItem) -> Option<(&'a FunctionCall, &'a [String])> {
        let ResponseItem::FunctionCall(call) = item else { return None };
        self.0.get(&call.name).map(|command| (call, command.as_slice()))
    }
}

/// Reads tools, and the programs behind them.
pub(super) fn read(paths: &[PathBuf]) -> Result<(Vec<Tool>, ToolCommands), InputError> {
    let mut tools = Vec::with_capacity(paths.len());
    let mut names = Vec::new();
    let mut commands = ToolCommands::default();
    for path in paths {
        let from = Source::file("--tool", path);
        let object = schema::object(path, &from, "a tool: an object")?;
        let Value::Object(object) = object else { continue };
        let problem = |problem| InputError::Tool { from: from.clone(), problem };
        let (tool, command) = parse(object).map_err(problem)?;
        if let Tool::Function(function) = &tool {
            if names.contains(&function.name) {
                return Err(problem(ToolProblem::SameName));
            }
            names.push(function.name.clone());
            commands.0.extend(command.map(|command| (function.name.clone(), command)));
        }
        tools.push(tool);
    }
    Ok((tools, commands))
}

/// A tool and the program behind it. Kinds other than functions go to the service as they are.
fn parse(mut object: Map<String, Value>) -> Result<(Tool, Option<Vec<String>>), ToolProblem> {
    let command = object.remove("command").map(command).transpose()?;
    let kind = object.entry("type").or_insert_with(|| "function".into());
    if kind != "function" {
        if command.is_some() {
            return Err(ToolProblem::CommandOfOtherKind);
        }
        return decode(object).map(|tool| (tool, None));
    }
    if object.get("function").is_some_and(Value::is_object) {
        return Err(ToolProblem::ChatForm);
    }
    match object.get("name").and_then(Value::as_str) {
        None => return Err(ToolProblem::NoName),
        Some(name) if !is_tool_name(name) => return Err(ToolProblem::BadName),
        Some(_) => {}
    }
    if object.get("parameters").is_some_and(|parameters| !parameters.is_object() && !parameters.is_null()) {
        return Err(ToolProblem::BadParameters);
    }
    decode(object).map(|tool| (tool, command))
}

fn decode(object: Map<String, Value>) -> Result<Tool, ToolProblem> {
    // Only a tool without a usable name does not decode: all other fields may be absent or anything.
    serde_json::from_value(Value::Object(object)).map_err(|_| ToolProblem::NoName)
}

fn command(value: Value) -> Result<Vec<String>, ToolProblem> {
    match serde_json::from_value::<Vec<String>>(value) {
        Ok(command) if command.first().is_some_and(|program| !program.is_empty()) => Ok(command),
        _ => Err(ToolProblem::BadCommand),
    }
}

fn is_tool_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (1..=MAX_SCHEMA_NAME_CHARS).contains(&name.len()) && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use serde_json::json;

    use super::*;

    fn check(value: Value) -> Result<(Tool, Option<Vec<String>>), ToolProblem> {
        let Value::Object(object) = value else { panic!("an object") };
        parse(object)
    }

    #[test]
    fn the_command_stays_here_and_the_tool_goes_out() {
        let (tool, command) =
            check(json!({"name": "w", "parameters": {"type": "object"}, "command": ["date", "-u"]})).unwrap();
        assert_eq!(
            serde_json::to_value(&tool).unwrap(),
            json!({"type": "function", "name": "w", "parameters": {"type": "object"}})
        );
        assert_eq!(command, Some(vec!["date".to_owned(), "-u".to_owned()]));
        let (tool, command) = check(json!({"type": "web_search", "search_context_size": "low"})).unwrap();
        assert_eq!((tool.kind(), command), ("web_search", None));
    }

    #[test]
    fn a_tool_that_cannot_be_used_is_refused() {
        for (value, expected) in [
            (json!({}), ToolProblem::NoName),
            (json!({"name": 1}), ToolProblem::NoName),
            (json!({"name": "a b"}), ToolProblem::BadName),
            (json!({"name": ""}), ToolProblem::BadName),
            (json!({"name": "x".repeat(65)}), ToolProblem::BadName),
            (json!({"name": "x", "parameters": []}), ToolProblem::BadParameters),
            (json!({"name": "x", "command": "date"}), ToolProblem::BadCommand),
            (json!({"name": "x", "command": []}), ToolProblem::BadCommand),
            (json!({"name": "x", "command": [""]}), ToolProblem::BadCommand),
            (json!({"name": "x", "command": [1]}), ToolProblem::BadCommand),
            (json!({"type": "web_search", "command": ["x"]}), ToolProblem::CommandOfOtherKind),
            (json!({"type": "function", "function": {"name": "x"}}), ToolProblem::ChatForm),
        ] {
            assert_eq!(check(value.clone()).unwrap_err(), expected, "{value}");
        }
    }
}
