//! Which faults the store pretends to have, and when.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rand::{rngs::StdRng, Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// A way in which a publisher or aggregator fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fault {
    /// 503 with an error in JSON.
    Unavailable,
    /// 504 with an error in JSON.
    GatewayTimeout,
    /// 429 with plain text.
    TooManyRequests,
    /// 451 with an error in JSON.
    Blocked,
    /// 404 for a blob that exists. Reads only.
    StaleNotFound,
    /// One bit of the body is wrong. GET only.
    WrongBytes,
    /// A pause in the middle of the body.
    Slow,
    /// The connection ends in the middle of the body. A blob sent is stored nevertheless.
    BrokenConnection,
}

impl Fault {
    /// Every fault, in the order in which rates are drawn.
    pub const ALL: [Self; 8] = [
        Self::Unavailable,
        Self::GatewayTimeout,
        Self::TooManyRequests,
        Self::Blocked,
        Self::StaleNotFound,
        Self::WrongBytes,
        Self::Slow,
        Self::BrokenConnection,
    ];

    fn applies_to(self, request: RequestKind) -> bool {
        match self {
            Self::StaleNotFound => request != RequestKind::Write,
            Self::WrongBytes => request == RequestKind::Get,
            Self::BrokenConnection => request != RequestKind::Head,
            _ => true,
        }
    }
}

/// Which requests a scripted fault waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Requests {
    /// Reads and writes.
    #[default]
    All,
    /// GET and HEAD.
    Reads,
    /// PUT.
    Writes,
}

impl Requests {
    fn include(self, request: RequestKind) -> bool {
        match self {
            Self::All => true,
            Self::Reads => request != RequestKind::Write,
            Self::Writes => request == RequestKind::Write,
        }
    }
}

/// A fault that the next requests meet for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScriptedFault {
    /// The fault.
    pub fault: Fault,
    /// How many requests meet it.
    pub requests: u32,
    /// Which requests count; those that the fault cannot apply to never do.
    #[serde(default)]
    pub on: Requests,
}

/// What the store is to pretend. Scripted faults come first, in order; requests that none of them
/// waits for meet at most one fault by chance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct FaultPlan {
    /// Where the chances start; equal seeds and requests give equal faults.
    pub seed: u64,
    /// The probability of each fault, together at most 1.
    pub rates: BTreeMap<Fault, f64>,
    /// Faults that the next requests meet.
    pub script: Vec<ScriptedFault>,
    /// How long `slow` pauses.
    pub slow_millis: u64,
}

impl Default for FaultPlan {
    fn default() -> Self {
        Self { seed: 0, rates: BTreeMap::new(), script: Vec::new(), slow_millis: 500 }
    }
}

/// The rates of a plan are no probabilities.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum FaultPlanError {
    /// A single rate is out of range.
    #[error("the rate of {fault:?} is {rate}: give a number from 0 to 1")]
    Rate {
        /// The fault.
        fault: Fault,
        /// Its rate.
        rate: f64,
    },
    /// The rates together are.
    #[error("the rates add up to {0}: a request meets one fault at most, so keep the sum at 1")]
    Sum(f64),
}

impl FaultPlan {
    /// A plan in which every fault is equally likely and `rate` of all requests meet one.
    pub fn uniform(rate: f64, seed: u64) -> Self {
        let each = rate / Fault::ALL.len() as f64;
        Self { seed, rates: Fault::ALL.map(|fault| (fault, each)).into(), ..Self::default() }
    }

    /// Checks the rates.
    pub fn validate(&self) -> Result<(), FaultPlanError> {
        for (&fault, &rate) in &self.rates {
            if !(0.0..=1.0).contains(&rate) {
                return Err(FaultPlanError::Rate { fault, rate });
            }
        }
        let sum: f64 = self.rates.values().sum();
        if sum > 1.0 + 1e-9 {
            Err(FaultPlanError::Sum(sum))
        } else {
            Ok(())
        }
    }
}

/// The kinds of request that faults tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestKind {
    Get,
    Head,
    Write,
}

/// The faults of a running store. They can be changed at any time.
#[derive(Debug)]
pub struct Faults(Mutex<State>);

#[derive(Debug)]
struct State {
    plan: FaultPlan,
    random: StdRng,
    injected: BTreeMap<Fault, u64>,
}

impl Faults {
    pub(super) fn new(plan: FaultPlan) -> Result<Self, FaultPlanError> {
        plan.validate()?;
        Ok(Self(Mutex::new(State {
            random: StdRng::seed_from_u64(plan.seed),
            plan,
            injected: BTreeMap::new(),
        })))
    }

    /// Replaces the plan. Counts go on.
    pub fn set(&self, plan: FaultPlan) -> Result<(), FaultPlanError> {
        plan.validate()?;
        let mut state = self.state();
        state.random = StdRng::seed_from_u64(plan.seed);
        state.plan = plan;
        Ok(())
    }

