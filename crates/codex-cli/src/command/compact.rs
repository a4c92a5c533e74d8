//! `codex-api compact`.

use codex_api::CompactionInput;

use super::{Context, in_background, json_line};
use crate::{
    args::CompactArgs,
    connection::Connection,
    failure::Failure,
    input::{DEFAULT_MODEL, Source, read_conversation, text_or_file},
};

pub(super) async fn run(args: CompactArgs, context: &Context) -> Result<(), Failure> {
    let config = context.config()?;
    let connection = Connection::open(&args.connection, &config, context).await?;
    let instructions = args.instructions.as_deref().map(text_or_file).transpose()?;
    let from = Source::argument(args.file.as_deref());
    let items = in_background(move || read_conversation(&from)).await?;
    let model = args.model.as_deref().or(config.model.as_deref()).unwrap_or(DEFAULT_MODEL);
    context.run.asks_model(model);
    let mut input = CompactionInput { model, input: &items, ..CompactionInput::default() };
    input.instructions = instructions.as_deref();
    let spinner = context.status.spin();
    let compacted = connection.client.compact().compact_input(&input, Default::default()).await;
    drop(spinner);
    let compacted = compacted.map_err(|error| connection.failure(error))?;
    context.status.detail(format_args!("{} items became {}", items.len(), compacted.len()));
    json_line::print(&compacted, context.target).map_err(Failure::Output)
}
