//! Searches: files, the web, tools.

use serde_json::{Map, Value};

use super::{ItemStatus, Role};
use crate::tool::Tool;

wire_struct! {
    /// A search of files.
    pub struct FileSearchCall {
        /// Id of the item.
        optional id: String,
        /// What was looked for.
        list queries: String,
        /// What was found; only with `file_search_call.results` in `include`.
        optional results: Vec<FileSearchResult>,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// A file that was found.
    pub struct FileSearchResult {
        /// The file.
        optional file_id: String,
        /// Its name.
        optional filename: String,
        /// How well it fits, 0 to 1.
        optional score: f64,
        /// The text that was found.
        optional text: String,
        /// Its attributes: strings, numbers or booleans.
        optional attributes: Map<String, Value>,
    }
}

wire_struct! {
    /// A search of the web.
    pub struct WebSearchCall {
        /// Id of the item.
        optional id: String,
        /// What was done.
        optional action: WebSearchAction,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

tagged_union! {
    /// A step of a web search.
    pub enum WebSearchAction {
        /// Asked a search engine.
        "search" => Search(WebSearch),
        /// Opened a page.
        "open_page" => OpenPage(OpenPage),
        /// Looked for a text in a page.
        "find_in_page" | "find" => FindInPage(FindInPage),
    }
}

wire_struct! {
    /// A question to a search engine.
    pub struct WebSearch {
        /// The question (older form).
        optional query: String,
        /// The questions.
        optional queries: Vec<String>,
        /// Where the answers came from; only with `web_search_call.action.sources` in `include`.
        optional sources: Vec<WebSource>,
    }
}

tagged_union! {
    /// Where an answer came from.
    pub enum WebSource {
        /// A page.
        "url" => Url(UrlSource),
    }
}

wire_struct! {
    /// A page.
    pub struct UrlSource {
        /// Its address.
        required url: String,
    }
}

wire_struct! {
    /// A page that was opened.
    pub struct OpenPage {
        /// Its address.
        optional url: String,
    }
}

wire_struct! {
    /// A text looked for in a page.
    pub struct FindInPage {
        /// Address of the page.
        optional url: String,
        /// The text.
        required pattern: String,
    }
}

wire_struct! {
    /// The model looks for tools.
    pub struct ToolSearchCall {
        /// Id of the item.
        optional id: String,
        /// What the output refers to; none when the service searches.
        optional call_id: String,
        /// Any JSON: unlike the arguments of a function it is no string.
        filled arguments: Value,
        /// Who searches.
        optional execution: ToolSearchExecution,
        /// Who made it.
        optional created_by: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// Tools that were found.
    pub struct ToolSearchOutput {
        /// Id of the item.
        optional id: String,
        /// The call it answers; none when the service searched.
        optional call_id: String,
        /// The tools; from here on the model can call them.
        list tools: Tool,
        /// Who searched.
        optional execution: ToolSearchExecution,
        /// Who made it.
        optional created_by: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// Tools that are there from here on.
    pub struct AdditionalTools {
        /// Id of the item.
        optional id: String,
        /// Who brings them; in input `developer`.
        required role: Role,
        /// The tools.
        list tools: Tool,
    }
}

open_enum! {
    /// Who searches for tools.
    pub enum ToolSearchExecution {
        Server = "server",
        Client = "client",
    }
}
