//! The text of the model on standard output.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{Status, shown};

/// How much text is held back at most where standard output is no terminal, in bytes.
const BATCH_BYTES: usize = 64 * 1024;

/// Where the text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Somebody reads along: every piece at once, and characters that would control the terminal are shown instead.
    Terminal,
    /// A file or a program: in batches, byte for byte.
    Program,
}

/// Whether the text so far does not end in a line break. Clones share it: on a terminal, standard error may end the line.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenLine(Arc<AtomicBool>);

impl OpenLine {
    fn set(&self, open: bool) {
        self.0.store(open, Ordering::Relaxed);
    }

    fn is_open(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Says that the line is ended now; whether it was open.
    pub(super) fn close(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// Writes text piece by piece. Dropping it ends an open line on a terminal.
pub(crate) struct TextOutput<W: Write> {
    out: W,
    target: Target,
    pending: Vec<u8>,
    line: OpenLine,
}

impl<W: Write> TextOutput<W> {
    pub(crate) fn new(out: W, target: Target) -> Self {
        Self { out, target, pending: Vec::new(), line: OpenLine::default() }
    }

    /// Where both are the same terminal, what `status` says begins on a line of its own.
    pub(crate) fn beside(mut self, status: &Status) -> Self {
        if self.target == Target::Terminal {
            self.line = status.text_line();
        }
        self
    }

    /// Adds a piece of text.
    pub(crate) fn push(&mut self, text: &str) -> io::Result<()> {
        let Some(last) = text.as_bytes().last() else { return Ok(()) };
        self.line.set(*last != b'\n');
        match self.target {
            Target::Terminal => {
                self.pending.extend(shown(text).into_bytes());
                self.flush()
            }
            Target::Program => {
                self.pending.extend(text.as_bytes());
                if self.pending.len() >= BATCH_BYTES { self.flush() } else { Ok(()) }
            }
        }
    }

    /// Ends the line, where there is one without an end.
    pub(crate) fn end_line(&mut self) -> io::Result<()> {
        if self.line.is_open() { self.push("\n") } else { Ok(()) }
    }

    /// Writes what is held back. To be called before waiting for more.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let result = self.out.write_all(&self.pending).and_then(|()| self.out.flush());
        self.pending.clear();
        result
    }
}

impl<W: Write> Drop for TextOutput<W> {
    fn drop(&mut self) {
        if self.target == Target::Terminal {
            // Reached without `end_line` when the command is interrupted; then nobody is left to tell of an error.
            let _interrupted = self.end_line();
        }
    }
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use std::{cell::RefCell, rc::Rc};

    use super::*;

    /// Every write that reached the other side.
    #[derive(Clone, Default)]
    struct Writes(Rc<RefCell<Vec<String>>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().push(String::from_utf8(bytes.to_vec()).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_terminal_gets_every_piece_and_a_program_gets_batches() {
        for (target, expected) in [(Target::Terminal, vec!["a", "b", "\n"]), (Target::Program, vec!["ab"])] {
            let writes = Writes::default();
            let mut output = TextOutput::new(writes.clone(), target);
            output.push("a").unwrap();
            output.push("").unwrap();
            output.push("b").unwrap();
            output.flush().unwrap();
            drop(output);
            assert_eq!(*writes.0.borrow(), expected);
        }
    }

    #[test]
    fn a_full_batch_is_written_without_being_asked_for() {
        let writes = Writes::default();
        let mut output = TextOutput::new(writes.clone(), Target::Program);
        output.push(&"x".repeat(BATCH_BYTES - 1)).unwrap();
        assert!(writes.0.borrow().is_empty());
        output.push("x").unwrap();
        assert_eq!(writes.0.borrow().len(), 1);
    }

    #[test]
    fn a_line_is_ended_once_and_only_where_it_is_open() {
        for (pieces, expected) in
            [(vec![""], ""), (vec!["a"], "a\n"), (vec!["a\n"], "a\n"), (vec!["a\n", ""], "a\n")]
        {
            let mut out = Vec::new();
            let mut output = TextOutput::new(&mut out, Target::Program);
            for piece in pieces {
                output.push(piece).unwrap();
            }
            output.end_line().unwrap();
            output.end_line().unwrap();
            output.flush().unwrap();
            drop(output);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
