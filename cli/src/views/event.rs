//! What happened, in a sentence.

use super::{
    event_fields::fields,
    experiment::stage,
    fact::status,
    halved, percent,
    task::{fate, outcome},
    who, with,
};
use crate::amount::Amount;
use nocknock_client::{
    BalancesEvent, DomainEvent, EventRecord, ExperimentsEvent, ProvenanceEvent, RewardsEvent,
    TasksEvent, VerifierEvent, WtmEvent,
};
use serde_json::{json, Value};

/// An event of the timeline.
pub(crate) fn event(record: &EventRecord) -> Value {
    let value = with(summary(&record.event), "block", record.block.number);
    with(value, "index", record.index)
}

/// An event, wherever it happened.
pub(crate) fn summary(event: &DomainEvent) -> Value {
    json!({
        "pallet": event.pallet(),
        "event": event.name(),
        "text": sentence(event),
        "fields": fields(event),
    })
}

/// What happened.
pub(crate) fn sentence(event: &DomainEvent) -> String {
    match event {
        DomainEvent::Tasks(event) => of_tasks(event),
        DomainEvent::Experiments(event) => of_experiments(event),
        DomainEvent::Rewards(event) => of_rewards(event),
        DomainEvent::Wtm(event) => of_facts(event),
        DomainEvent::Provenance(event) => of_provenance(event),
        DomainEvent::Verifier(event) => of_circuits(event),
        DomainEvent::Balances(tokens) => {
            of_tokens(tokens).unwrap_or_else(|| format!("{}.{}", event.pallet(), event.name()))
        }
    }
}

fn nnk(amount: u128) -> String {
    format!("{} NNK", Amount(amount))
}

fn of_tasks(event: &TasksEvent) -> String {
    match event {
        TasksEvent::TaskCreated { requester, budget, .. } => {
            format!("created by {}, budget {}", who(requester), nnk(*budget))
        }
        TasksEvent::SplitDrawn { test_blocks, .. } => format!("test blocks drawn: {test_blocks:?}"),
        TasksEvent::TaskOpened { train_data, commit_end, .. } => {
            format!("training data published as {train_data}; commitments until block {commit_end}")
        }
        TasksEvent::ModelCommitted { worker, .. } => format!("{} committed a model", who(worker)),
        TasksEvent::CommitmentWithdrawn { worker, conceded: false, .. } => {
            format!("{} took its commitment back", who(worker))
        }
        TasksEvent::CommitmentWithdrawn { worker, conceded: true, .. } => {
            format!("{} claims no score and took its commitment back", who(worker))
        }
        TasksEvent::BlockRevealed { block, rows, .. } => {
            format!("test block {block} revealed, {rows} rows")
        }
        TasksEvent::ScoresProved { worker, blocks, correct, .. } => {
            format!("{} has proved {correct} points on {blocks} blocks", who(worker))
        }
        TasksEvent::Claimed { worker, points, .. } => {
            format!("{} claims {points} points", who(worker))
        }
        TasksEvent::Asked { round, workers, until, .. } => format!(
            "round {round}: {} until block {until}",
            match workers.as_slice() {
                [worker] => format!("{} is asked for its proofs", who(worker)),
                workers => format!("{} workers are asked for their proofs", workers.len()),
            }
        ),
        TasksEvent::ClaimFailed { worker, .. } => {
            format!("{} did not prove its claim in time", who(worker))
        }
        TasksEvent::SubmissionCompleted { worker, score, .. } => {
            format!("{} proved {score} ({})", who(worker), percent(score))
        }
        TasksEvent::ChampionProved { blocks, points, .. } => {
            format!("the champion has {points} points on {blocks} blocks, as was proved")
        }
        TasksEvent::TaskSettled { outcome: how, ranked, amounts, .. } => {
            let most =
                amounts.first().map(|most| format!("; the first gets {} at most", nnk(*most)));
            format!("settled: {}, {ranked} ranked{}", outcome(*how), most.unwrap_or_default())
        }
        TasksEvent::RankSkipped { worker, .. } => format!(
            "{} is not ranked: there is nothing for it, or less than it delivers for",
            who(worker)
        ),
        TasksEvent::ChunkUploaded { worker, index, missing, .. } => format!(
            "{} uploaded chunk {index} of its encrypted model, {missing} to come",
            who(worker)
        ),
        TasksEvent::ModelDelivered { worker, .. } => {
            format!("{} delivered the key of its model, sealed for its recipient", who(worker))
        }
        TasksEvent::WinnerPaid { worker, rank, paid, fee, .. } => format!(
            "{} was paid {} for rank {rank}; {} for the validators",
            who(worker),
            nnk(*paid),
            nnk(*fee)
        ),
        TasksEvent::CommitmentClosed { worker, fate: became, .. } => {
            format!("stake of {}: {}", who(worker), fate(*became))
        }
        TasksEvent::TaskFinished { returned, .. } => {
            format!("finished; {} back to the requester", nnk(*returned))
        }
        TasksEvent::EqualRowsShown { block, rows, .. } => {
            format!("{rows} rows of test block {block} were shown to have been public before")
        }
        TasksEvent::TaskRemoved { task } => format!("task {task} removed"),
        TasksEvent::SeedStored { number } => format!("seed {number} for draws stored"),
    }
}

