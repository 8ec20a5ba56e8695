use super::*;
use crate::state::{ChampionFact, ScoreFact};
use nocknock_client::{Reference, NNK};
use nocknock_primitives::{
    claim::RoundClock,
    ids::{
        BlobId, CiphertextHash, CircuitId, ContentHash, KeyCommitment, ModelCommitment, PointBytes,
    },
    limits::List,
    model::names::named,
    score::Score,
    task::{
        Funding, Held, Outcome, Periods, Ranked, SealedKeyBytes, SealedModelKey, Settlement, Terms,
        TestBlock,
    },
};

const ME: AccountId = AccountId { 0: [1; 32] };
const OTHER: AccountId = AccountId { 0: [2; 32] };
const MODEL: ModelCommitment = ModelCommitment([3; 32]);
const CHAMPION: ModelCommitment = ModelCommitment([9; 32]);
const KEY: KeyCommitment = KeyCommitment([4; 32]);
const CIPHERTEXT: CiphertextHash = CiphertextHash([5; 32]);
/// Blocks of the phases of [`task`]: it opens in 100, is revealed in 117 and asks in 121; every
/// period lasts 10. In the blocks of asking and settling the sweep is late.
const OPEN: BlockNumber = 105;
const REVEAL: BlockNumber = 115;
const CLAIM: BlockNumber = 118;
const ASK: BlockNumber = 135;
const PROVE: BlockNumber = 122;
const SETTLE: BlockNumber = 140;
const DELIVER: BlockNumber = 143;
const SECOND_TURN: BlockNumber = 153;
const DONE: BlockNumber = 175;
/// What the model scores, of 40 rows. Always the same answer would be right on 30.
const POINTS: u32 = 36;
const CHOICES: Choices = Choices { batch: 32, least: 0 };

fn task() -> Task {
    Task {
        experiment: 1,
        requester: OTHER,
        funding: Funding::Sponsored,
        terms: Terms {
            score_circuit: CircuitId([5; 32]),
            delivery_circuit: CircuitId([6; 32]),
            min_score: Score::new(1, 2),
            min_test_rows: 1,
            reward: 1000,
            shares: List::truncate_from(vec![10_000]),
            bond: 10,
            stake: 5,
            periods: Periods {
                publish: 10,
                commit: 10,
                reveal: 10,
                claim: 10,
                prove: 10,
                deliver: 10,
            },
        },
        architecture: named("tiny-4x3x2").unwrap(),
        recipient: PointBytes([7; 64]),
        encoding: ContentHash([8; 32]),
        blocks: 5,
        test_blocks: 2,
        tests: List::truncate_from(vec![test(1, None), test(4, None)]),
        train_data: Some(BlobId([7; 32])),
        created_at: 100,
        seed: 0,
        draw_by: 100,
        drawn_at: Some(100),
        opened_at: Some(100),
        revealed_at: None,
        label_counts: List::truncate_from(vec![30, 10]),
        baseline: 30,
        committed: 2,
        claimed: 0,
        waiting: 0,
        next_claim: None,
        last_paid: None,
        round: None,
        reference: None,
        proved: 0,
        open_commitments: 2,
        next_sequence: 2,
        held: Held { escrow: 1000, bond: 10, record: 0 },
        settlement: None,
    }
}

fn test(index: BlockIndex, rows: Option<u32>) -> TestBlock {
    TestBlock { index, rows }
}

/// The test blocks are revealed, and nobody has claimed anything.
fn revealed() -> Task {
    Task {
        tests: List::truncate_from(vec![test(1, Some(20)), test(4, Some(20))]),
        revealed_at: Some(117),
        ..task()
    }
}

/// Both workers have claimed, and nobody was asked.
fn claimed() -> Task {
    let next_claim = Some(ClaimKey::new(POINTS, 0));
    Task { claimed: 2, waiting: 2, next_claim, ..revealed() }
}

/// Both workers were asked for their proofs.
fn asked() -> Task {
    let round = Some(RoundClock { number: 1, began: 121, open: 2 });
    Task { claimed: 2, round, ..revealed() }
}

/// Every claim is proved or has failed.
fn over_with_proofs() -> Task {
    let round = Some(RoundClock { number: 1, began: 121, open: 0 });
    Task { proved: 1, round, ..asked() }
}

fn settled(outcome: Outcome, ranked: u32) -> Task {
    Task {
        settlement: Some(Settlement {
            outcome,
            at: 142,
            ranked,
            turn: 0,
            turn_began: 142,
            paid: 0,
            finished_at: None,
        }),
        ..over_with_proofs()
    }
}

fn commitment(claim: ClaimState, proved: u32) -> Commitment {
    Commitment {
        model: MODEL,
        key: KEY,
        ciphertext: CIPHERTEXT,
        at: 104,
        sequence: 0,
        least: 0,
        claim,
        proved,
        correct: 0,
    }
}

fn ranked(sequence: u32, worker: AccountId) -> Ranked<AccountId, Balance> {
    Ranked { worker, correct: POINTS, sequence, least: 0, amount: 0, bits: 0, delivered: false }
}

fn ranking(workers: &[AccountId]) -> Ranking {
    let entries = (0..).zip(workers).map(|(sequence, worker)| ranked(sequence, *worker));
    List::truncate_from(entries.collect())
}

/// A delivery of so many chunks, without the key.
fn uploaded(chunks: u32) -> Delivery {
    Delivery { model: MODEL, key: KEY, ciphertext: CIPHERTEXT, chunks, begun_at: 144, sealed: None }
}

fn delivered() -> Delivery {
    let key = SealedKeyBytes { ephemeral: PointBytes([6; 64]), masked_key: [6; 32] };
    let sealed = SealedModelKey { key, attestation: Default::default(), at: 145 };
    Delivery { sealed: Some(sealed), ..uploaded(1) }
}

fn view(now: BlockNumber, task: Task) -> TaskView {
    TaskView {
        now,
        worker: ME,
        task: Some(task),
        commitment: None,
        claims: Vec::new(),
        ranking: ranking(&[]),
        delivery: None,
        mint: None,
        circuits: UsableCircuits { of_task: true, of_champion: true },
        validators: ValidatorsPart::default(),
        free_calls: FreeCalls::default(),
    }
}

/// The view of a worker that has said nothing.
fn silent_view(now: BlockNumber, task: Task) -> TaskView {
    TaskView { commitment: Some(commitment(ClaimState::Silent, 0)), ..view(now, task) }
}

/// The view of a worker that is asked for its proofs, of which the chain has some.
fn asked_view(now: BlockNumber, task: Task, proved: u32) -> TaskView {
    let commitment = Some(commitment(ClaimState::Asked(POINTS), proved));
    TaskView { commitment, ..view(now, task) }
}

