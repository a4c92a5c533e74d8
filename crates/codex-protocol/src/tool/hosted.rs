//! Tools of the service.

use serde_json::Value;

use super::AllowedCaller;
use super::shell::NetworkPolicy;

wire_struct! {
    /// Search of files in vector stores.
    pub struct FileSearchTool {
        /// The stores.
        list vector_store_ids: String,
        /// Which files.
        optional filters: FileSearchFilter,
        /// How many results, 1 to 50.
        optional max_num_results: u64,
        /// How results are ranked.
        optional ranking_options: RankingOptions,
    }
}

tagged_union! {
    /// Which files are searched, by their attributes.
    pub enum FileSearchFilter {
        /// Equal.
        "eq" => Equal(ComparisonFilter),
        /// Not equal.
        "ne" => NotEqual(ComparisonFilter),
        /// Greater.
        "gt" => Greater(ComparisonFilter),
        /// Greater or equal.
        "gte" => GreaterOrEqual(ComparisonFilter),
        /// Less.
        "lt" => Less(ComparisonFilter),
        /// Less or equal.
        "lte" => LessOrEqual(ComparisonFilter),
        /// One of a list.
        "in" => In(ComparisonFilter),
        /// None of a list.
        "nin" => NotIn(ComparisonFilter),
        /// All of these.
        "and" => And(CompoundFilter),
        /// One of these.
        "or" => Or(CompoundFilter),
    }
}

wire_struct! {
    /// Compares an attribute.
    pub struct ComparisonFilter {
        /// The attribute.
        required key: String,
        /// A string, number or boolean, or a list of them.
        filled value: Value,
    }
}

wire_struct! {
    /// Combines filters.
    pub struct CompoundFilter {
        /// The filters, as JSON: they may be nested, and untyped they cannot be nested too deep for the stack.
        list filters: Value,
    }
}

wire_struct! {
    /// How results are ranked.
    pub struct RankingOptions {
        /// `auto` or a dated ranker.
        optional ranker: String,
        /// Results below it are left out, 0 to 1.
        optional score_threshold: f64,
        /// Weights of the two kinds of search.
        optional hybrid_search: HybridSearch,
    }
}

wire_struct! {
    /// Weights of the two kinds of search.
    pub struct HybridSearch {
        /// Of meaning.
        optional embedding_weight: f64,
        /// Of words.
        optional text_weight: f64,
    }
}

wire_struct! {
    /// Search of the web.
    pub struct WebSearchTool {
        /// How much of what is found the model reads.
        optional search_context_size: SearchContextSize,
        /// Where the user is.
        optional user_location: UserLocation,
        /// Which pages.
        optional filters: WebSearchFilters,
        /// Whether pages are fetched now or taken from a cache.
        optional external_web_access: bool,
    }
}

wire_struct! {
    /// Which pages a web search reads.
    pub struct WebSearchFilters {
        /// Domains and what is below them; all when absent.
        optional allowed_domains: Vec<String>,
    }
}

wire_struct! {
    /// Search of the web, older form.
    pub struct WebSearchPreviewTool {
        /// How much of what is found the model reads.
        optional search_context_size: SearchContextSize,
        /// Where the user is.
        optional user_location: UserLocation,
        /// `text`, `image`.
        optional search_content_types: Vec<String>,
    }
}

tagged_union! {
    /// Where the user is.
    pub enum UserLocation {
        /// About there.
        "approximate" => Approximate(ApproximateLocation),
    }
}

wire_struct! {
    /// About where the user is.
    pub struct ApproximateLocation {
        /// The city.
        optional city: String,
        /// ISO code of the country, two letters.
        optional country: String,
        /// The region.
        optional region: String,
        /// IANA time zone.
        optional timezone: String,
    }
}

wire_struct! {
    /// Work on a computer, older form.
    pub struct ComputerUsePreviewTool {
        /// Pixels of the screen, across.
        required display_width: u64,
        /// Pixels of the screen, down.
        required display_height: u64,
        /// `windows`, `mac`, `linux`, `ubuntu` or `browser`.
        required environment: String,
    }
}

wire_struct! {
    /// Code in a container.
    pub struct CodeInterpreterTool {
        /// The id of a container (a string), or what a new one should be like.
        filled container: CodeContainer,
        /// Who may call it; the model itself when absent.
        optional allowed_callers: Vec<AllowedCaller>,
    }
}

tagged_union! {
    /// The container of a code interpreter. The id of one, which is a string on the wire, is `Unknown` with
    /// an empty kind; make it with [`CodeContainer::existing`].
    pub enum CodeContainer {
        /// A new one.
        "auto" => Auto(AutoContainer),
    }
}

impl Default for CodeContainer {
    fn default() -> Self {
        Self::Auto(AutoContainer::default())
    }
}

wire_struct! {
    /// A new container.
    pub struct AutoContainer {
        /// Files in it.
        optional file_ids: Vec<String>,
        /// `1g`, `4g`, `16g` or `64g`.
        optional memory_limit: String,
        /// What it may reach.
        optional network_policy: NetworkPolicy,
    }
}

wire_struct! {
    /// Images.
    pub struct ImageGenerationTool {
        /// The model that makes them.
        optional model: String,
        /// `generate`, `edit` or `auto`.
        optional action: String,
        /// `transparent`, `opaque` or `auto`.
        optional background: String,
        /// `low`, `medium` or `high`.
        optional complexity: String,
        /// Frames of an animation.
        optional frame_count: u64,
        /// Milliseconds a frame lasts.
        optional frame_duration_ms: u64,
        /// How closely input images are kept: `high` or `low`.
        optional input_fidelity: String,
        /// Where to paint.
        optional input_image_mask: ImageMask,
        /// `auto` or `low`.
        optional moderation: String,
        /// Percent, 0 to 100.
        optional output_compression: u64,
        /// `png`, `webp`, `jpeg`, `gif` or `svg`.
        optional output_format: String,
        /// Pictures of the work in progress, 0 to 3.
        optional partial_images: u64,
        /// How fine.
        optional quality: String,
        /// Width and height, such as `1024x1024`, or `auto`.
        optional size: String,
        /// How an SVG is made.
        optional svg: SvgOptions,
    }
}

wire_struct! {
    /// Where to paint: `file_id` or `image_url`.
    pub struct ImageMask {
        /// An uploaded file.
        optional file_id: String,
        /// `data:` URL.
        optional image_url: String,
    }
}

wire_struct! {
    /// How an SVG is made.
    pub struct SvgOptions {
        /// The model that makes it.
        optional model: String,
        /// How much it thinks.
        optional reasoning: crate::options::ReasoningConfig,
    }
}

open_enum! {
    /// How much of what is found the model reads.
    pub enum SearchContextSize {
        Low = "low",
        Medium = "medium",
        High = "high",
    }
}

impl CodeContainer {
    /// The container with this id.
    pub fn existing(container_id: &str) -> Self {
        let text = Value::from(container_id).to_string();
        Self::from_raw(crate::raw_text::RawText::Borrowed(&text)).unwrap_or_default()
    }
}
