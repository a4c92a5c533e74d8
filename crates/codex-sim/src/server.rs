//! Accepts connections and serves each until it ends or the simulator stops.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::connection::{ConnectionControl, WatchedStream};
use crate::playback::Playback;
use crate::service::{self, Closed};
use crate::socket;
use crate::world::World;

/// How long a graceful stop waits for answers that are under way.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);

/// Pause after the system refused a connection, for example for want of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// Serves until `stop` changes. Connections end with the returned future.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&world), stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
            _ = stop.changed() => break,
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(SHUTDOWN_GRACE, finished).await.is_err() {
        tracing::debug!("answers were still under way when the simulator stopped");
    }
}

async fn connection(stream: TcpStream, world: Arc<World>, mut stop: watch::Receiver<bool>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "small writes may be delayed on this connection");
    }
    let control = Arc::new(ConnectionControl::new(world.next_connection()));
    let io = TokioIo::new(WatchedStream::new(stream, Arc::clone(&control)));
    let handler = {
        let (world, control) = (Arc::clone(&world), Arc::clone(&control));
        service_fn(move |request: Request<Incoming>| {
            respond(Arc::clone(&world), Arc::clone(&control), request)
        })
    };
    let builder = auto::Builder::new(TokioExecutor::new());
    let served = builder.serve_connection_with_upgrades(io, handler);
    tokio::pin!(served);
    let mut stopping = false;
    // An answer to a handshake ends HTTP on the connection.
    loop {
        tokio::select! {
            result = served.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(%error, "a connection ended early");
                }
                break;
            }
            () = control.broken() => return,
            _ = stop.changed(), if !stopping => {
                stopping = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
    if let Some(socket) = control.take_socket() {
        socket::serve(*socket, world, control, stop).await;
    }
}

async fn respond(
    world: Arc<World>,
    control: Arc<ConnectionControl>,
    request: Request<Incoming>,
) -> Result<Response<Playback>, Closed> {
    service::handle(&world, control, request).await
}
