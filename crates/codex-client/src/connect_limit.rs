//! The connect timeout of the request at hand, on a pool that many requests share.

use std::cell::Cell;
use std::task::{Context, Poll};
use std::time::Duration;

use tower_layer::Layer;
use tower_service::Service;

use crate::error::BoxError;
use crate::transport::BoxFuture;

tokio::task_local! {
    /// What the request that is being sent in this task allows and finds out about connecting.
    static CURRENT: Connecting;
}

/// Runs `send`, during which a new connection may take `limit`. Tells too whether one was opened.
pub(crate) async fn with_limit<F: Future>(limit: Duration, send: F) -> (F::Output, bool) {
    CURRENT
        .scope(Connecting { limit, opened: Cell::new(false) }, async {
            let output = send.await;
            (output, CURRENT.with(|connecting| connecting.opened.get()))
        })
        .await
}

struct Connecting {
    limit: Duration,
    opened: Cell<bool>,
}

/// Opening a connection took longer than the request allows.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no connection within {} ms", limit.as_millis())]
pub(crate) struct ConnectElapsed {
    pub(crate) limit: Duration,
}

/// Puts [`LimitedConnector`] around the connector of the HTTP client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectLimit;

impl<S> Layer<S> for ConnectLimit {
    type Service = LimitedConnector<S>;

    fn layer(&self, connector: S) -> Self::Service {
        LimitedConnector { connector }
    }
}

/// A connector that gives up in time.
#[derive(Clone, Debug)]
pub(crate) struct LimitedConnector<S> {
    connector: S,
}

impl<S, Target> Service<Target> for LimitedConnector<S>
where
    S: Service<Target, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<S::Response, BoxError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(cx)
    }

    fn call(&mut self, target: Target) -> Self::Future {
        // Called within the task of the request that wants the connection.
        let limit = CURRENT.try_with(|connecting| connecting.limit).ok();
        let connect = self.connector.call(target);
        Box::pin(async move {
            let Some(limit) = limit else { return connect.await };
            let connection = tokio::time::timeout(limit, connect)
                .await
                .map_err(|_elapsed| BoxError::from(ConnectElapsed { limit }))??;
            // Fails when the request got another connection meanwhile: this one goes to the pool.
            let _ = CURRENT.try_with(|connecting| connecting.opened.set(true));
            Ok(connection)
        })
    }
}
