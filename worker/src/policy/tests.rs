use super::*;
use crate::{chain::fake, config::Experiments};
use nocknock_client::NNK;
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitStatus},
    ids::{ContentHash, KeyId},
    limits::List,
    model::{names::named, Dense, Description},
};

const ME: AccountId = AccountId { 0: [1; 32] };

/// A configuration that takes the task of [`fake::open_task`], ten blocks before its deadline.
fn config() -> Config {
    let mut config = Config::default();
    config.limits.least_training_seconds = 5;
    config.proving.seconds_per_block = 2;
    config
}

fn clock() -> ChainClock {
    ChainClock { best: 100, slot: Duration::from_secs(1) }
}

const RICH: AccountStatus = AccountStatus { free: 1000 * NNK, may_work: true, known: true };

fn judged(
    config: &Config,
    account: AccountStatus,
    change: impl FnOnce(&mut Task),
) -> Result<Chosen, Decline> {
    let mut task = fake::open_task();
    change(&mut task);
    judge_beside(config, account, &Outstanding::default(), &task)
}

fn judge_beside(
    config: &Config,
    account: AccountStatus,
    outstanding: &Outstanding,
    task: &Task,
) -> Result<Chosen, Decline> {
    let circuit = record(CircuitKind::Score(task.architecture.clone()), ROWS);
    judge(config, &situation(account, outstanding), offer(task, Some(&circuit)))
}

/// Rows of the circuit of the task.
const ROWS: u32 = 5000;

fn record(kind: CircuitKind, constraints: u32) -> CircuitRecord {
    let (matrix_hash, key) = (ContentHash([1; 32]), KeyId([2; 32]));
    fake::record(&CircuitInfo { kind, constraints, matrix_hash, key })
}

fn situation(account: AccountStatus, outstanding: &Outstanding) -> Situation<'_> {
    Situation {
        worker: ME,
        clock: clock(),
        account,
        validators: ValidatorsPart::default(),
        free_memory_mib: Some(1000),
        outstanding,
    }
}

fn offer<'a>(task: &'a Task, circuit: Option<&'a CircuitRecord>) -> Offer<'a> {
    Offer { id: 7, task, circuit, budget: Some(1) }
}

/// A task whose score circuit has so many rows, on a machine with so much free memory.
fn judge_with_rows(
    config: &Config,
    task: &Task,
    rows: u32,
    free_memory_mib: Option<u64>,
) -> Result<Chosen, Decline> {
    let circuit = record(CircuitKind::Score(task.architecture.clone()), rows);
    let outstanding = Outstanding::default();
    let situation = Situation { free_memory_mib, ..situation(RICH, &outstanding) };
    judge(config, &situation, offer(task, Some(&circuit)))
}

fn declined(change: impl FnOnce(&mut Task)) -> Decline {
    judged(&config(), RICH, change).unwrap_err()
}

#[test]
fn a_task_within_the_policy_is_chosen_with_its_terms() {
    let chosen = judged(&config(), RICH, |_| ()).unwrap();
    let task = fake::open_task();
    assert_eq!((chosen.task, chosen.at), (7, 100));
    assert_eq!(Some(chosen.train_data), task.train_data);
    assert_eq!(chosen.score_circuit, task.terms.score_circuit);
    assert_eq!((chosen.architecture, chosen.score_rows), (task.architecture, ROWS));
    assert_eq!(chosen.encoding, task.encoding);
    assert_eq!(chosen.recipient.to_bytes(), task.recipient.0);
}

#[test]
fn only_open_tasks_of_others_are_chosen() {
    let not_open = declined(|task| task.opened_at = None);
    assert_eq!(not_open, Decline::NotOpenYet);
    assert!(not_open.may_change());
    assert_eq!(declined(|task| task.opened_at = Some(10)), Decline::Over);
    assert_eq!(declined(|task| task.requester = ME), Decline::Own);
}

#[test]
fn the_kind_of_the_task_must_be_wanted() {
    let mut config = config();
    config.policy.experiments = Experiments::Only(vec![99]);
    let refused = judged(&config, RICH, |_| ()).unwrap_err();
    assert!(matches!(refused, Decline::Experiment(_)));
    config.policy.experiments = Experiments::All;
    config.policy.sponsored = false;
    assert_eq!(judged(&config, RICH, |_| ()), Err(Decline::Sponsored));
    let curriculum = |task: &mut Task| task.funding = Funding::Curriculum;
    assert!(judged(&config, RICH, curriculum).is_ok());
    config.policy.curriculum = false;
    assert_eq!(judged(&config, RICH, curriculum), Err(Decline::Curriculum));
}

