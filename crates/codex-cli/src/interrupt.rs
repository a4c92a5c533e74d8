//! Ctrl-C, and other ways to ask a process to end.

use std::{io, process, time::Duration};

use tokio::sync::oneshot;

use crate::{exit::Exit, failure::Failure, run::Run};

/// How long the command may take to clean up before it is ended, in case something blocks (a full pipe).
const GRACE: Duration = Duration::from_millis(500);

/// What `work` gives, or what an interruption gives: `work` is dropped then, and with it its request. Where that does not
/// end the command soon, it is ended here. Tokens that are being renewed are waited for, and the run is put on disk, unless
/// there is a second interruption.
pub(crate) async fn or<T: Into<Exit>>(
    work: impl Future<Output = Result<T, Failure>>,
    run: Run,
) -> Result<Exit, Failure> {
    let interrupted = stop().map_err(Failure::Runtime)?;
    let (tell, told) = oneshot::channel();
    // A task of its own, so that it runs even where `work` blocks its thread.
    tokio::spawn(async move {
        interrupted.await;
        let again = stop();
        // The other side is gone only when the work is done already.
        let _done_already = tell.send(());
        tokio::time::sleep(GRACE).await;
        match again {
            Ok(again) => tokio::select! {
                () = end(run) => {}
                () = again => {}
            },
            Err(_nobody_listens) => end(run).await,
        }
        process::exit(Exit::Interrupted.code().into());
    });
    tokio::select! {
        biased;
        Ok(()) = told => Ok(Exit::Interrupted),
        result = work => result.map(Into::into),
    }
}

/// What must not be left undone.
async fn end(run: Run) {
    run.login().settle().await;
    let ended = tokio::task::spawn_blocking(move || run.end(Exit::Interrupted, None));
    // The process ends here, whatever became of it.
    let _ended = ended.await;
}

/// Done at an interruption, when the process is asked to terminate, or when its terminal goes away. Signals are heard from the call on, not only
/// once it is awaited.
pub(crate) fn stop() -> io::Result<impl Future<Output = ()>> {
    let (interrupted, terminated, hung_up) = (signal()?, termination()?, hang_up()?);
    Ok(async {
        tokio::select! {
            () = interrupted => {}
            () = terminated => {}
            () = hung_up => {}
        }
    })
}

#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()>> {
    heard(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(unix)]
fn termination() -> io::Result<impl Future<Output = ()>> {
    heard(tokio::signal::unix::SignalKind::terminate())
}

#[cfg(unix)]
fn hang_up() -> io::Result<impl Future<Output = ()>> {
    heard(tokio::signal::unix::SignalKind::hangup())
}

#[cfg(unix)]
fn heard(kind: tokio::signal::unix::SignalKind) -> io::Result<impl Future<Output = ()>> {
    let mut signal = tokio::signal::unix::signal(kind)?;
    Ok(async move {
        signal.recv().await;
    })
}

#[cfg(windows)]
fn signal() -> io::Result<impl Future<Output = ()>> {
    let mut signal = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        signal.recv().await;
    })
}

#[cfg(windows)]
fn termination() -> io::Result<impl Future<Output = ()>> {
    let mut signal = tokio::signal::windows::ctrl_close()?;
    Ok(async move {
        signal.recv().await;
    })
}

#[cfg(windows)]
fn hang_up() -> io::Result<impl Future<Output = ()>> {
    let mut signal = tokio::signal::windows::ctrl_shutdown()?;
    Ok(async move {
        signal.recv().await;
    })
}