/// The view of a worker that has proved its claim.
fn proved_view(now: BlockNumber, task: Task) -> TaskView {
    TaskView { commitment: Some(commitment(ClaimState::Proved, 0b11)), ..view(now, task) }
}

fn ranked_view(now: BlockNumber, workers: &[AccountId]) -> TaskView {
    TaskView { ranking: ranking(workers), ..proved_view(now, settled(Outcome::Ranked, 2)) }
}

/// A journal of a worker that has committed.
fn committed() -> Progress {
    Progress {
        data: true,
        model: true,
        commitment: Some(MODEL),
        committed: true,
        ..Progress::default()
    }
}

/// What the model scores, and a champion with so many points.
fn score(champion: Option<u32>) -> ScoreFact {
    let champion = champion.map(|points| ChampionFact {
        model: CHAMPION,
        circuit: CircuitId([5; 32]),
        points,
    });
    ScoreFact { blocks: [(1, POINTS / 2), (4, POINTS / 2)].into(), champion }
}

fn scored() -> Progress {
    Progress { score: Some(score(None)), ..committed() }
}

/// A journal of a worker that was asked, and has proofs of these blocks.
fn proved(blocks: &[BlockIndex]) -> Progress {
    let proofs = blocks.iter().copied().collect();
    Progress { proofs, claim: ClaimStage::Asked, ..scored() }
}

fn complete() -> Progress {
    Progress { claim: ClaimStage::Proved, ..proved(&[1, 4]) }
}

fn sealed() -> Progress {
    Progress { sealed: true, copied: true, ..complete() }
}

fn next(journal: &Progress, view: &TaskView) -> Action {
    next_action(journal, view, &CHOICES)
}

fn submit(blocks: &[BlockIndex]) -> Action {
    Action::SubmitScores { own: blocks.to_vec(), champion: Vec::new() }
}

#[test]
fn the_phases_of_the_example_are_where_the_constants_say() {
    assert_eq!(task().phase(OPEN), Phase::Open);
    assert_eq!(task().phase(REVEAL), Phase::Reveal);
    assert_eq!(revealed().phase(CLAIM), Phase::Claim);
    assert_eq!(claimed().phase(CLAIM), Phase::Ask);
    assert_eq!(claimed().phase(ASK), Phase::Ask);
    assert_eq!(asked().phase(PROVE), Phase::Prove);
    assert_eq!(over_with_proofs().phase(SETTLE), Phase::Settle);
    let ranked = settled(Outcome::Ranked, 2);
    assert_eq!(ranked.phase(DELIVER), Phase::Deliver { rank: 0 });
    assert_eq!(ranked.phase(SECOND_TURN), Phase::Deliver { rank: 1 });
    assert_eq!(ranked.phase(DONE), Phase::Done);
}

/// The task in each of its phases.
fn all_phases() -> [(BlockNumber, Task); 9] {
    [
        (OPEN, task()),
        (REVEAL, task()),
        (CLAIM, revealed()),
        (ASK, claimed()),
        (PROVE, asked()),
        (SETTLE, over_with_proofs()),
        (DELIVER, settled(Outcome::Ranked, 2)),
        (SECOND_TURN, settled(Outcome::Ranked, 2)),
        (DONE, settled(Outcome::Ranked, 2)),
    ]
}

const ALL_CLAIMS: [ClaimState; 5] = [
    ClaimState::Silent,
    ClaimState::Claimed(POINTS),
    ClaimState::Asked(POINTS),
    ClaimState::Proved,
    ClaimState::Failed,
];

/// Whatever chain and journal say, nothing is sent that the chain refuses in this phase.
#[test]
fn each_message_is_sent_in_its_phase_with_the_claim_that_it_needs() {
    let mut seen = 0;
    for (now, task) in all_phases() {
        for claim in ALL_CLAIMS {
            for journal in [committed(), scored(), proved(&[1]), proved(&[1, 4]), sealed()] {
                for funding in [Funding::Sponsored, Funding::Curriculum] {
                    for workers in [&[][..], &[ME, OTHER][..], &[OTHER, ME][..]] {
                        let task = Task { funding, ..task.clone() };
                        let phase = task.phase(now);
                        let view = TaskView {
                            commitment: Some(commitment(claim, 0)),
                            ranking: ranking(workers),
                            ..view(now, task)
                        };
                        let action = next(&journal, &view);
                        let fits = match &action {
                            Action::Claim(_) | Action::Concede(_) => {
                                phase == Phase::Claim && claim == ClaimState::Silent
                            }
                            Action::Ask => {
                                phase == Phase::Ask && claim == ClaimState::Claimed(POINTS)
                            }
                            Action::Prove(_) | Action::SubmitScores { .. } => {
                                phase == Phase::Prove && claim == ClaimState::Asked(POINTS)
                            }
                            Action::Settle => phase == Phase::Settle,
                            Action::SealKey | Action::UploadChunk(_) | Action::Deliver => {
                                matches!(phase, Phase::Deliver { .. })
                            }
                            Action::FetchData | Action::Train | Action::Seal | Action::Commit => {
                                false
                            }
                            _ => true,
                        };
                        assert!(fits, "{phase:?} {claim:?} {funding:?}: {action:?}");
                        seen += usize::from(action.is_sent());
                    }
                }
            }
        }
    }
    assert!(seen > 40, "only {seen} messages");
}

#[test]
fn each_missing_step_before_the_commitment_is_taken_in_order() {
    let open = view(OPEN, task());
    let mut journal = Progress::default();
    assert_eq!(next(&journal, &open), Action::FetchData);
    journal.data = true;
    assert_eq!(next(&journal, &open), Action::Train);
    journal.model = true;
    assert_eq!(next(&journal, &open), Action::Seal);
    journal.commitment = Some(MODEL);
    assert_eq!(next(&journal, &open), Action::Commit);
}

#[test]
fn a_commitment_that_a_reorganisation_removed_is_sent_again_with_the_same_key() {
    assert_eq!(next(&committed(), &view(OPEN, task())), Action::Commit);
}

#[test]
fn a_commitment_is_noted_when_it_is_first_seen_in_whatever_phase() {
    let journal = Progress { committed: false, ..committed() };
    for (now, task) in all_phases() {
        let view = silent_view(now, task);
        assert_eq!(next(&journal, &view), Action::NoteCommitted, "{now}");
    }
}

#[test]
fn who_has_committed_waits_for_the_test_blocks() {
    for now in [OPEN, REVEAL] {
        let view = silent_view(now, task());
        assert_eq!(next(&committed(), &view), Action::Wait(Waiting::Reveal));
    }
}

