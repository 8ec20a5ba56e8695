//! Killing a program in a stage, and proving that it was in that stage when it died.

use super::stages::Actor;
use crate::{
    processes::{Running, PATIENCE},
    support::Finished,
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs::File,
    io::Read,
    path::Path,
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

/// After news there may be more at once: the shortest stages last less than a millisecond.
const EXCITED: Duration = Duration::from_millis(100);

/// Pause between two looks when nothing happens.
const PAUSE: Duration = Duration::from_micros(50);

/// Every kill of a live process, in order: whose, of what program, in which stage.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Vec<(&'static str, Actor, String)>>);

impl Ledger {
    /// Notes a kill.
    pub(super) fn note(&self, who: &'static str, actor: Actor, stage: &str) {
        let mut kills = self.0.lock().expect("no thread has failed");
        kills.push((who, actor, stage.to_owned()));
    }

    /// This one was killed in this stage.
    pub(super) fn has(&self, who: &str, stage: &str) -> bool {
        let kills = self.0.lock().expect("no thread has failed");
        kills.iter().any(|kill| kill.0 == who && kill.2 == stage)
    }

    /// A program was not killed in this stage, which it has to have.
    pub(super) fn misses(&self, actor: Actor, stage: &str) -> bool {
        assert!(actor.stages().contains(stage), "there is no stage {stage} any more");
        self.missing(actor).contains(stage)
    }

    /// The stages in which a program was not killed yet.
    pub(super) fn missing(&self, actor: Actor) -> BTreeSet<String> {
        let kills = self.0.lock().expect("no thread has failed");
        let mut missing = actor.stages();
        for (_, _, stage) in kills.iter().filter(|kill| kill.1 == actor) {
            missing.remove(stage);
        }
        missing
    }
}

/// How a hunted program died.
#[derive(Debug)]
pub(super) enum Death {
    /// Killed, in this stage; none if it was between two.
    Killed(Option<String>),
    /// It ended by itself.
    Ended(Finished),
}

/// Follows a program until `pick` takes the stage it is in, and kills it there. The stage that is
/// given is the one that its output ends in, which is read after its death: a kill that came too
/// late is found out.
#[track_caller]
pub(super) fn kill_in(
    mut program: Running,
    actor: Actor,
    mut pick: impl FnMut(&str) -> bool,
) -> Death {
    let mut watch = Watch::of(&program, actor);
    let deadline = Instant::now() + 2 * PATIENCE;
    loop {
        watch.look();
        if watch.stage.as_deref().is_some_and(&mut pick) {
            break;
        }
        if program.ended().is_some() {
            return Death::Ended(program.finish());
        }
        let stage = &watch.stage;
        assert!(Instant::now() < deadline, "{actor:?} stays in {stage:?}");
        watch.rest();
    }
    let was_alive = program.kill();
    watch.look();
    Death::Killed(watch.stage.filter(|_| was_alive))
}

/// Starts a program again and again and kills it in every stage that it comes to, once in each or
/// as often as it has to be killed there `again`, and as soon as it is `ready` for it, until it
/// ends by itself in a way that is `final`.
#[track_caller]
pub(super) fn kill_everywhere(
    (who, actor): (&'static str, Actor),
    ledger: &Ledger,
    start: impl Fn() -> Running,
    ready: impl Fn(&str) -> bool,
    again: impl Fn(&str) -> bool,
    is_final: impl Fn(&Finished) -> bool,
) -> Finished {
    let mut killed = BTreeSet::new();
    loop {
        let is_due = |stage: &str| (!killed.contains(stage) || again(stage)) && ready(stage);
        match kill_in(start(), actor, is_due) {
            Death::Ended(finished) if is_final(&finished) => return finished,
            Death::Ended(_) | Death::Killed(None) => {}
            Death::Killed(Some(stage)) => {
                ledger.note(who, actor, &stage);
                killed.insert(stage);
            }
        }
    }
}

/// Reads what a program says about its stage.
#[derive(Debug)]
struct Watch {
    actor: Actor,
    file: File,
    /// The beginning of a line that is not whole yet.
    partial: Vec<u8>,
    stage: Option<String>,
    news: Instant,
}

impl Watch {
    #[track_caller]
    fn of(program: &Running, actor: Actor) -> Self {
        let path: &Path = match actor {
            Actor::Worker => program.stdout(),
            Actor::Requester | Actor::Node => program.stderr(),
        };
        Self {
            actor,
            file: File::open(path).expect("the output is kept"),
            partial: Vec::new(),
            stage: None,
            news: Instant::now(),
        }
    }

    /// Takes in what was written since the last look.
    fn look(&mut self) {
        let read = self.file.read_to_end(&mut self.partial);
        if read.expect("the output can be read") == 0 {
            return;
        }
        self.news = Instant::now();
        while let Some(end) = self.partial.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.partial.drain(..=end).collect();
            if let Ok(line) = serde_json::from_slice::<Value>(&line) {
                self.stage = self.actor.stage_after(&line, self.stage.take());
            }
        }
    }

    fn rest(&self) {
        if self.news.elapsed() < EXCITED {
            thread::yield_now();
        } else {
            thread::sleep(PAUSE);
        }
    }
}
