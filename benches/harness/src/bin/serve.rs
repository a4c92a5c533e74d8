//! The server of the comparison: `POST /{scenario}/v1/responses` answers with that scenario's stream,
//! rendered before the first request, one write to the socket per HTTP chunk. Asked to go on as a WebSocket, it
//! answers every message with the events of that stream, a message each.
//!
//! Prints its address on the first line of standard output and ends when standard input closes.

use std::collections::HashMap;
use std::io::{self, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use bench_harness::read_request;
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::Role;
use tungstenite::{Error, Message, WebSocket};
use workload::{Rendered, Scenario, Size};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\
    cache-control: no-cache\r\nx-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n";
const NOT_FOUND: &[u8] = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
/// The first byte of a text message in one frame.
const TEXT_FRAME: u8 = 0x81;
/// How much of a WebSocket is written at once.
const WEBSOCKET_WRITE: usize = 16 << 10;

/// HTTP chunks, framed, by scenario name.
type Bodies = HashMap<&'static str, Vec<Vec<u8>>>;

fn main() -> ExitCode {
    let size = match std::env::args().nth(1).as_deref() {
        Some("quick") => Size::Quick,
        _ => Size::Full,
    };
    match serve(size) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("serve: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(size: Size) -> io::Result<()> {
    let scenarios = Scenario::all(size).into_iter().chain(Scenario::telemetry());
    let bodies: Arc<Bodies> =
        Arc::new(scenarios.map(|scenario| (scenario.name, framed(&scenario))).collect());
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    io::stdout().flush()?;
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let bodies = Arc::clone(&bodies);
            // A reader that leaves early is no error of the server.
            thread::spawn(move || answer(connection, &bodies, size));
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
}

fn framed(scenario: &Scenario) -> Vec<Vec<u8>> {
    let rendered = Rendered::new(scenario);
    let frame = |chunk: &&[u8]| {
        let mut framed = format!("{:x}\r\n", chunk.len()).into_bytes();
        framed.extend_from_slice(chunk);
        framed.extend_from_slice(b"\r\n");
        framed
    };
    rendered.chunks().iter().map(frame).collect()
}

fn answer(connection: TcpStream, bodies: &Bodies, size: Size) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut writer = connection;
    while let Some(request) = read_request(&mut reader)? {
        let name = scenario_name(&request.path);
        if let (Some(scenario), Some(key)) = (Scenario::find(name, size), &request.websocket_key) {
            return websocket(writer, &scenario, key);
        }
        let Some(chunks) = bodies.get(name) else {
            writer.write_all(NOT_FOUND)?;
            continue;
        };
        writer.write_all(HEAD)?;
        for chunk in chunks {
            writer.write_all(chunk)?;
        }
        writer.write_all(b"0\r\n\r\n")?;
    }
    Ok(())
}

/// The first segment of `/{scenario}/v1/responses`; of any other path, no name.
fn scenario_name(path: &str) -> &str {
    path.strip_prefix('/').and_then(|path| path.strip_suffix("/v1/responses")).unwrap_or_default()
}

fn websocket(mut connection: TcpStream, scenario: &Scenario, key: &str) -> io::Result<()> {
    let messages = websocket_frames(scenario);
    let accept = derive_accept_key(key.as_bytes());
    write!(
        connection,
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-accept: {accept}\r\nx-request-id: req_bench\r\n\r\n"
    )?;
    let mut socket = WebSocket::from_raw_socket(connection, Role::Server, None);
    loop {
        match socket.read() {
            // The frames are ready: encoding them again would cost more than all the rest.
            Ok(Message::Text(_)) => {
                for written in messages.chunks(WEBSOCKET_WRITE) {
                    socket.get_mut().write_all(written)?;
                }
            }
            Ok(_) => {}
            Err(Error::Io(error)) => return Err(error),
            // The client closed.
            Err(_) => return Ok(()),
        }
    }
}

/// Every event of a scenario as an unmasked text frame.
fn websocket_frames(scenario: &Scenario) -> Vec<u8> {
    let rendered = Rendered::new(scenario);
    let mut frames = Vec::new();
    for message in rendered.messages() {
        frames.push(TEXT_FRAME);
        match (u8::try_from(message.len()), u16::try_from(message.len())) {
            (Ok(length @ ..126), _) => frames.push(length),
            (_, Ok(length)) => {
                frames.push(126);
                frames.extend(length.to_be_bytes());
            }
            _ => {
                frames.push(127);
                frames.extend((message.len() as u64).to_be_bytes());
            }
        }
        frames.extend(message);
    }
    frames
}
