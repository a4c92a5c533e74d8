//! From flags, files and standard input to a request.

use std::io::Read;

use codex_api::{ContentPart, ResponsesApiRequest};

use super::{StdinKind, ToolCommands, error::InputError, image, prompt, schema, text_or_file, tool_file};
use crate::args::{PairKind, RespondArgs, split};

/// The model that is asked when neither flag nor configuration names one.
pub(crate) const DEFAULT_MODEL: &str = "gpt-5.4";

/// A request, and what is needed to answer its tool calls.
pub(crate) struct Prepared {
    pub(crate) request: ResponsesApiRequest,
    pub(crate) commands: ToolCommands,
}

/// Reads everything that the flags name. `configured_model` is asked when no flag names a model.
pub(crate) fn prepare(
    args: &RespondArgs,
    configured_model: Option<&str>,
    stdin: impl Read,
    stdin_kind: StdinKind,
) -> Result<Prepared, InputError> {
    let (tools, commands) = tool_file::read(&args.tools)?;
    let model = args.model.as_deref().or(configured_model).unwrap_or(DEFAULT_MODEL);
    let mut request = with_settings(ResponsesApiRequest::new(model), args)?;
    for tool in tools {
        request = request.tool(tool);
    }
    if let Some(path) = &args.schema {
        let (name, schema) = schema::read(path)?;
        request = request.schema(&name, schema);
    }
    let images = args.images.iter().map(|image| image::part(image)).collect::<Result<Vec<_>, _>>()?;
    // Last, so that every other mistake is told before anybody waits for standard input.
    let prompt = prompt::read(args.prompt.as_deref(), stdin, stdin_kind)?;
    let request = match (prompt, images.is_empty()) {
        (Some(prompt), true) => request.input(prompt),
        (None, true) => return Err(InputError::NoPrompt),
        (prompt, false) => {
            let parts = prompt.map(ContentPart::input_text).into_iter().chain(images);
            request.user(parts.collect::<Vec<_>>())
        }
    };
    Ok(Prepared { request, commands })
}

fn with_settings(
    mut request: ResponsesApiRequest,
    args: &RespondArgs,
) -> Result<ResponsesApiRequest, InputError> {
    if let Some(instructions) = &args.instructions {
        request = request.instructions(text_or_file(instructions)?);
    }
    if let Some(effort) = &args.reasoning {
        request = request.reasoning_effort(effort.as_str());
    }
    if args.show_reasoning {
        // Without it the service tells nothing of what the model thinks.
        request = request.reasoning_summary("auto");
    }
    if let Some(id) = &args.previous {
        request = request.previous_response_id(id);
    }
    request.max_output_tokens = args.max_output_tokens;
    request.temperature = args.temperature;
    request.store = args.stored();
    request.background = args.background.then_some(true);
    if request.store == Some(false) {
        // What the service does not keep it cannot look up when a tool loop goes on.
        request = request.include("reasoning.encrypted_content");
    }
    for (name, value) in split(PairKind::Metadata, &args.metadata)? {
        request = request.metadata(name, value);
    }
    Ok(request)
}
