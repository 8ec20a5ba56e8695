//! Creation and cancelling.

use crate::{
    types::{BalanceOf, BoundLen, TaskOf},
    Config, Error, Event, HoldReason, NextTask, Pallet, Roots, Seeds, Tasks,
};
use frame_support::{ensure, traits::fungible::Inspect};
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{
    circuit::CircuitKind,
    deposits,
    ids::{BlobId, BlockIndex, CircuitId, ExperimentId, TaskId},
    limits::{List, CHUNK_ELEMENTS, MAX_CHUNKS, MAX_TEST_BLOCKS, MAX_TEST_BYTES},
    model::{field, Architecture, FoldSize, RecipientKey, RecipientSecret},
    phase::{BlockTime, Phase},
    reward::CurriculumEnd,
    task::{Funding, Held, Outcome, Periods, Split, Task, TaskSpec, Terms, TestBlock},
    traits::{Curriculum, CurriculumOffer, TaskExperiments},
};
use sp_runtime::{
    traits::{Get, Saturating, Zero},
    DispatchError, DispatchResult,
};

type SpecOf<T> = TaskSpec<BalanceOf<T>, BlockNumberFor<T>>;
type TermsOf<T> = Terms<BalanceOf<T>, BlockNumberFor<T>>;
type Tests = List<TestBlock, MAX_TEST_BLOCKS>;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_create_task(
        who: T::AccountId,
        experiment: ExperimentId,
        spec: SpecOf<T>,
    ) -> DispatchResult {
        T::Experiments::ensure_active(experiment)?;
        T::Experiments::ensure_encoding(experiment, &spec.encoding)?;
        let funding = Self::funding_of(experiment);
        let architecture = Self::check_circuits(&spec.terms)?;
        Self::check_spec(&spec, funding, &architecture)?;
        let test_blocks = test_count(&spec.split);
        ensure!(is_within_limits(&architecture, test_blocks), Error::<T>::ArchitectureTooLarge);
        let id = NextTask::<T>::get();
        let task = Self::new_task(who.clone(), experiment, funding, architecture, &spec);
        let budget = Self::fund(id, &task)?;
        let (drawn_at, train_data) = (task.drawn_at, task.train_data);
        Tasks::<T>::insert(id, &task);
        Roots::<T>::insert(id, spec.roots);
        NextTask::<T>::put(id.saturating_add(1));
        Self::deposit_event(Event::TaskCreated {
            task: id,
            experiment,
            requester: who,
            funding,
            budget,
        });
        if let (Some(_), Some(train_data)) = (drawn_at, train_data) {
            Self::announce_opening(id, &task, train_data);
        }
        Ok(())
    }

    pub(crate) fn do_cancel_task(who: &T::AccountId, id: TaskId) -> DispatchResult {
        let mut task = Self::known_task(id)?;
        Self::ensure_requester(&task, who)?;
        match task.phase(Self::now()) {
            Phase::Created => {
                ensure!(!Self::draw_is_decided(&task), Error::<T>::TooLateToCancel)
            }
            Phase::Open => ensure!(
                task.drawn_at == Some(task.created_at) && task.committed.is_zero(),
                Error::<T>::TooLateToCancel
            ),
            _ => return Err(Error::<T>::WrongPhase.into()),
        }
        Self::end(id, &mut task, Outcome::Cancelled);
        Tasks::<T>::insert(id, task);
        Ok(())
    }

    pub(crate) fn announce_opening(id: TaskId, task: &TaskOf<T>, train_data: BlobId) {
        let commit_end = task.commit_end().unwrap_or_else(Self::now);
        Self::deposit_event(Event::TaskOpened { task: id, train_data, commit_end });
    }

    /// What such an end of a curriculum task says about its custodian.
    pub(crate) fn curriculum_end(task: &TaskOf<T>, outcome: Outcome) -> CurriculumEnd {
        match outcome {
            Outcome::RevealFailed => CurriculumEnd::CustodianFailed,
            Outcome::Lapsed if task.drawn_at.is_some() => CurriculumEnd::CustodianFailed,
            _ => CurriculumEnd::Regular,
        }
    }

    fn funding_of(experiment: ExperimentId) -> Funding {
        if T::Curriculum::contains(experiment) {
            Funding::Curriculum
        } else {
            Funding::Sponsored
        }
    }

    /// Whether the seed of the draw is or was stored: whoever reads the chain then knows the test
    /// blocks.
    fn draw_is_decided(task: &TaskOf<T>) -> bool {
        Seeds::<T>::contains_key(task.seed) || crate::NextSeed::<T>::get() > task.seed
    }

    /// The architecture that the score circuit is about.
    fn check_circuits(terms: &TermsOf<T>) -> Result<Architecture, Error<T>> {
        let delivery = Self::active_circuit(&terms.delivery_circuit)?;
        ensure!(delivery.is_delivery(), Error::<T>::CircuitNotActive);
        match Self::active_circuit(&terms.score_circuit)? {
            CircuitKind::Score(architecture) => Ok(architecture),
            CircuitKind::Delivery => Err(Error::<T>::CircuitNotActive),
        }
    }

    fn active_circuit(id: &CircuitId) -> Result<CircuitKind, Error<T>> {
        let circuit = Self::circuit(id).filter(|circuit| circuit.is_active());
        circuit.map(|circuit| circuit.info.kind).ok_or(Error::<T>::CircuitNotActive)
    }

    fn check_spec(
        spec: &SpecOf<T>,
        funding: Funding,
        architecture: &Architecture,
    ) -> Result<(), Error<T>> {
        let terms = &spec.terms;
        ensure!(split_is_usable(&spec.split, spec.roots.len()), Error::<T>::BadSplit);
        let are_fields = spec.roots.iter().all(|root| field::from_bytes(root.as_bytes()).is_ok());
        ensure!(are_fields, Error::<T>::BadRoot);
        ensure!(terms.shares_are_whole(), Error::<T>::BadShares);
        ensure!(terms.shares_fall(), Error::<T>::SharesNotFalling);
        ensure!(terms.min_score.is_valid() && terms.min_test_rows > 0, Error::<T>::BadMinimum);
        Self::check_periods(terms)?;
        match funding {
            Funding::Sponsored => Self::check_money(spec, architecture)?,
            Funding::Curriculum => Self::check_curriculum(spec)?,
        }
        ensure!(is_recipient(spec, funding), Error::<T>::BadRecipient);
        Ok(())
    }

    fn check_periods(terms: &TermsOf<T>) -> Result<(), Error<T>> {
        let Periods { publish, commit, reveal, claim, prove, deliver } = terms.periods;
        let all = [publish, commit, reveal, claim, prove, deliver];
        let allowed = T::MinPeriod::get()..=T::MaxPeriod::get();
        ensure!(all.iter().all(|period| allowed.contains(period)), Error::<T>::BadPeriod);
        Ok(())
    }

    fn check_money(spec: &SpecOf<T>, architecture: &Architecture) -> Result<(), Error<T>> {
        let terms = &spec.terms;
        ensure!(terms.reward >= T::MinReward::get(), Error::<T>::RewardTooLow);
        let min_share = T::RecordFee::get().saturating_add(T::Currency::minimum_balance());
        let shares_suffice =
            terms.shares.iter().all(|share| Self::share_of(terms.reward, *share) >= min_share);
        ensure!(shares_suffice, Error::<T>::ShareTooSmall);
        ensure!(terms.bond >= Self::least_bond(spec, architecture), Error::<T>::BondTooLow);
        let ciphertext = Self::price(deposits::ciphertext(architecture));
        let least_stake = T::MinStake::get().saturating_add(ciphertext);
        ensure!(terms.stake >= least_stake, Error::<T>::StakeTooLow);
        Ok(())
    }

    /// The least bond: for the task itself, for its blocks, and for storing those that are
    /// revealed.
    fn least_bond(spec: &SpecOf<T>, architecture: &Architecture) -> BalanceOf<T> {
        let revealed = deposits::revealed_blocks(architecture, test_count(&spec.split));
        T::BondPerBlock::get()
            .saturating_mul(spec.roots.bound_len().into())
            .saturating_add(T::MinBond::get())
            .saturating_add(Self::price(revealed))
    }

    /// Checks that nobody chose the test blocks, and that nothing is held.
    fn check_curriculum(spec: &SpecOf<T>) -> Result<(), Error<T>> {
        let is_drawn = matches!(spec.split, Split::Drawn { .. });
        ensure!(is_drawn, Error::<T>::CurriculumIsDrawn);
        let terms = &spec.terms;
        let holds = [terms.reward, terms.bond, terms.stake];
        let holds_nothing = holds.iter().all(Zero::is_zero);
        ensure!(holds_nothing && terms.shares.len() == 1, Error::<T>::CurriculumHoldsNothing);
        Ok(())
    }

    /// Puts the requester's money on hold, or sets aside what the task can mint. Returns the most
    /// that all winners together can get.
    fn fund(id: TaskId, task: &TaskOf<T>) -> Result<BalanceOf<T>, DispatchError> {
        let (experiment, who) = (task.experiment, &task.requester);
        match task.funding {
            Funding::Curriculum => {
                let offer = CurriculumOffer {
                    architecture: &task.architecture,
                    encoding: task.encoding,
                    min_test_rows: task.terms.min_test_rows,
                    periods: &task.terms.periods,
                };
                T::Curriculum::open(experiment, id, who, &offer)
            }
            Funding::Sponsored => {
                T::Experiments::ensure_may_sponsor(experiment, who)?;
                Self::hold(HoldReason::Escrow, who, task.held.escrow)?;
                Self::hold(HoldReason::Bond, who, task.held.bond)?;
                Self::hold(HoldReason::Record, who, task.held.record)?;
                Ok(task.terms.reward)
            }
        }
    }

    /// What a new task holds of its requester's money.
    fn held_for(
        spec: &SpecOf<T>,
        funding: Funding,
        architecture: &Architecture,
    ) -> Held<BalanceOf<T>> {
        let (roots, shares) = (spec.roots.bound_len(), spec.terms.shares.bound_len());
        let record = match funding {
            Funding::Sponsored => Self::price(deposits::record(architecture, roots, shares)),
            Funding::Curriculum => Zero::zero(),
        };
        Held { escrow: spec.terms.reward, bond: spec.terms.bond, record }
    }

    fn new_task(
        requester: T::AccountId,
        experiment: ExperimentId,
        funding: Funding,
        architecture: Architecture,
        spec: &SpecOf<T>,
    ) -> TaskOf<T> {
        let now = Self::now();
        let (tests, train_data) = fixed_split(&spec.split);
        let fixed_at = train_data.map(|_| now);
        Task {
            experiment,
            requester,
            funding,
            held: Self::held_for(spec, funding, &architecture),
            terms: spec.terms.clone(),
            architecture,
            recipient: spec.recipient,
            encoding: spec.encoding,
            blocks: u16::try_from(spec.roots.len()).unwrap_or(u16::MAX),
            test_blocks: test_count(&spec.split),
            tests,
            train_data,
            created_at: now,
            seed: crate::NextSeed::<T>::get().saturating_add(1),
            draw_by: now.after(T::DrawPeriod::get()),
            drawn_at: fixed_at,
            opened_at: fixed_at,
            revealed_at: None,
            label_counts: List::default(),
            baseline: 0,
            committed: 0,
            claimed: 0,
            waiting: 0,
            next_claim: None,
            proved: 0,
            last_paid: None,
            round: None,
            reference: None,
            open_commitments: 0,
            next_sequence: 0,
            settlement: None,
        }
    }
}

