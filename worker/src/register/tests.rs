use super::*;
use crate::{
    chain::fake,
    notice::NoticeSink,
    stages::test_services::{self, FuseDisk},
};
use nocknock_circuits::fold;
use nocknock_client::Practice;
use nocknock_dataset::PreparedTask;
use nocknock_primitives::{
    circuit::ProofBytes,
    limits::List,
    model::{field, names::named, Claimed, Context},
    reward::{Practice as Terms, Round},
    task::{ProvedScore, RevealedBlock},
};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// One for all jobs of a test, because each time it is made the salts are others.
static DATA: LazyLock<PreparedTask> = LazyLock::new(fake::data);

/// The seed of this number.
fn seed(number: u64) -> [u8; 32] {
    [number.to_le_bytes(); 4].concat().try_into().unwrap()
}

/// Terms with this newest seed, in which two seeds are good.
fn terms(newest: u64, bits: u32) -> RegistrationTerms {
    RegistrationTerms { newest, seed: seed(newest), oldest: newest - 1, bits }
}

fn job(min_score: Score) -> RegistrationJob {
    let block = DATA.block(0).unwrap();
    let info = test_services::circuits().score.info().clone();
    RegistrationJob {
        account: fake::WORKER,
        genesis: fake::GENESIS,
        round: 3,
        terms: terms(5, 6),
        practice: Practice {
            terms: Terms { circuit: info.id(), root: DATA.roots()[0], rows: 32, min_score },
            block: RevealedBlock {
                salt: *block.salt().as_bytes(),
                rows: List::truncate_from(block.rows().to_vec()),
            },
        },
        circuit: fake::record(&info),
    }
}

fn cpu() -> Training {
    Training { device: nocknock_training::DeviceChoice::Cpu, ..Training::default() }
}

/// Whether a proof proves its score under this context.
fn holds(job: &RegistrationJob, fact: &RegistrationFact, context: Context) -> bool {
    let ProvedScore { points, sums, inputs, proof } = fact.score;
    let proof = fold::Proof::from_bytes(&proof.0).unwrap();
    let element = |bytes: &[u8; 32]| field::from_bytes(bytes).unwrap();
    let claimed = Claimed { sums: element(&sums), inputs: element(&inputs), score: points };
    let architecture = fake::tiny();
    let known = job.block(&architecture).unwrap();
    let model = element(fact.model.as_bytes());
    let public = known.inputs(context.to_field(), model, &claimed);
    proof.verify(test_services::circuits().score.verifying_key(), &public).is_ok()
}

#[test]
fn the_proof_is_bound_to_account_chain_round_and_seed() {
    let job = job(Score::new(1, 2));
    let proved = job.train_and_prove(&test_services::provers(), &cpu()).unwrap();
    let fact = proved.fact;
    assert_eq!(proved.reached, Score::new(fact.score.points, 32));
    assert_eq!((fact.seed_number, fact.seed), (5, seed(5)));
    assert!(holds(&job, &fact, job.context()));
    let other_seed = RegistrationJob { terms: terms(6, 6), ..job.clone() };
    let mut others = [job.context(); 4];
    others[0].task = 4;
    others[1].worker = [9; 32];
    others[2].genesis_hash = [8; 32];
    others[3] = other_seed.context();
    assert!(!others.into_iter().any(|context| holds(&job, &fact, context)));
}

fn scored(points: u32) -> ProvedScore {
    ProvedScore { points, sums: [0; 32], inputs: [0; 32], proof: ProofBytes([0; 256]) }
}

#[test]
fn a_minimum_that_is_not_reached_is_told_before_anything_is_sent() {
    let tiny = fake::tiny();
    let reached = job(Score::new(31, 32)).judge(&tiny, &scored(31));
    assert_eq!(reached.unwrap(), Score::new(31, 32));
    let weak = job(Score::new(1, 1)).judge(&tiny, &scored(31));
    assert!(matches!(weak, Err(RegisterError::TooWeak { .. })));
}

#[test]
fn a_proof_below_the_minimum_is_kept_back() {
    let mut job = job(Score::new(1, 2));
    job.practice.terms.rows = 1000;
    let refused = job.train_and_prove(&test_services::provers(), &cpu());
    assert!(matches!(refused, Err(RegisterError::TooWeak { .. })), "{refused:?}");
}

