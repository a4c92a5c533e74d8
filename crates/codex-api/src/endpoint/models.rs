//! `GET /models`.

use std::time::Duration;

use codex_observe::Endpoint;
use codex_protocol::{ModelCatalogue, ModelList};
use http::{
    HeaderMap, Method,
    header::{ETAG, IF_NONE_MATCH},
};
use serde::{Deserialize, Deserializer, de::IgnoredAny};

use crate::{
    client::ApiClient,
    error::{ApiError, DecodeError},
    provider::header,
};

/// The longest that the list's head is waited for, in each attempt.
const MAX_WAIT_FOR_HEAD: Duration = Duration::from_secs(10);

/// Lists the models that the service offers.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let models = codex_api::ApiClient::from_env()?.models().list().await?;
/// for id in models.ids() {
///     println!("{id}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ModelsClient {
    api: ApiClient,
}

impl ModelsClient {
    /// The endpoint of `api`.
    pub fn new(api: ApiClient) -> Self {
        Self { api }
    }

    /// The list, in the service's order: the public shape (`data`) and the catalogue of Codex (`models`) alike.
    ///
    /// # Errors
    /// When the service refuses, cannot be reached, or answers something that is no list of models.
    pub async fn list(&self) -> Result<Models, ApiError> {
        Ok(self.fetch(&ModelsQuery::default()).await?.0)
    }

    /// The list, unless it is still the one whose ETag the query names.
    ///
    /// # Errors
    /// As [`list`](Self::list). A 304 to a query without an ETag is an error too: there is nothing that could be
    /// unchanged.
    pub async fn list_if_changed(&self, query: &ModelsQuery) -> Result<ModelsAnswer, ApiError> {
        match self.fetch(query).await {
            Ok((models, etag)) => Ok(ModelsAnswer::Changed { models, etag }),
            Err(error) if error.status() == Some(304) && query.etag.is_some() => Ok(ModelsAnswer::Unchanged),
            Err(error) => Err(error),
        }
    }

    /// The list and its ETag. A 304 is an error here, with its status.
    async fn fetch(&self, query: &ModelsQuery) -> Result<(Models, Option<String>), ApiError> {
        let pipeline = self.api.pipeline();
        let mut operation = pipeline.operation(Endpoint::MODELS, Method::GET, HeaderMap::new());
        if let Some(version) = &query.client_version {
            operation.url.query_pairs_mut().append_pair("client_version", version);
        }
        // A list that does not come must not hold up a program's start for as long as an answer of a model may take.
        let patience = operation.timeouts.head.unwrap_or(MAX_WAIT_FOR_HEAD).min(MAX_WAIT_FOR_HEAD);
        operation.timeouts.head = Some(patience);
        if let Some(timeout) = query.timeout {
            operation.timeouts.total = Some(timeout);
        }
        if let Some(etag) = &query.etag {
            let (name, value) = header(IF_NONE_MATCH.as_str(), etag)
                .map_err(|problem| ApiError::local(Endpoint::MODELS, problem))?;
            operation.headers.insert(name, value);
        }
        let answered = pipeline.fetch(operation).await?;
        let models = Models::decode(&answered.body).map_err(|source| {
            let kind = DecodeError::Json { endpoint: Endpoint::MODELS, source };
            ApiError::new(kind, answered.call.context)
        })?;
        if models.skipped() > 0 {
            tracing::warn!(skipped = models.skipped(), "entries of the model list cannot be read");
        }
        let etag = answered.head.headers.get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        Ok((models, etag))
    }
}

/// What to ask of the list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ModelsQuery {
    /// Version of the client, as `X.Y.Z`: asks for the catalogue of Codex.
    pub client_version: Option<String>,
    /// ETag of the list that is known: it is sent as `If-None-Match`.
    pub etag: Option<String>,
    /// How long all attempts may take together; `None` takes the provider's.
    pub timeout: Option<Duration>,
}

/// A list of models, or that it has not changed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ModelsAnswer {
    /// The list, and the ETag to ask with next time.
    Changed {
        /// The models.
        models: Models,
        /// Its ETag.
        etag: Option<String>,
    },
    /// It is the list whose ETag was named.
    Unchanged,
}

/// A list of models, in one of the two shapes that services send.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Models {
    /// The public list: ids and owners.
    Public(ModelList),
    /// The catalogue of Codex, with what each model can do.
    Catalogue(ModelCatalogue),
}

impl Models {
    /// The models' ids, in the service's order.
    pub fn ids(&self) -> Vec<&str> {
        match self {
            Self::Public(list) => list.data.iter().map(|model| model.id.as_str()).collect(),
            Self::Catalogue(catalogue) => catalogue.models.iter().map(|model| model.slug.as_str()).collect(),
        }
    }

    /// How many entries of the list could not be read and are left out.
    pub fn skipped(&self) -> usize {
        match self {
            Self::Public(list) => list.skipped,
            Self::Catalogue(catalogue) => catalogue.skipped,
        }
    }

    /// The key `models` or `data` tells which shape it is; an object with neither is no list.
    fn decode(json: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Shape {
            #[serde(default, deserialize_with = "is_there")]
            models: bool,
            #[serde(default, deserialize_with = "is_there")]
            data: bool,
        }
        match serde_json::from_slice::<Shape>(json)? {
            Shape { models: true, .. } => serde_json::from_slice(json).map(Self::Catalogue),
            Shape { data: true, .. } => serde_json::from_slice(json).map(Self::Public),
            Shape { .. } => Err(serde::de::Error::missing_field("data")),
        }
    }
}

/// That the key stands there, whatever its value is: some servers write an empty list as null.
fn is_there<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}
