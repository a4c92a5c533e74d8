//! Events as the user wants them: the text of the model, or the events themselves.

use std::io::{self, Write};

use codex_api::{ApiError, Response, ResponseEvent, ResponseItem};
use serde::de::IgnoredAny;

use crate::terminal::{Status, TextOutput};

/// What is printed of the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// The text alone.
    Text,
    /// Each event, as the service sent it, one a line.
    Json,
}

/// Prints events.
pub(crate) struct EventOutput<W: Write> {
    out: TextOutput<W>,
    format: Format,
    show_reasoning: bool,
    status: Status,
    /// Events of this round that were printed, to tell whether the one that failed was among them.
    printed: u64,
    /// Whether text of this round was printed: where none was, the finished response still has it.
    has_text: bool,
    /// Whether the user has the text so far from somewhere else.
    continues: bool,
    refused: bool,
}

impl<W: Write> EventOutput<W> {
    pub(crate) fn new(out: TextOutput<W>, format: Format, status: Status) -> Self {
        Self {
            out,
            format,
            show_reasoning: false,
            status,
            printed: 0,
            has_text: false,
            continues: false,
            refused: false,
        }
    }

    /// Also says what the model thinks, on standard error.
    pub(crate) fn show_reasoning(mut self, show: bool) -> Self {
        self.show_reasoning = show && self.format == Format::Text;
        self
    }

    /// The response is in the middle: what a server without deltas says at its end is not printed.
    pub(crate) fn continues(mut self) -> Self {
        self.continues = true;
        self
    }

    /// A response begins, perhaps not the first one.
    pub(crate) fn begin(&mut self) {
        (self.printed, self.has_text, self.refused) = (0, false, false);
    }

    /// Whether this event puts something before the user's eyes.
    pub(crate) fn shows(&self, event: &ResponseEvent) -> bool {
        match event {
            _ if self.format == Format::Json => true,
            ResponseEvent::OutputTextDelta(_) | ResponseEvent::RefusalDelta(_) => true,
            ResponseEvent::ReasoningSummaryTextDelta(_) | ResponseEvent::ReasoningTextDelta(_) => {
                self.show_reasoning
            }
            event => event.is_terminal(),
        }
    }

    /// Prints an event; `raw` is its text, where it came over the wire.
    pub(crate) fn event(&mut self, event: &ResponseEvent, raw: Option<&str>) -> io::Result<()> {
        match self.format {
            Format::Text => self.text(event),
            Format::Json => raw.map_or(Ok(()), |raw| self.line(event, raw)),
        }
    }

    /// Prints the event that became an error, where it was an event that did.
    pub(crate) fn failed(&mut self, error: &ApiError, raw: Option<&str>) -> io::Result<()> {
        let events = error.context().stream.as_ref().map_or(0, |stream| stream.events);
        match raw {
            Some(raw) if self.format == Format::Json && events > self.printed => {
                self.line(&ResponseEvent::decode(None, raw), raw)
            }
            _ => Ok(()),
        }
    }

    /// The response is there, whole or incomplete. A server that sends no deltas has its text only here.
    pub(crate) fn finished(&mut self, response: &Response) -> io::Result<()> {
        if self.format == Format::Text && !self.has_text && !self.continues {
            for message in response.messages() {
                self.out.end_line()?;
                if let Some(refusal) = message.refusal() {
                    self.refusal(refusal)?;
                }
                self.out.push(&message.text())?;
            }
        }
        self.end()
    }

    /// Prints tool calls that nobody here can answer. Among the events they stand already.
    pub(crate) fn calls<'a>(&mut self, calls: impl Iterator<Item = &'a ResponseItem>) -> io::Result<()> {
        if self.format == Format::Text {
            for call in calls {
                self.out.push(&serde_json::to_string(call)?)?;
                self.out.end_line()?;
            }
        }
        self.flush()
    }

    /// Nothing more comes: lines are ended and nothing is held back.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.out.end_line()?;
        self.flush()
    }

    /// Writes what is held back; to be called before waiting.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn text(&mut self, event: &ResponseEvent) -> io::Result<()> {
        match event {
            ResponseEvent::OutputTextDelta(text) => {
                self.status.end_stream();
                self.has_text = true;
                self.out.push(&text.delta)
            }
            ResponseEvent::RefusalDelta(text) => self.refusal(&text.delta),
            ResponseEvent::ReasoningSummaryTextDelta(text) if self.show_reasoning => {
                self.status.stream(&text.delta);
                Ok(())
            }
            ResponseEvent::ReasoningTextDelta(text) if self.show_reasoning => {
                self.status.stream(&text.delta);
                Ok(())
            }
            ResponseEvent::ReasoningSummaryTextDone(_) | ResponseEvent::ReasoningTextDone(_) => {
                self.status.end_stream();
                Ok(())
            }
            // Without a line break, the last word of one message and the first of the next would be one.
            ResponseEvent::OutputItemAdded(_) => self.out.end_line(),
            _ => Ok(()),
        }
    }

    fn refusal(&mut self, text: &str) -> io::Result<()> {
        if !self.refused {
            self.refused = true;
            self.status.note("the model refused; it says:");
        }
        self.has_text = true;
        self.out.push(text)
    }

    fn line(&mut self, event: &ResponseEvent, raw: &str) -> io::Result<()> {
        self.printed += 1;
        // What decoded is JSON.
        let is_json = !matches!(event, ResponseEvent::Undecodable { .. }) || is_json(raw);
        if is_json { self.push_line(raw) } else { self.push_line(&serde_json::to_string(event)?) }
    }

    /// A line break in JSON stands between tokens: inside texts it is written as `\n`.
    fn push_line(&mut self, json: &str) -> io::Result<()> {
        if json.contains(['\n', '\r']) {
            self.out.push(&json.replace(['\n', '\r'], " "))?;
        } else {
            self.out.push(json)?;
        }
        self.out.push("\n")
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}
