//! Work on an item goes on.

event_struct! {
    /// Work on an item goes on; the name of the event says all.
    pub struct ItemProgress {
        /// The item.
        optional item_id: String,
        /// Its position in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
    }
}
