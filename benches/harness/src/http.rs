//! Requests as the servers of the benches read them: HTTP/1.1, as much of it as the clients here send.

use std::io::{self, BufRead, Read};

/// One request.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub path: String,
    /// `Sec-WebSocket-Key`: the client wants to go on as a WebSocket.
    pub websocket_key: Option<String>,
    pub body: Vec<u8>,
}

/// Reads one request and its body; `None` at the end of the connection.
///
/// # Errors
/// When the connection breaks, or a length is no number.
pub fn read_request(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut request =
        Request { path: first.split(' ').nth(1).unwrap_or_default().to_owned(), ..Request::default() };
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(io::Error::other)?;
        } else if name.eq_ignore_ascii_case("sec-websocket-key") {
            request.websocket_key = Some(value.trim().to_owned());
        }
    }
    reader.take(length).read_to_end(&mut request.body)?;
    Ok(Some(request))
}