#[test]
fn a_commitment_of_somebody_elses_making_is_never_worked_on() {
    let other = Progress { commitment: Some(ModelCommitment([9; 32])), ..committed() };
    for journal in [Progress::default(), other] {
        for (now, task) in all_phases() {
            let view = silent_view(now, task);
            let ended = Action::End(Ending::ForeignCommitment);
            assert_eq!(next(&journal, &view), ended, "{now}");
        }
    }
}

#[test]
fn nothing_is_at_stake_for_who_comes_too_late() {
    let trained =
        Progress { data: true, model: true, commitment: Some(MODEL), ..Progress::default() };
    for journal in [Progress::default(), trained] {
        for (now, task) in [
            (REVEAL, task()),
            (CLAIM, revealed()),
            (PROVE, asked()),
            (SETTLE, over_with_proofs()),
            (DONE, settled(Outcome::NoWinner, 0)),
        ] {
            let ended = next(&journal, &view(now, task));
            assert_eq!(ended, Action::End(Ending::TooLate), "{now}");
        }
    }
}

#[test]
fn the_model_is_scored_on_the_revealed_blocks_and_then_the_score_claimed() {
    let view = silent_view(CLAIM, revealed());
    assert_eq!(next(&committed(), &view), Action::Score);
    assert_eq!(next(&scored(), &view), Action::Claim(POINTS));
}

/// A block that was abandoned may have had other test blocks, or another champion.
#[test]
fn a_score_on_other_blocks_or_against_another_champion_is_made_again() {
    let view = silent_view(CLAIM, revealed());
    let other_blocks = ScoreFact { blocks: [(1, 18), (2, 18)].into(), champion: None };
    for score in [other_blocks, score(Some(20))] {
        let journal = Progress { score: Some(score), ..committed() };
        assert_eq!(next(&journal, &view), Action::Score);
    }
    let crowned = TaskView { task: Some(crowned(revealed())), ..view };
    assert_eq!(next(&scored(), &crowned), Action::Score);
}

/// In a sponsored task the stake is worth a call.
#[test]
fn what_is_not_eligible_is_conceded() {
    let concede = |points: u32, min_score| {
        let mut task = revealed();
        task.terms.min_score = min_score;
        let blocks = [(1, points / 2), (4, points.div_ceil(2))].into();
        let score = Some(ScoreFact { blocks, champion: None });
        next(&Progress { score, ..committed() }, &silent_view(CLAIM, task))
    };
    let half = Score::new(1, 2);
    let not_eligible = Action::Concede(Concession::NotEligible);
    assert_eq!(concede(30, half), not_eligible, "always the same answer");
    assert_eq!(concede(31, half), Action::Claim(31));
    assert_eq!(concede(31, Score::new(4, 5)), not_eligible);
    assert_eq!(concede(32, Score::new(4, 5)), Action::Claim(32));
}

#[test]
fn nothing_is_claimed_if_a_circuit_of_the_task_is_disabled() {
    let circuits = UsableCircuits { of_task: false, of_champion: true };
    let view = TaskView { circuits, ..silent_view(CLAIM, revealed()) };
    for journal in [committed(), scored()] {
        assert_eq!(next(&journal, &view), Action::Wait(Waiting::Disabled));
    }
}

/// The chain takes no proof of the task any more, and a free call that fails ends all others.
#[test]
fn nothing_is_sent_for_a_task_with_a_disabled_circuit() {
    let circuits = UsableCircuits { of_task: false, of_champion: true };
    let disabled = Action::Wait(Waiting::Disabled);
    let settling = proved_view(SETTLE, over_with_proofs());
    for view in [
        silent_view(CLAIM, revealed()),
        asked_view(PROVE, asked(), 0),
        beside_champion(PROVE, 0),
        TaskView { ranking: ranking(&[ME]), ..settling },
        ranked_view(DELIVER, &[ME, OTHER]),
    ] {
        assert_ne!(next(&sealed(), &view), disabled);
        assert_eq!(next(&sealed(), &TaskView { circuits, ..view }), disabled);
    }
    let over = TaskView { circuits, ..ranked_view(DONE, &[OTHER]) };
    assert_eq!(next(&sealed(), &over), Action::Wait(Waiting::Stake));
}

#[test]
fn a_turn_that_passed_while_a_circuit_was_disabled_costs_nothing() {
    let circuits = UsableCircuits { of_task: false, of_champion: true };
    let view = TaskView { circuits, ..ranked_view(SECOND_TURN, &[ME, OTHER]) };
    let excused = Ending::Over { outcome: Outcome::Voided, claim: ClaimStage::Proved };
    assert!(!excused.costs_the_stake());
    assert_eq!(next(&sealed(), &view), Action::End(excused));
}

/// A view in the claim phase in which so many others have claimed more.
fn beside_better(better: u32, view: TaskView) -> TaskView {
    let claims = (0..better).map(|sequence| ClaimKey::new(POINTS + 400, sequence + 1));
    TaskView { claims: claims.collect(), ..view }
}

/// In eight rounds 254 claims are asked for their proofs, and each of them may be a lie.
#[test]
fn better_claims_silence_nobody_as_long_as_the_chain_gets_past_them() {
    let beside = |better| beside_better(better, silent_view(CLAIM, revealed()));
    for better in [0, 1, 2, 14, 64, 253] {
        assert_eq!(next(&scored(), &beside(better)), Action::Claim(POINTS), "{better}");
    }
    assert_eq!(next(&scored(), &beside(254)), Action::Concede(Concession::Beaten));
    let claims = vec![ClaimKey::new(POINTS, 1); 254];
    let equal = TaskView { claims, ..silent_view(CLAIM, revealed()) };
    assert_eq!(next(&scored(), &equal), Action::Claim(POINTS), "an earlier commitment is better");
}

#[test]
fn no_claim_is_sent_that_no_block_of_the_phase_can_take() {
    let end = revealed().deadline(CLAIM).unwrap();
    let at = |now| next(&scored(), &silent_view(now, revealed()));
    assert_eq!(at(end - 2), Action::Claim(POINTS));
    let late = Action::Wait(Waiting::Conceded(Concession::TooLate));
    assert_eq!(at(end - 1), late);
}

#[test]
fn who_has_said_nothing_waits_for_the_stake_and_ends_without_loss() {
    assert_eq!(next(&scored(), &silent_view(PROVE, asked())), Action::Wait(Waiting::Stake));
    for (now, task) in [
        (CLAIM, revealed()),
        (PROVE, asked()),
        (SETTLE, over_with_proofs()),
        (DELIVER, settled(Outcome::Ranked, 1)),
        (DONE, settled(Outcome::NoWinner, 0)),
        (DONE, settled(Outcome::NoCommitments, 0)),
    ] {
        assert_eq!(next(&scored(), &view(now, task)), Action::End(Ending::Conceded), "{now}");
    }
    assert!(!Ending::Conceded.costs_the_stake());
}