fn of_experiments(event: &ExperimentsEvent) -> String {
    match event {
        ExperimentsEvent::ExperimentCreated { experiment, owner, deposit } => format!(
            "experiment {experiment} created by {}; {} held for it",
            who(owner),
            nnk(*deposit)
        ),
        ExperimentsEvent::ExperimentDescribed { experiment, deposit } => {
            format!("experiment {experiment} described anew; {} held for it now", nnk(*deposit))
        }
        ExperimentsEvent::TransferOffered { experiment, to } => {
            format!("experiment {experiment} offered to {}", who(to))
        }
        ExperimentsEvent::TransferCancelled { experiment } => {
            format!("offer of experiment {experiment} taken back")
        }
        ExperimentsEvent::ExperimentTransferred { experiment, from, to, deposit } => format!(
            "experiment {experiment} went from {} to {}, from whom {} are held for it",
            who(from),
            who(to),
            nnk(*deposit)
        ),
        ExperimentsEvent::ExperimentArchived { experiment, deposit } => {
            format!("experiment {experiment} archived; {} stay on hold for it", nnk(*deposit))
        }
        ExperimentsEvent::LeaderboardEntered { worker, place, .. } => {
            format!("{} entered the leaderboard at place {}", who(worker), place.saturating_add(1))
        }
        ExperimentsEvent::ModelRegistered { version, score, .. } => {
            format!("registered as version {version} with {score} ({})", percent(score))
        }
        ExperimentsEvent::ChampionChanged { experiment, champion } => {
            format!("version {} is champion of experiment {experiment}", champion.version)
        }
        ExperimentsEvent::ChampionRetired { experiment, version } => format!(
            "version {version} is no longer champion of experiment {experiment}, which has none: the \
             council retired it"
        ),
        ExperimentsEvent::ModelStageChanged { experiment, version, stage: became } => {
            format!("version {version} of experiment {experiment} is {} now", stage(*became))
        }
        ExperimentsEvent::ModelTransferred { experiment, version, from, to } => format!(
            "version {version} of experiment {experiment} went from {} to {}",
            who(from),
            who(to)
        ),
    }
}