/// Whether keys may be sealed for the recipient of a task with this funding. Models of the
/// curriculum are everybody's.
fn is_recipient<Balance, BlockNumber>(
    spec: &TaskSpec<Balance, BlockNumber>,
    funding: Funding,
) -> bool {
    match funding {
        Funding::Sponsored => RecipientKey::from_bytes(&spec.recipient.0).is_ok(),
        Funding::Curriculum => spec.recipient.0 == RecipientSecret::curriculum().key().to_bytes(),
    }
}

/// Whether the chain can store ciphertexts and test blocks of this architecture, fold each block
/// for a proof, and count all points.
fn is_within_limits(architecture: &Architecture, test_blocks: u16) -> bool {
    let samples = usize::from(architecture.samples);
    let bytes = architecture.wire_bytes(samples).saturating_mul(test_blocks.into());
    let rows = u32::from(test_blocks).saturating_mul(architecture.samples.into());
    fits(architecture.weight_elements(), MAX_CHUNKS.saturating_mul(CHUNK_ELEMENTS))
        && FoldSize::full(architecture).is_allowed()
        && fits(bytes, MAX_TEST_BYTES)
        && architecture.max_score(rows) <= u64::from(u32::MAX)
}

fn fits(count: usize, limit: u32) -> bool {
    u32::try_from(count).is_ok_and(|count| count <= limit)
}

