//! Bytes of the stream to a tally: lines by memchr, dispatch on the `event:` name, deltas decoded
//! without a copy. It knows this one dialect (`event:` line, one `data:` line, `\n`) and no other.

use std::borrow::Cow;
use std::hint::black_box;

use memchr::memchr;
use serde::Deserialize;
use workload::Tally;

/// Reads a stream chunk by chunk.
#[derive(Default)]
pub struct Reader {
    /// The start of a line whose end has not come yet.
    rest: Vec<u8>,
    lines: Lines,
}

impl Reader {
    /// Reads the next chunk of the body.
    pub fn push(&mut self, mut chunk: &[u8]) -> serde_json::Result<()> {
        if !self.rest.is_empty() {
            let Some(end) = memchr(b'\n', chunk) else {
                self.rest.extend_from_slice(chunk);
                return Ok(());
            };
            self.rest.extend_from_slice(&chunk[..end]);
            chunk = &chunk[end + 1..];
            self.lines.line(&self.rest)?;
            self.rest.clear();
        }
        while let Some(end) = memchr(b'\n', chunk) {
            self.lines.line(&chunk[..end])?;
            chunk = &chunk[end + 1..];
        }
        self.rest.extend_from_slice(chunk);
        Ok(())
    }

    /// Whether `response.completed` was read.
    pub fn completed(&self) -> bool {
        self.lines.completed
    }

    /// What was read so far.
    pub fn tally(&self) -> Tally {
        self.lines.tally
    }
}

#[derive(Default)]
struct Lines {
    kind: Kind,
    completed: bool,
    tally: Tally,
}

#[derive(Clone, Copy, Default)]
enum Kind {
    TextDelta,
    ItemDone,
    Completed,
    #[default]
    Other,
}

impl Lines {
    fn line(&mut self, line: &[u8]) -> serde_json::Result<()> {
        if let Some(data) = line.strip_prefix(b"data: ") {
            self.data(data)?;
        } else if let Some(name) = line.strip_prefix(b"event: ") {
            self.kind = match name {
                b"response.output_text.delta" => Kind::TextDelta,
                b"response.output_item.done" => Kind::ItemDone,
                b"response.completed" => Kind::Completed,
                _ => Kind::Other,
            };
        }
        Ok(())
    }

    fn data(&mut self, data: &[u8]) -> serde_json::Result<()> {
        match self.kind {
            Kind::TextDelta => {
                let event: TextDelta<'_> = serde_json::from_slice(data)?;
                self.tally.delta(&event.delta);
                black_box(event);
            }
            Kind::ItemDone => {
                let event: ItemDone<'_> = serde_json::from_slice(data)?;
                event.item.content.iter().for_each(|part| self.tally.item(&part.text));
                black_box(event);
            }
            Kind::Completed => {
                let event: Completed<'_> = serde_json::from_slice(data)?;
                self.completed = true;
                black_box(event);
            }
            Kind::Other => {
                black_box(serde_json::from_slice::<Other>(data)?);
            }
        }
        Ok(())
    }
}

#[expect(dead_code, reason = "decoded as a user would; black_box keeps the work")]
#[derive(Deserialize)]
struct TextDelta<'a> {
    #[serde(borrow)]
    item_id: Cow<'a, str>,
    output_index: u32,
    content_index: u32,
    sequence_number: u64,
    #[serde(borrow)]
    delta: Cow<'a, str>,
    #[serde(default)]
    logprobs: Vec<Logprob>,
    #[serde(borrow)]
    obfuscation: Option<Cow<'a, str>>,
}

#[expect(dead_code, reason = "decoded as a user would; black_box keeps the work")]
#[derive(Deserialize)]
struct Logprob {
    token: String,
    logprob: f64,
}

#[derive(Deserialize)]
struct ItemDone<'a> {
    #[serde(borrow)]
    item: Message<'a>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    content: Vec<Part<'a>>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow, default)]
    text: Cow<'a, str>,
}

#[expect(dead_code, reason = "decoded as a user would; black_box keeps the work")]
#[derive(Deserialize)]
struct Completed<'a> {
    #[serde(borrow)]
    response: Response<'a>,
}

#[expect(dead_code, reason = "decoded as a user would; black_box keeps the work")]
#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    usage: Option<Usage>,
}

#[expect(dead_code, reason = "decoded as a user would; black_box keeps the work")]
#[derive(Deserialize)]
struct Usage {
    input_tokens: u64,
    output_tokens: u64,
    total_tokens: u64,
}

#[expect(dead_code, reason = "decoded as a user would; black_box keeps the work")]
#[derive(Deserialize)]
struct Other {
    sequence_number: u64,
}
