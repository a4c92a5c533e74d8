//! `GET /models`: the public list, or the Codex catalogue when `client_version` is given.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::PlainAnswer;
use crate::exchange::Exchange;
use crate::ids::CALENDAR_START;

/// Context window of every simulated model, in tokens.
const CONTEXT_WINDOW: u64 = 272_000;

pub(super) fn answer(exchange: &Exchange<'_>) -> PlainAnswer {
    let models = &exchange.world.settings.models;
    if exchange.inbound.query("client_version").is_none() {
        let data: Vec<Value> = models.iter().map(|id| listed(id)).collect();
        let json = json!({"object": "list", "data": data}).to_string();
        return PlainAnswer { json: json.into(), headers: BTreeMap::new() };
    }
    let entries: Vec<Value> =
        models.iter().zip(0..).map(|(slug, priority)| catalogued(slug, priority)).collect();
    let json = json!({"models": entries}).to_string();
    let headers = BTreeMap::from([("etag".to_owned(), etag(&json))]);
    PlainAnswer { json: json.into(), headers }
}

fn listed(id: &str) -> Value {
    json!({
        "id": id,
        "object": "model",
        "created": CALENDAR_START,
        "owned_by": "simulator",
        "shutdown_date": null,
    })
}

fn catalogued(slug: &str, priority: u64) -> Value {
    let efforts: Vec<Value> = ["low", "medium", "high"]
        .iter()
        .map(|effort| json!({"effort": effort, "description": format!("{effort} effort")}))
        .collect();
    json!({
        "slug": slug,
        "display_name": slug,
        "description": "A simulated model.",
        "default_reasoning_level": "medium",
        "supported_reasoning_levels": efforts,
        "shell_type": "shell_command",
        "visibility": "list",
        "minimal_client_version": "0.1.0",
        "supported_in_api": true,
        "priority": priority,
        "availability_nux": null,
        "upgrade": null,
        "base_instructions": "You are a simulated model.",
        "model_messages": null,
        "supports_reasoning_summaries": true,
        "default_reasoning_summary": "none",
        "support_verbosity": true,
        "default_verbosity": "medium",
        "apply_patch_tool_type": "freeform",
        "truncation_policy": {"mode": "tokens", "limit": 10_000},
        "supports_parallel_tool_calls": true,
        "supports_image_detail_original": false,
        "context_window": CONTEXT_WINDOW,
        "auto_compact_token_limit": null,
        "effective_context_window_percent": 95,
        "input_modalities": ["text", "image"],
        "prefer_websockets": false,
        "experimental_supported_tools": [],
    })
}

/// A tag that changes with the body (FNV-1a).
fn etag(body: &str) -> String {
    let hash = body.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    format!("\"{hash:016x}\"")
}
