//! The server of the comparison: `POST /{scenario}/v1/responses` answers with that scenario's stream,
//! rendered before the first request, one write to the socket per HTTP chunk.
//!
//! Prints its address on the first line of standard output and ends when standard input closes.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use workload::{Rendered, Scenario, Size};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\
    cache-control: no-cache\r\nx-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n";
const NOT_FOUND: &[u8] = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";

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
    let bodies: Arc<Bodies> =
        Arc::new(Scenario::all(size).iter().map(|scenario| (scenario.name, framed(scenario))).collect());
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    io::stdout().flush()?;
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let bodies = Arc::clone(&bodies);
            // A reader that leaves early is no error of the server.
            thread::spawn(move || answer(connection, &bodies));
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

fn answer(connection: TcpStream, bodies: &Bodies) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut writer = connection;
    while let Some(name) = request(&mut reader)? {
        let Some(chunks) = bodies.get(name.as_str()) else {
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

/// Reads one request and its body; gives the first segment of its path, which names the scenario.
fn request(reader: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut body = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            body = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    io::copy(&mut reader.by_ref().take(body), &mut io::sink())?;
    let path = first.split(' ').nth(1).unwrap_or_default();
    let (name, rest) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
    Ok(Some(if rest == "v1/responses" { name.to_owned() } else { String::new() }))
}
