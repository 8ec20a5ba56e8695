//! Facts in the states that tests begin with.

use crate::{mock::*, NextFact};
use frame_support::{assert_ok, BoundedVec};
use nocknock_primitives::{
    fact::{ScoreFact, Source, Statement},
    ids::{CircuitId, FactId, ModelCommitment},
    limits::Text,
    score::Score,
};
use sp_runtime::DispatchResult;

/// A bounded text.
pub(crate) fn text<const N: u32>(text: &str) -> Text<N> {
    BoundedVec::try_from(text.as_bytes().to_vec()).expect("the text is short enough")
}

/// The capital of Germany is `object`.
pub(crate) fn capital(object: &str) -> Statement {
    Statement {
        domain: text("geography"),
        subject: text("country/de"),
        predicate: text("capital"),
        object: text(object),
    }
}

/// Sends the call.
pub(crate) fn try_propose(who: AccountId, statement: Statement) -> DispatchResult {
    let origin = RuntimeOrigin::signed(who);
    Wtm::propose(origin, Box::new(statement), Source::Attested)
}

/// A fact that Alice has just proposed.
pub(crate) fn proposed() -> FactId {
    assert_ok!(try_propose(ALICE, capital("Berlin")));
    newest()
}

/// The number of the newest fact.
pub(crate) fn newest() -> FactId {
    NextFact::<Test>::get() - 1
}

/// A fact of Alice's that nobody disputed.
pub(crate) fn accepted() -> FactId {
    let id = proposed();
    wait(WINDOW);
    assert_ok!(Wtm::do_resolve(id));
    id
}

/// A fact of Alice's that Bob disputes, in its vote period.
pub(crate) fn in_vote() -> FactId {
    let id = proposed();
    assert_ok!(Wtm::do_dispute(BOB, id));
    wait(WINDOW);
    id
}

/// Three are enough for a quorum.
pub(crate) const VOTERS: [AccountId; 3] = [VERA, VIC, VAL];

/// Vera, Vic and Val vote the same.
pub(crate) fn all_vote(id: FactId, support: bool) {
    for who in VOTERS {
        assert_ok!(Wtm::do_vote(who, id, support));
    }
}

/// All vote the same, and the fact is decided.
pub(crate) fn decide(id: FactId, support: bool) {
    all_vote(id, support);
    wait(VOTING);
    assert_ok!(Wtm::do_resolve(id));
}

/// A fact of Alice's that Bob disputed, voted on by Vera (60 points), Vic and Val (40 points
/// together) and decided.
pub(crate) fn voted(vera: bool, others: bool) -> FactId {
    let id = in_vote();
    assert_ok!(Wtm::do_vote(VERA, id, vera));
    assert_ok!(Wtm::do_vote(VIC, id, others));
    assert_ok!(Wtm::do_vote(VAL, id, others));
    wait(VOTING);
    assert_ok!(Wtm::do_resolve(id));
    id
}

/// All of them claim for themselves, in this order.
pub(crate) fn claim_all(id: FactId, who: &[AccountId]) {
    for who in who {
        assert_ok!(Wtm::do_claim(who, id, who));
    }
}

/// A score that Bob proved.
pub(crate) fn score(version: u32) -> ScoreFact<AccountId> {
    ScoreFact {
        experiment: 3,
        task: 9,
        version,
        worker: BOB,
        model: ModelCommitment([0xab; 32]),
        score: Score::new(173, 180),
        circuit: CircuitId([1; 32]),
    }
}
