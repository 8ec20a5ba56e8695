use super::*;
use crate::{
    ends::Ends,
    rpc::fake::{hash_at, FakeChain, Fault, Transaction},
};
use codec::Encode;

const ALICE: AccountId = subxt::utils::AccountId32([1; 32]);
const LIFE: BlockNumber = 16;

/// What a test needs to submit.
struct Setup {
    chain: Arc<FakeChain>,
    watch: EndsWatch,
    nonces: Arc<Nonces>,
}

async fn setup() -> Setup {
    let chain = FakeChain::growing();
    let watch = chain.watch().await;
    Setup { chain, watch, nonces: Arc::default() }
}

impl Setup {
    async fn send(&self, note: u32, wait: Wait) -> Result<Sent, SubmitError> {
        self.send_before(note, wait, None).await
    }

    /// Sends a transaction that may be included up to a block, and in none after it.
    async fn send_before(
        &self,
        note: u32,
        wait: Wait,
        last_block: Option<BlockNumber>,
    ) -> Result<Sent, SubmitError> {
        let sign = |nonce, life: Life| {
            assert!(last_block.is_none_or(|last| life.last_block() <= last), "{life:?}");
            assert_eq!(life.anchor.hash, hash_at(life.anchor.number as usize));
            Ok(Transaction { account: ALICE, nonce, note }.encode())
        };
        let mut sender = Sender { last_block, ..self.sender() };
        sender.signed(&self.nonces, &ALICE, wait, sign).await
    }

    fn sender(&self) -> Sender<'_> {
        let watch = self.watch.clone();
        Sender { node: &*self.chain, watch, mortality: LIFE, last_block: None }
    }

    fn notes(&self) -> Vec<u32> {
        let included = self.chain.included(&ALICE);
        included.iter().map(|(_, transaction)| transaction.note).collect()
    }

    fn fault(&self, fault: Fault) {
        self.chain.state().faults.push_back(fault);
    }
}

#[tokio::test(start_paused = true)]
async fn a_submission_ends_in_the_block_that_holds_it() {
    let setup = setup().await;
    let sent = setup.send(1, Wait::InBlock).await.expect("a submission");
    let inclusion = sent.inclusion.expect("a place");
    let (height, _) = setup.chain.included(&ALICE)[0];
    assert_eq!(inclusion.block.number as usize, height);
    assert!(!inclusion.finalised);
}

