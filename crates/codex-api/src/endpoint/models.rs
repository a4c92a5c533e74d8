//! `GET /models`.

use codex_observe::Endpoint;
use codex_protocol::{ModelCatalogue, ModelList};
use http::{HeaderMap, Method};
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    client::ApiClient,
    error::{ApiError, DecodeError},
    pipeline::Operation,
};

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
        let pipeline = self.api.pipeline();
        let operation = Operation {
            endpoint: Endpoint::MODELS,
            method: Method::GET,
            url: pipeline.provider.url(Endpoint::MODELS.0),
            headers: HeaderMap::new(),
            body: None,
            timeouts: pipeline.provider.timeouts.clone(),
            retry: pipeline.provider.retry.clone(),
        };
        let answered = pipeline.fetch(operation).await?;
        Models::decode(&answered.body).map_err(|source| {
            ApiError::new(DecodeError::Json { endpoint: Endpoint::MODELS, source }, answered.call.context)
        })
    }
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

    /// The key `models` or `data` tells which shape it is.
    fn decode(json: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Shape {
            models: Option<IgnoredAny>,
        }
        match serde_json::from_slice::<Shape>(json)? {
            Shape { models: Some(_) } => serde_json::from_slice(json).map(Self::Catalogue),
            Shape { models: None } => serde_json::from_slice(json).map(Self::Public),
        }
    }
}
