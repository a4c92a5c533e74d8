//! `codex-api realtime`.

use std::io::Stdout;

use codex_api::{
    ApiError, RealtimeReader, RealtimeSettings, RealtimeWriter,
    realtime::{
        Modality, RealtimeClientEvent, RealtimeItem, RealtimeResponseStatus, RealtimeServerEvent,
        RealtimeSession,
    },
};

use codex_otel::UserPrompt;

use super::Context;
use crate::{
    args::{ProtocolVersion, RealtimeArgs},
    connection::Connection,
    failure::Failure,
    input::{LineInput, StdinKind, text_or_file},
    run::Run,
    terminal::{Status, TextOutput},
};

/// What the model is told when it wants somebody else to do something.
const NOBODY_THERE: &str = "There is no agent here. Answer yourself.";

pub(super) async fn run(args: RealtimeArgs, context: &Context) -> Result<(), Failure> {
    let instructions = args.instructions.as_deref().map(text_or_file).transpose()?.unwrap_or_default();
    let connection = Connection::open(&args.connection, &context.config()?, context).await?;
    context.run.asks_model(&args.model);
    let settings =
        RealtimeSettings::conversation(instructions).version(args.protocol.into()).model(args.model);
    let spinner = context.status.spin();
    let session = connection.client.realtime().connect(&settings).await;
    drop(spinner);
    let (reader, writer) = session.map_err(|error| connection.failure(error))?.into_split();
    if args.protocol == ProtocolVersion::V2 {
        writer.send(&text_only()).await.map_err(|error| connection.failure(error))?;
    }
    if StdinKind::of_process() == StdinKind::Terminal {
        context.status.note("each line is a message; Ctrl-D ends the conversation");
    }
    let out = context.text_output();
    let (status, run) = (context.status.clone(), context.run.clone());
    Talk { connection, reader, writer, out, status, run, failed: false }.hold().await
}

/// Text for text: no sound is made that nobody hears, and no work is handed over that nobody does.
fn text_only() -> RealtimeClientEvent {
    let mut session = RealtimeSession::default();
    session.output_modalities = Some(vec![Modality::Text]);
    session.tools = Some(Vec::new());
    RealtimeClientEvent::update_session(session)
}

/// A conversation.
struct Talk {
    connection: Connection,
    reader: RealtimeReader,
    writer: RealtimeWriter,
    out: TextOutput<Stdout>,
    status: Status,
    run: Run,
    /// Whether a message was not answered.
    failed: bool,
}

/// What an event means for the answer under way.
#[derive(PartialEq)]
enum Answer {
    GoesOn,
    Ended,
}

impl Talk {
    async fn hold(mut self) -> Result<(), Failure> {
        let mut lines = LineInput::new();
        loop {
            let line = tokio::select! {
                line = lines.next() => line?,
                // Pings are answered meanwhile, and an end is noticed.
                event = self.reader.next() => {
                    self.idle(event)?;
                    continue;
                }
            };
            let Some(line) = line else { break };
            self.run.prompted(&UserPrompt::new(&line));
            let asked = async {
                self.writer.say(line).await?;
                self.writer.ask().await
            };
            asked.await.map_err(|error| self.connection.failure(error))?;
            self.answer().await?;
        }
        // The conversation is over; a farewell that fails changes nothing.
        let _gone_already = self.writer.close().await;
        if self.failed { Err(Failure::Unanswered) } else { Ok(()) }
    }

    /// An event that nobody asked for.
    fn idle(&self, event: Option<Result<RealtimeServerEvent, ApiError>>) -> Result<(), Failure> {
        match event {
            Some(Ok(RealtimeServerEvent::Error(error))) => {
                self.status.warning(Failure::Realtime { error });
                Ok(())
            }
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(self.connection.failure(error)),
            None => Err(Failure::Hangup),
        }
    }

    /// Prints the answer to the message that was sent.
    async fn answer(&mut self) -> Result<(), Failure> {
        let mut spinner = self.status.spin();
        let mut answering = false;
        loop {
            self.out.flush().map_err(Failure::Output)?;
            let event = match self.connection.within_patience(self.reader.next()).await? {
                Some(Ok(event)) => event,
                Some(Err(error)) => return Err(self.connection.failure(error)),
                None => return Err(Failure::Hangup),
            };
            answering |= matches!(event, RealtimeServerEvent::ResponseCreated(_));
            if is_text(&event) {
                drop(spinner.take());
            }
            if self.take(event, answering).await? == Answer::Ended {
                drop(spinner);
                return self.out.end_line().and_then(|()| self.out.flush()).map_err(Failure::Output);
            }
        }
    }

    async fn take(&mut self, event: RealtimeServerEvent, answering: bool) -> Result<Answer, Failure> {
        if let Some(handoff) = self.reader.handoff() {
            self.status.note("the model wants to hand over to an agent, and is told that there is none");
            let told = self.writer.hand_back(&handoff.id, NOBODY_THERE).await;
            told.map_err(|error| self.connection.failure(error))?;
            return Ok(Answer::GoesOn);
        }
        match event {
            RealtimeServerEvent::OutputTextDelta(text)
            | RealtimeServerEvent::OutputAudioTranscriptDelta(text) => {
                self.out.push(&text.delta).map_err(Failure::Output)?;
            }
            RealtimeServerEvent::ConversationOutputTranscriptDelta(text) => {
                self.out.push(&text.delta).map_err(Failure::Output)?;
            }
            RealtimeServerEvent::ResponseDone(done) => {
                let status = done.response.status;
                if status.is_some_and(|status| status != RealtimeResponseStatus::Completed) {
                    self.failed = true;
                    self.status.warning("the answer is not whole");
                }
                return Ok(Answer::Ended);
            }
            // Version 1 has no other sign of the end.
            RealtimeServerEvent::ItemDone(done) if !answering && is_of_model(&done.item) => {
                return Ok(Answer::Ended);
            }
            RealtimeServerEvent::Error(error) => {
                self.status.warning(Failure::Realtime { error });
                self.failed |= !answering;
                // Where no answer had begun, none will come.
                return Ok(if answering { Answer::GoesOn } else { Answer::Ended });
            }
            _ => {}
        }
        Ok(Answer::GoesOn)
    }
}

fn is_text(event: &RealtimeServerEvent) -> bool {
    matches!(
        event,
        RealtimeServerEvent::OutputTextDelta(_)
            | RealtimeServerEvent::OutputAudioTranscriptDelta(_)
            | RealtimeServerEvent::ConversationOutputTranscriptDelta(_)
    )
}

fn is_of_model(item: &RealtimeItem) -> bool {
    matches!(item, RealtimeItem::Message(message) if message.role == Some(codex_api::Role::Assistant))
}
