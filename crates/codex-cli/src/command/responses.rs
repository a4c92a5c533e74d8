//! `codex-api responses`.

use codex_api::{InputItemsQuery, ItemOrder, MAX_INPUT_ITEMS_LIMIT, Response, ResponseStatus, SafeText};

use super::{Context, json_line};
use crate::{
    args::{ResponsesArgs, ResponsesCommand, ResumeArgs, StoredArgs},
    background::BackgroundStream,
    connection::Connection,
    event_output::{EventOutput, Format},
    failure::Failure,
    limits::Limits,
    round::{self, RoundError, Source},
};

/// The most pages of input items that are read.
const MAX_PAGES: usize = 1000;
/// The longest message of a failed response that is told, in characters.
const MAX_MESSAGE_CHARS: usize = 500;

pub(super) async fn run(args: ResponsesArgs, context: &Context) -> Result<(), Failure> {
    match args.command {
        ResponsesCommand::Get(args) => get(&args.stored, args.json, context).await,
        ResponsesCommand::Resume(args) => resume(&args, context).await,
        ResponsesCommand::Input(args) => input(&args, context).await,
        ResponsesCommand::Cancel(args) => cancel(&args, context).await,
        ResponsesCommand::Delete(args) => delete(&args, context).await,
    }
}

async fn connect(args: &StoredArgs, context: &Context) -> Result<Connection, Failure> {
    Connection::open(&args.connection, &context.config()?, context).await
}

async fn get(args: &StoredArgs, json: bool, context: &Context) -> Result<(), Failure> {
    let connection = connect(args, context).await?;
    let response = connection.client.stored_responses().retrieve(&args.id).await;
    let response = response.map_err(|error| connection.failure(error))?;
    if json {
        return json_line::print(&response, context.target).map_err(Failure::Output);
    }
    let mut output = EventOutput::new(context.text_output(), Format::Text, context.status.clone());
    output.finished(&response).map_err(Failure::Output)?;
    if response.status != Some(ResponseStatus::Completed) {
        context.status.note(standing(&response));
    }
    Ok(())
}

async fn resume(args: &ResumeArgs, context: &Context) -> Result<(), Failure> {
    let StoredArgs { id, connection: flags } = &args.stored;
    let connection = connect(&args.stored, context).await?;
    let stream = connection.client.stored_responses().resume(id, args.after);
    let stream = BackgroundStream::of_response(stream, id, flags.to_repeat(), context.status.clone());
    let format = if args.json { Format::Json } else { Format::Text };
    let output = EventOutput::new(context.text_output(), format, context.status.clone());
    let mut output = output.show_reasoning(args.show_reasoning);
    if args.after.is_some() {
        // The text that came before is known: the whole must not be printed for want of more.
        output = output.continues();
    }
    let source = Source::Background(Box::new(stream));
    let answer = round::stream(source, &mut output, &context.status, &mut Limits::of(&context.run)).await;
    let round = answer.map_err(|error| match error {
        RoundError::Request(error) => connection.failure(*error),
        RoundError::Output(error) => Failure::Output(error),
    })?;
    if round.is_incomplete() { Err(Failure::incomplete(round)) } else { Ok(()) }
}

async fn input(args: &StoredArgs, context: &Context) -> Result<(), Failure> {
    let connection = connect(args, context).await?;
    let stored = connection.client.stored_responses();
    let mut query = InputItemsQuery {
        limit: Some(MAX_INPUT_ITEMS_LIMIT),
        order: Some(ItemOrder::Ascending),
        ..InputItemsQuery::default()
    };
    for _page in 0..MAX_PAGES {
        let page = stored.input_items(&args.id, &query).await;
        let page = page.map_err(|error| connection.failure(error))?;
        let mut items = page.data.iter();
        items.try_for_each(|item| json_line::print(item, context.target)).map_err(Failure::Output)?;
        let next = page.next_after().map(str::to_owned);
        // A server that always names the same page would keep us here.
        if next.is_none() || next == query.after {
            return Ok(());
        }
        query.after = next;
    }
    Err(Failure::TooManyPages { limit: MAX_PAGES })
}

async fn cancel(args: &StoredArgs, context: &Context) -> Result<(), Failure> {
    let connection = connect(args, context).await?;
    let response = connection.client.stored_responses().cancel(&args.id).await;
    let response = response.map_err(|error| connection.failure(error))?;
    context.status.note(standing(&response));
    Ok(())
}

async fn delete(args: &StoredArgs, context: &Context) -> Result<(), Failure> {
    let connection = connect(args, context).await?;
    let deleted = connection.client.stored_responses().delete(&args.id).await;
    let deleted = deleted.map_err(|error| connection.failure(error))?;
    if !deleted.deleted {
        return Err(Failure::NotDeleted { id: args.id.clone() });
    }
    context.status.note(format_args!("response {} is deleted", args.id));
    Ok(())
}

/// How a response stands, as a sentence.
fn standing(response: &Response) -> String {
    let status = response.status.as_ref().map_or("of unknown status", ResponseStatus::as_str);
    let reason = response.incomplete_reason().map(|reason| reason.as_str());
    let message = response.error.as_ref().map(|error| SafeText::prose(&error.message, MAX_MESSAGE_CHARS));
    let why = reason.or(message.as_deref()).map_or_else(String::new, |why| format!(" ({why})"));
    format!("response {} is {status}{why}", response.id)
}
