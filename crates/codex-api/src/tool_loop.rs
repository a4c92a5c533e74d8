//! The loop of an agent: ask, run the tools that the model calls, tell it their results, until it answers.

use std::{collections::HashMap, fmt, future::Future, pin::Pin, sync::Arc};

use codex_observe::{Endpoint, SafeText};
use codex_protocol::{FunctionCall, FunctionTool, Response, ResponseItem, ResponsesApiRequest};
use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

use crate::{endpoint::responses::ResponsesClient, error::ApiError, options::ResponsesOptions};

/// How often the model is asked in one loop, unless [`ToolSet::max_rounds`] says otherwise.
pub const DEFAULT_MAX_ROUNDS: u32 = 16;

type Output = Result<String, ToolError>;
type Handler = Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = Output> + Send>> + Send + Sync>;

/// Tools and the functions behind them.
///
/// ```
/// use codex_api::{ToolError, ToolSet};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Weather {
///     city: String,
/// }
///
/// let tools = ToolSet::new().tool("get_weather", "The weather of a city.", |args: Weather| async move {
///     Ok::<_, ToolError>(format!("sunny in {}", args.city))
/// });
/// # let _ = tools;
/// ```
#[derive(Clone)]
pub struct ToolSet {
    tools: Vec<FunctionTool>,
    handlers: HashMap<String, Handler>,
    max_rounds: u32,
}

impl Default for ToolSet {
    fn default() -> Self {
        Self::new()
    }
}

impl ToolSet {
    /// No tools yet.
    pub fn new() -> Self {
        Self { tools: Vec::new(), handlers: HashMap::new(), max_rounds: DEFAULT_MAX_ROUNDS }
    }

    /// Adds a tool whose parameters are the fields of `A`, answered by `function`. An `Err` of it is told to the model,
    /// which may try otherwise; it does not end the loop.
    #[must_use]
    pub fn tool<A, R, F, Fut>(self, name: &str, description: &str, function: F) -> Self
    where
        A: DeserializeOwned + JsonSchema,
        R: Serialize,
        F: Fn(A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, ToolError>> + Send + 'static,
    {
        let tool = FunctionTool::from_type::<A>(name, description);
        let function = Arc::new(function);
        self.raw(tool, move |arguments| {
            let call = serde_json::from_str(&arguments).map(|arguments| function(arguments));
            async move {
                match call {
                    Ok(call) => to_output(&call.await?),
                    Err(problem) => Err(ToolError::new(format!("the arguments do not fit: {problem}"))),
                }
            }
        })
    }

    /// Adds a tool described by hand; `function` gets the arguments as the model wrote them, a string of JSON.
    #[must_use]
    pub fn raw<F, Fut>(mut self, tool: FunctionTool, function: F) -> Self
    where
        F: Fn(String) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Output> + Send + 'static,
    {
        self.handlers.insert(tool.name.clone(), Arc::new(move |arguments| Box::pin(function(arguments))));
        self.tools.push(tool);
        self
    }

    /// Sets how often the model is asked at most.
    #[must_use]
    pub fn max_rounds(mut self, rounds: u32) -> Self {
        self.max_rounds = rounds;
        self
    }

    /// The tools, to be offered in a request.
    pub fn tools(&self) -> &[FunctionTool] {
        &self.tools
    }

    /// Runs one call. A tool that is not in the set is an error that the model is told.
    pub async fn run(&self, call: &FunctionCall) -> ResponseItem {
        let output = match self.handlers.get(&call.name) {
            Some(handler) => handler(call.arguments.clone()).await,
            None => Err(ToolError::new(format!("there is no tool named {}", call.name))),
        };
        let text = output.unwrap_or_else(|error| format!("error: {error}"));
        ResponseItem::function_call_output(&call.call_id, text)
    }
}

impl fmt::Debug for ToolSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.tools.iter().map(|tool| &tool.name).collect();
        f.debug_struct("ToolSet").field("tools", &names).field("max_rounds", &self.max_rounds).finish()
    }
}

impl ResponsesClient {
    /// Sends `request` with the tools of `tools`, runs what the model calls (calls of one round at the same time), and
    /// asks again with the results until it calls none. Returns the last response.
    ///
    /// The whole history is sent in each round, so that it works without stored responses.
    ///
    /// # Errors
    /// As [`stream_request`](Self::stream_request), and when the model still calls tools after
    /// [`ToolSet::max_rounds`] rounds.
    pub async fn run_tools(
        &self,
        request: &ResponsesApiRequest,
        tools: &ToolSet,
    ) -> Result<Response, ApiError> {
        let mut request = request.clone();
        for tool in tools.tools() {
            request = request.tool(tool.clone());
        }
        let mut history = std::mem::take(&mut request.input).unwrap_or_default().into_items();
        for _round in 0..tools.max_rounds {
            request.input = Some(history.clone().into());
            let stream = self.stream_request(&request, &ResponsesOptions::default()).await?;
            let response = stream.collect().await?;
            let calls: Vec<_> = response.function_calls().collect();
            if calls.is_empty() {
                return Ok(response);
            }
            let outputs = join_all(calls.iter().map(|call| tools.run(call))).await;
            history.extend(response.output.iter().cloned());
            history.extend(outputs);
        }
        let stopped = ToolLoopError::TooManyRounds { limit: tools.max_rounds };
        Err(ApiError::local(Endpoint::RESPONSES, stopped))
    }
}

/// What a tool tells the model instead of a result. It is sent to the service: put no secret into it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ToolError(SafeText);

impl ToolError {
    /// The longest text that is told, in characters.
    pub const MAX_CHARS: usize = 4000;

    /// An error with this text, cut after [`MAX_CHARS`](Self::MAX_CHARS), credentials in it replaced.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(SafeText::prose(text.as_ref(), Self::MAX_CHARS))
    }
}

/// Why the loop stopped.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ToolLoopError {
    /// The model went on calling tools.
    #[error("the model still calls tools after {limit} rounds; raise ToolSet::max_rounds if that is right")]
    TooManyRounds {
        /// The limit.
        limit: u32,
    },
}

/// A string is told as it is, anything else as JSON.
fn to_output<R: Serialize>(result: &R) -> Output {
    match serde_json::to_value(result) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        Ok(value) => Ok(value.to_string()),
        Err(problem) => Err(ToolError::new(format!("the result cannot be written as JSON: {problem}"))),
    }
}