#[tokio::test(start_paused = true)]
async fn a_final_submission_ends_in_a_finalised_block() {
    let setup = setup().await;
    let sent = setup.send(1, Wait::Finalised).await.expect("a submission");
    assert!(sent.inclusion.expect("a place").finalised);
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_nobody_waits_for_ends_at_once() {
    let setup = setup().await;
    let sent = setup.send(1, Wait::Submitted).await.expect("a submission");
    assert_eq!(sent.inclusion, None);
    assert!(setup.notes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn parallel_submissions_of_one_account_take_consecutive_nonces() {
    let setup = Arc::new(setup().await);
    let sending: Vec<_> = (0..6)
        .map(|note| {
            let setup = setup.clone();
            tokio::spawn(async move { setup.send(note, Wait::InBlock).await })
        })
        .collect();
    for task in sending {
        task.await.expect("no panic").expect("a submission");
    }
    let included = setup.chain.included(&ALICE);
    let nonces: Vec<u64> = included.iter().map(|(_, one)| one.nonce).collect();
    assert_eq!(nonces, [0, 1, 2, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_lost_before_arrival_is_tried_again() {
    let setup = setup().await;
    setup.fault(Fault::LostBefore);
    setup.fault(Fault::LostBefore);
    setup.send(1, Wait::Finalised).await.expect("a submission");
    assert_eq!(setup.notes(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_lost_after_arrival_does_not_submit_twice() {
    let setup = setup().await;
    setup.fault(Fault::LostAfter);
    setup.send(1, Wait::Finalised).await.expect("a submission");
    setup.send(2, Wait::Finalised).await.expect("a submission");
    assert_eq!(setup.notes(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_included_while_the_connection_was_lost_is_found() {
    let setup = setup().await;
    setup.fault(Fault::LostAfter);
    for _ in 0..8 {
        setup.fault(Fault::LostBefore);
    }
    setup.send(1, Wait::Finalised).await.expect("a submission");
    assert_eq!(setup.notes(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_forgets_its_pool_gets_the_transaction_again() {
    let setup = setup().await;
    let chain = setup.chain.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(500)).await;
        chain.forget_pool();
    });
    setup.send(1, Wait::Finalised).await.expect("a submission");
    assert_eq!(setup.notes(), [1]);
    assert!(setup.chain.state().handed_in > 1);
}

#[tokio::test(start_paused = true)]
async fn a_nonce_used_by_another_program_is_replaced() {
    let setup = setup().await;
    let chain = setup.chain.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(500)).await;
        chain.forget_pool();
        chain.add(&Transaction { account: ALICE, nonce: 0, note: 99 });
    });
    setup.send(1, Wait::Finalised).await.expect("a submission");
    assert_eq!(setup.notes(), [99, 1]);
}

#[tokio::test(start_paused = true)]
async fn every_signing_is_told_for_how_long_its_transaction_lives() {
    let setup = setup().await;
    let other = Transaction { account: ALICE, nonce: 0, note: 99 };
    let chain = setup.chain.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(500)).await;
        chain.forget_pool();
        chain.add(&other);
    });
    let mut told = Vec::new();
    let sign = |nonce, life: Life| {
        assert_eq!(life.period, LIFE);
        told.push(life.anchor.number);
        let note = 1;
        let account = ALICE;
        Ok(Transaction { account, nonce, note }.encode())
    };
    let mut sender = setup.sender();
    let sent = sender.signed(&setup.nonces, &ALICE, Wait::Finalised, sign);
    sent.await.expect("a submission");
    let [first, last] = told[..] else {
        panic!("two transactions were needed: {told:?}");
    };
    let (height, _) = setup.chain.included(&ALICE)[1];
    assert!(first < last, "{told:?}");
    assert!((last..last + LIFE).contains(&(height as BlockNumber)));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_signed_reaches_no_node() {
    let setup = setup().await;
    let sign = |_, _| Err(SubmitError::Unannounced { reason: "no space left on device".into() });
    let mut sender = setup.sender();
    let sent = sender.signed(&setup.nonces, &ALICE, Wait::InBlock, sign);
    let error = sent.await.expect_err("nothing was signed");
    assert!(error.to_string().contains("no space left"), "{error}");
    assert_eq!(setup.chain.state().handed_in, 0);
}

#[tokio::test(start_paused = true)]
async fn a_stale_nonce_is_replaced_at_once() {
    let setup = setup().await;
    setup.fault(Fault::Refuse(1014, "Priority is too low"));
    setup.fault(Fault::Refuse(1010, "Invalid Transaction: Transaction is outdated"));
    setup.send(1, Wait::InBlock).await.expect("a submission");
    assert_eq!(setup.notes(), [1]);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_always_contested_gives_up() {
    let setup = setup().await;
    for _ in 0..MAX_ATTEMPTS {
        setup.fault(Fault::Refuse(1014, "Priority is too low"));
    }
    let error = setup.send(1, Wait::InBlock).await.expect_err("a contested account");
    assert!(matches!(error, SubmitError::Contested), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_is_never_included_expires_once_no_block_can_hold_it() {
    let setup = setup().await;
    setup.chain.state().forgetful = true;
    let error = setup.send(1, Wait::InBlock).await.expect_err("a full pool");
    let SubmitError::Expired { until, .. } = error else {
        panic!("{error}");
    };
    let mut watch = setup.watch.clone();
    assert!(watch.now().expect("an answer").finalised.number >= until);
    setup.chain.state().forgetful = false;
    setup.send(2, Wait::InBlock).await.expect("a submission");
    assert_eq!(setup.notes(), [2]);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_with_a_last_block_is_given_up_after_it() {
    let setup = setup().await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    let best = setup.watch.clone().now().expect("an answer").best.number;
    setup.chain.state().forgetful = true;
    let last = best + 5;
    let error = setup.send_before(1, Wait::InBlock, Some(last)).await.expect_err("a full pool");
    assert!(matches!(error, SubmitError::Expired { until, .. } if until == last), "{error}");
    let finalised = setup.watch.clone().now().expect("an answer").finalised.number;
    assert!((last..last + 3).contains(&finalised), "{finalised}");
}

#[tokio::test(start_paused = true)]
async fn a_transaction_with_a_last_block_is_included_as_any_other() {
    let setup = setup().await;
    for (note, blocks) in [(1, 1), (2, 3), (3, 100)] {
        let best = setup.watch.clone().now().expect("an answer").best.number;
        let sent = setup.send_before(note, Wait::Finalised, Some(best + 3 + blocks)).await;
        assert!(sent.expect("a submission").inclusion.expect("a place").finalised);
    }
    assert_eq!(setup.notes(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_handed_in_if_its_last_block_has_come() {
    let setup = setup().await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    let best = setup.watch.clone().now().expect("an answer").best.number;
    let error = setup.send_before(1, Wait::InBlock, Some(best)).await.expect_err("it is too late");
    assert!(matches!(error, SubmitError::TooLate { last } if last == best), "{error}");
    assert_eq!(setup.chain.state().handed_in, 0);
}

#[tokio::test(start_paused = true)]
async fn an_account_without_tokens_is_refused_at_once() {
    let setup = setup().await;
    setup.fault(Fault::Refuse(1010, "Invalid Transaction: Inability to pay some fees"));
    let error = setup.send(1, Wait::InBlock).await.expect_err("no tokens");
    assert!(matches!(error, SubmitError::CannotPay), "{error}");
    assert_eq!(setup.chain.state().handed_in, 1);
}

#[tokio::test(start_paused = true)]
async fn a_silent_node_is_an_error_and_no_answer() {
    let setup = setup().await;
    setup.chain.state().silent = true;
    let error = setup.send(1, Wait::InBlock).await.expect_err("no answer");
    assert!(matches!(error, SubmitError::Query(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn ends_of_two_nodes_say_nothing_until_they_are_of_one_chain() {
    let setup = setup().await;
    setup.send(1, Wait::Finalised).await.expect("a submission");
    let (height, transaction) = setup.chain.included(&ALICE)[0].clone();
    let bytes = transaction.encode();
    let at = |height: usize| BlockRef { number: height as BlockNumber, hash: hash_at(height) };
    let branch = BlockRef { hash: hash_at(999), ..at(height) };
    let owner = Some((&ALICE, 0));
    let mut search = Search::new(&*setup.chain, &bytes, 0, LIFE - 1, owner);
    for (best, finalised) in [(at(height - 1), at(height)), (at(height), branch)] {
        let verdict = search.step(Ends { best, finalised }, Wait::Finalised).await;
        assert_eq!(verdict.expect("an answer"), Verdict::Waiting);
    }
    let ends = Ends { best: at(height), finalised: at(height) };
    let verdict = search.step(ends, Wait::Finalised).await;
    let verdict = verdict.expect("an answer");
    assert!(matches!(verdict, Verdict::Included(inclusion) if inclusion.finalised));
}

type Submission = tokio::task::JoinHandle<Result<Sent, SubmitError>>;

/// Two submissions, of which the first becomes invalid before a block can hold it.
async fn stranded(setup: &Arc<Setup>, refusal: (i32, &'static str)) -> (Submission, Submission) {
    let send = |note| {
        let setup = setup.clone();
        tokio::spawn(async move { setup.send(note, Wait::InBlock).await })
    };
    let both = (send(1), send(2));
    tokio::time::sleep(Duration::from_millis(500)).await;
    setup.chain.state().invalid.insert(1, refusal);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(setup.notes().is_empty());
    both
}

const CANNOT_PAY: (i32, &str) = (1010, "Invalid Transaction: Inability to pay some fees");

#[tokio::test(start_paused = true)]
async fn the_nonce_of_a_call_that_has_become_invalid_is_given_to_the_next_one() {
    let setup = Arc::new(setup().await);
    let (first, second) = stranded(&setup, CANNOT_PAY).await;
    setup.send(3, Wait::InBlock).await.expect("a submission");
    second.await.expect("no panic").expect("a submission");
    assert_eq!(setup.notes(), [3, 2]);
    let error = first.await.expect("no panic").expect_err("an invalid call");
    assert!(matches!(error, SubmitError::CannotPay), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_the_node_has_banned_strands_nothing() {
    let setup = Arc::new(setup().await);
    let (_first, second) = stranded(&setup, (1012, "Transaction is temporarily banned")).await;
    setup.send(3, Wait::InBlock).await.expect("a submission");
    second.await.expect("no panic").expect("a submission");
    assert_eq!(setup.notes(), [3, 2]);
}

#[tokio::test(start_paused = true)]
async fn the_nonce_of_a_submission_that_was_given_up_is_given_to_the_next_one() {
    let setup = Arc::new(setup().await);
    let (first, second) = stranded(&setup, CANNOT_PAY).await;
    first.abort();
    assert!(first.await.expect_err("an end").is_cancelled());
    setup.send(3, Wait::InBlock).await.expect("a submission");
    second.await.expect("no panic").expect("a submission");
    assert_eq!(setup.notes(), [3, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_the_node_has_only_forgotten_keeps_its_nonce() {
    let setup = Arc::new(setup().await);
    let first = {
        let setup = setup.clone();
        tokio::spawn(async move { setup.send(1, Wait::InBlock).await })
    };
    tokio::time::sleep(Duration::from_millis(500)).await;
    setup.chain.forget_pool();
    setup.send(2, Wait::InBlock).await.expect("a submission");
    first.await.expect("no panic").expect("a submission");
    assert_eq!(setup.notes(), [1, 2]);
}
