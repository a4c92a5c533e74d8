//! Programs that answer tool calls.

use std::{io, process::Stdio, time::Duration};

use thiserror::Error;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    time::timeout,
};

/// The most of a program's output that is told to the model, in bytes; the rest is cut off.
pub(crate) const MAX_OUTPUT_BYTES: u64 = 256 * 1024;

/// How long a program may take.
pub(crate) const MAX_TIME: Duration = Duration::from_secs(600);

/// A program that cannot be run.
#[derive(Debug, Error)]
#[error("cannot run the program {program:?} of the tool {tool}")]
pub(crate) struct ToolCommandError {
    tool: String,
    program: String,
    source: io::Error,
}

/// Runs a program with the arguments of a call, in JSON, at its standard input. What it printed is the answer, also
/// when it failed: then the model is told so. Its standard error is that of this process.
pub(crate) async fn answer(
    tool: &str,
    command: &[String],
    arguments: &str,
) -> Result<String, ToolCommandError> {
    let (program, rest) =
        command.split_first().map_or(("", command), |(program, rest)| (program.as_str(), rest));
    let problem = |source| ToolCommandError { tool: tool.to_owned(), program: program.to_owned(), source };
    let mut child = Command::new(program)
        .args(rest)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(problem)?;
    match timeout(MAX_TIME, talk(&mut child, arguments.as_bytes())).await {
        Ok(output) => output.map_err(problem),
        Err(_elapsed) => Ok(format!("error: the tool gave no answer within {} s", MAX_TIME.as_secs())),
    }
}

async fn talk(child: &mut Child, arguments: &[u8]) -> io::Result<String> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let tell = async {
        if let Some(mut stdin) = stdin {
            // A program need not read its arguments.
            let _unread = stdin.write_all(arguments).await;
        }
    };
    let listen = async {
        let mut output = Vec::new();
        if let Some(stdout) = stdout {
            stdout.take(MAX_OUTPUT_BYTES + 1).read_to_end(&mut output).await?;
        }
        io::Result::Ok(output)
    };
    let ((), output) = tokio::join!(tell, listen);
    let mut output = output?;
    let limit = usize::try_from(MAX_OUTPUT_BYTES).unwrap_or(usize::MAX);
    if output.len() > limit {
        output.truncate(limit);
        child.kill().await?;
        return Ok(format!("{}\n[cut after {MAX_OUTPUT_BYTES} bytes]", String::from_utf8_lossy(&output)));
    }
    let status = child.wait().await?;
    let text = String::from_utf8_lossy(&output).trim_end().to_owned();
    Ok(if status.success() { text } else { format!("error: the tool failed ({status})\n{text}") })
}