#[test]
fn curriculum_tasks_need_a_registration_and_no_money() {
    let poor = AccountStatus { free: 0, may_work: true, known: true };
    let stranger = AccountStatus { may_work: false, ..RICH };
    let curriculum = |task: &mut Task| task.funding = Funding::Curriculum;
    assert!(judged(&config(), poor, curriculum).is_ok());
    let refused = judged(&config(), stranger, curriculum);
    assert_eq!(refused, Err(Decline::NotRegistered));
}

#[test]
fn a_curriculum_task_with_nothing_set_aside_is_left_alone() {
    let outstanding = Outstanding::default();
    let mut task = fake::open_task();
    task.funding = Funding::Curriculum;
    let circuit = record(CircuitKind::Score(task.architecture.clone()), ROWS);
    for budget in [None, Some(0)] {
        let offer = Offer { budget, ..offer(&task, Some(&circuit)) };
        let refused = judge(&config(), &situation(RICH, &outstanding), offer).unwrap_err();
        assert_eq!(refused, Decline::NoBudget);
        assert!(!refused.may_change());
    }
    task.funding = Funding::Sponsored;
    let offer = Offer { budget: None, ..offer(&task, Some(&circuit)) };
    assert!(judge(&config(), &situation(RICH, &outstanding), offer).is_ok());
}

#[test]
fn money_at_stake_is_bounded() {
    assert!(matches!(declined(|task| task.terms.stake = 101 * NNK), Decline::Stake { .. }));
    let poor = AccountStatus { free: 10 * NNK, may_work: true, known: true };
    let refused = judged(&self::config(), poor, |task| task.terms.stake = 10 * NNK);
    let refused = refused.unwrap_err();
    assert!(matches!(refused, Decline::Funds { .. }) && refused.concerns_the_owner());
    assert!(judged(&self::config(), poor, |task| task.terms.stake = 9 * NNK).is_ok());
}

/// Of a reward of 1,000 tokens the first of two shares is 700, and the validators get a tenth.
#[test]
fn less_than_the_owner_asks_for_is_left_alone_after_the_validators_part() {
    let (mut config, mut task) = (config(), fake::open_task());
    task.terms.shares = List::truncate_from(vec![7_000, 3_000]);
    let circuit = record(CircuitKind::Score(task.architecture.clone()), ROWS);
    let (outstanding, most) = (Outstanding::default(), Tokens::whole(630));
    let judged = |config: &Config, task: &Task, budget| {
        let validators = ValidatorsPart { per_million: 100_000, least: 0 };
        let situation = Situation { validators, ..situation(RICH, &outstanding) };
        judge(config, &situation, Offer { budget, ..offer(task, Some(&circuit)) })
    };
    config.policy.least = most;
    assert!(judged(&config, &task, None).is_ok());
    assert_eq!(least_of(&config, &task), most.0);
    let least = Tokens(most.0 + 1);
    config.policy.least = least;
    assert_eq!(judged(&config, &task, None), Err(Decline::Reward { most, least }));
    task.funding = Funding::Curriculum;
    assert_eq!(judged(&config, &task, Some(most.0)), Err(Decline::Reward { most, least }));
    assert!(judged(&config, &task, Some(least.0)).is_ok());
    assert_eq!(least_of(&config, &task), 0);
}

#[test]
fn a_task_without_time_is_left_alone() {
    assert!(matches!(declined(|task| task.opened_at = Some(94)), Decline::CommitTime { .. }));
    let blocks = |task: &mut Task| task.test_blocks = 6;
    assert!(matches!(declined(blocks), Decline::ProveTime { .. }));
}

/// A proof of two seconds and 13 blocks of one second must fit into three quarters of a turn: three
/// for the key with the only chunk, and ten that nobody fills for less than the model.
#[test]
fn a_task_whose_turns_are_too_short_to_deliver_in_is_left_alone() {
    let turn = Duration::from_secs(19);
    let short = declined(|task| task.terms.periods.deliver = 19);
    assert_eq!(short, Decline::DeliverTime { turn, chunks: 1 });
    assert!(!short.may_change());
    let enough = judged(&config(), RICH, |task| task.terms.periods.deliver = 20);
    assert!(enough.is_ok());
}

