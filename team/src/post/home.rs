//! The home: who appends to the log, and says what the time demands.

use super::log_file::LogFile;
use crate::{
    order::{Author, Body, Broken, Entry, Hash, Key, Log, State, Terms},
    signed::{key_of, sign_entry, MachineKey, Said, SignatureError},
};
use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    time::Instant,
};

/// What a home is made of.
#[derive(Debug)]
pub struct HomeSettings {
    /// Id of the run.
    pub run: Hash,
    /// What the order needs of the run's specification.
    pub terms: Terms,
    /// Key of the home.
    pub key: MachineKey,
    /// Folder of the log; made if it is not there.
    pub folder: PathBuf,
    /// The machines that may join; all, if it is left out.
    pub machines: Option<BTreeSet<Key>>,
}

/// Why a home cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// The folder or the log in it.
    #[error("cannot use the log in {folder}: {}", nocknock_durable::explain(.error))]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// The log in the folder breaks a rule.
    #[error("the log in {folder} is not one of this run: {broken}")]
    OtherLog {
        /// The folder.
        folder: PathBuf,
        /// The rule.
        broken: Broken,
    },
    /// The log has another home.
    #[error("the log in {folder} is that of another home")]
    OtherHome {
        /// The folder.
        folder: PathBuf,
    },
}

/// Why something is not appended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// This is no home.
    #[error("this post is not the home: ask the home")]
    NoHome,
    /// Only the home itself says what homes say.
    #[error("members say this of themselves alone")]
    NotAMember,
    /// Nobody is believed to have said it.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The machine is none of those that may join.
    #[error("this machine may not join the run")]
    NotInvited,
    /// It was said before, or about what is over.
    #[error("the log has {head} entries: this was said before, or too late")]
    Stale {
        /// Entries of the log.
        head: u64,
    },
    /// It breaks a rule.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// It could not be saved, so nobody has seen it.
    #[error("the home cannot save its log: {0}")]
    Disk(String),
}

/// The log and the key that appends to it.
///
/// Its clock goes on where the last entry was, so a pause of the home is none of the run.
#[derive(Debug)]
pub struct Home {
    run: Hash,
    key: MachineKey,
    machines: Option<BTreeSet<Key>>,
    log: Log,
    file: LogFile,
    began_ms: u64,
    began: Instant,
}

