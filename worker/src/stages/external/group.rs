//! A program and everything that it has started, as one group of processes.
//!
//! Systems without such groups have the program alone, which is ended without being asked.

#[cfg(unix)]
pub(super) use unix::{ask_to_end, has_ended, kill, set_apart};

#[cfg(not(unix))]
pub(super) use other::{ask_to_end, has_ended, kill, set_apart};

#[cfg(unix)]
mod unix {
    use rustix::{
        io::Errno,
        process::{kill_process_group, waitid, Pid, Signal, WaitId, WaitIdOptions},
    };
    use std::{
        os::unix::process::CommandExt,
        process::{Child, Command},
    };

    /// Has the program lead a group of its own. What a terminal sends to the worker does not reach
    /// it.
    pub(in super::super) fn set_apart(command: &mut Command) {
        command.process_group(0);
    }

    pub(in super::super) fn ask_to_end(child: &mut Child) {
        signal(child, Signal::TERM);
    }

    pub(in super::super) fn kill(child: &mut Child) {
        signal(child, Signal::KILL);
    }

    /// Whether the leader has ended. Its status is not taken, so its number stays that of the group
    /// until everybody in it was told to end.
    pub(in super::super) fn has_ended(child: &mut Child) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(Pid::from_child(child)), options) {
            Ok(None) | Err(Errno::INTR) => false,
            Ok(Some(_)) | Err(_) => true,
        }
    }

    /// A group whose last process has just ended is no failure.
    fn signal(child: &Child, signal: Signal) {
        let _ = kill_process_group(Pid::from_child(child), signal);
    }
}

#[cfg(not(unix))]
mod other {
    use std::process::{Child, Command};

    pub(in super::super) fn set_apart(_: &mut Command) {}

    pub(in super::super) fn ask_to_end(_: &mut Child) {}

    pub(in super::super) fn kill(child: &mut Child) {
        let _ = child.kill();
    }

    pub(in super::super) fn has_ended(child: &mut Child) -> bool {
        !matches!(child.try_wait(), Ok(None))
    }
}