#[test]
fn a_score_is_a_part_of_what_the_head_can_count() {
    let labels = named("tiny-4x3x3-labels").unwrap();
    let reached = job(Score::new(1, 2)).judge(&labels, &scored(48));
    assert_eq!(reached.unwrap(), Score::new(48, 96));
    let weak = job(Score::new(1, 2)).judge(&labels, &scored(47));
    assert!(matches!(weak, Err(RegisterError::TooWeak { .. })));
}

#[test]
fn a_block_that_is_not_the_chains_is_refused() {
    let mut job = job(Score::new(1, 2));
    job.practice.terms.root = DATA.roots()[1];
    let refused = job.train_and_prove(&test_services::provers(), &cpu());
    assert!(matches!(refused, Err(RegisterError::WrongBlock(_))));
}

/// A proof that proves nothing, as it is kept for a job.
fn kept(job: &RegistrationJob) -> RegistrationFact {
    RegistrationFact {
        account: job.account,
        genesis: job.genesis,
        round: job.round,
        circuit: job.practice.terms.circuit,
        root: job.practice.terms.root,
        seed_number: job.terms.newest,
        seed: job.terms.seed,
        model: nocknock_primitives::ids::ModelCommitment([1; 32]),
        score: scored(31),
        nonce: None,
    }
}

#[test]
fn a_kept_proof_is_used_while_its_seed_is_good() {
    let job = job(Score::new(1, 2));
    let fact = kept(&job);
    for (newest, is_good) in [(5, true), (6, true), (7, false), (4, false)] {
        let later = RegistrationJob { terms: terms(newest, 6), ..job.clone() };
        assert_eq!(later.accept(fact.clone()).is_some(), is_good, "{newest}");
    }
    let reached = job.accept(fact.clone()).unwrap().reached;
    assert_eq!(reached, Score::new(31, 32));
}

#[test]
fn a_kept_proof_of_something_else_is_not_used() {
    let job = job(Score::new(1, 2));
    let changes: [fn(&mut RegistrationFact); 7] = [
        |fact| fact.account.0[0] ^= 1,
        |fact| fact.genesis.0[0] ^= 1,
        |fact| fact.round += 1,
        |fact| fact.circuit.0[0] ^= 1,
        |fact| fact.root.0[0] ^= 1,
        |fact| fact.seed[0] ^= 1,
        |fact| fact.score.points = 15,
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let mut fact = kept(&job);
        change(&mut fact);
        assert_eq!(job.accept(fact), None, "{place}");
    }
}

/// What the chain of a test does when the next registration comes.
type Surprise = fn(&mut World);

#[derive(Debug)]
struct World {
    registered: bool,
    round: Round,
    terms: RegistrationTerms,
    /// The node takes what is sent, and no block ever has it.
    is_silent: bool,
    /// What happens before each registration that is sent, the first one first.
    surprises: Vec<Surprise>,
    /// The error that is answered in place of the next one.
    answer: Option<RegisterError>,
    sent: Vec<SolvedRegistration>,
}

/// A chain that judges registrations as the pallet does.
#[derive(Debug)]
struct FakeRegistry(Mutex<World>);

impl FakeRegistry {
    fn new() -> Self {
        Self::with([])
    }

    fn with<const N: usize>(surprises: [Surprise; N]) -> Self {
        Self(Mutex::new(World {
            registered: false,
            round: 3,
            terms: terms(5, 6),
            is_silent: false,
            surprises: surprises.to_vec(),
            answer: None,
            sent: Vec::new(),
        }))
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn present_job(&self) -> RegistrationJob {
        let world = self.world();
        RegistrationJob { terms: world.terms, round: world.round, ..job(Score::new(1, 2)) }
    }
}

#[async_trait]
impl Registry for FakeRegistry {
    async fn is_registered(&self) -> Result<bool, RegisterError> {
        Ok(self.world().registered)
    }

    async fn terms(&self) -> Result<RegistrationTerms, RegisterError> {
        Ok(self.world().terms)
    }

    async fn job(&self) -> Result<RegistrationJob, RegisterError> {
        Ok(self.present_job())
    }