impl Home {
    /// Opens the log in the folder, or begins one.
    ///
    /// # Errors
    ///
    /// If the folder cannot be used, or holds the log of another run or home.
    pub fn open(settings: HomeSettings) -> Result<Self, HomeError> {
        let HomeSettings { run, terms, key, folder, machines } = settings;
        let opened = open_file(&folder);
        let (file, entries) =
            opened.map_err(|error| HomeError::Folder { folder: folder.clone(), error })?;
        let mut log = Log::new(run, terms);
        log.follow(&entries)
            .map_err(|broken| HomeError::OtherLog { folder: folder.clone(), broken })?;
        if log.state().home().is_some_and(|home| home != key.public()) {
            return Err(HomeError::OtherHome { folder });
        }
        let began_ms = entries.last().map_or(0, |entry| entry.at_ms);
        Ok(Self { run, key, machines, log, file, began_ms, began: Instant::now() })
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The time of the home now, in milliseconds.
    pub fn now_ms(&self) -> u64 {
        let passed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.began_ms.saturating_add(passed)
    }

    /// Says something as the home, and gives the index of the entry.
    ///
    /// # Errors
    ///
    /// If it breaks a rule, or cannot be saved.
    pub fn say(&mut self, body: Body, at_ms: u64) -> Result<u64, Refused> {
        let epoch = self.log.state().epoch();
        let said = Said::sign(&self.key, &self.run, epoch, Author::Home, body);
        self.append(said, at_ms)
    }

    /// Appends what a member says, and gives the index of the entry.
    ///
    /// # Errors
    ///
    /// If the member has not signed it in this run and epoch, if it was said before or too late,
    /// if it breaks a rule, or if it cannot be saved.
    pub fn hear(&mut self, said: Said, at_ms: u64) -> Result<u64, Refused> {
        let state = self.log.state();
        if said.author == Author::Home {
            return Err(Refused::NotAMember);
        }
        if said.epoch != state.epoch() {
            return Err(Refused::Stale { head: state.length() });
        }
        let key = key_of(said.author, &said.body, &self.key.public(), &state.machines())?;
        said.verify(&self.run, &key)?;
        self.check_invited(&said.body)?;
        self.append(said, at_ms)
    }

    /// Says all that is due at a time.
    ///
    /// # Errors
    ///
    /// If it cannot be saved. It is still due then.
    pub fn say_what_is_due(&mut self, at_ms: u64) -> Result<(), Refused> {
        while let Some(body) = self.log.state().due(at_ms) {
            self.say(body, at_ms)?;
        }
        Ok(())
    }

    fn check_invited(&self, body: &Body) -> Result<(), Refused> {
        match (body, &self.machines) {
            (Body::Joined { machine, .. }, Some(machines)) if !machines.contains(machine) => {
                Err(Refused::NotInvited)
            }
            _ => Ok(()),
        }
    }

    /// Nothing is in the log that is not on the disk.
    fn append(&mut self, said: Said, at_ms: u64) -> Result<u64, Refused> {
        let Said { author, body, signature, .. } = said;
        let entry = self.log.draft(at_ms, author, body, signature);
        let entry = sign_entry(&self.key, &self.run, entry);
        let mut next = self.log.state().clone();
        next.apply(&entry).map_err(|broken| refused(broken, self.log.state()))?;
        let saved = self.file.append(&entry);
        saved.map_err(|error| Refused::Disk(nocknock_durable::explain(&error)))?;
        let index = entry.index;
        self.log.append(entry)?;
        Ok(index)
    }
}

fn open_file(folder: &Path) -> io::Result<(LogFile, Vec<Entry>)> {
    nocknock_durable::make_folder(folder)?;
    LogFile::open(&folder.join("log"))
}

/// Who follows the log sees why, and may say it again if it still applies.
fn refused(broken: Broken, state: &State) -> Refused {
    match broken {
        Broken::Epoch
        | Broken::NotOffering
        | Broken::NotVouching
        | Broken::OfferedTwice
        | Broken::OtherBeginning
        | Broken::OtherHead
        | Broken::OtherRound
        | Broken::SaidBefore
        | Broken::VouchedTwice => Refused::Stale { head: state.length() },
        other => Refused::Broken(other),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::*, *};
    use crate::order::{Pause, Phase};

    #[test]
    fn a_round_is_closed_as_soon_as_everybody_has_spoken() {
        let team = Team::new(2);
        let mut home = team.running();
        for slot in 0..2 {
            home.hear(team.offer(slot, home.log()), 10).unwrap();
        }
        home.say_what_is_due(10).unwrap();
        assert!(matches!(home.log().state().phase(), Phase::Vouching { .. }));
        for slot in 0..2 {
            home.hear(team.vouch(slot, home.log()), 20).unwrap();
        }
        home.say_what_is_due(20).unwrap();
        assert_eq!(home.log().state().round(), 1);
    }

    #[test]
    fn who_is_late_is_waited_for_once_and_not_for_ever() {
        let team = Team::new(2);
        let mut home = team.running();
        home.hear(team.offer(0, home.log()), 10).unwrap();
        home.say_what_is_due(TARGET_MS + GRACE_MS - 1).unwrap();
        assert_eq!(home.log().state().phase(), Phase::Offering);
        home.say_what_is_due(TARGET_MS + GRACE_MS).unwrap();
        assert!(matches!(home.log().state().phase(), Phase::Vouching { .. }));
    }

    #[test]
    fn what_the_home_appends_is_signed_by_author_and_home() {
        let team = Team::new(2);
        let home = team.running();
        let mut copy = Log::new(RUN, terms(2));
        take(&mut copy, &team.home.public(), home.log().since(0)).unwrap();
        assert_eq!(copy.state(), home.log().state());
    }

    #[test]
    fn nothing_is_appended_that_its_author_did_not_say_here_and_now() {
        let team = Team::new(2);
        let mut home = team.running();
        let offer = team.offer(0, home.log());
        let length = home.log().state().length();
        let mut refuse = |said: Said| home.hear(said, 10).unwrap_err();

        let elsewhere =
            Said::sign(&team.members[0], &[8; 32], 0, Author::Member(0), offer.body.clone());
        let author = Refused::Signature(SignatureError::Author);
        assert_eq!(refuse(elsewhere), author);
        assert_eq!(refuse(Said { author: Author::Member(1), ..offer.clone() }), author);
        assert_eq!(refuse(Said { body: Body::Resumed, ..offer.clone() }), author);
        let unknown = Refused::Signature(SignatureError::Unknown(9));
        assert_eq!(refuse(Said { author: Author::Member(9), ..offer.clone() }), unknown);
        let as_home = Said { author: Author::Home, ..offer.clone() };
        assert_eq!(refuse(as_home), Refused::NotAMember);
        let later = Said::sign(&team.members[0], &RUN, 1, Author::Member(0), offer.body.clone());
        assert_eq!(refuse(later), Refused::Stale { head: length });
        let paused = Body::Paused { why: Pause::Asked };
        let paused = Said::sign(&team.members[0], &RUN, 0, Author::Member(0), paused);
        assert_eq!(refuse(paused), Refused::Broken(Broken::Author));
        assert_eq!(home.log().state().length(), length);
        assert_eq!(home.hear(offer, 10), Ok(length));
    }

    #[test]
    fn what_is_in_the_log_is_not_said_again_by_its_readers() {
        let team = Team::new(2);
        let mut home = team.running();
        let offer = team.offer(0, home.log());
        home.hear(offer.clone(), 10).unwrap();
        for body in [Body::Paused { why: Pause::Asked }, Body::Resumed] {
            home.say(body, 20).unwrap();
        }
        let head = home.log().state().length();
        assert_eq!(home.hear(offer, 30), Err(Refused::Stale { head }));
        let anew = team.offer(0, home.log());
        assert_eq!(home.hear(anew, 30), Ok(head), "who offers again signs it again");
    }

    #[test]
    fn a_home_that_starts_again_goes_on_with_its_log_and_its_time() {
        let team = Team::new(2);
        let mut home = team.running();
        let offer = team.offer(0, home.log());
        home.hear(offer.clone(), 5_000).unwrap();
        let before = home.log().state().clone();
        drop(home);
        let mut home = Home::open(team.settings()).unwrap();
        assert_eq!(home.log().state(), &before);
        assert!(home.now_ms() >= 5_000);
        let head = before.length();
        assert_eq!(home.hear(offer, 5_000), Err(Refused::Stale { head }));
        home.hear(team.offer(1, home.log()), 5_000).unwrap();
    }

    #[test]
    fn the_log_of_another_home_or_run_is_refused() {
        let team = Team::new(2);
        drop(team.running());
        let other = HomeSettings { key: MachineKey::generate(), ..team.settings() };
        assert!(matches!(Home::open(other), Err(HomeError::OtherHome { .. })));
        let other = HomeSettings { run: [8; 32], ..team.settings() };
        assert!(matches!(Home::open(other), Err(HomeError::OtherLog { .. })));
    }

    #[test]
    fn only_machines_that_were_named_join() {
        let team = Team::new(2);
        let machines = Some(BTreeSet::from([team.members[1].public()]));
        let mut home = Home::open(HomeSettings { machines, ..team.settings() }).unwrap();
        home.say(Body::Open { spec: [1; 32], home: team.home.public() }, 0).unwrap();
        assert_eq!(home.hear(team.joined(0), 0), Err(Refused::NotInvited));
        assert_eq!(home.hear(team.joined(1), 0), Ok(1));
    }
}