/// The task in the curriculum, with a champion that is not proved.
fn crowned(task: Task) -> Task {
    let reference = Reference {
        version: 1,
        task: 3,
        worker: OTHER,
        model: CHAMPION,
        circuit: CircuitId([5; 32]),
        blocks: 0,
        points: 0,
    };
    Task { funding: Funding::Curriculum, reference: Some(reference), ..task }
}

/// A test set of 400 rows on which the model loses 10 and the constant answer 300.
fn curriculum(champion: Option<u32>, level: u32) -> (Progress, TaskView) {
    let mut task = if champion.is_some() { crowned(revealed()) } else { revealed() };
    task.funding = Funding::Curriculum;
    task.tests = List::truncate_from(vec![test(1, Some(200)), test(4, Some(200))]);
    task.label_counts = List::truncate_from(vec![100, 100]);
    task.baseline = 100;
    let score = ScoreFact { blocks: [(1, 190), (4, 200)].into(), ..score(champion) };
    let mint = Some(Mint { unit: 100 * NNK, level });
    let view = TaskView { mint, ..silent_view(CLAIM, task) };
    (Progress { score: Some(score), ..committed() }, view)
}

/// An honest claim costs nothing there, and the chain takes the classes in turn.
#[test]
fn claims_of_others_silence_nobody_in_the_curriculum() {
    let (journal, view) = curriculum(None, 0);
    assert_eq!(next(&journal, &beside_better(300, view)), Action::Claim(390));
}

#[test]
fn what_earns_too_little_in_the_curriculum_is_conceded() {
    let conceded = Action::Concede(Concession::TooLittle);
    let at = |champion, level, least| {
        let (journal, view) = curriculum(champion, level);
        next_action(&journal, &view, &Choices { least, ..CHOICES })
    };
    assert_eq!(at(None, 0, 0), Action::Claim(390));
    assert_eq!(at(Some(300), 0, 0), Action::Claim(390));
    assert_eq!(at(Some(389), 0, 0), conceded, "that may be luck");
    assert_eq!(at(Some(400), 0, 0), conceded);
    assert_eq!(at(None, 20 << 16, 0), conceded, "the halvings were paid for before");
    let (_, view) = curriculum(None, 0);
    let (task, mint) = (view.task.unwrap(), view.mint.unwrap());
    let earned = mint.winners_part(task.base_lost(), None, task.lost_of(390));
    assert!(earned > 0);
    assert_eq!(at(None, 0, earned), Action::Claim(390));
    assert_eq!(at(None, 0, earned + 1), conceded);
}

/// There is no stake to be freed: that the phase ends early is worth a call, but no fee.
#[test]
fn a_commitment_of_the_curriculum_is_taken_back_only_while_that_is_free() {
    let (journal, view) = curriculum(Some(400), 0);
    let end = view.task.as_ref().and_then(|task| task.deadline(CLAIM)).unwrap();
    let at = |now, ended| {
        let free_calls = FreeCalls { ended, balance: 1, ..FreeCalls::default() };
        next(&journal, &TaskView { now, free_calls, ..view.clone() })
    };
    let silent = Action::Wait(Waiting::Conceded(Concession::TooLittle));
    assert_eq!(at(end - 2, false), Action::Concede(Concession::TooLittle));
    assert_eq!(at(end - 2, true), silent);
    assert_eq!(at(end - 1, false), silent);
}

#[test]
fn a_champion_whose_circuit_is_disabled_counts_as_none() {
    let (journal, view) = curriculum(Some(400), 0);
    let circuits = UsableCircuits { of_task: true, of_champion: false };
    let view = TaskView { circuits, ..view };
    assert_eq!(next(&journal, &view), Action::Claim(390));
}

/// A price in the curriculum is none that a sponsor has to pay.
#[test]
fn a_sponsored_score_is_claimed_whatever_the_curriculum_pays() {
    let least = Choices { least: u128::MAX, ..CHOICES };
    let view = silent_view(CLAIM, revealed());
    assert_eq!(next_action(&scored(), &view, &least), Action::Claim(POINTS));
}

#[test]
fn what_the_chain_says_of_a_claim_is_noted_first() {
    let cases = [
        (ClaimState::Claimed(POINTS), ClaimStage::Claimed),
        (ClaimState::Asked(POINTS), ClaimStage::Asked),
        (ClaimState::Failed, ClaimStage::Asked),
        (ClaimState::Proved, ClaimStage::Proved),
    ];
    for (claim, stage) in cases {
        for (now, task) in [(CLAIM, claimed()), (PROVE, asked()), (SETTLE, over_with_proofs())] {
            let view = TaskView { commitment: Some(commitment(claim, 0)), ..view(now, task) };
            assert_eq!(next(&scored(), &view), Action::NoteClaim(stage), "{claim:?} {now}");
            let noted = Progress { claim: stage, ..scored() };
            assert!(!matches!(next(&noted, &view), Action::NoteClaim(_)), "{claim:?} {now}");
        }
    }
}

/// The view of a worker whose claim waits.
fn waiting_view(now: BlockNumber, task: Task) -> (Progress, TaskView) {
    let commitment = Some(commitment(ClaimState::Claimed(POINTS), 0));
    let journal = Progress { claim: ClaimStage::Claimed, ..scored() };
    (journal, TaskView { commitment, ..view(now, task) })
}

#[test]
fn whose_claim_is_next_asks_and_all_others_wait() {
    let at = |now, task| {
        let (journal, view) = waiting_view(now, task);
        next(&journal, &view)
    };
    let waits = Action::Wait(Waiting::Asked);
    assert_eq!(at(ASK, claimed()), Action::Ask);
    for other in [ClaimKey::new(POINTS, 1), ClaimKey::new(POINTS + 1, 0)] {
        assert_eq!(at(ASK, Task { next_claim: Some(other), ..claimed() }), waits);
    }
    assert_eq!(at(CLAIM, revealed()), waits, "others may still claim");
    assert_eq!(at(PROVE, asked()), waits, "others were asked");
    assert_eq!(at(SETTLE, over_with_proofs()), Action::Wait(Waiting::Settlement));
}

