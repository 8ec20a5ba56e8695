//! Event files of TensorBoard.
//!
//! An event file is a row of records: the length as 8 bytes, a masked checksum of these, the event,
//! a masked checksum of the event. An event is a protobuf message of which four fields are needed
//! here: 1 wall time (double), 2 step (varint), 3 file version (text), 5 summary; a summary repeats
//! field 1, a message of 1 tag (text) and 2 value (float). Source:
//! `tensorflow/core/util/event.proto` and `tensorflow/core/lib/io/record_writer.h`.

use crc::{Crc, CRC_32_ISCSI};
use nocknock_training::EpochMetrics;
use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

const CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);
const MASK: u32 = 0xa282_ead8;
const VERSION: &[u8] = b"brain.Event:2";

const EVENT_WALL_TIME: u64 = 1;
const EVENT_STEP: u64 = 2;
const EVENT_VERSION: u64 = 3;
const EVENT_SUMMARY: u64 = 5;
const SUMMARY_VALUE: u64 = 1;
const VALUE_TAG: u64 = 1;
const VALUE_NUMBER: u64 = 2;

/// An event file that grows.
#[derive(Debug)]
pub(super) struct EventFile(File);

impl EventFile {
    /// What TensorBoard knows event files by.
    pub(super) const PREFIX: &'static str = "events.out.tfevents.";

    /// Starts an event file in a folder.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        let seconds = now().floor();
        let name = format!("{}{seconds:010}.nocknock", Self::PREFIX);
        let mut file = File::create(folder.join(name))?;
        file.write_all(&record(&version_event(now())))?;
        Ok(Self(file))
    }

    /// Adds the numbers of an epoch at its last step.
    pub(super) fn add(&mut self, epoch: &EpochMetrics) -> io::Result<()> {
        let mut numbers = vec![
            ("loss/training", epoch.loss),
            ("accuracy/training", epoch.training_accuracy),
            ("learning_rate", epoch.learning_rate),
            ("seconds", epoch.seconds),
        ];
        let validation = epoch.validation_accuracy;
        numbers.extend(validation.map(|accuracy| ("accuracy/validation", accuracy)));
        numbers.extend(epoch.validation_loss.map(|loss| ("loss/validation", loss)));
        self.0.write_all(&record(&scalars(now(), epoch.step, &numbers)))
    }
}

/// An event frame.
pub(super) fn record(event: &[u8]) -> Vec<u8> {
    let length = (event.len() as u64).to_le_bytes();
    let mut out = length.to_vec();
    out.extend(masked(&length));
    out.extend(event);
    out.extend(masked(event));
    out
}

/// The checksum as record readers expect it.
pub(super) fn masked(bytes: &[u8]) -> [u8; 4] {
    let rotated = CHECKSUM.checksum(bytes).rotate_right(15);
    rotated.wrapping_add(MASK).to_le_bytes()
}

fn version_event(wall_time: f64) -> Vec<u8> {
    let mut event = Vec::new();
    put_double(&mut event, EVENT_WALL_TIME, wall_time);
    put_bytes(&mut event, EVENT_VERSION, VERSION);
    event
}

/// An event with named numbers.
pub(super) fn scalars(wall_time: f64, step: u64, numbers: &[(&str, f64)]) -> Vec<u8> {
    let mut summary = Vec::new();
    for (tag, number) in numbers {
        let mut value = Vec::new();
        put_bytes(&mut value, VALUE_TAG, tag.as_bytes());
        put_float(&mut value, VALUE_NUMBER, *number as f32);
        put_bytes(&mut summary, SUMMARY_VALUE, &value);
    }
    let mut event = Vec::new();
    put_double(&mut event, EVENT_WALL_TIME, wall_time);
    put_varint(&mut event, EVENT_STEP << 3);
    put_varint(&mut event, step);
    put_bytes(&mut event, EVENT_SUMMARY, &summary);
    event
}

fn put_double(out: &mut Vec<u8>, field: u64, value: f64) {
    put_varint(out, field << 3 | 1);
    out.extend(value.to_le_bytes());
}

fn put_float(out: &mut Vec<u8>, field: u64, value: f32) {
    put_varint(out, field << 3 | 5);
    out.extend(value.to_le_bytes());
}

fn put_bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    put_varint(out, field << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend(bytes);
}

/// Seven bits a byte, lowest first; the top bit says that more follow.
fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Seconds since 1970; 0 on a clock that is before.
fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}
