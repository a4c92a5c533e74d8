//! The thread that writes a recording.

use std::{
    collections::HashMap,
    io,
    sync::mpsc::{SyncSender, TryRecvError},
    time::Duration,
};

use codex_client::{Request, ResponseHead};
use http::{HeaderValue, header};

use super::{
    clean_head,
    cleaner::{Cleaner, Notation},
    entry::{Carrier, Data, Entry, Side},
    held_body::{CleanChunk, Content, HeldBody},
    recorder::RecordingCut,
    recording_file::{RecordingFile, Written},
    tape::{Fact, MAX_WAITING_BYTES, Message, Note, NoteEvent, Reel},
};

/// Cleans and writes what comes off the tape.
pub(super) struct Scribe {
    pub(super) file: RecordingFile,
    pub(super) cleaner: Cleaner,
    pub(super) max_bytes: u64,
    bodies: HashMap<u64, HeldBody>,
    exchanges: u64,
    cut: Option<RecordingCut>,
}

/// What came of it.
pub(super) struct Outcome {
    pub(super) exchanges: u64,
    pub(super) bytes: u64,
    pub(super) cut: Option<RecordingCut>,
}

impl Scribe {
    pub(super) fn new(file: RecordingFile, cleaner: Cleaner, max_bytes: u64) -> Self {
        Self { file, cleaner, max_bytes, bodies: HashMap::new(), exchanges: 0, cut: None }
    }

    /// Writes until the recording is finished, and says what came of it.
    pub(super) fn run(mut self, reel: &Reel, done: &SyncSender<io::Result<Outcome>>) {
        let mut written = Ok(());
        while let Some(note) = self.next(reel, &mut written) {
            let (at, weight) = (note.at, note.weight());
            match note.event {
                NoteEvent::Finish => {
                    // Nobody waits any more when this takes too long.
                    let _ = done.send(written.and_then(|()| self.finish(at)));
                    return;
                }
                // What cannot be written is let go, so that nothing piles up.
                _ if written.is_err() || self.cut.is_some() => {}
                event => {
                    written = self.note(at, event);
                    if let Err(error) = &written {
                        tracing::warn!(%error, "the recording cannot be written on; the run goes on without it");
                    }
                }
            }
            reel.done(weight);
        }
    }

    /// The next note. What was written is flushed before it is waited for.
    fn next(&mut self, reel: &Reel, written: &mut io::Result<()>) -> Option<Note> {
        match reel.notes.try_recv() {
            Ok(note) => Some(note),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => {
                if written.is_ok() {
                    *written = self.file.flush();
                }
                reel.notes.recv().ok()
            }
        }
    }

    fn note(&mut self, at: Duration, event: NoteEvent) -> io::Result<()> {
        match event {
            NoteEvent::Fact { exchange, fact } => self.fact(exchange, at, fact),
            NoteEvent::Overflow => self.end_early(at, RecordingCut::QueueLimit),
            NoteEvent::Finish => Ok(()),
        }
    }

    fn fact(&mut self, exchange: u64, at: Duration, fact: Fact) -> io::Result<()> {
        let at_ms = milliseconds(at);
        match fact {
            Fact::Request(carrier, request) => self.request(exchange, at, carrier, &request),
            Fact::Head(head) => self.head(exchange, at, &head),
            Fact::Chunk(bytes) => {
                let Some(body) = self.bodies.get_mut(&exchange) else { return Ok(()) };
                let chunks = body.push(at, &bytes, &mut self.cleaner);
                self.chunks(exchange, chunks)
            }
            Fact::Message(from, message) => self.message(exchange, at, from, &message),
            Fact::Ping(from) => self.line(at, &Entry::Ping { exchange, at_ms, from }),
            Fact::Close { from, code, reason } => {
                let reason = self.cleaner.clean(reason.as_bytes(), Notation::Plain);
                let reason = String::from_utf8_lossy(&reason).into_owned();
                self.line(at, &Entry::Close { exchange, at_ms, from, code, reason })
            }
            Fact::End(how, why) => {
                if let Some(body) = self.bodies.remove(&exchange) {
                    let chunks = body.finish(&mut self.cleaner);
                    self.chunks(exchange, chunks)?;
                }
                let class = why.as_ref().map(|why| why.class);
                let error = why.map(|why| self.cleaner.clean_name(&why.text).into_owned());
                self.line(at, &Entry::End { exchange, at_ms, how, error, class })
            }
        }
    }