#[test]
fn the_best_worker_settles() {
    let ranked = |workers: &[AccountId]| TaskView {
        ranking: ranking(workers),
        ..proved_view(SETTLE, over_with_proofs())
    };
    assert_eq!(next(&complete(), &ranked(&[ME, OTHER])), Action::Settle);
    let waits = Action::Wait(Waiting::Settlement);
    assert_eq!(next(&complete(), &ranked(&[OTHER, ME])), waits);
}

/// The claim phase would last to block 126. A worker asks when the sweep has not for eight blocks
/// after it.
#[test]
fn asking_is_left_to_the_sweep_until_it_is_late() {
    let at = |now, task| {
        let (journal, view) = waiting_view(now, task);
        next(&journal, &view)
    };
    for now in [118, 126, 127, 134] {
        assert_eq!(at(now, claimed()), Action::Wait(Waiting::Asked), "{now}");
    }
    assert_eq!(at(135, claimed()), Action::Ask);
    let round = Some(RoundClock { number: 1, began: 124, open: 2 });
    let again = Task { round, ..claimed() };
    assert_eq!(again.phase(134), Phase::Ask);
    for now in [134, 135, 141] {
        assert_eq!(at(now, again.clone()), Action::Wait(Waiting::Asked), "{now}");
    }
    assert_eq!(at(142, again), Action::Ask);
}

/// All proofs came early. The round would last to block 130.
#[test]
fn settlement_is_left_to_the_sweep_until_it_is_late() {
    let at = |now| {
        let view = proved_view(now, over_with_proofs());
        next(&complete(), &TaskView { ranking: ranking(&[ME]), ..view })
    };
    assert_eq!(over_with_proofs().phase(PROVE), Phase::Settle);
    for now in [PROVE, 130, 131, 138] {
        assert_eq!(at(now), Action::Wait(Waiting::Settlement), "{now}");
    }
    assert_eq!(at(139), Action::Settle);
}

#[test]
fn only_blocks_that_neither_disk_nor_chain_has_proved_are_proved() {
    let cases = [
        (proved(&[]), 0b00, Action::Prove(vec![1, 4])),
        (proved(&[1]), 0b00, Action::Prove(vec![4])),
        (proved(&[]), 0b01, Action::Prove(vec![4])),
        (proved(&[1]), 0b01, Action::Prove(vec![4])),
        (proved(&[1, 4]), 0b00, submit(&[1, 4])),
        (proved(&[1, 4]), 0b10, submit(&[1])),
        (proved(&[4]), 0b01, submit(&[4])),
    ];
    for (journal, bits, action) in cases {
        let view = asked_view(PROVE, asked(), bits);
        assert_eq!(next(&journal, &view), action, "{journal:?} {bits:b}");
    }
}

#[test]
fn proofs_are_sent_in_batches_as_soon_as_one_is_full() {
    let view = asked_view(PROVE, asked(), 0);
    let batch = |batch, journal| next_action(&journal, &view, &Choices { batch, ..CHOICES });
    assert_eq!(batch(1, proved(&[1])), submit(&[1]));
    assert_eq!(batch(1, proved(&[1, 4])), submit(&[1]));
    assert_eq!(batch(0, proved(&[1, 4])), submit(&[1]));
    assert_eq!(batch(99, proved(&[1, 4])), submit(&[1, 4]));
}

/// Somebody else has claimed with the same account and another program.
#[test]
fn another_score_than_that_of_the_model_is_not_proved() {
    let claim = ClaimState::Asked(POINTS + 1);
    let view = TaskView { commitment: Some(commitment(claim, 0)), ..view(PROVE, asked()) };
    assert_eq!(next(&proved(&[]), &view), Action::Wait(Waiting::OtherClaim));
    let unscored = Progress { score: None, ..proved(&[]) };
    assert_eq!(next(&unscored, &view), Action::Prove(vec![1, 4]), "nobody knows");
}

/// A worker in the curriculum that is asked, with a champion of which some blocks are proved.
fn beside_champion(now: BlockNumber, blocks: u32) -> TaskView {
    let mut task = crowned(asked());
    if let Some(reference) = &mut task.reference {
        reference.blocks = blocks;
    }
    asked_view(now, task, 0)
}

/// The journal of such a worker, with proofs of its own and of the champion.
fn proofs(own: &[BlockIndex], champion: &[BlockIndex]) -> Progress {
    let champion_proofs = champion.iter().copied().collect();
    Progress { champion_proofs, score: Some(score(Some(20))), ..proved(own) }
}

#[test]
fn what_is_missing_of_the_champion_is_proved_after_the_own_score_and_sent_with_it() {
    let both = |champion: &[BlockIndex]| Action::SubmitScores {
        own: vec![1, 4],
        champion: champion.to_vec(),
    };
    let cases = [
        (proofs(&[], &[]), 0b00, Action::Prove(vec![1, 4])),
        (proofs(&[1, 4], &[]), 0b00, Action::ProveChampion(vec![1, 4])),
        (proofs(&[1, 4], &[4]), 0b00, Action::ProveChampion(vec![1])),
        (proofs(&[1, 4], &[1, 4]), 0b00, both(&[1, 4])),
        (proofs(&[1, 4], &[1]), 0b10, both(&[1])),
        (proofs(&[1, 4], &[1, 4]), 0b01, both(&[4])),
        (proofs(&[1, 4], &[]), 0b11, both(&[])),
    ];
    for (journal, blocks, action) in cases {
        let view = beside_champion(PROVE, blocks);
        assert_eq!(next(&journal, &view), action, "{journal:?} {blocks:b}");
    }
}

/// A newcomer's free call carries four proofs.
#[test]
fn as_much_of_the_champion_is_sent_as_fits_into_the_call() {
    let view = beside_champion(PROVE, 0);
    let batch =
        |batch| next_action(&proofs(&[1, 4], &[1, 4]), &view, &Choices { batch, ..CHOICES });
    let sent = |own: &[BlockIndex], champion: &[BlockIndex]| Action::SubmitScores {
        own: own.to_vec(),
        champion: champion.to_vec(),
    };
    assert_eq!(batch(32), sent(&[1, 4], &[1, 4]));
    assert_eq!(batch(3), sent(&[1, 4], &[1]));
    assert_eq!(batch(2), sent(&[1, 4], &[]));
}

/// A third of the round is left for the champion's proofs. Without them nobody wins, but without
/// the own ones the registration is lost.
#[test]
fn the_own_proofs_are_sent_first_when_the_round_is_no_longer_young() {
    let journal = proofs(&[1, 4], &[1]);
    for now in 121..124 {
        let action = next(&journal, &beside_champion(now, 0));
        assert_eq!(action, Action::ProveChampion(vec![4]), "{now}");
    }
    let rest = Action::SubmitScores { own: vec![1, 4], champion: vec![1] };
    for now in 124..131 {
        assert_eq!(next(&journal, &beside_champion(now, 0)), rest, "{now}");
    }
}