/// Deliveries of the curriculum go before calls that pay, so nobody keeps them out by filling
/// blocks; and everybody may read the models.
#[test]
fn a_turn_of_the_curriculum_needs_no_blocks_to_spare() {
    let curriculum = |deliver| {
        judged(&config(), RICH, |task| {
            task.funding = Funding::Curriculum;
            task.terms.periods.deliver = deliver;
        })
    };
    assert!(matches!(curriculum(6), Err(Decline::DeliverTime { .. })));
    assert!(curriculum(7).is_ok());
}

/// Two more chunks take four blocks more.
#[test]
fn a_turn_must_leave_time_for_every_chunk() {
    let mut task = fake::open_task();
    task.architecture = named("mnist-784x128x10").unwrap();
    task.terms.periods.deliver = 25;
    let turn = Duration::from_secs(25);
    let refused = judge_with_rows(&config(), &task, ROWS, None);
    assert_eq!(refused, Err(Decline::DeliverTime { turn, chunks: 3 }));
    task.terms.periods.deliver = 26;
    assert!(judge_with_rows(&config(), &task, ROWS, None).is_ok());
}

/// Four proofs of two seconds are sent in two calls, or in as many as the batch makes of them.
#[test]
fn a_round_must_leave_two_blocks_for_each_call() {
    let (mut config, mut task) = (config(), fake::open_task());
    task.architecture = named("embed-512x10").unwrap();
    task.test_blocks = 4;
    for (batch, least) in [(32, 12), (1, 16)] {
        config.proving.batch = batch;
        task.terms.periods.prove = least - 1;
        let refused = judge_with_rows(&config, &task, ROWS, None);
        assert!(matches!(refused, Err(Decline::ProveTime { .. })), "{refused:?}");
        task.terms.periods.prove = least;
        assert!(judge_with_rows(&config, &task, ROWS, None).is_ok(), "{batch}");
    }
}

/// Of six proofs and as many of the champion, a newcomer sends four at a time: that takes four
/// blocks more.
#[test]
fn a_newcomer_needs_more_blocks_for_its_calls_in_the_curriculum() {
    let mut task = fake::open_task();
    task.funding = Funding::Curriculum;
    task.test_blocks = 6;
    let config = config();
    let blocks =
        |known, task: &Task| blocks_to_send(&config.proving, AccountStatus { known, ..RICH }, task);
    assert_eq!((blocks(true, &task), blocks(false, &task)), (2, 6));
    task.funding = Funding::Sponsored;
    assert_eq!((blocks(true, &task), blocks(false, &task)), (2, 2));
}

/// Two test blocks take four proofs of two seconds, which are sent in two blocks.
#[test]
fn a_round_of_the_curriculum_must_leave_time_for_the_champion_too() {
    let with_round = |funding, prove| {
        judged(&config(), RICH, |task| {
            task.funding = funding;
            task.terms.periods.prove = prove;
        })
    };
    assert!(with_round(Funding::Sponsored, 6).is_ok());
    let refused = with_round(Funding::Curriculum, 9);
    assert!(matches!(refused, Err(Decline::ProveTime { proofs: 4, .. })), "{refused:?}");
    assert!(with_round(Funding::Curriculum, 10).is_ok());
}

/// Three proofs of 5 ms for each worker, twice, in blocks of 375 ms. However many workers there
/// are, 64 are asked at a time.
#[test]
fn a_task_with_more_workers_than_the_chain_can_check_is_left_alone() {
    let mut config = config();
    config.proving.seconds_per_block = 1;
    let judged = |committed, prove| {
        judged(&config, RICH, |task| {
            task.test_blocks = 3;
            task.committed = committed;
            task.terms.periods.prove = prove;
        })
    };
    assert!(judged(61, 5).is_ok());
    let refused = judged(62, 5).unwrap_err();
    assert_eq!(refused, Decline::Crowded { phase: Duration::from_secs(5) });
    assert!(refused.may_change(), "some may take their commitments back");
    assert!(judged(u32::MAX, 5).is_err());
    assert!(judged(u32::MAX, 6).is_ok());
}

