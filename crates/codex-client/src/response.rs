//! The head of an answer, and the answer as a whole.

use std::fmt;
use std::time::SystemTime;

use http::{HeaderMap, StatusCode, Version};
use url::Url;

use crate::redact;
use crate::response_body::ResponseBody;

/// Status line and headers of an answer.
///
/// `Debug` shows no values of unknown headers or query parameters.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponseHead {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The HTTP version spoken.
    pub version: Version,
    /// The URL that answered: the one asked, as redirects are not followed.
    pub url: Url,
    /// Whether the request opened a connection or got one from the pool.
    pub connection: ConnectionUse,
}

impl ResponseHead {
    /// A head of HTTP/1.1 with [`ConnectionUse::Unknown`].
    pub fn new(status: StatusCode, headers: HeaderMap, url: Url) -> Self {
        Self { status, headers, version: Version::HTTP_11, url, connection: ConnectionUse::Unknown }
    }

    /// The first value of a header, if there is one and it is visible ASCII. Names are case-insensitive.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// When the server answered, by its own clock: the header `date` (RFC 9110). To the second; a cache in between may
    /// have kept the answer for a while.
    pub fn date(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.header("date")?.trim()).ok()
    }
}

impl fmt::Debug for ResponseHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseHead")
            .field("status", &self.status)
            .field("headers", &redact::Headers(&self.headers))
            .field("version", &self.version)
            .field("url", &redact::ShownUrl(&self.url))
            .field("connection", &self.connection)
            .finish()
    }
}

/// Where the connection of an answer came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionUse {
    /// Opened for this request.
    Fresh,
    /// Taken from the pool.
    Reused,
    /// The transport does not say.
    #[default]
    Unknown,
}

/// An answer: its head, and its body still to be read.
#[derive(Debug)]
pub struct HttpResponse {
    /// Status and headers.
    pub head: ResponseHead,
    /// The body, pulled by the reader; dropping it closes or cancels the stream.
    pub body: ResponseBody,
}
