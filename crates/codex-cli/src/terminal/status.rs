//! Standard error, shared by everything that speaks there.

use std::{
    fmt::Display,
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::Spinner;

const PROGRAM: &str = "codex-api";

/// Back to the beginning of the line, and nothing on it.
const CLEAR_LINE: &str = "\r\x1b[K";

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

/// How to speak.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StatusSettings {
    pub(crate) verbosity: Verbosity,
    /// Whether a line can be drawn and cleared again.
    pub(crate) animated: bool,
    pub(crate) colored: bool,
}

/// Standard error. Clones share it, so that a note never lands in the middle of the spinner's line.
#[derive(Clone)]
pub(crate) struct Status {
    settings: StatusSettings,
    line: Arc<Mutex<Line>>,
}

struct Line {
    out: Box<dyn Write + Send>,
    /// Whether something is drawn that has to be cleared before anything else is written.
    drawn: bool,
    /// Whether a spinner runs: one that was stopped must not draw any more.
    spinning: bool,
    /// Whether text stands there that does not end in a line break.
    open: bool,
}

impl Status {
    pub(crate) fn new(out: impl Write + Send + 'static, settings: StatusSettings) -> Self {
        let line = Line { out: Box::new(out), drawn: false, spinning: false, open: false };
        Self { settings, line: Arc::new(Mutex::new(line)) }
    }

    /// Why the command failed; always said.
    pub(crate) fn error(&self, error: impl Display) {
        self.say("error: ", "31", error);
    }

    /// Something that has no effect or may surprise.
    pub(crate) fn warning(&self, warning: impl Display) {
        if self.settings.verbosity >= Verbosity::Normal {
            self.say("warning: ", "33", warning);
        }
    }

    /// Something that is good to know.
    pub(crate) fn note(&self, note: impl Display) {
        if self.settings.verbosity >= Verbosity::Normal {
            self.say("", "", note);
        }
    }

    /// How it goes, for those who asked.
    pub(crate) fn detail(&self, detail: impl Display) {
        if self.is_verbose() {
            self.say("", "", detail);
        }
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.settings.verbosity >= Verbosity::Verbose
    }

    /// Whether somebody watches, and wants to be told how it went.
    pub(crate) fn is_watched(&self) -> bool {
        self.is_verbose() || (self.settings.animated && self.settings.verbosity >= Verbosity::Normal)
    }

    /// Text that continues, such as what the model thinks.
    pub(crate) fn stream(&self, text: &str) {
        let mut line = self.lock();
        line.clear();
        let text = self.paint("2", text);
        line.write(&text);
        line.open = !text.ends_with('\n');
    }

    /// The text ends here.
    pub(crate) fn end_stream(&self) {
        self.lock().close();
    }

    /// Whole lines that were asked for, whatever the verbosity.
    pub(crate) fn lines(&self, lines: impl Display) {
        let mut line = self.lock();
        line.clear();
        line.close();
        line.write(&lines.to_string());
    }

    /// A spinner from now until it is dropped; nothing where nobody watches.
    pub(crate) fn spin(&self) -> Option<Spinner> {
        let animated = self.settings.animated && self.settings.verbosity >= Verbosity::Normal;
        animated.then(|| Spinner::start(self.clone()))
    }

    /// From now on a spinner may draw, or no longer: then nothing of it is left.
    pub(super) fn set_spinning(&self, spinning: bool) {
        let mut line = self.lock();
        line.spinning = spinning;
        line.clear();
    }

    /// Draws a line in place of the one drawn before.
    pub(super) fn draw(&self, text: &str) {
        let mut line = self.lock();
        if line.spinning {
            line.close();
            let text = self.paint("2", text);
            line.write(&format!("{CLEAR_LINE}{text}"));
            line.drawn = true;
        }
    }

    fn say(&self, label: &str, color: &str, text: impl Display) {
        let label = if label.is_empty() { String::new() } else { self.paint(color, label) };
        let mut line = self.lock();
        line.clear();
        line.close();
        // What a server says must not move the cursor or look like a line of ours.
        let text = text.to_string().replace(char::is_control, " ");
        line.write(&format!("{PROGRAM}: {label}{text}\n"));
    }

    fn paint(&self, color: &str, text: &str) -> String {
        if self.settings.colored { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        // The flags are right after any panic: they are set after what they speak of.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn clear(&mut self) {
        if self.drawn {
            self.write(CLEAR_LINE);
            self.drawn = false;
        }
    }

    fn close(&mut self) {
        if self.open {
            self.write("\n");
            self.open = false;
        }
    }

    fn write(&mut self, text: &str) {
        // Where standard error is gone there is nobody left to tell.
        let _nobody_listens = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}
