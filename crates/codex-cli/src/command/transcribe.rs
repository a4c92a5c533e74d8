//! `codex-api transcribe`.

use std::{cell::Cell, collections::HashSet, io::Stdout};

use codex_api::{
    RealtimeReader, RealtimeSettings, RealtimeWriter,
    realtime::{
        AudioFormat, AudioInput, InputTranscription, RealtimeClientEvent, RealtimeServerEvent, SessionAudio,
        Setting, TranscriptionSession,
    },
};

use super::Context;
use crate::{
    args::{ProtocolVersion, TranscribeArgs},
    connection::Connection,
    failure::Failure,
    input::Wav,
    terminal::TextOutput,
};

/// What the service says when all that was appended belongs to an utterance already.
const NOTHING_TO_COMMIT: &str = "input_audio_buffer_commit_empty";

pub(super) async fn run(args: TranscribeArgs, context: &Context) -> Result<(), Failure> {
    if args.protocol == ProtocolVersion::V1 {
        return Err(Failure::NoTranscription);
    }
    let wav = Wav::open(&args.file)?;
    let connection = Connection::open(&args.connection, &context.config()?, context).await?;
    context.run.asks_model(&args.model);
    let spinner = context.status.spin();
    let session = connection.client.realtime().connect(&RealtimeSettings::transcription()).await;
    drop(spinner);
    let (reader, writer) = session.map_err(|error| connection.failure(error))?.into_split();
    let sent = Cell::new(false);
    let send = async {
        let told = writer.send(&session_update(&args)).await;
        told.map_err(|error| connection.failure(error))?;
        send(wav, &writer, &connection).await?;
        sent.set(true);
        Ok(())
    };
    let mut transcript = Transcript::new(context.text_output());
    let (heard, ()) = tokio::try_join!(transcript.hear(reader, &connection, &sent), send)?;
    // All is written down; a farewell that fails changes nothing.
    let _gone_already = writer.close().await;
    drop(heard);
    transcript.out.end_line().and_then(|()| transcript.out.flush()).map_err(Failure::Output)
}

/// Model and language, and that this side says where the utterance ends.
fn session_update(args: &TranscribeArgs) -> RealtimeClientEvent {
    let mut transcription = InputTranscription::default();
    transcription.model = Some(args.model.clone());
    transcription.language.clone_from(&args.language);
    let mut input = AudioInput::default();
    input.format = Some(AudioFormat::pcm());
    input.transcription = Some(transcription.into());
    input.turn_detection = Some(Setting::Off);
    let mut audio = SessionAudio::default();
    audio.input = Some(input);
    let mut session = TranscriptionSession::default();
    session.audio = Some(audio);
    RealtimeClientEvent::update_session(session)
}

/// Sends as fast as the connection takes it.
async fn send(mut wav: Wav, writer: &RealtimeWriter, connection: &Connection) -> Result<(), Failure> {
    loop {
        let chunk = wav.next_chunk()?;
        if chunk.is_empty() {
            return writer.commit_sound().await.map_err(|error| connection.failure(error));
        }
        writer.append_sound(&chunk).await.map_err(|error| connection.failure(error))?;
    }
}

/// Prints what is written down.
struct Transcript {
    out: TextOutput<Stdout>,
    /// Items whose text came in pieces; it is repeated at their end.
    pieces: HashSet<Option<String>>,
    utterances: u64,
    finished: u64,
    /// Whether the service had cut the sound up to its end by itself.
    nothing_left: bool,
}

impl Transcript {
    fn new(out: TextOutput<Stdout>) -> Self {
        Self { out, pieces: HashSet::new(), utterances: 0, finished: 0, nothing_left: false }
    }

    /// Until every utterance is written down. Gives the reader back.
    async fn hear(
        &mut self,
        mut reader: RealtimeReader,
        connection: &Connection,
        sent: &Cell<bool>,
    ) -> Result<RealtimeReader, Failure> {
        while !(sent.get() && self.is_whole()) {
            self.out.flush().map_err(Failure::Output)?;
            match connection.within_patience(reader.next()).await? {
                Some(Ok(event)) => self.take(event, sent.get())?,
                Some(Err(error)) => return Err(connection.failure(error)),
                None => return Err(Failure::Hangup),
            }
        }
        Ok(reader)
    }

    /// Whether every utterance is written down, once all sound is sent: that its end is one was asked for.
    fn is_whole(&self) -> bool {
        self.finished >= self.utterances && (self.finished > 0 || self.nothing_left)
    }

    fn take(&mut self, event: RealtimeServerEvent, all_sent: bool) -> Result<(), Failure> {
        match event {
            RealtimeServerEvent::InputAudioBufferCommitted(_) => self.utterances += 1,
            RealtimeServerEvent::InputAudioTranscriptionDelta(text) => {
                self.out.push(&text.delta).map_err(Failure::Output)?;
                self.pieces.insert(text.item_id);
            }
            RealtimeServerEvent::InputAudioTranscriptionCompleted(text) => {
                self.finished += 1;
                if !self.pieces.remove(&text.item_id) {
                    self.out.push(&text.transcript).map_err(Failure::Output)?;
                }
                self.out.end_line().map_err(Failure::Output)?;
            }
            RealtimeServerEvent::InputAudioTranscriptionFailed(event) => {
                return Err(Failure::Transcription { event: Box::new(event) });
            }
            RealtimeServerEvent::Error(error) => {
                let code = error.error.code.as_ref().map(|code| code.as_str());
                if !(all_sent && code == Some(NOTHING_TO_COMMIT)) {
                    return Err(Failure::Realtime { error });
                }
                self.nothing_left = true;
            }
            _ => {}
        }
        Ok(())
    }
}
