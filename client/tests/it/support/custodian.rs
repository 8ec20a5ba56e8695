//! The custodian of the development chain's curriculum: it owns nothing and may create tasks.

use nocknock_client::{
    calls,
    primitives::{
        circuit::CircuitKind,
        ids::{BlockRoot, CircuitId, ExperimentId, PointBytes},
        model::RecipientSecret,
        score::Score,
        task::{Periods, Split, Terms},
    },
    Call, Client, CurriculumRules, Keys, Snapshot, TaskSpec,
};

/// A curriculum experiment, and the keys of its custodian.
pub(crate) struct Custodian {
    pub(crate) keys: Keys,
    pub(crate) experiment: ExperimentId,
    pub(crate) max_open: u32,
    pub(crate) rules: CurriculumRules,
}

impl Custodian {
    /// Finds one among the development accounts.
    pub(crate) async fn of(client: &Client) -> Self {
        let best = client.best().await.expect("an answer");
        let curriculum = best.curriculum().await.expect("an answer");
        let names = ["alice", "bob", "charlie", "dave", "eve", "ferdie"];
        let accounts = names.map(|name| Keys::development(name).expect("a development account"));
        for (experiment, entry) in curriculum {
            let keys = accounts.iter().find(|keys| Some(keys.account()) == entry.custodian);
            if let Some(keys) = keys {
                return Self {
                    keys: keys.clone(),
                    experiment,
                    max_open: entry.max_open,
                    rules: entry.rules,
                };
            }
        }
        panic!("no development account is custodian of a curriculum experiment");
    }

    /// The call that creates a task in its experiment.
    pub(crate) fn creation(&self, spec: &TaskSpec) -> Call {
        let spec = Box::new(spec.clone());
        calls::Tasks::create_task { experiment: self.experiment, spec }.into()
    }
}

/// A task that the custodian may create, of more blocks than a page of roots holds.
pub(crate) async fn spec(best: &Snapshot, rules: &CurriculumRules) -> TaskSpec {
    let (score_circuit, delivery_circuit) = circuits(best, rules).await;
    TaskSpec {
        terms: Terms {
            score_circuit,
            delivery_circuit,
            min_score: Score::new(1, 2),
            min_test_rows: rules.min_test_rows,
            reward: 0,
            shares: vec![10_000].try_into().expect("one share"),
            bond: 0,
            stake: 0,
            periods: Periods {
                publish: rules.min_periods.publish.saturating_mul(4),
                // A test that looks into the task a little later still finds it open.
                commit: rules.min_periods.commit.saturating_mul(40),
                ..rules.min_periods
            },
        },
        roots: (1..=70).map(root).collect::<Vec<_>>().try_into().expect("few enough roots"),
        split: Split::Drawn { test_blocks: 1 },
        recipient: PointBytes(RecipientSecret::curriculum().key().to_bytes()),
        encoding: rules.encoding,
    }
}

fn root(number: u8) -> BlockRoot {
    let mut bytes = [0; 32];
    bytes[31] = number;
    BlockRoot(bytes)
}

async fn circuits(best: &Snapshot, rules: &CurriculumRules) -> (CircuitId, CircuitId) {
    let circuits = best.circuits().await.expect("an answer");
    let active: Vec<_> = circuits.into_iter().filter(|(_, record)| record.is_active()).collect();
    let find = |fits: &dyn Fn(&CircuitKind) -> bool| {
        let found = active.iter().find(|(_, record)| fits(&record.info.kind));
        found.map(|(id, _)| *id)
    };
    let is_score = |kind: &CircuitKind| match kind {
        CircuitKind::Score(models) => rules.format.fits(models),
        CircuitKind::Delivery => false,
    };
    let score = find(&is_score);
    score.zip(find(&CircuitKind::is_delivery)).expect("circuits of score and delivery")
}