fn test_count(split: &Split) -> u16 {
    match split {
        Split::Drawn { test_blocks } => *test_blocks,
        Split::Fixed { test_blocks, .. } => u16::try_from(test_blocks.len()).unwrap_or(u16::MAX),
    }
}

fn fixed_split(split: &Split) -> (Tests, Option<BlobId>) {
    match split {
        Split::Drawn { .. } => (Tests::default(), None),
        Split::Fixed { test_blocks, train_data } => {
            (hidden_tests(test_blocks.iter().copied()), Some(*train_data))
        }
    }
}

/// Test blocks with these indices, none of them revealed.
pub(super) fn hidden_tests(indices: impl Iterator<Item = BlockIndex>) -> Tests {
    Tests::truncate_from(indices.map(|index| TestBlock { index, rows: None }).collect())
}

/// Whether there is at least one test block and at least one other block, and whether fixed test
/// blocks exist and ascend.
fn split_is_usable(split: &Split, blocks: usize) -> bool {
    let count = test_count(split);
    let ascending = match split {
        Split::Drawn { .. } => true,
        Split::Fixed { test_blocks, .. } => {
            let exist = test_blocks.iter().all(|index| usize::from(*index) < blocks);
            exist && test_blocks.windows(2).all(|pair| matches!(pair, [a, b] if a < b))
        }
    };
    ascending && count > 0 && u32::from(count) <= MAX_TEST_BLOCKS && usize::from(count) < blocks
}
