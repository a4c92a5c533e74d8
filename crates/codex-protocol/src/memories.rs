//! Memories of the Codex service: `POST /memories/trace_summarize`.

use serde::Serialize;
use serde_json::Value;

use crate::options::ReasoningConfig;

/// What `POST /memories/trace_summarize` is asked: to sum up what happened in earlier sessions.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct MemorySummarizeInput {
    /// The model.
    pub model: String,
    /// The sessions.
    #[serde(rename = "traces")]
    pub raw_memories: Vec<RawMemory>,
    /// How the model thinks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<ReasoningConfig>,
}

/// What happened in one session.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct RawMemory {
    /// Your id of it.
    pub id: String,
    /// Where it comes from.
    pub metadata: RawMemoryMetadata,
    /// Its items, as JSON.
    pub items: Vec<Value>,
}

/// Where a memory comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RawMemoryMetadata {
    /// The file it was read from.
    pub source_path: String,
}

wire_struct! {
    /// What `POST /memories/trace_summarize` answers.
    pub struct MemorySummarizeResponse {
        /// One summary a session, in the order of the request.
        list output: MemorySummarizeOutput,
    }
}

wire_struct! {
    /// The summary of one session.
    pub struct MemorySummarizeOutput {
        /// What happened; `raw_memory` from older servers.
        #[serde(rename = "trace_summary", alias = "raw_memory")]
        filled raw_memory: String,
        /// What is worth remembering.
        filled memory_summary: String,
    }
}
