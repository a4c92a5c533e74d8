//! `codex-api memories`.

use std::{
    io,
    path::{Path, PathBuf},
};

use codex_api::{MemorySummarizeInput, MemorySummarizeOutput, RawMemory, RawMemoryMetadata};
use serde_json::json;

use super::{Context, in_background, json_line};
use crate::{
    args::MemoriesArgs,
    connection::Connection,
    failure::Failure,
    input::{DEFAULT_MODEL, InputError, Source, read_trace},
    terminal::Target,
};

/// What a trace is called that comes from standard input.
const STDIN: &str = "-";

pub(super) async fn run(args: MemoriesArgs, context: &Context) -> Result<(), Failure> {
    let config = context.config()?;
    let connection = Connection::open(&args.connection, &config, context).await?;
    let files = if args.files.is_empty() { vec![PathBuf::from(STDIN)] } else { args.files };
    let traces =
        in_background(move || files.iter().map(|file| trace(file)).collect::<Result<Vec<_>, _>>()).await?;
    let model = args.model.or(config.model).unwrap_or_else(|| DEFAULT_MODEL.to_owned());
    context.run.asks_model(&model);
    let input = MemorySummarizeInput { model, raw_memories: traces, ..MemorySummarizeInput::default() };
    let spinner = context.status.spin();
    let summaries = connection.client.memories().summarize_input(&input, Default::default()).await;
    drop(spinner);
    let summaries = summaries.map_err(|error| connection.failure(error))?;
    let (asked, got) = (input.raw_memories.len(), summaries.len());
    if asked != got {
        context.status.warning(format_args!("{asked} traces went out, and {got} summaries came back"));
    }
    let ids = input.raw_memories.iter().map(|trace| trace.id.as_str());
    let named: Vec<_> = ids.zip(&summaries).collect();
    let printed = if args.json { print_json(&named, context.target) } else { print_text(&named, context) };
    printed.map_err(Failure::Output)
}

fn trace(file: &Path) -> Result<RawMemory, InputError> {
    let items = read_trace(&Source::argument(Some(file)))?;
    let name = file.file_name().unwrap_or(file.as_os_str());
    let metadata = RawMemoryMetadata { source_path: file.to_string_lossy().into_owned() };
    Ok(RawMemory { id: name.to_string_lossy().into_owned(), metadata, items })
}

fn print_json(summaries: &[(&str, &MemorySummarizeOutput)], target: Target) -> io::Result<()> {
    let summary = |(id, summary): &(&str, &MemorySummarizeOutput)| json!({"id": id, "trace_summary": summary.raw_memory, "memory_summary": summary.memory_summary});
    json_line::print(&summaries.iter().map(summary).collect::<Vec<_>>(), target)
}

/// A section for each trace: what happened, then what is worth remembering.
fn print_text(summaries: &[(&str, &MemorySummarizeOutput)], context: &Context) -> io::Result<()> {
    let mut out = context.text_output();
    for (number, (id, summary)) in summaries.iter().enumerate() {
        let gap = if number > 0 { "\n" } else { "" };
        let (happened, remember) = (summary.raw_memory.trim_end(), summary.memory_summary.trim_end());
        out.push(&format!("{gap}# {id}\n\n{happened}\n\n## To remember\n\n{remember}\n"))?;
    }
    out.flush()
}
