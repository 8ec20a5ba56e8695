//! What a program prints: a file of bounded length, and the last lines for messages.

use super::LOOK;
use nocknock_primitives::text::printable;
use std::{
    fs::File,
    io::{self, PipeReader, Read, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Bytes that are kept in the file.
const MOST_BYTES: usize = 1 << 20;

/// What the file ends with if there were more.
const LEFT_OUT: &[u8] = b"\n[the rest is left out]\n";

/// Bytes of the last lines.
const LAST_BYTES: usize = 1024;

/// Lines that a message repeats.
const LAST_LINES: usize = 5;

/// How long the end of the output is waited for after the program has ended. A process that has
/// left the group may hold the pipe for ever.
const SETTLING: Duration = Duration::from_secs(2);

/// Follows the output of a program.
#[derive(Debug)]
pub(super) struct Log {
    tail: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Log {
    /// Copies what comes out of the pipe to a file, which is begun anew.
    pub(super) fn follow(output: PipeReader, file: &Path) -> io::Result<Self> {
        let file = File::create(file)?;
        let tail = Arc::<Mutex<Vec<u8>>>::default();
        let kept = tail.clone();
        let reader = thread::Builder::new().spawn(move || copy(output, file, &kept))?;
        Ok(Self { tail, reader })
    }

    /// The last lines in one, for people, without anything that could steer their terminal.
    pub(super) fn last_lines(&self) -> String {
        let ended = Instant::now();
        while !self.reader.is_finished() && ended.elapsed() < SETTLING {
            thread::sleep(LOOK);
        }
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        last_lines(&tail)
    }
}

fn last_lines(tail: &[u8]) -> String {
    let text = String::from_utf8_lossy(tail);
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let mut last: Vec<_> = lines.rev().take(LAST_LINES).map(printable).collect();
    last.reverse();
    if last.is_empty() {
        "it has printed nothing".to_owned()
    } else {
        format!("the last that it printed: {}", last.join(" | "))
    }
}

/// Reads to the end, so that the program is never kept waiting, and keeps what there is room for.
fn copy(mut output: impl Read, mut file: impl Write, tail: &Mutex<Vec<u8>>) {
    let (mut buffer, mut room) = ([0; 8192], Some(MOST_BYTES));
    loop {
        let text = match output.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => buffer.get(..count).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        keep(tail, text);
        room = write_within(&mut file, room, text);
    }
}

fn keep(tail: &Mutex<Vec<u8>>, text: &[u8]) {
    let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
    tail.extend_from_slice(text);
    let surplus = tail.len().saturating_sub(LAST_BYTES);
    tail.drain(..surplus);
}

/// Writes what there is room for, and gives the room that is left: none once something was left
/// out. A log that cannot be written is no reason to end a training.
fn write_within(file: &mut impl Write, room: Option<usize>, text: &[u8]) -> Option<usize> {
    let (kept, more) = text.split_at(room?.min(text.len()));
    file.write_all(kept).ok()?;
    if !more.is_empty() {
        file.write_all(LEFT_OUT).ok()?;
        return None;
    }
    room?.checked_sub(kept.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_bounded_and_the_last_lines_are_those_of_the_end() {
        let line = "x".repeat(1000);
        let text = format!("{line}\n").repeat(2000) + "the end\n";
        let (mut file, tail) = (Vec::new(), Mutex::default());
        copy(text.as_bytes(), &mut file, &tail);
        assert_eq!(file.len(), MOST_BYTES + LEFT_OUT.len());
        assert!(file.ends_with(LEFT_OUT));
        let tail = tail.into_inner().unwrap();
        assert_eq!(tail.len(), LAST_BYTES);
        assert!(last_lines(&tail).ends_with(" | the end"));
    }

    #[test]
    fn a_short_output_is_kept_whole() {
        let (mut file, tail) = (Vec::new(), Mutex::default());
        copy(&b"one\ntwo\n"[..], &mut file, &tail);
        assert_eq!(file, b"one\ntwo\n");
        assert_eq!(last_lines(&tail.into_inner().unwrap()), "the last that it printed: one | two");
    }

    #[test]
    fn a_message_has_a_few_lines_and_none_that_steers_a_terminal() {
        let text = "1\n2\n3\n\n\u{1b}[2J4\n5\r\n6\n";
        let expected = "the last that it printed: 2 | 3 | \u{fffd}[2J4 | 5 | 6";
        assert_eq!(last_lines(text.as_bytes()), expected);
        assert_eq!(last_lines(b"\n\n"), "it has printed nothing");
    }
}