fn of_rewards(event: &RewardsEvent) -> String {
    match event {
        RewardsEvent::PotGrew { session, added, free_pot } => format!(
            "session {session} added {} to the pot; new tasks draw on {}",
            nnk(*added),
            nnk(*free_pot)
        ),
        RewardsEvent::CurriculumSet { experiment, weight, max_open, .. } => format!(
            "experiment {experiment} is in the curriculum with weight {weight} of 1000, at most \
             {max_open} tasks open"
        ),
        RewardsEvent::CurriculumRemoved { experiment, open } => {
            format!("experiment {experiment} left the curriculum; {open} of its tasks still open")
        }
        RewardsEvent::CustodianDismissed { experiment, custodian } => {
            format!("{} is no longer custodian of experiment {experiment}", who(custodian))
        }
        RewardsEvent::BudgetReserved { budget, .. } => {
            format!("{} of the pot set aside", nnk(*budget))
        }
        RewardsEvent::LevelChanged { experiment, taken, level, .. } => format!(
            "{} halvings of the error are taken, {} in all in experiment {experiment}",
            halved(*taken),
            halved(*level)
        ),
        RewardsEvent::ProviderLiable { provider, amount, shown_by, reward, .. } => format!(
            "{} loses {} and the role of custodian, because too many test rows were public before; {} \
             gets {} for showing it",
            who(provider),
            nnk(*amount),
            who(shown_by),
            nnk(*reward)
        ),
        RewardsEvent::Minted { winner, amount, validators, provider, .. } => format!(
            "{} minted for {}, and {} for the validators; {} will be for who provided the data",
            nnk(*amount),
            who(winner),
            nnk(*validators),
            nnk(*provider)
        ),
        RewardsEvent::Vested { provider, amount, .. } => {
            format!("{} minted for {}, who provided the data", nnk(*amount), who(provider))
        }
        RewardsEvent::ValidatorsPaid { session, amount } => {
            format!("the validators of session {session} got {} from their pot", nnk(*amount))
        }
        RewardsEvent::NotMinted { winner, amount, .. } => {
            format!("{} could not be minted for {}", nnk(*amount), who(winner))
        }
        RewardsEvent::BudgetReturned { amount, .. } => {
            format!("{} went back to the pot", nnk(*amount))
        }
        RewardsEvent::PracticeSet { rows, min_score, .. } => format!(
            "new practice block of {rows} rows; newcomers have to prove {}",
            percent(min_score)
        ),
        RewardsEvent::WorkerRegistered { worker, expires, .. } => {
            format!("{} registered as a worker until session {expires}", who(worker))
        }
        RewardsEvent::WorkerUnregistered { worker } => {
            format!("{} ended its registration as a worker", who(worker))
        }
        RewardsEvent::WorkerSuspended { worker, .. } => {
            format!("{} was suspended: it did not do what it committed to", who(worker))
        }
        RewardsEvent::WorkerRemoved { worker } => {
            format!("expired registration of {} removed", who(worker))
        }
        RewardsEvent::SpentPointsRemoved { who: account } => {
            format!("{} has no work points left, and its entry was removed", who(account))
        }
        RewardsEvent::CandidateSilent { who: account, burnt } => format!(
            "{} was silent in its seat and stands for election no longer; {} of its bond burnt",
            who(account),
            nnk(*burnt)
        ),
        RewardsEvent::AccountBarred { who: account, points, bond } => format!(
            "{} committed an offence: it lost {} work points and a bond of {}, and is barred",
            who(account),
            Amount(*points),
            nnk(*bond)
        ),
        RewardsEvent::SeatTaken { who: account, session } => {
            format!("{} is elected, and validates from session {session} on", who(account))
        }
        RewardsEvent::SeatLeft { who: account, session } => {
            format!("{} is not elected again: session {session} is without it", who(account))
        }
        RewardsEvent::BondReturned { who: account, amount } => {
            format!("{} got its bond of {} back", who(account), nnk(*amount))
        }
        RewardsEvent::SignOfLife { who: account, session } => {
            format!("the node of {} gave a sign of life in session {session}", who(account))
        }
        RewardsEvent::FinalityNoted { block, votes } => {
            format!("{votes} votes were seen by which block {block} became final")
        }
        RewardsEvent::CandidateAdded { who: account, points } => {
            format!("{} stands for election with {} work points", who(account), Amount(*points))
        }
        RewardsEvent::CandidateLeft { who: account } => {
            format!("{} stands for election no longer", who(account))
        }
        RewardsEvent::CandidateDisplaced { who: account } => {
            format!("{} made room for a candidate with more work points", who(account))
        }
    }
}

fn of_facts(event: &WtmEvent) -> String {
    match event {
        WtmEvent::FactProposed { fact, proposer, supersedes } => {
            let place = supersedes.map_or_else(String::new, |old| format!(" in place of {old}"));
            format!("fact {fact} proposed by {}{place}", who(proposer))
        }
        WtmEvent::ScoreProven { fact, .. } => format!("the score became fact {fact}"),
        WtmEvent::FactAttested { fact, attester } => {
            format!("{} put a bond on fact {fact}", who(attester))
        }
        WtmEvent::FactDisputed { fact, disputer } => {
            format!("{} put a bond against fact {fact}", who(disputer))
        }
        WtmEvent::VoteCast { fact, voter, support, points } => {
            let side = if *support { "for" } else { "against" };
            let points = Amount(*points);
            format!("{} voted {side} fact {fact} with {points} points", who(voter))
        }
        WtmEvent::FactDecided { fact, status: became, fee } => {
            format!("fact {fact} is {}; {} paid for its record", status(became), nnk(*fee))
        }
        WtmEvent::FactSuperseded { fact, by } => {
            format!("fact {by} took the place of fact {fact}")
        }
        WtmEvent::FactRestored { fact, rejected } => {
            format!("fact {fact} has its place back from fact {rejected}")
        }
        WtmEvent::Claimed { fact, who: account, returned, lost, won } => format!(
            "{} got {} back for fact {fact}, won {} and lost {}",
            who(account),
            nnk(*returned),
            nnk(*won),
            nnk(*lost)
        ),
        WtmEvent::FactRemoved { fact } => format!("fact {fact} removed"),
    }
}