#[test]
fn a_champion_that_was_not_scored_is_scored_before_it_is_proved() {
    let unknown = Progress { champion_proofs: [1, 4].into(), ..proved(&[1, 4]) };
    assert_eq!(next(&unknown, &beside_champion(PROVE, 0)), Action::Score);
    assert_eq!(next(&unknown, &beside_champion(130, 0)), submit(&[1, 4]));
}

#[test]
fn a_champion_whose_circuit_is_disabled_is_not_proved() {
    let circuits = UsableCircuits { of_task: true, of_champion: false };
    let view = TaskView { circuits, ..beside_champion(PROVE, 0) };
    assert_eq!(next(&proofs(&[1, 4], &[]), &view), submit(&[1, 4]));
}

#[test]
fn the_best_worker_proves_the_rest_of_the_champion_and_others_later() {
    let ranked = |now, workers: &[AccountId]| TaskView {
        ranking: ranking(workers),
        ..proved_view(now, crowned(asked()))
    };
    let journal = |champion: &[BlockIndex]| Progress {
        claim: ClaimStage::Proved,
        ..proofs(&[1, 4], champion)
    };
    let (best, second) = ([ME, OTHER], [OTHER, ME]);
    assert_eq!(next(&journal(&[1]), &ranked(PROVE, &best)), Action::ProveChampion(vec![4]));
    let all = Action::SubmitChampion(vec![1, 4]);
    assert_eq!(next(&journal(&[1, 4]), &ranked(PROVE, &best)), all);
    let waits = Action::Wait(Waiting::Settlement);
    assert_eq!(next(&journal(&[1, 4]), &ranked(PROVE, &second)), waits);
    assert_eq!(next(&journal(&[1, 4]), &ranked(130, &second)), all);
    let unscored = Progress { score: None, ..journal(&[]) };
    assert_eq!(next(&unscored, &ranked(PROVE, &best)), Action::Score);
}

/// Whatever chain and journal say, no proof of the champion is made or sent that the chain refuses
/// in this phase.
#[test]
fn the_champion_is_proved_only_while_the_chain_takes_its_proofs() {
    let mut seen = BTreeSet::new();
    for (now, task) in all_phases() {
        let task = crowned(task);
        let phase = task.phase(now);
        for claim in ALL_CLAIMS {
            for champion in [&[][..], &[1][..], &[1, 4][..]] {
                for workers in [&[][..], &[ME, OTHER][..], &[OTHER, ME][..]] {
                    let view = TaskView {
                        commitment: Some(commitment(claim, 0)),
                        ranking: ranking(workers),
                        ..view(now, task.clone())
                    };
                    let proofs = proofs(&[1, 4], champion);
                    let action = next(&Progress { claim: ClaimStage::Proved, ..proofs }, &view);
                    let fits = match &action {
                        Action::ProveChampion(_) | Action::SubmitChampion(_) => {
                            matches!(phase, Phase::Claim | Phase::Ask | Phase::Prove)
                                && matches!(claim, ClaimState::Asked(_) | ClaimState::Proved)
                        }
                        Action::SubmitScores { .. } => phase == Phase::Prove,
                        _ => continue,
                    };
                    assert!(fits, "{phase:?} {claim:?}: {action:?}");
                    seen.insert(action.name());
                }
            }
        }
    }
    let all = ["prove-champion", "submit-champion", "submit-scores"];
    assert_eq!(seen, BTreeSet::from(all));
}

/// Whatever the settings say, no call takes more than the chain can check in a part of a block.
#[test]
fn proofs_of_large_blocks_are_sent_a_few_at_a_time() {
    let most = |name, batch| proofs_of_a_call(&named(name).unwrap(), batch);
    assert_eq!((most("mnist-784x128x10", 32), most("mnist-784x128x10", 7)), (8, 7));
    assert_eq!((most("embed-512x10", 32), most("embed-512x10", 0)), (3, 1));
    assert_eq!(most("digits-64x32x10", 99), 32);
    let mut task = asked();
    task.architecture = named("embed-512x10").unwrap();
    task.test_blocks = 5;
    task.tests = List::truncate_from((0..5).map(|index| test(index, Some(20))).collect());
    let view = asked_view(PROVE, task, 0);
    let journal = Progress { score: None, ..proved(&[0, 1, 2, 3, 4]) };
    let batch = |batch| next_action(&journal, &view, &Choices { batch, ..CHOICES });
    assert_eq!(batch(32), submit(&[0, 1, 2]));
    assert_eq!(batch(2), submit(&[0, 1]));
}

/// A task of the curriculum with six test blocks, all of which are proved on the disk.
fn six_blocks(free_calls: FreeCalls, funding: Funding) -> (Progress, TaskView) {
    let mut task = Task { funding, test_blocks: 6, ..asked() };
    task.tests = List::truncate_from((0..6).map(|index| test(index, Some(20))).collect());
    let view = TaskView { free_calls, ..asked_view(PROVE, task, 0) };
    (proved(&[0, 1, 2, 3, 4, 5]), view)
}

#[test]
fn a_newcomer_sends_four_proofs_at_a_time_in_the_curriculum() {
    let sent = |known, funding, batch| {
        let (journal, view) = six_blocks(FreeCalls { known, ..FreeCalls::default() }, funding);
        match next_action(&journal, &view, &Choices { batch, ..CHOICES }) {
            Action::SubmitScores { own, .. } => own.len(),
            action => panic!("{action:?}"),
        }
    };
    assert_eq!(sent(false, Funding::Curriculum, 32), 4);
    assert_eq!(sent(false, Funding::Curriculum, 3), 3);
    assert_eq!(sent(true, Funding::Curriculum, 32), 6);
    assert_eq!(sent(false, Funding::Sponsored, 32), 6);
}

#[test]
fn whoever_cannot_pay_waits_for_the_next_session_after_a_free_call_that_failed() {
    let wait = Action::Wait(Waiting::FreeCalls);
    let next = |ended, balance, funding| {
        let (journal, view) = six_blocks(FreeCalls { known: true, ended, balance }, funding);
        next(&journal, &view)
    };
    assert_eq!(next(true, 0, Funding::Curriculum), wait);
    let submit = submit(&[0, 1, 2, 3, 4, 5]);
    assert_eq!(next(true, 1, Funding::Curriculum), submit, "it pays");
    assert_eq!(next(false, 0, Funding::Curriculum), submit);
    assert_eq!(next(true, 0, Funding::Sponsored), submit);
}