    async fn send(&self, registration: &SolvedRegistration) -> Result<(), RegisterError> {
        if self.world().is_silent {
            return std::future::pending().await;
        }
        let mut world = self.world();
        if !world.surprises.is_empty() {
            let surprise = world.surprises.remove(0);
            surprise(&mut world);
        }
        world.sent.push(registration.clone());
        if let Some(answer) = world.answer.take() {
            return Err(answer);
        }
        if !registration.is_good(&world.terms) {
            return Err(RegisterError::Overtaken);
        }
        let fact = &registration.proof;
        // Only the newest seed of a test is ever another one than that of its number.
        let is_newest = fact.seed_number == world.terms.newest;
        let seed = if is_newest { world.terms.seed } else { seed(fact.seed_number) };
        let terms = RegistrationTerms { seed, ..world.terms };
        let job = RegistrationJob { terms, round: world.round, ..job(Score::new(1, 2)) };
        if !holds(&job, fact, job.context()) {
            return Err(RegisterError::BadProof);
        }
        world.registered = true;
        Ok(())
    }
}

/// A newcomer with a folder.
struct Newcomer {
    folder: tempfile::TempDir,
    stop: CancellationToken,
    notices: Notices,
}

impl Newcomer {
    fn new() -> Self {
        let (stop, notices) = (CancellationToken::new(), Notices::default());
        Self { folder: tempfile::tempdir().unwrap(), stop, notices }
    }

    fn file(&self) -> RegistrationFile {
        RegistrationFile::open(self.folder.path()).unwrap()
    }

    async fn register(&self, registry: &FakeRegistry) -> Result<Registered, RegisterError> {
        self.register_with(registry, &self.file()).await
    }

