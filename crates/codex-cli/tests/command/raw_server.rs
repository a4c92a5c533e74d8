//! A server of a few lines: it reads a request and sends given bytes.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use crate::cli::Cli;

/// What follows the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Close,
    /// The connection stays open until the client leaves.
    Stall,
    /// This byte, until the client leaves or 200 MB are through.
    Flood(u8),
}

pub(crate) struct RawServer {
    base_url: String,
}

impl RawServer {
    /// Answers every connection alike, for the rest of the process.
    pub(crate) fn start(answer: impl Into<Vec<u8>>, then: Then) -> Self {
        let answer = answer.into();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = answer.clone();
                thread::spawn(move || serve(stream, &answer, then));
            }
        });
        Self { base_url }
    }

    /// An event stream of these bytes.
    pub(crate) fn events(body: impl AsRef<[u8]>, then: Then) -> Self {
        let mut answer = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req_raw\r\nconnection: close\r\n\r\n".to_vec();
        answer.extend_from_slice(body.as_ref());
        Self::start(answer, then)
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    pub(crate) fn respond<const N: usize>(&self, args: [&str; N]) -> Cli {
        Cli::new(["respond", "--retries", "0", "--base-url", &self.base_url]).args(args)
    }
}

fn serve(mut stream: TcpStream, answer: &[u8], then: Then) {
    if read_request(&mut stream).is_none() || stream.write_all(answer).is_err() {
        return;
    }
    match then {
        Then::Close => {}
        Then::Stall => {
            // Ends when the client closes its side.
            let _closed = stream.read(&mut [0]);
        }
        Then::Flood(byte) => {
            let megabyte = vec![byte; 1 << 20];
            for _ in 0..200 {
                if stream.write_all(&megabyte).is_err() {
                    return;
                }
            }
        }
    }
}

/// Reads the head and the body, so that closing afterwards is no reset.
fn read_request(stream: &mut TcpStream) -> Option<()> {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).ok().filter(|read| *read > 0)?;
        request.extend_from_slice(&chunk[..read]);
        let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
        if request.len() >= end + 4 + length.unwrap_or(0) {
            return Some(());
        }
    }
}
