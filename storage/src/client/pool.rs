//! Several endpoints of one kind: who is asked next, and who is left alone for a while.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::{sleep, timeout, Instant};

use super::{
    fault::Recovery, Action, Backend, ClientError, Failure, Fault, GaveUp, RetryPolicy, Role,
    Target,
};

/// Something that is tried with one endpoint after the other.
#[async_trait]
pub(super) trait Operation: Send {
    type Output: Send;

    fn action(&self) -> Action;

    fn target(&self) -> Target;

    /// One try with one endpoint.
    async fn attempt(&mut self, backend: &dyn Backend) -> Result<Self::Output, Stop>;

    /// Whether an endpoint that does not know the blob may know it in a moment.
    fn is_fresh(&self) -> bool {
        false
    }

    /// Whether a try may be ended while another endpoint can be asked, because the next one goes on
    /// where it stopped.
    fn can_change_endpoint(&self) -> bool {
        true
    }

    /// Whether much was gained since this was last asked, although the operation is not done.
    fn has_advanced(&mut self) -> bool {
        false
    }
}

/// Why a try ended.
#[derive(Debug)]
pub(super) enum Stop {
    /// The endpoint failed: another one, or another time, may do.
    Endpoint(Fault),
    /// Something here failed: no endpoint can help.
    Here(ClientError),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Endpoint(fault)
    }
}

impl From<ClientError> for Stop {
    fn from(error: ClientError) -> Self {
        Self::Here(error)
    }
}

/// What is known about one endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The endpoint's name.
    pub endpoint: String,
    /// Tries that succeeded.
    pub successes: u64,
    /// Tries that failed through the endpoint's fault.
    pub failures: u64,
    /// How many of these came after the last success.
    pub failures_in_a_row: u32,
    /// The last such fault.
    pub last_fault: Option<String>,
}

#[derive(Debug)]
struct Endpoint {
    backend: Arc<dyn Backend>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    health: Health,
    /// Until then the others are asked first.
    resting_until: Option<Instant>,
}

