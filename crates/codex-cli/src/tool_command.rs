//! Programs that answer tool calls.

use std::{
    io,
    pin::pin,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use thiserror::Error;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// The most of a program's output that is told to the model, in bytes; the rest is cut off.
pub(crate) const MAX_OUTPUT_BYTES: u64 = 256 * 1024;

/// How long a program may take.
pub(crate) const MAX_TIME: Duration = Duration::from_secs(600);

/// How long what a program printed is still read after its end: something it started may hold its output open.
const GRACE: Duration = Duration::from_millis(100);

/// A program that cannot be run.
#[derive(Debug, Error)]
#[error("cannot run the program {program:?} of the tool {tool}")]
pub(crate) struct ToolCommandError {
    tool: String,
    program: String,
    source: io::Error,
}

/// What a program came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ToolAnswer {
    /// What it printed.
    output: String,
    /// What was wrong with it.
    pub(crate) problem: Option<AnswerProblem>,
}

/// What is wrong with an answer. Reads on after the tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum AnswerProblem {
    #[error("failed ({_0})")]
    Failed(ExitStatus),
    #[error("printed more than {MAX_OUTPUT_BYTES} bytes; the rest is cut off")]
    Cut,
    #[error("gave no answer within {} s", MAX_TIME.as_secs())]
    Late,
}

impl ToolAnswer {
    /// The answer as the model gets it: it is told of problems too.
    pub(crate) fn told(self) -> String {
        let Self { output, problem } = self;
        match problem {
            None => output,
            Some(AnswerProblem::Cut) => format!("{output}\n[cut after {MAX_OUTPUT_BYTES} bytes]"),
            Some(problem @ AnswerProblem::Failed(_)) => format!("error: the tool {problem}\n{output}"),
            Some(problem @ AnswerProblem::Late) => format!("error: the tool {problem}"),
        }
    }
}

/// Runs a program with the arguments of a call, in JSON, at its standard input. What it printed is the answer, also
/// when it failed. Its standard error is that of this process.
pub(crate) async fn answer(
    tool: &str,
    command: &[String],
    arguments: &str,
) -> Result<ToolAnswer, ToolCommandError> {
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
        Ok(answer) => answer.map_err(problem),
        Err(_elapsed) => Ok(ToolAnswer { output: String::new(), problem: Some(AnswerProblem::Late) }),
    }
}

async fn talk(child: &mut Child, arguments: &[u8]) -> io::Result<ToolAnswer> {
    let mut output = Vec::new();
    let pipes = (child.stdin.take(), child.stdout.take());
    let status = {
        let mut exchange = pin!(exchange(pipes, arguments, &mut output));
        tokio::select! {
            biased;
            heard = &mut exchange => {
                heard?;
                None
            }
            ended = child.wait() => {
                // It may have left more in the pipe. What it started has no say in when the answer is over.
                if let Ok(heard) = timeout(GRACE, exchange).await {
                    heard?;
                }
                Some(ended?)
            }
        }
    };
    let limit = usize::try_from(MAX_OUTPUT_BYTES).unwrap_or(usize::MAX);
    if output.len() > limit {
        output.truncate(limit);
        child.kill().await?;
        let output = String::from_utf8_lossy(&output).into_owned();
        return Ok(ToolAnswer { output, problem: Some(AnswerProblem::Cut) });
    }
    let status = match status {
        Some(status) => status,
        None => child.wait().await?,
    };
    let problem = (!status.success()).then_some(AnswerProblem::Failed(status));
    Ok(ToolAnswer { output: String::from_utf8_lossy(&output).trim_end().to_owned(), problem })
}

/// Writes the arguments, and meanwhile reads up to one byte more than is told to the model.
async fn exchange(
    (stdin, stdout): (Option<ChildStdin>, Option<ChildStdout>),
    arguments: &[u8],
    output: &mut Vec<u8>,
) -> io::Result<()> {
    let tell = async {
        if let Some(mut stdin) = stdin {
            // A program need not read its arguments.
            let _unread = stdin.write_all(arguments).await;
        }
    };
    let listen = async {
        if let Some(stdout) = stdout {
            // By the piece: what was read stays when nobody waits for the rest.
            let mut stdout = stdout.take(MAX_OUTPUT_BYTES + 1);
            while stdout.read_buf(output).await? > 0 {}
        }
        Ok(())
    };
    tokio::join!(tell, listen).1
}

#[cfg(all(test, unix))]
mod tests {
    //! Ladder: pure function, but for the programs it runs.
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    async fn run(script: &str) -> Result<ToolAnswer, ToolCommandError> {
        let command = ["sh", "-c", script].map(str::to_owned);
        answer("t", &command, "{}").await
    }

    #[tokio::test]
    async fn what_a_program_left_running_does_not_hold_the_answer() {
        let started = std::time::Instant::now();
        let answer = run("sleep 60 & echo $!").await.unwrap();
        assert!(started.elapsed() < Duration::from_secs(30));
        let left = Command::new("kill").arg(&answer.output).status().await.unwrap();
        assert!(left.success() && answer.problem.is_none(), "{answer:?}");
    }

    #[tokio::test]
    async fn the_model_and_the_user_are_told_what_went_wrong() {
        let cut = "x".repeat(usize::try_from(MAX_OUTPUT_BYTES).unwrap());
        for (script, problem, told) in [
            ("echo fine", None, "fine".to_owned()),
            (
                "echo half; exit 3",
                Some(AnswerProblem::Failed(ExitStatus::from_raw(3 << 8))),
                "error: the tool failed (exit status: 3)\nhalf".to_owned(),
            ),
            (
                "head -c 300000 /dev/zero | tr '\\0' x",
                Some(AnswerProblem::Cut),
                format!("{cut}\n[cut after 262144 bytes]"),
            ),
        ] {
            let answer = run(script).await.unwrap();
            assert_eq!(answer.problem, problem, "{script}");
            assert_eq!(answer.told(), told, "{script}");
        }
    }
}