    async fn register_with(
        &self,
        registry: &FakeRegistry,
        file: &RegistrationFile,
    ) -> Result<Registered, RegisterError> {
        let registrar = Registrar {
            registry,
            provers: test_services::provers(),
            training: &cpu(),
            file,
            notices: self.notices.clone(),
            stop: &self.stop,
        };
        registrar.register().await
    }
}

#[tokio::test]
async fn a_newcomer_proves_solves_its_puzzle_and_is_registered() {
    let (newcomer, registry) = (Newcomer::new(), FakeRegistry::new());
    let registered = newcomer.register(&registry).await.unwrap();
    let points = registry.world().sent[0].proof.score.points;
    assert_eq!(registered, Registered::Now(Score::new(points, 32)));
    assert_eq!(registry.world().sent.len(), 1);
    assert_eq!(newcomer.file().load().unwrap(), None);
    assert_eq!(newcomer.register(&registry).await.unwrap(), Registered::Before);
    assert_eq!(registry.world().sent.len(), 1);
}

#[tokio::test]
async fn a_puzzle_that_became_harder_is_solved_again_for_the_same_proof() {
    let newcomer = Newcomer::new();
    let registry = FakeRegistry::with([|world| world.terms.bits = 14]);
    newcomer.register(&registry).await.unwrap();
    let world = registry.world();
    // The first solution may have been as good as that by chance.
    let (first, last) = (&world.sent[0], world.sent.last().unwrap());
    assert_eq!(first.proof.score, last.proof.score);
    assert!(last.proof.puzzle().is_solved(last.nonce, 14));
    assert!(world.sent.len() <= 2, "{}", world.sent.len());
}

#[tokio::test]
async fn a_proof_whose_seed_became_too_old_is_made_anew() {
    let newcomer = Newcomer::new();
    let registry = FakeRegistry::with([|world| world.terms = terms(7, 6)]);
    newcomer.register(&registry).await.unwrap();
    let world = registry.world();
    let seeds: Vec<u64> = world.sent.iter().map(|sent| sent.proof.seed_number).collect();
    assert_eq!(seeds, [5, 7]);
    assert_ne!(world.sent[0].proof.score, world.sent[1].proof.score);
}

/// The chain abandons the block that brought the seed, and another one brings another seed under
/// the same number.
#[tokio::test]
async fn a_proof_whose_seed_was_abandoned_is_made_anew() {
    let newcomer = Newcomer::new();
    let registry = FakeRegistry::with([|world| world.terms.seed = seed(99)]);
    newcomer.register(&registry).await.unwrap();
    let world = registry.world();
    let seeds: Vec<_> =
        world.sent.iter().map(|sent| (sent.proof.seed_number, sent.proof.seed)).collect();
    assert_eq!(seeds, [(5, seed(5)), (5, seed(99))]);
}

#[tokio::test]
async fn a_node_with_another_seed_each_time_gets_three_proofs_and_no_more() {
    let newcomer = Newcomer::new();
    let other: Surprise = |world| world.terms.seed[31] ^= 1;
    let registry = FakeRegistry::with([other; 9]);
    let refused = newcomer.register(&registry).await.unwrap_err();
    assert!(matches!(refused, RegisterError::TooSlow), "{refused}");
    assert_eq!(registry.world().sent.len(), 3);
}

/// Others' registrations were removed, and with them the round of all newcomers rose.
#[tokio::test]
async fn a_proof_whose_round_is_over_is_made_anew() {
    let newcomer = Newcomer::new();
    let registry = FakeRegistry::with([|world| world.round = 8]);
    let registered = newcomer.register(&registry).await.unwrap();
    assert!(matches!(registered, Registered::Now(_)));
    let world = registry.world();
    let rounds: Vec<_> = world.sent.iter().map(|sent| sent.proof.round).collect();
    assert_eq!(rounds, [3, 8]);
}

#[tokio::test]
async fn a_new_seed_alone_costs_no_proof() {
    let newcomer = Newcomer::new();
    let registry = FakeRegistry::with([|world| world.terms = terms(6, 6)]);
    newcomer.register(&registry).await.unwrap();
    let seeds: Vec<u64> = registry.world().sent.iter().map(|sent| sent.proof.seed_number).collect();
    assert_eq!(seeds, [5]);
}

#[tokio::test]
async fn whoever_is_too_late_each_time_is_told_so() {
    let newcomer = Newcomer::new();
    let later: Surprise = |world| world.terms = terms(world.terms.newest + 2, 6);
    let registry = FakeRegistry::with([later; 9]);
    let refused = newcomer.register(&registry).await.unwrap_err();
    assert!(matches!(refused, RegisterError::TooSlow), "{refused}");
    assert!(refused.to_string().starts_with("3 proofs became too old"), "{refused}");
    assert_eq!(registry.world().sent.len(), 3);
}

/// The proof and its solution are on the disk before anything is sent.
#[tokio::test]
async fn a_kill_costs_no_second_proof() {
    // The folder is made in the first moment, and a file is written in two.
    for (moments, is_solved) in [(3, false), (5, true)] {
        let (newcomer, registry) = (Newcomer::new(), FakeRegistry::new());
        registry.world().answer = Some(ChainError::Unreachable("killed".into()).into());
        let disk = Arc::new(FuseDisk(fake::Fuse::of(moments)));
        let file = RegistrationFile::open_on(newcomer.folder.path(), disk).unwrap();
        assert!(newcomer.register_with(&registry, &file).await.is_err());
        drop(file);
        let kept = newcomer.file().load().unwrap().unwrap();
        assert_eq!(kept.nonce.is_some(), is_solved);
        let after = FakeRegistry::new();
        newcomer.register(&after).await.unwrap();
        let sent = after.world().sent[0].clone();
        assert_eq!((sent.proof.score, sent.proof.model), (kept.score, kept.model));
        assert!(kept.nonce.is_none_or(|nonce| nonce == sent.nonce), "the same bytes are sent");
        assert_eq!(newcomer.file().load().unwrap(), None);
    }
}

#[tokio::test]
async fn a_registration_that_was_included_all_the_same_is_none_that_failed() {
    let newcomer = Newcomer::new();
    let registry = FakeRegistry::with([|world| world.registered = true]);
    registry.world().answer = Some(ChainError::Unsure("lost".into()).into());
    let registered = newcomer.register(&registry).await.unwrap();
    assert!(matches!(registered, Registered::Now(_)));
    assert_eq!(newcomer.file().load().unwrap(), None);
}

#[tokio::test]
async fn a_proof_that_the_chain_does_not_accept_is_not_kept() {
    let (newcomer, registry) = (Newcomer::new(), FakeRegistry::new());
    registry.world().answer = Some(RegisterError::BadProof);
    let refused = newcomer.register(&registry).await.unwrap_err();
    assert!(matches!(refused, RegisterError::BadProof), "{refused}");
    assert_eq!(newcomer.file().load().unwrap(), None);
}

#[tokio::test]
async fn a_refusal_that_passes_is_waited_out() {
    let (newcomer, registry) = (Newcomer::new(), FakeRegistry::new());
    registry.world().answer = Some(RegisterError::Refused("another one waits".into()));
    newcomer.register(&registry).await.unwrap();
    let world = registry.world();
    assert_eq!(world.sent.len(), 2);
    assert_eq!(world.sent[0], world.sent[1]);
}

#[tokio::test]
async fn a_refusal_that_lasts_is_told_and_the_proof_is_kept() {
    let newcomer = Newcomer::new();
    let refuse: Surprise = |world| world.answer = Some(RegisterError::Refused("full".into()));
    let registry = FakeRegistry::with([refuse; 9]);
    let refused = newcomer.register(&registry).await.unwrap_err();
    assert!(matches!(refused, RegisterError::Refused(_)), "{refused}");
    assert_eq!(registry.world().sent.len(), 4);
    assert!(newcomer.file().load().unwrap().is_some());
}

#[tokio::test]
async fn a_puzzle_that_nobody_can_solve_is_refused_and_the_proof_is_kept() {
    let (newcomer, registry) = (Newcomer::new(), FakeRegistry::new());
    registry.world().terms.bits = MOST_BITS + 1;
    let refused = newcomer.register(&registry).await.unwrap_err();
    assert!(matches!(refused, RegisterError::Unsolvable { bits: 49 }), "{refused}");
    assert!(registry.world().sent.is_empty());
    assert!(newcomer.file().load().unwrap().is_some());
}

/// Asks to stop when the registration is sent.
#[derive(Debug)]
struct StopWhenSending(CancellationToken);

impl NoticeSink for StopWhenSending {
    fn receive(&self, notice: &Notice) {
        if matches!(notice, Notice::Registering { text } if text.starts_with("sending")) {
            self.0.cancel();
        }
    }
}

#[tokio::test]
async fn whoever_waits_for_a_block_in_vain_can_stop_and_the_proof_is_kept() {
    let (newcomer, registry) = (Newcomer::new(), FakeRegistry::new());
    registry.world().is_silent = true;
    let sink = Arc::new(StopWhenSending(newcomer.stop.clone()));
    let newcomer = Newcomer { notices: Notices::to(vec![sink]), ..newcomer };
    let registered = tokio::time::timeout(Duration::from_secs(300), newcomer.register(&registry));
    let stopped = registered.await.expect("it is waited for without end").unwrap_err();
    assert!(matches!(stopped, RegisterError::Prove(StepError::Stopped)), "{stopped}");
    assert!(newcomer.file().load().unwrap().unwrap().nonce.is_some());
}

/// Asks to stop when a search tells how far it is.
#[derive(Debug)]
struct StopWhenSolving(CancellationToken);

impl NoticeSink for StopWhenSolving {
    fn receive(&self, notice: &Notice) {
        if let Notice::Solving { .. } = notice {
            self.0.cancel();
        }
    }
}

#[tokio::test]
async fn a_search_without_end_stops_when_it_is_asked_to_and_the_proof_is_kept() {
    let (newcomer, registry) = (Newcomer::new(), FakeRegistry::new());
    registry.world().terms.bits = MOST_BITS;
    let sink = Arc::new(StopWhenSolving(newcomer.stop.clone()));
    let newcomer = Newcomer { notices: Notices::to(vec![sink]), ..newcomer };
    let stopped = newcomer.register(&registry).await.unwrap_err();
    assert!(matches!(stopped, RegisterError::Prove(StepError::Stopped)), "{stopped}");
    assert!(registry.world().sent.is_empty());
    assert!(newcomer.file().load().unwrap().is_some());
}

/// Begins a session with easy puzzles when a search tells how far it is.
#[derive(Debug)]
struct EaseWhenSolving(Arc<FakeRegistry>);

impl NoticeSink for EaseWhenSolving {
    fn receive(&self, notice: &Notice) {
        if let Notice::Solving { .. } = notice {
            self.0.world().terms.bits = 4;
        }
    }
}

#[tokio::test]
async fn a_search_is_given_up_for_an_easier_puzzle() {
    let registry = Arc::new(FakeRegistry::new());
    registry.world().terms.bits = MOST_BITS;
    let sink = Arc::new(EaseWhenSolving(registry.clone()));
    let newcomer = Newcomer { notices: Notices::to(vec![sink]), ..Newcomer::new() };
    let registered = newcomer.register(&registry).await.unwrap();
    assert!(matches!(registered, Registered::Now(_)));
}
