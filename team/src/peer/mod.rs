//! One member of a team: it trains, offers, vouches and merges, and can be killed at any moment.
//!
//! All that counts is in the log and in its objects. A member follows them, and does the one thing
//! that is to be done next:
//!
//! 1. *catch up*: merge the rounds that are closed, a moment or a hundred rounds ago alike. Before
//!    each, the own state is compared with that of the majority;
//! 2. *train* from the state of the team;
//! 3. *promise*: write down what is going to be offered, before anything is sent;
//! 4. *offer* the update that was promised, also after a kill, and never another one;
//! 5. *vouch* for the updates that could be fetched and are what the log says;
//! 6. *mark* the own state at checkpoints and at the end.
//!
//! What members do not do yet: train on while they wait for the others (`round.overlap`), judge
//! updates (`audit.batches`), and take a checkpoint from others in place of the first rounds.

mod error;
mod files;
mod journal;
mod lessons;
mod member;
mod merge;
mod observer;
mod replay;
mod spec;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod train;
mod verify;

pub use self::{
    error::{LogError, PeerError},
    files::FileError,
    lessons::{Lesson, Lessons, TextLessons},
    member::{Finished, Joining, Member, Seat, Step},
    observer::{Event, Merged, Observer},
    replay::Invalid,
    spec::{
        Admit, AuditSpec, CheckpointSpec, InnerSpec, KindSpec, ModelSpec, Pace, RoundSpec, Spec,
        SpecError, UpdateSpec,
    },
    verify::{verify, Archive, Flaw, Verified},
};
