//! What the program prints. Nobody may be reading any more, and the disk that the output goes to
//! may be full: the program ends with its exit code all the same, and a worker goes on working.
//!
//! Names and reasons come from the chain, from other programs and from files. They all pass here,
//! where nothing is let through that steers a terminal.

use anyhow::{Context, Result};
use nocknock_primitives::text::{printable, printable_lines};
use nocknock_worker::notice::escaped_json;
use serde::Serialize;
use std::io::{self, Write};

/// Prints a result of one line on standard output. A reader that has seen enough, such as `head`,
/// is no failure.
pub(crate) fn result(text: &str) -> Result<()> {
    write_result(&mut io::stdout().lock(), &printable(text.trim_end()))
}

/// Prints a result of several lines.
pub(crate) fn lines(text: &str) -> Result<()> {
    write_result(&mut io::stdout().lock(), &printable_lines(text))
}

/// Prints a result as one line of JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    write_result(&mut io::stdout().lock(), &escaped_json(&serde_json::to_string(value)?))
}

/// Prints a result as JSON that people can read.
pub(crate) fn pretty_json(value: &impl Serialize) -> Result<()> {
    write_result(&mut io::stdout().lock(), &escaped_json(&serde_json::to_string_pretty(value)?))
}

/// Prints a script that this program has made, as it is.
pub(crate) fn script(text: &str) -> Result<()> {
    write_result(&mut io::stdout().lock(), text)
}

fn write_result(out: &mut impl Write, text: &str) -> Result<()> {
    let written = writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot print the result")
        }
        _ => Ok(()),
    }
}

/// Tells something on standard error, in one line. If nobody can be told, nothing else changes.
pub(crate) fn message(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", printable(text));
}

/// Tells something of several lines.
pub(crate) fn message_lines(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", printable_lines(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_has_seen_enough_is_no_failure() {
        assert!(write_result(&mut Failing(io::ErrorKind::BrokenPipe), "x").is_ok());
    }

    #[test]
    fn a_full_disk_behind_the_output_is_a_failure() {
        let full = write_result(&mut Failing(io::ErrorKind::StorageFull), "x").unwrap_err();
        assert!(full.to_string().contains("cannot print"), "{full}");
    }

    #[test]
    fn a_result_ends_with_one_line_break() {
        let mut out = Vec::new();
        write_result(&mut out, "a\nb\n").unwrap();
        assert_eq!(out, b"a\nb\n");
    }
}