impl Endpoint {
    fn new(backend: Arc<dyn Backend>) -> Self {
        let mut state = State::default();
        state.health.endpoint = backend.name().to_owned();
        let state = Mutex::new(state);
        Self { backend, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_resting(&self) -> bool {
        let until = self.state().resting_until;
        until.is_some_and(|until| Instant::now() < until)
    }

    fn succeeded(&self) {
        let mut state = self.state();
        state.health.successes += 1;
        state.health.failures_in_a_row = 0;
        state.resting_until = None;
    }

    fn failed(&self, fault: &Fault) {
        if !fault.blames_endpoint() {
            return;
        }
        let mut state = self.state();
        state.health.failures += 1;
        state.health.failures_in_a_row = state.health.failures_in_a_row.saturating_add(1);
        state.health.last_fault = Some(fault.to_string());
        state.resting_until = Some(Instant::now() + rest(state.health.failures_in_a_row));
    }
}

/// How long an endpoint is asked last after this many failures in a row.
fn rest(failures: u32) -> Duration {
    Duration::from_secs(1 << failures.min(6))
}

/// All endpoints of one kind.
#[derive(Debug)]
pub(super) struct Pool {
    role: Role,
    endpoints: Vec<Endpoint>,
}

impl Pool {
    pub(super) fn new(role: Role, backends: Vec<Arc<dyn Backend>>) -> Self {
        let endpoints = backends.into_iter().map(Endpoint::new).collect();
        Self { role, endpoints }
    }

    pub(super) fn health(&self) -> Vec<Health> {
        let health = |endpoint: &Endpoint| endpoint.state().health.clone();
        self.endpoints.iter().map(health).collect()
    }

    /// Tries `operation` until it succeeds or there is no sense in going on.
    pub(super) async fn run<O: Operation>(
        &self,
        mut operation: O,
        policy: &RetryPolicy,
        total: Duration,
    ) -> Result<O::Output, ClientError> {
        let (action, target, role) = (operation.action(), operation.target(), self.role);
        if self.endpoints.is_empty() {
            return Err(ClientError::NoEndpoint { action, target, role });
        }
        let mut tally = Tally::new(self.endpoints.len(), total);
        let rounds = self.rounds(&mut operation, policy, &mut tally);
        let ended = timeout(total, rounds).await;
        let gave_up = match ended {
            Ok(Ok(output)) => return Ok(output),
            Ok(Err(Ended::Here(error))) => return Err(error),
            Ok(Err(Ended::GaveUp(reason))) => reason,
            Err(_) => {
                tally.cut_short();
                GaveUp::Deadline(total)
            }
        };
        Err(ClientError::Endpoints { action, target, gave_up, failures: self.failures(tally) })
    }

    async fn rounds<O: Operation>(
        &self,
        operation: &mut O,
        policy: &RetryPolicy,
        tally: &mut Tally,
    ) -> Result<O::Output, Ended> {
        let (mut pauses, mut failed) = (policy.pauses(), 0);
        loop {
            if let Some(output) = self.round(operation, tally).await? {
                return Ok(output);
            }
            if operation.has_advanced() {
                (pauses, failed) = (policy.pauses(), 0);
            }
            failed += u32::from(!tally.awaits_fresh_blob());
            let Some(asked) = tally.shortest_pause() else {
                return Err(Ended::GaveUp(GaveUp::NobodyLeft));
            };
            if failed >= policy.rounds {
                return Err(Ended::GaveUp(GaveUp::Rounds));
            }
            sleep(pauses.next(asked)).await;
        }
    }

    /// Asks every endpoint that may be asked once, until one does it.
    async fn round<O: Operation>(
        &self,
        operation: &mut O,
        tally: &mut Tally,
    ) -> Result<Option<O::Output>, Ended> {
        for (index, endpoint) in self.in_order() {
            if tally.is_final(index) {
                continue;
            }
            tally.asking = Some(index);
            let change = operation.can_change_endpoint() && tally.others_can_be_asked(index);
            let patience = if change { tally.half_of_the_time() } else { Duration::MAX };
            let attempt = timeout(patience, operation.attempt(endpoint.backend.as_ref())).await;
            match attempt.unwrap_or(Err(Stop::Endpoint(Fault::Unfinished))) {
                Ok(output) => {
                    endpoint.succeeded();
                    return Ok(Some(output));
                }
                Err(Stop::Here(error)) => return Err(Ended::Here(error)),
                Err(Stop::Endpoint(fault)) => {
                    endpoint.failed(&fault);
                    tally.note(index, fault, operation.is_fresh());
                }
            }
        }
        Ok(None)
    }

    /// As configured, but those that failed lately last.
    fn in_order(&self) -> Vec<(usize, &Endpoint)> {
        let mut order: Vec<_> = self.endpoints.iter().enumerate().collect();
        order.sort_by_key(|(_, endpoint)| endpoint.is_resting());
        order
    }

    fn failures(&self, tally: Tally) -> Vec<Failure> {
        let failure = |(endpoint, noted): (&Endpoint, Option<Noted>)| {
            let noted = noted?;
            Some(Failure {
                endpoint: endpoint.backend.name().to_owned(),
                role: self.role,
                fault: noted.fault,
                tries: noted.tries,
            })
        };
        let pairs = self.endpoints.iter().zip(tally.noted);
        pairs.filter_map(failure).collect()
    }
}

/// Why the rounds ended without success.
enum Ended {
    Here(ClientError),
    GaveUp(GaveUp),
}

/// What the endpoints answered in one operation, in the order of the configuration.
#[derive(Debug)]
struct Tally {
    noted: Vec<Option<Noted>>,
    /// Who is being asked.
    asking: Option<usize>,
    begun: Instant,
    total: Duration,
}

#[derive(Debug)]
struct Noted {
    fault: Fault,
    tries: u32,
    recovery: Recovery,
}

impl Tally {
    fn new(endpoints: usize, total: Duration) -> Self {
        let noted = std::iter::repeat_with(|| None).take(endpoints).collect();
        Self { noted, asking: None, begun: Instant::now(), total }
    }

    /// Half of the time that is left, so that one endpoint cannot use up all of it.
    fn half_of_the_time(&self) -> Duration {
        self.total.saturating_sub(self.begun.elapsed()) / 2
    }

    fn others_can_be_asked(&self, index: usize) -> bool {
        (0..self.noted.len()).any(|other| other != index && !self.is_final(other))
    }

    /// Notes that time ran out on whoever was being asked.
    fn cut_short(&mut self) {
        if let Some(index) = self.asking {
            self.note(index, Fault::Unfinished, false);
        }
    }

    fn note(&mut self, index: usize, fault: Fault, fresh: bool) {
        self.asking = None;
        if let Some(slot) = self.noted.get_mut(index) {
            let tries = slot.as_ref().map_or(0, |noted| noted.tries) + 1;
            let recovery = fault.recovery(fresh);
            *slot = Some(Noted { fault, tries, recovery });
        }
    }

    fn recoveries(&self) -> impl Iterator<Item = Recovery> + '_ {
        self.noted.iter().flatten().map(|noted| noted.recovery)
    }

    fn is_final(&self, index: usize) -> bool {
        let noted = self.noted.get(index).and_then(Option::as_ref);
        noted.is_some_and(|noted| noted.recovery == Recovery::Final)
    }

    fn awaits_fresh_blob(&self) -> bool {
        self.recoveries().any(|recovery| recovery == Recovery::Stale)
    }

    /// The shortest pause that an endpoint asks for; `None` if none may be asked again.
    fn shortest_pause(&self) -> Option<Duration> {
        let pause = |recovery| match recovery {
            Recovery::Final => None,
            Recovery::Stale => Some(Duration::ZERO),
            Recovery::Retry(asked) => Some(asked),
        };
        self.recoveries().filter_map(pause).min()
    }
}
