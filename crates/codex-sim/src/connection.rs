//! A socket that can tell when everything was written, and that can be broken on purpose.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::socket::PendingSocket;

/// What an answer may do to the connection it goes out on.
#[derive(Debug, Default)]
pub(crate) struct ConnectionControl {
    flushes: AtomicU64,
    flushed: Notify,
    reset: AtomicBool,
    broken: Notify,
    number: u64,
    /// Set when a handshake was answered: what the connection becomes.
    socket: Mutex<Option<Box<PendingSocket>>>,
}

impl ConnectionControl {
    /// The control of the `number`-th connection.
    pub(crate) fn new(number: u64) -> Self {
        Self { number, ..Self::default() }
    }

    /// Number of the connection, counted from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Makes the connection a WebSocket once the answer to its handshake is out.
    pub(crate) fn upgrade(&self, socket: PendingSocket) {
        *self.socket.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(socket));
    }

    /// What the connection becomes when HTTP is over.
    pub(crate) fn take_socket(&self) -> Option<Box<PendingSocket>> {
        self.socket.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Number of times that everything handed over was written to the socket.
    pub(crate) fn flushes(&self) -> u64 {
        self.flushes.load(Ordering::Acquire)
    }

    /// Waits until everything was written once more than `seen` times.
    pub(crate) async fn flushed_since(self: Arc<Self>, seen: u64) {
        loop {
            let notified = self.flushed.notified();
            if self.flushes() > seen {
                return;
            }
            notified.await;
        }
    }

    /// Closes the connection with a TCP reset.
    pub(crate) fn reset(&self) {
        self.reset.store(true, Ordering::Release);
        self.broken.notify_one();
    }

    /// Waits for [`Self::reset`].
    pub(crate) async fn broken(&self) {
        self.broken.notified().await;
    }
}

/// A TCP stream that reports to a [`ConnectionControl`].
#[derive(Debug)]
pub(crate) struct WatchedStream {
    stream: TcpStream,
    control: Arc<ConnectionControl>,
}

impl WatchedStream {
    pub(crate) fn new(stream: TcpStream, control: Arc<ConnectionControl>) -> Self {
        Self { stream, control }
    }
}

impl Drop for WatchedStream {
    fn drop(&mut self) {
        if self.control.reset.load(Ordering::Acquire)
            && let Err(error) = self.stream.set_zero_linger()
        {
            tracing::debug!(%error, "the connection closes without a reset");
        }
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    // hyper flushes the socket only after its own buffers are empty.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.control.flushes.fetch_add(1, Ordering::AcqRel);
            self.control.flushed.notify_waiters();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
