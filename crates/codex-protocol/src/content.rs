//! What messages, tool outputs and reasoning are made of.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::annotation::Annotation;
use crate::log_prob::LogProb;

/// A string, or a list of parts. Messages and tool outputs come in both forms.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Plain text.
    Text(String),
    /// Parts.
    Parts(Vec<ContentPart>),
}

impl Content {
    /// All text in it: input text and output text, without refusals.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Parts(parts) => match parts.as_slice() {
                [part] => Cow::Borrowed(part.text().unwrap_or_default()),
                parts => Cow::Owned(parts.iter().filter_map(ContentPart::text).collect()),
            },
        }
    }

    /// The parts; none when it is plain text.
    pub fn parts(&self) -> &[ContentPart] {
        match self {
            Self::Text(_) => &[],
            Self::Parts(parts) => parts,
        }
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::Parts(Vec::new())
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<ContentPart>> for Content {
    fn from(parts: Vec<ContentPart>) -> Self {
        Self::Parts(parts)
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Parts(parts) => parts.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of content parts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Content, E> {
        Ok(Content::from(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Content, E> {
        Ok(Content::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Content, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Content::Parts)
    }
}

tagged_union! {
    /// A part of a message, of a tool output or of reasoning. One union serves all places; which parts the
    /// service accepts where is its business.
    pub enum ContentPart {
        /// Text of the model.
        "output_text" => OutputText(OutputText),
        /// The model declines.
        "refusal" => Refusal(Refusal),
        /// Text for the model.
        "input_text" => InputText(InputText),
        /// An image for the model.
        "input_image" => InputImage(InputImage),
        /// A file for the model.
        "input_file" => InputFile(InputFile),
        /// Sound for the model.
        "input_audio" => InputAudio(InputAudio),
        /// Raw reasoning.
        "reasoning_text" => ReasoningText(PlainText),
        /// A summary of reasoning.
        "summary_text" => SummaryText(PlainText),
    }
}

impl ContentPart {
    /// A text for the model.
    pub fn input_text(text: impl Into<String>) -> Self {
        Self::InputText(InputText { text: text.into(), ..InputText::default() })
    }

    /// A text of the model, for giving it its own words back.
    pub fn output_text(text: impl Into<String>) -> Self {
        Self::OutputText(OutputText { text: text.into(), ..OutputText::default() })
    }

    /// An image at a URL (`https:` or `data:`).
    pub fn image_url(url: impl Into<String>) -> Self {
        Self::InputImage(InputImage { image_url: Some(url.into()), ..InputImage::default() })
    }

    /// An image as bytes, sent as a `data:` URL.
    ///
    /// ```
    /// use codex_protocol::ContentPart;
    ///
    /// let part = ContentPart::image_bytes("image/png", b"\x89PNG");
    /// assert_eq!(
    ///     serde_json::to_string(&part)?,
    ///     r#"{"type":"input_image","image_url":"data:image/png;base64,iVBORw=="}"#,
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn image_bytes(media_type: &str, bytes: &[u8]) -> Self {
        Self::image_url(data_url(media_type, bytes))
    }

    /// An image that was uploaded before.
    pub fn image_file(file_id: impl Into<String>) -> Self {
        Self::InputImage(InputImage { file_id: Some(file_id.into()), ..InputImage::default() })
    }

    /// A file at a URL.
    pub fn file_url(url: impl Into<String>) -> Self {
        Self::InputFile(InputFile { file_url: Some(url.into()), ..InputFile::default() })
    }

    /// A file that was uploaded before.
    pub fn file(file_id: impl Into<String>) -> Self {
        Self::InputFile(InputFile { file_id: Some(file_id.into()), ..InputFile::default() })
    }

    /// A file as bytes, sent as a `data:` URL. `filename` tells the model what it is.
    pub fn file_bytes(filename: impl Into<String>, media_type: &str, bytes: &[u8]) -> Self {
        Self::InputFile(InputFile {
            filename: Some(filename.into()),
            file_data: Some(data_url(media_type, bytes)),
            ..InputFile::default()
        })
    }

    /// The text of an `input_text` or `output_text` part.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::OutputText(part) => Some(&part.text),
            Self::InputText(part) => Some(&part.text),
            _ => None,
        }
    }
}

fn data_url(media_type: &str, bytes: &[u8]) -> String {
    let mut url = format!("data:{media_type};base64,");
    STANDARD.encode_string(bytes, &mut url);
    url
}

wire_struct! {
    /// Text of the model.
    pub struct OutputText {
        /// The text.
        required text: String,
        /// Where it comes from.
        list annotations: Annotation,
        /// Probabilities of its tokens, when asked for.
        optional logprobs: Vec<LogProb>,
    }
}

wire_struct! {
    /// The model declines.
    pub struct Refusal {
        /// Why.
        required refusal: String,
    }
}

wire_struct! {
    /// A text of reasoning or of its summary.
    pub struct PlainText {
        /// The text.
        required text: String,
    }
}

wire_struct! {
    /// Text for the model.
    pub struct InputText {
        /// The text.
        required text: String,
        /// Ends a prefix worth caching.
        optional prompt_cache_breakpoint: PromptCacheBreakpoint,
    }
}

wire_struct! {
    /// An image for the model: `image_url` or `file_id`.
    pub struct InputImage {
        /// `https:` or `data:` URL.
        optional image_url: String,
        /// An uploaded file.
        optional file_id: String,
        /// How closely the model looks, which decides how many tokens it costs.
        optional detail: ImageDetail,
        /// Ends a prefix worth caching.
        optional prompt_cache_breakpoint: PromptCacheBreakpoint,
    }
}

wire_struct! {
    /// A file for the model: `file_data`, `file_id` or `file_url`.
    pub struct InputFile {
        /// Content as a `data:` URL.
        optional file_data: String,
        /// An uploaded file.
        optional file_id: String,
        /// Where the service fetches it.
        optional file_url: String,
        /// Its name.
        optional filename: String,
        /// How closely the model looks at pages.
        optional detail: ImageDetail,
        /// Ends a prefix worth caching.
        optional prompt_cache_breakpoint: PromptCacheBreakpoint,
    }
}

wire_struct! {
    /// Sound for the model. Has a type in the official SDKs and stands in none of their unions.
    pub struct InputAudio {
        /// Data and format.
        required input_audio: AudioData,
    }
}

wire_struct! {
    /// Encoded sound.
    pub struct AudioData {
        /// Base64.
        required data: String,
        /// `mp3` or `wav`.
        optional format: String,
    }
}

wire_struct! {
    /// Marks the end of a prefix worth caching.
    pub struct PromptCacheBreakpoint {
        /// Always `explicit`.
        required mode: String,
        /// How long the prefix is kept: `30m` or `12h`.
        optional ttl: String,
    }
}

open_enum! {
    /// How closely the model looks at an image.
    pub enum ImageDetail {
        Low = "low",
        High = "high",
        Auto = "auto",
        Original = "original",
    }
}
