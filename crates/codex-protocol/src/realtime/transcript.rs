//! What was said in a conversation so far.

use std::fmt;

use super::{Handoff, RealtimeServerEvent, TranscriptionCompleted, TranscriptionDelta};

/// Most bytes of text a [`RunningTranscript`] keeps; beyond it, the oldest is forgotten.
pub const MAX_TRANSCRIPT_BYTES: usize = 1 << 20;
/// Most items a [`RunningTranscript`] waits for the end of.
pub const MAX_OPEN_ITEMS: usize = 64;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The user.
    User,
    /// The model.
    Assistant,
}

impl fmt::Display for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        })
    }
}

/// What one speaker says until the other does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TranscriptEntry {
    /// Who.
    pub speaker: Speaker,
    /// What.
    pub text: String,
}

/// What was said since the last hand-off, put together from events of either version of the protocol.
///
/// Deltas of one speaker are one entry until the other speaks. The end of a transcription, which repeats
/// its deltas, adds nothing after them; where no deltas came, it is an entry. A hand-off takes all entries.
///
/// ```
/// use codex_protocol::realtime::{RealtimeServerEvent, RunningTranscript};
///
/// let mut transcript = RunningTranscript::default();
/// let frames = [
///     r#"{"type":"conversation.input_transcript.delta","delta":"Fix "}"#,
///     r#"{"type":"conversation.input_transcript.delta","delta":"the test."}"#,
///     r#"{"type":"conversation.handoff.requested","handoff_id":"h","input_transcript":"fix"}"#,
/// ];
/// let handoff = frames.iter().find_map(|frame| transcript.observe(&RealtimeServerEvent::decode(frame)));
/// assert_eq!(handoff.unwrap().text(), "user: Fix the test.");
/// assert!(transcript.entries().is_empty());
/// ```
#[derive(Debug, Clone, Default)]
pub struct RunningTranscript {
    entries: Vec<TranscriptEntry>,
    bytes: usize,
    /// Parts of items whose deltas came and whose end has not, oldest first.
    open: Vec<(String, u32)>,
}

impl RunningTranscript {
    /// Takes in an event. When it is a hand-off, returns it with all that was said, and starts anew.
    pub fn observe(&mut self, event: &RealtimeServerEvent) -> Option<Handoff> {
        use RealtimeServerEvent as Event;
        match event {
            Event::ConversationInputTranscriptDelta(event) => self.append(Speaker::User, &event.delta),
            Event::ConversationOutputTranscriptDelta(event) => self.append(Speaker::Assistant, &event.delta),
            Event::OutputTextDelta(event) | Event::OutputAudioTranscriptDelta(event) => {
                self.append(Speaker::Assistant, &event.delta);
            }
            Event::InputAudioTranscriptionDelta(event) => self.heard(event),
            Event::InputAudioTranscriptionCompleted(event) => self.heard_all(event),
            _ => {}
        }
        let mut handoff = event.handoff()?;
        handoff.messages = self.take();
        Some(handoff)
    }

    /// What was said, in order.
    pub fn entries(&self) -> &[TranscriptEntry] {
        &self.entries
    }

    /// What was said, as `role: text` lines.
    pub fn text(&self) -> String {
        lines(&self.entries)
    }

    /// Takes all entries.
    pub fn take(&mut self) -> Vec<TranscriptEntry> {
        self.bytes = 0;
        std::mem::take(&mut self.entries)
    }

    fn heard(&mut self, event: &TranscriptionDelta) {
        let part = part(event.item_id.as_deref(), event.content_index);
        if !event.delta.is_empty() && !self.open.contains(&part) {
            if self.open.len() == MAX_OPEN_ITEMS {
                self.open.remove(0);
            }
            self.open.push(part);
        }
        self.append(Speaker::User, &event.delta);
    }

    fn heard_all(&mut self, event: &TranscriptionCompleted) {
        let part = part(event.item_id.as_deref(), event.content_index);
        match self.open.iter().position(|open| *open == part) {
            Some(at) => drop(self.open.remove(at)),
            None => self.push(Speaker::User, &event.transcript),
        }
    }

    fn append(&mut self, speaker: Speaker, delta: &str) {
        match self.entries.last_mut() {
            Some(last) if last.speaker == speaker => {
                last.text.push_str(delta);
                self.bytes += delta.len();
                self.forget_oldest();
            }
            _ => self.push(speaker, delta),
        }
    }

    fn push(&mut self, speaker: Speaker, text: &str) {
        if !text.is_empty() {
            self.entries.push(TranscriptEntry { speaker, text: text.to_owned() });
            self.bytes += text.len();
            self.forget_oldest();
        }
    }

    /// Whole entries first; of a single one that is too long, its start.
    fn forget_oldest(&mut self) {
        while self.bytes > MAX_TRANSCRIPT_BYTES && self.entries.len() > 1 {
            self.bytes -= self.entries.remove(0).text.len();
        }
        if let Some(only) = self.entries.first_mut()
            && self.bytes > MAX_TRANSCRIPT_BYTES
        {
            // A quarter more than needed, so that not every delta moves the text.
            let surplus = self.bytes - MAX_TRANSCRIPT_BYTES + MAX_TRANSCRIPT_BYTES / 4;
            let cut = only.text.ceil_char_boundary(surplus);
            only.text.drain(..cut);
            self.bytes -= cut;
        }
    }
}

fn part(item_id: Option<&str>, content_index: Option<u32>) -> (String, u32) {
    (item_id.unwrap_or_default().to_owned(), content_index.unwrap_or_default())
}

pub(super) fn lines(entries: &[TranscriptEntry]) -> String {
    let lines: Vec<String> =
        entries.iter().map(|TranscriptEntry { speaker, text }| format!("{speaker}: {text}")).collect();
    lines.join("\n")
}