    /// Ends all faults.
    pub fn clear(&self) {
        self.state().plan = FaultPlan::default();
    }

    /// Lets the next requests of a kind meet a fault, after those that are scripted already.
    pub fn next(&self, fault: Fault, requests: u32, on: Requests) {
        self.state().plan.script.push(ScriptedFault { fault, requests, on });
    }

    /// The plan with what is left of its script.
    pub fn plan(&self) -> FaultPlan {
        self.state().plan.clone()
    }

    /// How many requests have met each fault since the store was started.
    pub fn injected(&self) -> BTreeMap<Fault, u64> {
        self.state().injected.clone()
    }

    /// The fault that this request meets, and how long a pause is.
    pub(super) fn draw(&self, request: RequestKind) -> Option<(Fault, Duration)> {
        let mut state = self.state();
        let fault = match state.scripted(request) {
            Some(fault) => fault,
            None => state.by_chance()?,
        };
        if !fault.applies_to(request) {
            return None;
        }
        *state.injected.entry(fault).or_default() += 1;
        Some((fault, Duration::from_millis(state.plan.slow_millis)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn scripted(&mut self, request: RequestKind) -> Option<Fault> {
        let waits = |entry: &ScriptedFault| {
            entry.requests > 0 && entry.on.include(request) && entry.fault.applies_to(request)
        };
        let entry = self.plan.script.iter_mut().find(|entry| waits(entry))?;
        entry.requests -= 1;
        let fault = entry.fault;
        self.plan.script.retain(|entry| entry.requests > 0);
        Some(fault)
    }

    fn by_chance(&mut self) -> Option<Fault> {
        let mut left: f64 = self.random.random();
        self.plan.rates.iter().find_map(|(fault, rate)| {
            left -= rate;
            (left < 0.0).then_some(*fault)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(faults: &Faults, request: RequestKind, count: usize) -> Vec<Option<Fault>> {
        let draw = |_| faults.draw(request).map(|(fault, _)| fault);
        (0..count).map(draw).collect()
    }

    #[test]
    fn a_script_is_met_in_order_by_the_requests_it_waits_for() {
        let faults = Faults::new(FaultPlan::default()).unwrap();
        faults.next(Fault::Blocked, 1, Requests::Writes);
        faults.next(Fault::WrongBytes, 2, Requests::All);
        let blocked = Some(Fault::Blocked);
        let wrong = Some(Fault::WrongBytes);
        assert_eq!(draws(&faults, RequestKind::Head, 1), [None]);
        assert_eq!(draws(&faults, RequestKind::Get, 1), [wrong]);
        assert_eq!(draws(&faults, RequestKind::Write, 2), [blocked, None]);
        assert_eq!(draws(&faults, RequestKind::Get, 2), [wrong, None]);
        assert_eq!(faults.injected(), [(Fault::Blocked, 1), (Fault::WrongBytes, 2)].into());
        assert!(faults.plan().script.is_empty());
    }

    #[test]
    fn rates_are_met_about_as_often_and_repeatably() {
        let draw = || {
            let faults = Faults::new(FaultPlan::uniform(0.4, 7)).unwrap();
            draws(&faults, RequestKind::Get, 4000)
        };
        let first = draw();
        let hit = first.iter().flatten().count();
        assert!((1400..1800).contains(&hit), "{hit}");
        for fault in Fault::ALL {
            assert!(first.contains(&Some(fault)), "{fault:?}");
        }
        assert_eq!(first, draw());
    }

    #[test]
    fn rates_that_are_no_probabilities_are_refused() {
        let plan = |rate| FaultPlan { rates: [(Fault::Slow, rate)].into(), ..FaultPlan::default() };
        for rate in [-0.1, 1.1, f64::NAN] {
            assert!(matches!(
                plan(rate).validate(),
                Err(FaultPlanError::Rate { fault: Fault::Slow, .. })
            ));
        }
        assert!(matches!(FaultPlan::uniform(1.5, 0).validate(), Err(FaultPlanError::Sum(_))));
        assert_eq!(plan(1.0).validate(), Ok(()));
    }

    #[test]
    fn a_plan_is_json_in_camel_case() {
        let json = r#"{"seed":3,"rates":{"gatewayTimeout":0.5},"script":[{"fault":"brokenConnection","requests":2,"on":"reads"}]}"#;
        let plan: FaultPlan = serde_json::from_str(json).unwrap();
        assert_eq!(plan.rates, [(Fault::GatewayTimeout, 0.5)].into());
        assert_eq!(plan.script[0].on, Requests::Reads);
        assert_eq!(plan.slow_millis, 500);
        assert!(serde_json::from_str::<FaultPlan>(r#"{"rate":{}}"#).is_err());
    }
}