/// Without free calls a worker still trains and proves, so that it can send at once afterwards.
#[test]
fn what_is_not_sent_does_not_wait_for_the_next_session() {
    let free_calls = FreeCalls { known: true, ended: true, balance: 0 };
    let (_, proving) = six_blocks(free_calls, Funding::Curriculum);
    assert_eq!(next(&proved(&[]), &proving), Action::Prove(vec![0, 1, 2, 3, 4, 5]));
    let open = Task { funding: Funding::Curriculum, ..task() };
    let open = TaskView { free_calls, ..view(OPEN, open) };
    assert_eq!(next(&Progress::default(), &open), Action::FetchData);
}

/// A claim costs nothing in the curriculum as long as calls are free.
#[test]
fn a_claim_waits_for_free_calls_and_silence_does_not() {
    let free_calls = FreeCalls { known: true, ended: true, balance: 0 };
    let (journal, view) = curriculum(None, 0);
    let view = TaskView { free_calls, ..view };
    assert_eq!(next(&journal, &view), Action::Wait(Waiting::FreeCalls));
    let (journal, view) = curriculum(Some(400), 0);
    let view = TaskView { free_calls, ..view };
    let silent = Action::Wait(Waiting::Conceded(Concession::TooLittle));
    assert_eq!(next(&journal, &view), silent);
}

#[test]
fn who_has_proved_waits_for_settlement() {
    let waiting = Action::Wait(Waiting::Settlement);
    assert_eq!(next(&complete(), &proved_view(PROVE, asked())), waiting);
    assert_eq!(next(&complete(), &proved_view(SETTLE, over_with_proofs())), waiting);
    let incomplete = asked_view(SETTLE, over_with_proofs(), 0b01);
    assert_eq!(next(&proved(&[1, 4]), &incomplete), waiting);
}

#[test]
fn the_delivery_is_prepared_step_by_step_in_the_own_turn() {
    let mut view = ranked_view(DELIVER, &[ME, OTHER]);
    let mut journal = complete();
    assert_eq!(next(&journal, &view), Action::SealKey);
    journal.sealed = true;
    assert_eq!(next(&journal, &view), Action::StoreCopy);
    journal.copied = true;
    assert_eq!(next(&journal, &view), Action::Deliver, "the only chunk comes with the key");
    view.delivery = Some(uploaded(1));
    assert_eq!(next(&journal, &view), Action::Deliver);
}

/// A ciphertext of three chunks.
#[test]
fn chunks_are_uploaded_one_after_the_other_and_the_last_one_comes_with_the_key() {
    let architecture = named("mnist-784x128x10").unwrap();
    assert_eq!(architecture.chunks(), 3);
    let mut view = ranked_view(DELIVER, &[ME, OTHER]);
    if let Some(task) = &mut view.task {
        task.architecture = architecture;
    }
    for index in 0..2 {
        assert_eq!(next(&sealed(), &view), Action::UploadChunk(index));
        view.delivery = Some(uploaded(index + 1));
    }
    assert_eq!(next(&sealed(), &view), Action::Deliver);
    view.delivery = Some(uploaded(3));
    assert_eq!(next(&sealed(), &view), Action::Deliver);
}

#[test]
fn who_is_second_waits_and_then_delivers() {
    let workers = [OTHER, ME];
    let waiting = ranked_view(DELIVER, &workers);
    assert_eq!(next(&sealed(), &waiting), Action::Wait(Waiting::Turn));
    let turn = ranked_view(SECOND_TURN, &workers);
    assert_eq!(next(&sealed(), &turn), Action::Deliver);
}

#[test]
fn who_is_not_ranked_waits_for_the_stake() {
    let view = ranked_view(DELIVER, &[OTHER]);
    assert_eq!(next(&complete(), &view), Action::Wait(Waiting::Stake));
}

#[test]
fn a_turn_is_that_of_the_worker_with_its_rank() {
    let first = Turn { rank: 0, began: 142, end: 152 };
    assert_eq!(ranked_view(DELIVER, &[ME, OTHER]).turn(), Some(first));
    assert_eq!(first.last_block(), 151);
    assert_eq!(ranked_view(DELIVER, &[OTHER, ME]).turn(), None);
    let second = Turn { rank: 1, began: 152, end: 162 };
    assert_eq!(ranked_view(SECOND_TURN, &[OTHER, ME]).turn(), Some(second));
    assert_eq!(proved_view(SETTLE, over_with_proofs()).turn(), None);
    assert_eq!(TaskView { task: None, ..ranked_view(DELIVER, &[ME]) }.turn(), None);
}

/// A view in which turns have so many blocks. The first one begins in block 142.
fn long_turn(now: BlockNumber, blocks: BlockNumber) -> TaskView {
    let mut view = ranked_view(now, &[ME, OTHER]);
    if let Some(task) = &mut view.task {
        task.terms.periods.deliver = blocks;
    }
    view
}

/// A third of the turn is kept for the key, and at least five blocks.
#[test]
fn the_key_waits_for_a_final_turn_while_enough_of_it_is_left() {
    let before = proved_view(SETTLE, over_with_proofs());
    for (blocks, last) in [(30, 160), (31, 160), (10, 145), (7, 142)] {
        let awaits = |now| long_turn(now, blocks).awaits_final_turn(&before);
        assert!(awaits(142) && awaits(last) && !awaits(last + 1), "{blocks}");
    }
    assert!(!long_turn(142, 6).awaits_final_turn(&before));
    assert!(!before.awaits_final_turn(&before), "it is nobody's turn");
}

#[test]
fn the_key_waits_until_the_final_chain_is_in_the_same_turn() {
    let view = long_turn(150, 30);
    let before = TaskView { ranking: ranking(&[OTHER, ME]), ..long_turn(147, 30) };
    let without_settlement = proved_view(147, over_with_proofs());
    let mut after_payment = long_turn(147, 30);
    if let Some(end) = after_payment.task.as_mut().and_then(|task| task.settlement.as_mut()) {
        end.turn_began = 145;
    }
    for other in [before, without_settlement, after_payment] {
        assert!(view.awaits_final_turn(&other), "{:?}", other.turn());
    }
    assert!(!view.awaits_final_turn(&long_turn(142, 30)));
}

#[test]
fn what_no_block_of_the_turn_can_take_is_kept_back() {
    let in_turn = |chunks: u32, now| TaskView {
        delivery: Some(uploaded(chunks)),
        ..ranked_view(now, &[ME, OTHER])
    };
    let end = in_turn(0, DELIVER).task.unwrap().deadline(DELIVER).unwrap();
    for chunks in [0, 1] {
        assert_eq!(next(&sealed(), &in_turn(chunks, end - 2)), Action::Deliver);
        let kept = Action::Wait(Waiting::Late);
        assert_eq!(next(&sealed(), &in_turn(chunks, end - 1)), kept);
        let passed = Action::End(Ending::TurnPassed);
        assert_eq!(next(&sealed(), &in_turn(chunks, end)), passed);
    }
}

