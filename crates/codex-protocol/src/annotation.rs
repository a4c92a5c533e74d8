//! Where a text comes from.

tagged_union! {
    /// A note on a stretch of output text.
    pub enum Annotation {
        /// A file that was searched.
        "file_citation" => FileCitation(FileCitation),
        /// A page of the web.
        "url_citation" => UrlCitation(UrlCitation),
        /// A file in a container.
        "container_file_citation" => ContainerFileCitation(ContainerFileCitation),
        /// A file the model made.
        "file_path" => FilePath(FilePath),
    }
}

wire_struct! {
    /// Cites a file that was searched.
    pub struct FileCitation {
        /// The file.
        required file_id: String,
        /// Its name.
        optional filename: String,
        /// Position of the file in the list of files.
        optional index: i64,
    }
}

wire_struct! {
    /// Cites a page of the web.
    pub struct UrlCitation {
        /// The page.
        required url: String,
        /// Its title.
        optional title: String,
        /// First character of the text that rests on it.
        optional start_index: i64,
        /// End of the text that rests on it.
        optional end_index: i64,
    }
}

wire_struct! {
    /// Cites a file in a container.
    pub struct ContainerFileCitation {
        /// The container.
        required container_id: String,
        /// The file.
        required file_id: String,
        /// Its name.
        optional filename: String,
        /// First character of the text that rests on it.
        optional start_index: i64,
        /// End of the text that rests on it.
        optional end_index: i64,
    }
}

wire_struct! {
    /// Names a file the model made.
    pub struct FilePath {
        /// The file.
        required file_id: String,
        /// Position of the file in the list of files.
        optional index: i64,
    }
}
