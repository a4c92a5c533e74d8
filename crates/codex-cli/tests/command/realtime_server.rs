//! A realtime service of a few lines: it answers each event as a test says.

use std::{
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::{Value, json};
use tungstenite::{
    Message,
    handshake::server::{ErrorResponse, Request, Response},
};

use crate::cli::Cli;

/// What the service says to an event.
pub(crate) type Answer = fn(&Value) -> Vec<Value>;

/// What came over all connections: the target of each request, then its events.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<(Vec<String>, Vec<Value>)>>);

pub(crate) struct RealtimeServer {
    base_url: String,
    seen: Seen,
}

impl RealtimeServer {
    /// Answers every connection alike, for the rest of the process. An answer of `null` closes the connection.
    pub(crate) fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let seen = Seen::default();
        let shared = seen.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = shared.clone();
                thread::spawn(move || serve(stream, answer, &seen));
            }
        });
        Self { base_url, seen }
    }

    pub(crate) fn cli<const N: usize>(&self, args: [&str; N]) -> Cli {
        Cli::new(args).args(["--base-url", &self.base_url])
    }

    pub(crate) fn targets(&self) -> Vec<String> {
        self.seen.0.lock().unwrap().0.clone()
    }

    pub(crate) fn events(&self) -> Vec<Value> {
        self.seen.0.lock().unwrap().1.clone()
    }

    pub(crate) fn kinds(&self) -> Vec<String> {
        self.events().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }
}

fn serve(stream: TcpStream, answer: Answer, seen: &Seen) {
    #[expect(clippy::result_large_err, reason = "the signature that the crate asks for")]
    let note = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        seen.0.lock().unwrap().0.push(request.uri().to_string());
        Ok(response)
    };
    let Ok(mut socket) = tungstenite::accept_hdr(stream, note) else { return };
    let created = json!({"type": "session.created", "session": {"id": "sess_1"}});
    let mut replies = vec![created];
    loop {
        for reply in replies {
            let sent = match reply {
                Value::Null => socket.close(None),
                reply => socket.send(Message::text(reply.to_string())),
            };
            if sent.is_err() {
                return;
            }
        }
        replies = match socket.read() {
            Ok(Message::Text(text)) => {
                let event: Value = serde_json::from_str(&text).unwrap();
                seen.0.lock().unwrap().1.push(event.clone());
                answer(&event)
            }
            Ok(_) => Vec::new(),
            Err(_ended) => return,
        };
    }
}