    fn request(
        &mut self,
        exchange: u64,
        at: Duration,
        carrier: Carrier,
        request: &Request,
    ) -> io::Result<()> {
        self.exchanges += 1;
        let mut headers = request.headers.clone();
        if let Some(body) = request.body.as_ref().filter(|_| carrier == Carrier::Http) {
            let content_type = HeaderValue::from_static(body.content_type());
            headers.entry(header::CONTENT_TYPE).or_insert(content_type);
            if let Some(encoding) = body.content_encoding() {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
        }
        // Before the body, so that what the headers show to be secret is taken out there.
        let headers = clean_head::headers(&headers, &mut self.cleaner);
        let target = clean_head::target(&request.url, &mut self.cleaner);
        let body = request.body.as_ref().filter(|_| carrier == Carrier::Http);
        let data = body.map(|body| {
            let notation = Notation::of(Some(body.content_type()));
            Data::json(self.cleaner.clean(body.content(), notation))
        });
        let mut entry = Entry::Request {
            exchange,
            at_ms: milliseconds(at),
            carrier,
            method: if carrier == Carrier::Http { request.method.as_str() } else { "GET" },
            target,
            headers,
            body: data,
            body_bytes: body.map_or(0, codex_client::RequestBody::encoded_len),
        };
        if self.added(at, &entry)? == Written::TooLong
            && let Entry::Request { body: data, .. } = &mut entry
        {
            *data = body.map(|body| Data::Omitted(body.len()));
            return self.line(at, &entry);
        }
        Ok(())
    }

    fn head(&mut self, exchange: u64, at: Duration, head: &ResponseHead) -> io::Result<()> {
        self.bodies.insert(exchange, HeldBody::new(&head.headers));
        let headers = clean_head::headers(&head.headers, &mut self.cleaner);
        let http = format!("{:?}", head.version);
        let status = head.status.as_u16();
        self.line(at, &Entry::Head { exchange, at_ms: milliseconds(at), status, http, headers })
    }

    fn chunks(&mut self, exchange: u64, chunks: Vec<CleanChunk>) -> io::Result<()> {
        for CleanChunk { at, content } in chunks {
            let (data, length) = match content {
                Content::Omitted(count) => (Data::Omitted(count), count),
                Content::Bytes(bytes) => {
                    let length = bytes.len();
                    (Data::text(bytes), length)
                }
            };
            let entry = |data| Entry::Chunk { exchange, at_ms: milliseconds(at), data };
            if self.added(at, &entry(data))? == Written::TooLong {
                self.line(at, &entry(Data::Omitted(length)))?;
            }
        }
        Ok(())
    }

    fn message(&mut self, exchange: u64, at: Duration, from: Side, message: &Message) -> io::Result<()> {
        let (bytes, binary) = match message {
            Message::Text(text) => (text.as_bytes(), false),
            Message::Binary(bytes) => (bytes.as_ref(), true),
        };
        let clean = self.cleaner.clean(bytes, Notation::Plain);
        let data = if binary { Data::binary(&clean) } else { Data::text(clean) };
        let entry = |data| Entry::Message { exchange, at_ms: milliseconds(at), from, binary, data };
        if self.added(at, &entry(data))? == Written::TooLong {
            return self.line(at, &entry(Data::Omitted(bytes.len())));
        }
        Ok(())
    }

    /// Adds a line that is never too long, or that cannot be made shorter.
    fn line(&mut self, at: Duration, entry: &Entry<'_>) -> io::Result<()> {
        match self.added(at, entry)? {
            Written::TooLong => self.end_early(at, RecordingCut::LineLimit),
            Written::Yes | Written::Full => Ok(()),
        }
    }

    /// Adds a line. When the file is full, the recording ends.
    fn added(&mut self, at: Duration, entry: &Entry<'_>) -> io::Result<Written> {
        if self.cut.is_some() {
            return Ok(Written::Full);
        }
        let written = self.file.add(entry)?;
        if written == Written::Full {
            self.end_early(at, RecordingCut::FileLimit)?;
        }
        Ok(written)
    }

    fn end_early(&mut self, at: Duration, cut: RecordingCut) -> io::Result<()> {
        let (limit, limit_bytes) = match cut {
            RecordingCut::FileLimit => ("file", self.max_bytes),
            RecordingCut::LineLimit => ("line", self.file.max_line_bytes() as u64),
            RecordingCut::QueueLimit => ("queue", MAX_WAITING_BYTES as u64),
        };
        self.cut = Some(cut);
        self.bodies.clear();
        tracing::warn!(limit, limit_bytes, "the recording ends here; the run goes on without it");
        self.file.end(&Entry::Cut { at_ms: milliseconds(at), limit, limit_bytes })
    }

    fn finish(mut self, at: Duration) -> io::Result<Outcome> {
        let mut bodies: Vec<_> = std::mem::take(&mut self.bodies).into_iter().collect();
        bodies.sort_by_key(|(exchange, _)| *exchange);
        for (exchange, body) in bodies {
            let chunks = body.finish(&mut self.cleaner);
            self.chunks(exchange, chunks)?;
        }
        if self.cut.is_none() {
            self.file.end(&Entry::Finished { at_ms: milliseconds(at) })?;
        }
        Ok(Outcome { exchanges: self.exchanges, bytes: self.file.bytes(), cut: self.cut })
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
