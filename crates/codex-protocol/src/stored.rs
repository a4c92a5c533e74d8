//! Responses the service keeps: `/responses/{id}` and below.

use crate::item::ResponseItem;
use crate::options::Include;

/// Most items of one page of `GET /responses/{id}/input_items`.
pub const MAX_INPUT_ITEMS_LIMIT: u64 = 100;

wire_struct! {
    /// One page of the input of a stored response: `GET /responses/{id}/input_items`.
    pub struct InputItemList {
        /// The items.
        list data: ResponseItem,
        /// The first one's id.
        optional first_id: String,
        /// The last one's id: `after` of the next page.
        optional last_id: String,
        /// Whether there is a next page.
        filled has_more: bool,
        /// Always `list`.
        optional object: String,
    }
}

impl InputItemList {
    /// The `after` of the next page; `None` on the last page.
    pub fn next_after(&self) -> Option<&str> {
        let last = || self.data.last().and_then(ResponseItem::id);
        self.has_more.then(|| self.last_id.as_deref().or_else(last)).flatten()
    }
}

wire_struct! {
    /// What `DELETE /responses/{id}` answers.
    pub struct DeletedResponse {
        /// Which response.
        filled id: String,
        /// Whether it is gone.
        filled deleted: bool,
        /// Always `response`.
        optional object: String,
    }
}

/// How to read a stored response: `GET /responses/{id}`.
///
/// With `stream`, a response that runs in the background comes as events, from any place on: the way to go
/// on after a cut.
///
/// ```
/// use codex_protocol::RetrieveQuery;
///
/// let query = RetrieveQuery::resume(41).pairs();
/// assert_eq!(query, [("stream", "true".to_owned()), ("starting_after", "41".to_owned())]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RetrieveQuery {
    /// Whether it comes as events.
    pub stream: bool,
    /// The `sequence_number` of the last event that came; those after it are sent. Only with `stream`.
    pub starting_after: Option<u64>,
    /// Whether deltas are padded so that their size tells nothing. Only with `stream`.
    pub include_obfuscation: Option<bool>,
    /// More data to send.
    pub include: Vec<Include>,
}

impl RetrieveQuery {
    /// The events after the one with this `sequence_number`.
    pub fn resume(starting_after: u64) -> Self {
        Self { stream: true, starting_after: Some(starting_after), ..Self::default() }
    }

    /// Names and values, not escaped. Options of the stream are left out when there is none.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if self.stream {
            pairs.push(("stream", "true".to_owned()));
            pairs.extend(self.starting_after.map(|number| ("starting_after", number.to_string())));
            pairs.extend(self.include_obfuscation.map(|yes| ("include_obfuscation", yes.to_string())));
        }
        pairs.extend(include_pairs(&self.include));
        pairs
    }
}

/// Which page of the input of a stored response to read: `GET /responses/{id}/input_items`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InputItemsQuery {
    /// Items a page, 1 to [`MAX_INPUT_ITEMS_LIMIT`]; the service takes absence as 20.
    pub limit: Option<u64>,
    /// From which end; the service takes absence as descending.
    pub order: Option<ItemOrder>,
    /// The id of the item before the page.
    pub after: Option<String>,
    /// More data to send.
    pub include: Vec<Include>,
}

impl InputItemsQuery {
    /// Names and values, not escaped.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.limit.map(|limit| ("limit", limit.to_string())));
        pairs.extend(self.order.as_ref().map(|order| ("order", order.to_string())));
        pairs.extend(self.after.clone().map(|after| ("after", after)));
        pairs.extend(include_pairs(&self.include));
        pairs
    }
}

open_enum! {
    /// From which end items are listed.
    pub enum ItemOrder {
        /// Oldest first.
        Ascending = "asc",
        /// Newest first.
        Descending = "desc",
    }
}

/// Lists are written as the official SDKs write them: `include[]=a&include[]=b`.
fn include_pairs(include: &[Include]) -> impl Iterator<Item = (&'static str, String)> {
    include.iter().map(|what| ("include[]", what.to_string()))
}