fn of_provenance(event: &ProvenanceEvent) -> String {
    match event {
        ProvenanceEvent::ModelRecorded { record, .. } => {
            format!("its origin was written to provenance record {record}")
        }
        ProvenanceEvent::AnchorClosed { number, first, count, .. } => {
            format!("anchor {number} holds {count} provenance records, the first of them {first}")
        }
    }
}

fn of_circuits(event: &VerifierEvent) -> String {
    match event {
        VerifierEvent::CircuitRegistered { circuit, .. } => format!("circuit {circuit} registered"),
        VerifierEvent::CircuitReplaced { circuit, successor } => {
            format!("circuit {circuit} replaced by {successor}")
        }
        VerifierEvent::CircuitDisabled { circuit } => {
            format!("circuit {circuit} disabled: its proofs are accepted no longer")
        }
    }
}

/// None for what tells of tokens again that another event tells better.
fn of_tokens(event: &BalancesEvent) -> Option<String> {
    Some(match event {
        BalancesEvent::Transfer { from, to, amount } => {
            format!("{} sent {} to {}", who(from), nnk(*amount), who(to))
        }
        BalancesEvent::Minted { who: account, amount } => {
            format!("{} minted for {}", nnk(*amount), who(account))
        }
        BalancesEvent::Burned { who: account, amount } => {
            format!("{} of {} burnt", nnk(*amount), who(account))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::{AccountId, NNK};
    use nocknock_primitives::{level::ONE_BIT, task::Outcome};

    fn worker() -> AccountId {
        AccountId::from([1; 32])
    }

    #[test]
    fn every_pallet_has_its_words() {
        let seed = DomainEvent::Tasks(TasksEvent::SeedStored { number: 4 });
        assert_eq!(sentence(&seed), "seed 4 for draws stored");
        let grew = RewardsEvent::PotGrew { session: 3, added: NNK, free_pot: 2 * NNK };
        let expected = "session 3 added 1 NNK to the pot; new tasks draw on 2 NNK";
        assert_eq!(sentence(&DomainEvent::Rewards(grew)), expected);
        let closed = ProvenanceEvent::AnchorClosed { number: 1, first: 2, count: 3, root: [0; 32] };
        let expected = "anchor 1 holds 3 provenance records, the first of them 2";
        assert_eq!(sentence(&DomainEvent::Provenance(closed)), expected);
        let burnt = BalancesEvent::Burned { who: worker(), amount: NNK };
        let expected = format!("1 NNK of {} burnt", who(&worker()));
        assert_eq!(sentence(&DomainEvent::Balances(burnt)), expected);
    }

    #[test]
    fn whoever_is_asked_alone_is_named_and_several_are_counted() {
        let asked = |workers: Vec<AccountId>| {
            let event = TasksEvent::Asked { task: 1, round: 2, workers, until: 90 };
            sentence(&DomainEvent::Tasks(event))
        };
        let expected =
            format!("round 2: {} is asked for its proofs until block 90", who(&worker()));
        assert_eq!(asked(vec![worker()]), expected);
        let expected = "round 2: 2 workers are asked for their proofs until block 90";
        assert_eq!(asked(vec![worker(); 2]), expected);
    }

    #[test]
    fn a_settlement_says_what_the_first_gets() {
        let settled = |outcome, amounts: Vec<u128>| {
            let ranked = u32::try_from(amounts.len()).unwrap();
            let event = TasksEvent::TaskSettled { task: 1, outcome, ranked, amounts };
            sentence(&DomainEvent::Tasks(event))
        };
        let expected = "settled: ranked, 2 ranked; the first gets 5 NNK at most";
        assert_eq!(settled(Outcome::Ranked, vec![5 * NNK, 3 * NNK]), expected);
        assert_eq!(settled(Outcome::NoWinner, Vec::new()), "settled: no-winner, 0 ranked");
    }

    #[test]
    fn the_level_is_told_in_halvings() {
        let (taken, level) = (ONE_BIT / 2, ONE_BIT * 3);
        let event = RewardsEvent::LevelChanged { experiment: 4, task: 1, taken, level };
        let expected = "0.50 halvings of the error are taken, 3.00 in all in experiment 4";
        assert_eq!(sentence(&DomainEvent::Rewards(event)), expected);
    }

    #[test]
    fn an_event_about_tokens_without_words_of_its_own_is_named() {
        let event = DomainEvent::Balances(BalancesEvent::Issued { amount: 1 });
        assert_eq!(sentence(&event), "Balances.Issued");
        assert_eq!(summary(&event)["fields"], json!({ "amount": "0.000000000001" }));
    }
}