/// Two test blocks in a round of ten seconds, of which two are for sending.
#[test]
fn a_large_circuit_takes_longer_by_its_rows() {
    let (config, task) = (config(), fake::open_task());
    let reference = 1 << 18;
    assert!(judge_with_rows(&config, &task, reference * 2, None).is_ok());
    let refused = judge_with_rows(&config, &task, reference * 2 + 1, None);
    assert!(matches!(refused, Err(Decline::ProveTime { .. })), "{refused:?}");
    assert_eq!(time_of_proof(&config.proving, 7), Duration::from_secs(2));
}

/// A proof takes 2304 bytes for each row.
#[test]
fn a_proof_that_does_not_fit_into_memory_is_not_promised() {
    let (mut config, task, rows) = (config(), fake::open_task(), 455_112);
    assert_eq!((memory_to_prove(rows), memory_to_prove(925_416)), (1000, 2033));
    assert_eq!(memory_beside_key(rows), 833);
    let memory = |config: &Config, free| judge_with_rows(config, &task, rows, free);
    let refused = memory(&config, Some(999)).unwrap_err();
    assert_eq!(refused, Decline::Memory { shape: "tiny-4x3x2".into(), needed: 1000 });
    assert!(refused.may_change() && refused.concerns_the_owner());
    assert!(memory(&config, Some(1000)).is_ok());
    assert!(memory(&config, None).is_ok(), "the system does not tell");
    config.limits.proofs = 2;
    let refused = memory(&config, Some(1999));
    assert!(matches!(refused, Err(Decline::Memory { needed: 2000, .. })), "{refused:?}");
}

#[test]
fn a_circuit_whose_proofs_are_refused_is_not_relied_on() {
    let (task, outstanding) = (fake::open_task(), Outstanding::default());
    let right = record(CircuitKind::Score(task.architecture.clone()), ROWS);
    let disabled = CircuitRecord { status: CircuitStatus::Disabled, ..right.clone() };
    let other = record(CircuitKind::Score(named("digits-64x32x10").unwrap()), ROWS);
    let delivery = record(CircuitKind::Delivery, ROWS);
    let judged = |circuit| judge(&config(), &situation(RICH, &outstanding), offer(&task, circuit));
    assert!(judged(Some(&right)).is_ok());
    for wrong in [None, Some(&disabled), Some(&other), Some(&delivery)] {
        assert_eq!(judged(wrong), Err(Decline::Circuit(task.terms.score_circuit)));
    }
}

/// Two test blocks at two seconds each, in a round of ten seconds, the last two for sending.
#[test]
fn the_proofs_of_all_chosen_tasks_must_fit_into_a_round() {
    let (mut config, task) = (config(), fake::open_task());
    let mut outstanding = Outstanding::default();
    for _ in 0..2 {
        let chosen = judge_beside(&config, RICH, &outstanding, &task);
        outstanding.add(&chosen.expect("there is time for two"));
    }
    let refused = judge_beside(&config, RICH, &outstanding, &task).unwrap_err();
    let phase = Duration::from_secs(10);
    assert_eq!(refused, Decline::Busy { phase });
    assert!(refused.may_change());
    config.limits.proofs = 2;
    let third = judge_beside(&config, RICH, &outstanding, &task);
    outstanding.add(&third.expect("two are proved at a time"));
    // However eight proofs of two seconds are shared out, they take nine seconds at most.
    let refused = judge_beside(&config, RICH, &outstanding, &task);
    assert_eq!(refused, Err(Decline::Busy { phase }));
}

/// Two proofs of the own model and two of the champion fill a round of ten seconds.
#[test]
fn the_champions_proofs_take_the_time_of_other_tasks() {
    let (config, task) = (config(), fake::open_task());
    let crowned = Task { funding: Funding::Curriculum, ..task.clone() };
    let beside = |first: &Task, second: &Task| {
        let mut outstanding = Outstanding::default();
        let chosen = judge_beside(&config, RICH, &outstanding, first);
        outstanding.add(&chosen.expect("there is time for one"));
        judge_beside(&config, RICH, &outstanding, second)
    };
    assert!(beside(&task, &task).is_ok());
    let busy = Err(Decline::Busy { phase: Duration::from_secs(10) });
    assert_eq!(beside(&crowned, &task), busy);
    assert_eq!(beside(&task, &crowned), busy);
}

