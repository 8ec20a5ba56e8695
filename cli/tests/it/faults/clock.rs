//! A clock that is off. No test can set the clock of the machine, so the chain's is shifted: what
//! stands between worker and node changes the time in every answer that is one.

use super::{
    hand::{goes_on_and_commits, hear, start, Diagnosis, Settings},
    world::{shared, Offer},
};
use crate::chain::Services;
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const HOUR: Duration = Duration::from_secs(3600);

/// Before the hexadecimal digits of a value of the chain's storage.
const START: &[u8] = b"\"result\":\"0x";

/// Digits of a time: milliseconds since 1970 in 8 bytes, the lowest first.
const DIGITS: usize = 16;

/// Stands before a node, at the port that it gives, and lets its chain's time go ahead. It ends
/// with the process.
fn shifted(node: u16, ahead: Duration) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    let port = listener.local_addr().expect("it has an address").port();
    thread::spawn(move || {
        for from_worker in listener.incoming().flatten() {
            let Ok(to_node) = TcpStream::connect((Ipv4Addr::LOCALHOST, node)) else {
                continue;
            };
            stand_between((from_worker, port), (to_node, node), ahead);
        }
    });
    port
}

fn stand_between(
    (worker, own_port): (TcpStream, u16),
    (node, its_port): (TcpStream, u16),
    ahead: Duration,
) {
    let copies = (worker.try_clone(), node.try_clone());
    let (Ok(to_worker), Ok(from_node)) = copies else {
        return;
    };
    thread::spawn(move || pass(worker, node, |bytes| rename(bytes, own_port, its_port)));
    thread::spawn(move || pass(from_node, to_worker, |bytes| shift_times(bytes, ahead)));
}

/// Passes on what comes until one of the two is gone.
fn pass(mut from: TcpStream, mut to: TcpStream, change: impl Fn(&mut [u8])) {
    let mut buffer = vec![0; 1 << 20];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        change(&mut buffer[..read]);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    // Either may be closed already.
    from.shutdown(Shutdown::Both).ok();
    to.shutdown(Shutdown::Both).ok();
}

/// A node answers only those that ask for it by its own address, which stands in the request before
/// the first message.
fn rename(bytes: &mut [u8], own_port: u16, its_port: u16) {
    let [own, its] = [own_port, its_port].map(|port| format!("127.0.0.1:{port}").into_bytes());
    let place = bytes.windows(own.len()).position(|part| part == own);
    if let Some(at) = place {
        // Free ports have five digits.
        bytes[at..at + own.len()].copy_from_slice(&its);
    }
}

/// Shifts every time of about now. The length of the messages stays, and with it their frames.
fn shift_times(bytes: &mut [u8], ahead: Duration) {
    let value = START.len()..START.len() + DIGITS;
    for at in 0..bytes.len().saturating_sub(value.end) {
        let window = &mut bytes[at..=at + value.end];
        if !window.starts_with(START) || window[value.end] != b'"' {
            continue;
        }
        if let Some(shifted) = shift(&window[value.clone()], ahead) {
            window[value.clone()].copy_from_slice(shifted.as_bytes());
        }
    }
}

/// The digits of a time that is shifted, if these are the digits of one.
fn shift(digits: &[u8], ahead: Duration) -> Option<String> {
    let mut bytes = [0; 8];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    let time = Duration::from_millis(u64::from_le_bytes(bytes));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    if now.abs_diff(time) > HOUR / 2 {
        return None;
    }
    let millis = u64::try_from((time + ahead).as_millis()).ok()?;
    Some(hex::encode(millis.to_le_bytes()))
}

#[test]
fn a_clock_that_is_off_is_told_and_keeps_nobody_from_working() {
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let offered = world.offer(Offer::default());
    let port = shifted(world.rpc_port(), HOUR);
    let settings =
        Settings::new(Services { node: format!("ws://127.0.0.1:{port}"), ..world.services() });
    let worker = settings.worker(home.path(), "dave");

    let diagnosis = Diagnosis::of(&worker);
    diagnosis.finds("clock", "warning", "s behind the newest block: set it (NTP)");
    diagnosis.is_well();
    let mut running = start(&worker, &offered);
    let warning = hear(&mut running, "the clock is told of", |event| event["event"] == "warning");
    let text = warning["text"].as_str().unwrap();
    assert!(text.contains("the clock of this machine is"), "{text}");
    goes_on_and_commits(&worker, running, &world, &offered);

    let right = Settings::new(world.services()).worker(home.path(), "dave");
    let diagnosis = Diagnosis::of(&right);
    diagnosis.finds("clock", "good", "agrees with the newest block");
}

#[test]
fn only_times_are_shifted() {
    let time = |ahead: Duration| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + ahead;
        let millis = u64::try_from(now.as_millis()).unwrap();
        format!("{{\"id\":1,\"result\":\"0x{}\"}}", hex::encode(millis.to_le_bytes()))
    };
    for (answer, changes) in [
        (time(Duration::ZERO), true),
        (time(5 * HOUR), false),
        ("{\"id\":1,\"result\":\"0x0000000000000000\"}".to_owned(), false),
        ("{\"id\":1,\"result\":\"0x00\"}".to_owned(), false),
    ] {
        let mut bytes = answer.clone().into_bytes();
        shift_times(&mut bytes, HOUR);
        assert_eq!(bytes.len(), answer.len());
        assert_eq!(bytes != answer.as_bytes(), changes, "{answer}");
    }
}
