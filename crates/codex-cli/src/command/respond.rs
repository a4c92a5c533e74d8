//! `codex-api respond`.

use std::{
    io::{Stdout, stdin},
    time::{Duration, Instant},
};

use codex_api::{ApiError, ResponseItem, ResponsesApiRequest, ResumingStream, TokenUsage};
use codex_core::{ModelClientSession, Transport};
use jiff::Timestamp;
use tokio::{task, time::timeout};

use super::{Context, joined};
use crate::{
    args::RespondArgs,
    asked::user_prompt,
    background::BackgroundStream,
    connection::Connection,
    event_output::{EventOutput, Format},
    failure::Failure,
    input::{self, InputError, Prepared, StdinKind, ToolCommands},
    limits::Limits,
    round::{self, Round, RoundError, Source},
    run::Run,
    terminal::{Status, UsageLine},
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
    let output = EventOutput::new(context.text_output(), format, context.status.clone());
    let output = output.show_reasoning(args.show_reasoning);
    let session = connection.session(args.transport.map(Transport::from))?;
    let background = args.background.then(|| args.connection.to_repeat());
    let shows_limits = args.limits;
    let Prepared { request, commands } = prepare(args, config.model, &context.status).await?;
    tell_what_is_asked(&request, &context.run);
    let (status, limits) = (context.status, Limits::of(&context.run));
    let mut conversation = Conversation { connection, session, background, commands, output, limits, status };
    let result = conversation.hold(request).await;
    if shows_limits {
        conversation.status.lines(conversation.limits.table.at(Timestamp::now()));
    }
    result
}

/// Tells whoever listens to the run which model is asked, and what.
fn tell_what_is_asked(request: &ResponsesApiRequest, run: &Run) {
    if let Some(model) = &request.model {
        run.asks_model(model);
    }
    if let Some(prompt) = user_prompt(request) {
        run.prompted(&prompt);
    }
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
    joined(read)
}

/// Requests, and answers to the tool calls in between.
struct Conversation {
    connection: Connection,
    /// One for all requests, so that a WebSocket carries only what is new.
    session: ModelClientSession,
    /// Whether the responses run in the background, and the flags with which another run finds them.
    background: Option<String>,
    commands: ToolCommands,
    output: EventOutput<Stdout>,
    limits: Limits,
    status: Status,
}

impl Conversation {
    async fn hold(&mut self, mut request: ResponsesApiRequest) -> Result<(), Failure> {
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
                return self.close(round, &line);
            }
            let mut items = request.input.take().unwrap_or_default().into_items();
            items.extend(round.response.output);
            items.extend(answers);
            request = request.input(items);
        }
        Err(Failure::TooManyRounds { limit: MAX_ROUNDS })
    }

    async fn ask(&mut self, request: &ResponsesApiRequest) -> Result<Round, Failure> {
        let source = match &self.background {
            None => Source::Turn(Box::new(self.session.ask(request.clone()))),
            Some(flags) => {
                let flags = flags.clone();
                let stream = self.in_background(request).await;
                let stream = stream.map_err(|error| {
                    error.context().rate_limits.iter().for_each(|snapshot| self.limits.note(snapshot));
                    self.connection.failure(error)
                })?;
                Source::Background(Box::new(BackgroundStream::new(stream, flags, self.status.clone())))
            }
        };
        let answer = round::stream(source, &mut self.output, &self.status, &mut self.limits).await;
        answer.map_err(|error| match error {
            RoundError::Request(error) => self.connection.failure(*error),
            RoundError::Output(error) => Failure::Output(error),
        })
    }

    async fn in_background(&self, request: &ResponsesApiRequest) -> Result<ResumingStream, ApiError> {
        let _spinner = self.status.spin();
        let client = &self.connection.client;
        let stream = client.responses().stream_request(request, &self.connection.options()).await?;
        Ok(ResumingStream::of_stream(client.stored_responses(), stream))
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
            if let Some(problem) = &answer.problem {
                self.status.warning(format_args!("the tool {} {problem}", call.name));
            }
            answers.push(ResponseItem::function_call_output(&call.call_id, answer.told()));
        }
        Ok(answers)
    }

    fn close(&mut self, round: Round, line: &UsageLine) -> Result<(), Failure> {
        self.output.end().map_err(Failure::Output)?;
        if self.status.is_watched() {
            self.status.note(line);
        }
        self.status.detail(format_args!("response {}", round.response.id));
        if round.is_incomplete() {
            return Err(Failure::incomplete(round));
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