/// Two test blocks and three more take ten seconds.
#[test]
fn a_round_that_the_proofs_of_all_tasks_fill_leaves_no_time_to_send_the_last_ones() {
    let (config, mut task) = (config(), fake::open_task());
    let mut outstanding = Outstanding::default();
    let chosen = judge_beside(&config, RICH, &outstanding, &task);
    outstanding.add(&chosen.unwrap());
    task.test_blocks = 3;
    assert!(judge_beside(&config, RICH, &Outstanding::default(), &task).is_ok());
    let refused = judge_beside(&config, RICH, &outstanding, &task);
    assert_eq!(refused, Err(Decline::Busy { phase: Duration::from_secs(10) }));
}

#[test]
fn more_proofs_at_a_time_do_not_make_the_proofs_of_one_task_faster() {
    let mut config = config();
    config.limits.proofs = 4;
    let refused = judged(&config, RICH, |task| task.test_blocks = 6);
    assert!(matches!(refused, Err(Decline::ProveTime { .. })));
}

#[test]
fn a_long_round_does_not_take_the_time_of_a_short_one() {
    let (config, mut task) = (config(), fake::open_task());
    task.test_blocks = 4;
    let mut outstanding = Outstanding::default();
    let short = judge_beside(&config, RICH, &outstanding, &task);
    outstanding.add(&short.unwrap());
    task.terms.periods.prove = 1000;
    let refused = judge_beside(&config, RICH, &outstanding, &task);
    assert!(matches!(refused, Err(Decline::Busy { .. })));
    let alone = judge_beside(&config, RICH, &Outstanding::default(), &task);
    assert!(alone.is_ok());
}

#[test]
fn a_stake_that_is_not_held_yet_is_not_spent_twice() {
    let (config, mut task) = (config(), fake::open_task());
    task.terms.periods.prove = 1000;
    let account = AccountStatus { free: 11 * NNK, may_work: true, known: true };
    let mut outstanding = Outstanding::default();
    for _ in 0..2 {
        let chosen = judge_beside(&config, account, &outstanding, &task);
        outstanding.add(&chosen.expect("there are tokens for two and the reserve"));
    }
    let refused = judge_beside(&config, account, &outstanding, &task).unwrap_err();
    let free = Tokens(NNK);
    assert!(matches!(refused, Decline::Funds { free: left, .. } if left == free));
}

#[test]
fn unwanted_shapes_are_left_alone() {
    let mut config = config();
    config.policy.shapes = vec!["digits-64x32x10".into()];
    let refused = judged(&config, RICH, |_| ()).unwrap_err();
    assert_eq!(refused, Decline::Shape("tiny-4x3x2".into()));
    config.policy.shapes.push("tiny-4x3x2".into());
    assert!(judged(&config, RICH, |_| ()).is_ok());
}

/// What binds is the architecture; a name is for people.
#[test]
fn an_architecture_without_a_name_is_taken_unless_others_are_wanted() {
    let mut config = config();
    let unnamed = |task: &mut Task| {
        let hidden = vec![Dense { units: 4, ..task.architecture.hidden[0] }];
        let description = Description {
            hidden: List::truncate_from(hidden),
            ..Description::clone(&task.architecture)
        };
        task.architecture = Architecture::new(description).unwrap();
    };
    assert!(judged(&config, RICH, unnamed).is_ok());
    config.policy.shapes = vec!["tiny-4x3x2".into()];
    assert_eq!(judged(&config, RICH, unnamed), Err(Decline::Shape("4x4x2".into())));
}

#[test]
fn models_that_answer_with_labels_are_left_alone() {
    let judge =
        |name: &str| judged(&config(), RICH, |task| task.architecture = named(name).unwrap());
    let name = "tiny-4x3x3-labels";
    assert_eq!(judge(name), Err(Decline::Head(name.into())));
    for name in ["tiny-4x3-error", "tiny-4x3-within"] {
        assert!(judge(name).is_ok(), "{name}");
    }
}

#[test]
fn a_recipient_that_is_no_key_is_refused() {
    let refused = judged(&config(), RICH, |task| task.recipient.0 = [0; 64]);
    assert_eq!(refused, Err(Decline::NoRecipient));
}
