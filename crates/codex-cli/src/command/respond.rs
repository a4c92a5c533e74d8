//! `codex-api respond`.

use std::{
    io::{Stdout, stdin, stdout},
    panic::resume_unwind,
    time::{Duration, Instant},
};

use codex_api::{ResponseItem, ResponsesApiRequest, TokenUsage};
use codex_core::Turn;
use tokio::{
    task::{self, JoinError},
    time::timeout,
};

use super::Context;
use crate::{
    args::RespondArgs,
    connection::Connection,
    event_output::{EventOutput, Format},
    failure::Failure,
    input::{self, InputError, Prepared, StdinKind, ToolCommands},
    round::{self, Round, RoundError},
    terminal::{Status, TextOutput, UsageLine},
    tool_command,
};

/// How often the model is asked at most when it calls tools.
const MAX_ROUNDS: u32 = 16;

/// How long standard input may keep us waiting without a word.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) async fn run(args: RespondArgs, context: Context) -> Result<(), Failure> {
    let config = context.config()?;
    let connection = Connection::open(&args.connection, &config, &context).await?;
    let format = if args.json { Format::Json } else { Format::Text };
    let output = TextOutput::new(stdout(), context.target);
    let output = EventOutput::new(output, format, context.status.clone()).show_reasoning(args.show_reasoning);
    let Prepared { request, commands } = prepare(args, config.model, &context.status).await?;
    Conversation { connection, commands, output, status: context.status }.hold(request).await
}

/// Reads files and standard input, which may block, away from the runtime's own threads.
async fn prepare(args: RespondArgs, model: Option<String>, status: &Status) -> Result<Prepared, InputError> {
    let kind = StdinKind::of_process();
    let mut reading =
        task::spawn_blocking(move || input::prepare(&args, model.as_deref(), stdin().lock(), kind));
    let read = match timeout(PATIENCE, &mut reading).await {
        Ok(read) => read,
        Err(_elapsed) => {
            if kind == StdinKind::Data {
                status.note("waiting for standard input to end; redirect it from /dev/null if there is none");
            }
            reading.await
        }
    };
    match read.map_err(JoinError::try_into_panic) {
        Ok(prepared) => prepared,
        Err(Ok(panic)) => resume_unwind(panic),
        // Cancelled together with the runtime: nobody will see this.
        Err(Err(_cancelled)) => Err(InputError::NoPrompt),
    }
}

/// Requests, and answers to the tool calls in between.
struct Conversation {
    connection: Connection,
    commands: ToolCommands,
    output: EventOutput<Stdout>,
    status: Status,
}

impl Conversation {
    async fn hold(mut self, mut request: ResponsesApiRequest) -> Result<(), Failure> {
        let started = Instant::now();
        let mut line = UsageLine::default();
        for _round in 0..MAX_ROUNDS {
            let asked = started.elapsed();
            let round = self.ask(&request).await?;
            line.first_token = line.first_token.or(round.first_token.map(|time| asked + time));
            line.usage = sum(line.usage, round.response.usage);
            line.model = round.model.clone().or_else(|| round.response.model.clone()).or(line.model);
            line.total = started.elapsed();
            let answers = self.answer_calls(&round).await?;
            if answers.is_empty() {
                return self.close(&round, &line);
            }
            let mut items = request.input.take().unwrap_or_default().into_items();
            items.extend(round.response.output);
            items.extend(answers);
            request = request.input(items);
        }
        Err(Failure::TooManyRounds { limit: MAX_ROUNDS })
    }

    async fn ask(&mut self, request: &ResponsesApiRequest) -> Result<Round, Failure> {
        let turn = Turn::new(self.connection.client.responses(), request.clone())
            .retries(self.connection.stream_retries.clone());
        round::stream(turn, &mut self.output, &self.status).await.map_err(|error| match error {
            RoundError::Request(error) => self.connection.failure(*error),
            RoundError::Output(error) => Failure::Output(error),
        })
    }

    /// What the programs behind the called tools say. Nothing when none is called, or one of them has no program: then
    /// the calls are the result.
    async fn answer_calls(&mut self, round: &Round) -> Result<Vec<ResponseItem>, Failure> {
        if round.is_incomplete() {
            // The arguments of its last call may be cut off.
            return Ok(Vec::new());
        }
        let commands: Option<Vec<_>> = round.calls().map(|item| self.commands.of(item)).collect();
        let Some(commands) = commands else {
            self.output.calls(round.calls()).map_err(Failure::Output)?;
            return Ok(Vec::new());
        };
        let mut answers = Vec::with_capacity(commands.len());
        for (call, command) in commands {
            self.status.note(format_args!("the model calls {}", call.name));
            let answer = tool_command::answer(&call.name, command, &call.arguments).await?;
            answers.push(ResponseItem::function_call_output(&call.call_id, answer));
        }
        Ok(answers)
    }

    fn close(mut self, round: &Round, line: &UsageLine) -> Result<(), Failure> {
        self.output.end().map_err(Failure::Output)?;
        if self.status.is_watched() {
            self.status.note(line);
        }
        self.status.detail(format_args!("response {}", round.response.id));
        if round.is_incomplete() {
            let reason = round.response.incomplete_reason();
            let reason = reason.map_or("no reason given", |reason| reason.as_str()).to_owned();
            return Err(Failure::Incomplete { reason });
        }
        Ok(())
    }
}

fn sum(before: Option<TokenUsage>, now: Option<TokenUsage>) -> Option<TokenUsage> {
    match (before, now) {
        (Some(before), Some(now)) => Some(before + now),
        (before, now) => before.or(now),
    }
}
