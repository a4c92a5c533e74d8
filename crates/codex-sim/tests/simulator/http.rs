//! A small HTTP/1.1 client that shows the bytes and how the connection ended.

use std::io::ErrorKind;

use codex_sim::Simulator;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How the answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The body is whole.
    Complete,
    /// The connection closed before the body was whole.
    Closed,
    /// The connection was reset.
    Reset,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// HTTP chunks of the body, when it was chunked.
    pub(crate) chunks: Vec<Vec<u8>>,
    pub(crate) end: End,
}

pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) headers: Vec<(&'a str, String)>,
    pub(crate) body: Vec<u8>,
}

impl<'a> Request<'a> {
    pub(crate) fn new(method: &'a str, path: &'a str) -> Self {
        Self { method, path, headers: vec![("authorization", "Bearer sk-test".into())], body: Vec::new() }
    }

    pub(crate) fn post(body: &Value) -> Self {
        let mut request = Self::new("POST", "/v1/responses");
        request.headers.push(("content-type", "application/json".into()));
        request.body = body.to_string().into_bytes();
        request
    }

    pub(crate) fn header(mut self, name: &'a str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Opens a connection and writes the request.
    pub(crate) async fn open(&self, simulator: &Simulator) -> TcpStream {
        let mut stream = TcpStream::connect(simulator.addr()).await.unwrap();
        let mut text = format!("{} {} HTTP/1.1\r\nhost: sim\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("content-length: {}\r\n\r\n", self.body.len()));
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        stream.write_all(&bytes).await.unwrap();
        stream
    }

    pub(crate) async fn send(&self, simulator: &Simulator) -> Answer {
        let mut stream = self.open(simulator).await;
        let mut received = Vec::new();
        let mut end = End::Closed;
        loop {
            if parse(&received).is_some_and(|answer| answer.end == End::Complete) {
                break;
            }
            received.reserve(64 * 1024);
            match stream.read_buf(&mut received).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                    end = End::Reset;
                    break;
                }
                Err(error) => panic!("{error}"),
            }
        }
        match parse(&received) {
            Some(answer) if answer.end == End::Complete => answer,
            Some(answer) => Answer { end, ..answer },
            None => Answer { status: 0, headers: Vec::new(), body: received, chunks: Vec::new(), end },
        }
    }
}

/// Parses what has come so far; `None` before the head is whole.
pub(crate) fn parse(received: &[u8]) -> Option<Answer> {
    let head_end = received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8(received[..head_end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let header =
        |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let rest = &received[head_end..];
    if header("transfer-encoding") == Some("chunked") {
        let (chunks, complete) = dechunk(rest);
        let end = if complete { End::Complete } else { End::Closed };
        return Some(Answer { status, body: chunks.concat(), chunks, headers, end });
    }
    let length: usize = header("content-length").map_or(0, |length| length.parse().unwrap());
    let end = if rest.len() >= length { End::Complete } else { End::Closed };
    Some(Answer { status, headers, body: rest.to_vec(), chunks: Vec::new(), end })
}

/// The chunks, the last of which may be a part, and whether the last chunk came.
fn dechunk(mut bytes: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let mut chunks = Vec::new();
    while let Some(line_end) = bytes.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..line_end]).unwrap(), 16).unwrap();
        if size == 0 {
            return (chunks, true);
        }
        let data = &bytes[line_end + 2..];
        chunks.push(data[..size.min(data.len())].to_vec());
        if data.len() < size + 2 {
            return (chunks, false);
        }
        bytes = &data[size + 2..];
    }
    (chunks, false)
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The JSON of all `data:` lines.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.text()
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .filter(|data| *data != "[DONE]")
            .map(|data| serde_json::from_str(data).unwrap())
            .collect()
    }

    /// The types of all events.
    pub(crate) fn kinds(&self) -> Vec<String> {
        self.events().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }

    /// The deltas of output text, joined.
    pub(crate) fn output_text(&self) -> String {
        self.events()
            .iter()
            .filter(|event| event["type"] == "response.output_text.delta")
            .map(|event| event["delta"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// The body of a streaming request.
pub(crate) fn ask(prompt: &str) -> Value {
    json!({"model": "gpt-5.4", "input": prompt, "stream": true})
}

pub(crate) async fn stream(simulator: &Simulator, prompt: &str) -> Answer {
    Request::post(&ask(prompt)).send(simulator).await
}
