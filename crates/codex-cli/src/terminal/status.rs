//! Standard error, shared by everything that speaks there.

use std::{
    fmt::Display,
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{OpenLine, Spinner, one_line, shown};

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
    /// Whether it is a terminal, and perhaps the one that shows the text of the model.
    pub(crate) terminal: bool,
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
    /// The text of the model, where it stands on the same terminal.
    text: OpenLine,
    terminal: bool,
    /// What the spinner says beside the time.
    waiting: Option<String>,
}

impl Status {
    pub(crate) fn new(out: impl Write + Send + 'static, settings: StatusSettings) -> Self {
        let line = Line {
            out: Box::new(out),
            drawn: false,
            spinning: false,
            open: false,
            text: OpenLine::default(),
            terminal: settings.terminal,
            waiting: None,
        };
        Self { settings, line: Arc::new(Mutex::new(line)) }
    }

    /// Why the command failed; always said.
    pub(crate) fn error(&self, error: impl Display) {
        self.say("error: ", "31", error);
    }

    /// What belongs to an error, or is needed to go on; always said.
    pub(crate) fn explain(&self, label: &str, text: impl Display) {
        self.say(&format!("{label}: "), "1", text);
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

    /// Whether a person reads along who wants to be told more than what went wrong.
    pub(crate) fn is_read_by_a_person(&self) -> bool {
        self.settings.terminal && self.settings.verbosity >= Verbosity::Normal
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
        line.close_text();
        line.write(&self.paint("2", &shown(text)));
        line.open = !text.ends_with('\n');
    }

    /// The text ends here.
    pub(crate) fn end_stream(&self) {
        self.lock().close();
    }

    /// Whole lines that were asked for, whatever the verbosity.
    pub(crate) fn lines(&self, lines: impl Display) {
        let mut line = self.lock();
        line.begin();
        line.write(&shown(&lines.to_string()));
    }

    /// Why the answer takes so long: beside the spinner where one runs, else as a note.
    pub(crate) fn waiting(&self, why: &str) {
        if !self.update_waiting(why) {
            self.note(why);
        }
    }

    /// Says another reason beside the spinner; whether one runs.
    pub(crate) fn update_waiting(&self, why: &str) -> bool {
        let mut line = self.lock();
        if line.spinning {
            line.waiting = Some(one_line(why));
        }
        line.spinning
    }

    /// Where the text of the model stands, for the one who writes it.
    pub(super) fn text_line(&self) -> OpenLine {
        self.lock().text.clone()
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
        line.waiting = None;
        line.clear();
    }

    /// Draws a line in place of the one drawn before.
    pub(super) fn draw(&self, text: &str) {
        let mut line = self.lock();
        if line.spinning {
            line.close_text();
            line.close();
            let waiting = line.waiting.as_ref().map_or_else(String::new, |why| format!(" · {why}"));
            let text = self.paint("2", &format!("{text}{waiting}"));
            line.write(&format!("{CLEAR_LINE}{text}"));
            line.drawn = true;
        }
    }

    fn say(&self, label: &str, color: &str, text: impl Display) {
        let label = if label.is_empty() { String::new() } else { self.paint(color, label) };
        let mut line = self.lock();
        line.begin();
        let text = one_line(&text.to_string());
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

    /// What comes next stands alone: nothing that was drawn, and no unfinished text, before it.
    fn begin(&mut self) {
        self.clear();
        self.close_text();
        self.close();
    }

    fn close(&mut self) {
        if self.open {
            self.write("\n");
            self.open = false;
        }
    }

    fn close_text(&mut self) {
        if self.terminal && self.text.close() {
            self.write("\n");
        }
    }

    fn write(&mut self, text: &str) {
        // Where standard error is gone there is nobody left to tell.
        let _nobody_listens = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}

#[cfg(test)]
pub(crate) mod tests {
    //! Ladder: pure function.
    use super::*;

    /// What was written, wherever the writer is.
    #[derive(Clone, Default)]
    pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

    impl Written {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn status(terminal: bool) -> (Status, Written) {
        let written = Written::default();
        let settings =
            StatusSettings { verbosity: Verbosity::Verbose, animated: false, terminal, colored: false };
        (Status::new(written.clone(), settings), written)
    }

    #[test]
    fn nothing_that_is_said_controls_the_terminal() {
        let (status, written) = status(true);
        let text = "a\x1b[2J\u{202e}b";
        status.note(text);
        status.detail(text);
        status.warning(text);
        status.error(text);
        status.explain("cause", text);
        status.lines(format_args!("{text}\n"));
        status.stream(text);
        status.end_stream();
        let shown = "a␛[2J\u{fffd}b\n";
        let said = ["", "", "warning: ", "error: ", "cause: "].map(|label| format!("codex-api: {label}"));
        let expected = said.iter().map(String::as_str).chain(["", ""]);
        assert_eq!(written.text(), expected.map(|label| format!("{label}{shown}")).collect::<String>());
    }

    #[test]
    fn a_note_beside_the_text_begins_a_line() {
        use crate::terminal::{Target, TextOutput};
        for (target, terminal, expected) in [
            (Target::Terminal, true, ("ab\n", "\ncodex-api: note\ncodex-api: note\n")),
            (Target::Terminal, false, ("ab\n", "codex-api: note\ncodex-api: note\n")),
            (Target::Program, true, ("ab\n", "codex-api: note\ncodex-api: note\n")),
        ] {
            let ((status, written), text) = (status(terminal), Written::default());
            let mut output = TextOutput::new(text.clone(), target).beside(&status);
            output.push("a").unwrap();
            status.detail("note");
            status.detail("note");
            output.push("b").unwrap();
            output.end_line().unwrap();
            output.flush().unwrap();
            assert_eq!((text.text().as_str(), written.text().as_str()), expected);
        }
    }
}