#[test]
fn the_payment_comes_with_the_delivery_and_ends_the_task() {
    let paid = TaskView {
        delivery: Some(delivered()),
        commitment: None,
        ..ranked_view(DELIVER, &[ME, OTHER])
    };
    for now in [DELIVER, SECOND_TURN, DONE] {
        let view = TaskView { now, ..paid.clone() };
        assert_eq!(next(&sealed(), &view), Action::End(Ending::Paid), "{now}");
    }
}

#[test]
fn a_delivery_of_an_unknown_model_is_left_alone() {
    let other = Progress { commitment: Some(ModelCommitment([9; 32])), ..sealed() };
    for journal in [Progress::default(), other] {
        for delivery in [uploaded(0), delivered()] {
            let view = TaskView { delivery: Some(delivery), ..ranked_view(DELIVER, &[ME]) };
            assert_eq!(next(&journal, &view), Action::End(Ending::ForeignDelivery));
        }
    }
}

#[test]
fn a_turn_that_passed_ends_the_task_with_or_without_chunks() {
    for delivery in [None, Some(uploaded(1))] {
        let view = TaskView { delivery, ..ranked_view(SECOND_TURN, &[ME, OTHER]) };
        assert_eq!(next(&sealed(), &view), Action::End(Ending::TurnPassed));
    }
}

#[test]
fn the_ending_tells_what_became_of_the_stake() {
    let waiting = Progress { claim: ClaimStage::Claimed, ..scored() };
    let cases = [
        (Outcome::RevealFailed, committed(), false),
        (Outcome::Voided, proved(&[1]), false),
        (Outcome::NoWinner, complete(), false),
        (Outcome::Ranked, complete(), false),
        (Outcome::Ranked, waiting, false),
        (Outcome::NoWinner, proved(&[1]), true),
        (Outcome::Ranked, proved(&[]), true),
    ];
    for (outcome, journal, costs) in cases {
        let held = silent_view(DONE, settled(outcome, 0));
        assert_eq!(next(&journal, &held), Action::Wait(Waiting::Stake));
        let gone = view(DONE, settled(outcome, 0));
        let expected = Ending::Over { outcome, claim: journal.claim };
        assert_eq!(next(&journal, &gone), Action::End(expected.clone()));
        assert_eq!(expected.costs_the_stake(), costs, "{outcome:?}");
    }
}

#[test]
fn a_claim_that_failed_waits_for_what_becomes_of_the_stake() {
    let failed = Some(commitment(ClaimState::Failed, 0b01));
    let view = TaskView { commitment: failed, ..view(SETTLE, over_with_proofs()) };
    assert_eq!(next(&proved(&[1]), &view), Action::Wait(Waiting::Stake));
}

/// The commitment may be settled and removed before the worker has looked at the chain again.
#[test]
fn no_stake_is_told_as_lost_of_a_worker_who_is_ranked() {
    let ranked = TaskView {
        ranking: ranking(&[OTHER, ME]),
        ..view(DELIVER, Task { settlement: paid_to_the_first(), ..settled(Outcome::Ranked, 2) })
    };
    let expected = Ending::Over { outcome: Outcome::Ranked, claim: ClaimStage::Proved };
    assert_eq!(next(&proved(&[1, 4]), &ranked), Action::End(expected));
}

fn paid_to_the_first() -> Option<Settlement<BlockNumber>> {
    let settlement = settled(Outcome::Ranked, 2).settlement;
    settlement.map(|end| Settlement { paid: 1, turn: 1, ..end })
}

/// The view of the second of three workers after the first was paid: the second share is 300 of
/// 1,000, of which the validators get a tenth.
fn second_of_three(now: BlockNumber, least: Balance) -> TaskView {
    let mut task = Task { settlement: paid_to_the_first(), ..settled(Outcome::Ranked, 3) };
    task.terms.shares = List::truncate_from(vec![7_000, 3_000]);
    if let Some(end) = &mut task.settlement {
        end.ranked = 3;
    }
    let (mut first, mut second) = (ranked(0, OTHER), ranked(1, ME));
    (first.delivered, second.least) = (true, least);
    let third = ranked(2, AccountId { 0: [8; 32] });
    TaskView {
        ranking: List::truncate_from(vec![first, second, third]),
        validators: ValidatorsPart { per_million: 100_000, least: 0 },
        ..proved_view(now, task)
    }
}

/// A turn that begins because time passed may come with less than the worker asked for.
#[test]
fn a_turn_that_pays_less_than_was_asked_for_is_let_pass() {
    assert_eq!(next(&sealed(), &second_of_three(DELIVER, 270)), Action::Deliver);
    let passes = Action::Wait(Waiting::LetPass);
    assert_eq!(next(&sealed(), &second_of_three(DELIVER, 271)), passes);
    let passed = |least| next(&sealed(), &second_of_three(SECOND_TURN, least));
    assert_eq!(passed(270), Action::End(Ending::TurnPassed));
    assert_eq!(passed(271), Action::End(Ending::LetPass));
    assert!(Ending::TurnPassed.costs_the_stake() && !Ending::LetPass.costs_the_stake());
}

#[test]
fn a_task_that_is_not_open_yet_is_waited_for() {
    let drawn = Task { opened_at: None, train_data: None, ..task() };
    let view = view(103, drawn);
    assert_eq!(next(&Progress::default(), &view), Action::Wait(Waiting::Opening));
}

#[test]
fn a_task_that_lapsed_or_was_cancelled_ends_without_loss() {
    for outcome in [Outcome::Cancelled, Outcome::Lapsed] {
        let ended = view(OPEN, settled(outcome, 0));
        let action = next(&Progress::default(), &ended);
        assert_eq!(action, Action::End(Ending::TooLate), "{outcome:?}");
    }
}

#[test]
fn a_task_that_the_chain_does_not_know_ends() {
    let gone = TaskView { task: None, ..view(OPEN, task()) };
    assert_eq!(next(&committed(), &gone), Action::End(Ending::Gone));
}

#[test]
fn a_closed_journal_asks_for_nothing() {
    let closed = Progress {
        ending: Some(crate::state::EndingFact { ending: Ending::Paid, at: 1, earned: None }),
        ..sealed()
    };
    assert_eq!(next(&closed, &view(OPEN, task())), Action::Nothing);
}
