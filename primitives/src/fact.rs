//! Facts of the World Truth Model and their evidence.

use crate::{
    ids::{BlobId, CircuitId, ExperimentId, FactId, ModelCommitment, ModelVersionNumber, TaskId},
    limits::{Text, MAX_DOMAIN, MAX_OBJECT, MAX_PREDICATE, MAX_SUBJECT, MAX_URI},
    score::Score,
    text::is_deceptive,
};
use alloc::{format, string::String};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The beginning of the domains in which only the chain writes.
pub const RESERVED_DOMAIN: &str = "nocknock";
/// The domain of proven scores.
pub const SCORE_DOMAIN: &str = "nocknock/score";
/// Full confidence, in the unit of [`Fact::confidence`].
pub const FULL_CONFIDENCE: u32 = 1_000_000;
/// How many accounts have to vote at least: one vote counts for this part of the quorum at most.
pub const QUORUM_VOTERS: u32 = 3;
/// How many of the largest votes a case keeps: one less than [`QUORUM_VOTERS`].
pub const LARGEST_VOTES: usize = 2;

/// What a fact says.
///
/// `domain`, `subject` and `predicate` are *keys*: lower-case ASCII letters, digits and `-_/.:`,
/// with a letter or digit at both ends. So two keys that look alike are the same bytes. `object` is
/// any UTF-8 text for people or programs, in one line without [deceptive](is_deceptive) characters.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Statement {
    /// The field of knowledge.
    pub domain: Text<MAX_DOMAIN>,
    /// What it is about.
    pub subject: Text<MAX_SUBJECT>,
    /// Which property of the subject.
    pub predicate: Text<MAX_PREDICATE>,
    /// The value of the property.
    pub object: Text<MAX_OBJECT>,
}

/// Why a fact is believed.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Evidence {
    /// A proof that the chain verified.
    Proven {
        /// The task in which it was verified.
        task: TaskId,
        /// The circuit under which it was verified.
        circuit: CircuitId,
        /// The model that it is about.
        model: ModelCommitment,
    },
    /// A proposer with a bond, whom nobody has disputed successfully.
    Attested,
    /// A source outside the chain.
    Imported {
        /// Where it comes from: a URI, printable ASCII.
        uri: Text<MAX_URI>,
        /// A copy of the source.
        blob: BlobId,
    },
}

/// Why a proposer says that a fact should be believed.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Source {
    /// The proposer's word and bond.
    Attested,
    /// A source outside the chain.
    Imported {
        /// Where it comes from: a URI, printable ASCII.
        uri: Text<MAX_URI>,
        /// A copy of the source.
        blob: BlobId,
    },
}

/// What is wrong with the texts of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The domain is not a key.
    #[error("the domain is not a key: use a-z, 0-9 and -_/.: with a letter or digit at both ends")]
    Domain,
    /// The subject is not a key.
    #[error(
        "the subject is not a key: use a-z, 0-9 and -_/.: with a letter or digit at both ends"
    )]
    Subject,
    /// The predicate is not a key.
    #[error(
        "the predicate is not a key: use a-z, 0-9 and -_/.: with a letter or digit at both ends"
    )]
    Predicate,
    /// The object is empty, not UTF-8, has [deceptive](is_deceptive) characters or space around it.
    #[error(
        "the object must be one line of UTF-8 text without space around it, control characters, \
         invisible characters or marks that change the direction of text"
    )]
    Object,
    /// The URI has no scheme, or characters that URIs escape.
    #[error("the URI must be printable ASCII and begin with a scheme such as https:")]
    Uri,
}

impl Statement {
    /// Checks the texts. Nothing is changed: a text that is not in its normal form is refused.
    pub fn check(&self) -> Result<(), TextError> {
        check_that(is_key(&self.domain), TextError::Domain)?;
        check_that(is_key(&self.subject), TextError::Subject)?;
        check_that(is_key(&self.predicate), TextError::Predicate)?;
        check_that(is_plain_text(&self.object), TextError::Object)
    }

    /// Whether only the chain writes in the domain.
    pub fn is_reserved(&self) -> bool {
        self.domain.starts_with(RESERVED_DOMAIN.as_bytes())
    }
}

impl Source {
    /// Checks the URI.
    pub fn check(&self) -> Result<(), TextError> {
        match self {
            Self::Attested => Ok(()),
            Self::Imported { uri, .. } => check_that(is_uri(uri), TextError::Uri),
        }
    }
}

impl From<Source> for Evidence {
    fn from(source: Source) -> Self {
        match source {
            Source::Attested => Self::Attested,
            Source::Imported { uri, blob } => Self::Imported { uri, blob },
        }
    }
}

fn check_that(holds: bool, error: TextError) -> Result<(), TextError> {
    if holds {
        Ok(())
    } else {
        Err(error)
    }
}

fn is_key(bytes: &[u8]) -> bool {
    let inner = |byte: &u8| is_word(byte) || b"-_/.:".contains(byte);
    bytes.iter().all(inner)
        && bytes.first().is_some_and(is_word)
        && bytes.last().is_some_and(is_word)
}

fn is_word(byte: &u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_plain_text(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes).is_ok_and(|text| {
        !text.is_empty() && text.trim() == text && !text.chars().any(is_deceptive)
    })
}

fn is_uri(bytes: &[u8]) -> bool {
    let scheme = bytes.split(|byte| *byte == b':').next().unwrap_or_default();
    let has_scheme =
        scheme.len() < bytes.len() && scheme.first().is_some_and(u8::is_ascii_alphabetic);
    has_scheme && bytes.iter().all(u8::is_ascii_graphic)
}

/// The status of a fact.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum FactStatus {
    /// Open to dispute.
    Proposed,
    /// Disputed; votes decide.
    Disputed,
    /// Believed.
    Accepted,
    /// Voted down.
    Rejected,
    /// Retracted by its proposer.
    Retracted,
    /// Replaced by a newer fact.
    Superseded {
        /// That fact.
        by: FactId,
    },
    /// Nothing was decided: too few voted, or as many for it as against it, or another fact had
    /// already superseded the one that it was to supersede. It is not believed, and nobody loses
    /// anything. A fact that had been accepted before it was disputed does not lapse: it is
    /// accepted again.
    Lapsed,
}

/// The two sides of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Those who say that the fact is true: proposer and attesters.
    Support,
    /// Those who dispute it.
    Against,
}

/// How much was said for and against a fact. What a dispute without a verdict has added is taken
/// out again.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Tally {
    /// Number of accounts that attested it with a bond, not counting its proposer. Those that have
    /// taken their bonds back are counted as well.
    pub attesters: u32,
    /// Number of accounts that disputed it with a bond.
    pub disputers: u32,
    /// Work points of the votes for it.
    pub support: u128,
    /// Work points of the votes against it.
    pub against: u128,
}

/// A fact.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Fact<AccountId, BlockNumber> {
    /// What it says.
    pub statement: Statement,
    /// Why it is believed.
    pub evidence: Evidence,
    /// Its status.
    pub status: FactStatus,
    /// Who proposed it, or for a proven score who proved it.
    pub author: AccountId,
    /// When it was written.
    pub created_at: BlockNumber,
    /// When it was last decided or retracted, or for a proven fact when it was written. None while
    /// it is undecided, even if it was accepted before.
    pub decided_at: Option<BlockNumber>,
    /// The fact that it replaces or was to replace.
    pub supersedes: Option<FactId>,
    /// How much was said for and against it.
    pub tally: Tally,
}

/// The bonds and votes on a fact that have not been claimed yet. It exists from the proposal until
/// the last claim.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Case<AccountId, Balance, BlockNumber> {
    /// First block in which bonds are no longer accepted.
    pub window_end: BlockNumber,
    /// First block in which votes are no longer accepted.
    pub vote_end: BlockNumber,
    /// Who holds what the disputers lose if the fact is upheld: its proposer; or, if the proposer
    /// had taken its bond back before an accepted fact was disputed, another account with a bond
    /// for it.
    pub supporter: AccountId,
    /// The first account that disputed the fact.
    pub disputer: Option<AccountId>,
    /// The sum of the bonds for the fact, less the fee once it has been charged. What is taken back
    /// while nobody disputes it is subtracted.
    pub support_bonds: Balance,
    /// The sum of the bonds against it.
    pub against_bonds: Balance,
    /// Number of bonds for it that have not been claimed.
    pub open_support: u32,
    /// Number of bonds against it that have not been claimed.
    pub open_against: u32,
    /// Number of deposits of voters that have not been claimed.
    pub open_votes: u32,
    /// The most work points that existed at any of the votes. The quorum is a fraction of them.
    pub electorate: u128,
    /// The points of the largest votes, the largest first.
    pub largest: [u128; LARGEST_VOTES],
    /// What has been taken from the losers and not yet paid to the winners. It is held in the
    /// account of the first of the winners.
    pub pool: Balance,
    /// Whether the fact had been accepted before it was disputed, so that its record is paid for.
    pub reopened: bool,
}

/// How an account takes part in a fact.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum Role {
    /// It proposed the fact.
    Proposer,
    /// It attested the fact.
    Attester,
    /// It disputed the fact.
    Disputer,
    /// It voted on the fact.
    Voter {
        /// Whether it voted for the fact.
        support: bool,
        /// Its work points when it voted.
        points: u128,
    },
}

/// What an account has on hold for a fact.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Stake<Balance, BlockNumber> {
    /// How the account takes part in the fact.
    pub role: Role,
    /// How much is held.
    pub bond: Balance,
    /// Since which block it has been held.
    pub since: BlockNumber,
}

impl FactStatus {
    /// Whether the fact is still undecided.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Proposed | Self::Disputed)
    }

    /// Whether the fact is or was believed, and so stays for ever.
    pub const fn is_permanent(&self) -> bool {
        matches!(self, Self::Accepted | Self::Superseded { .. })
    }

    /// Whether nothing was decided, so that the fact is removed as soon as all deposits have been
    /// claimed.
    pub const fn is_withdrawn(&self) -> bool {
        matches!(self, Self::Retracted | Self::Lapsed)
    }
}

impl Tally {
    /// Work points of all votes.
    pub const fn turnout(&self) -> u128 {
        self.support.saturating_add(self.against)
    }

    /// Work points of the votes for a side.
    pub const fn points(&self, side: Side) -> u128 {
        match side {
            Side::Support => self.support,
            Side::Against => self.against,
        }
    }

    /// What the votes decide, if there are enough of them: the side with more points wins.
    pub const fn majority(&self) -> FactStatus {
        if self.support > self.against {
            FactStatus::Accepted
        } else if self.support < self.against {
            FactStatus::Rejected
        } else {
            FactStatus::Lapsed
        }
    }
}

impl<AccountId, BlockNumber> Fact<AccountId, BlockNumber> {
    /// Whether the chain itself has verified it.
    pub const fn is_proven(&self) -> bool {
        matches!(self.evidence, Evidence::Proven { .. })
    }

    /// Whether somebody disputed it.
    pub const fn was_disputed(&self) -> bool {
        self.tally.disputers > 0
    }

    /// Whether it is accepted because nobody disputes it. Such a fact can be disputed as long as
    /// there are bonds for it, and their owners take them back when they want.
    pub const fn is_standing(&self) -> bool {
        matches!(self.status, FactStatus::Accepted) && !self.is_proven() && !self.was_disputed()
    }

    /// The side that loses its bonds, if the fact was disputed and decided.
    pub const fn losers(&self) -> Option<Side> {
        match self.status {
            FactStatus::Rejected => Some(Side::Support),
            FactStatus::Accepted | FactStatus::Superseded { .. } if self.was_disputed() => {
                Some(Side::Against)
            }
            _ => None,
        }
    }

    /// How strongly the chain believes it, in millionths.
    ///
    /// - Not accepted, or superseded: 0.
    /// - Proven: full confidence.
    /// - Disputed and upheld: the fraction of the points that voted for it.
    /// - [Standing](Self::is_standing): `(a + 1) / (a + 2)`, so one half without any bond, and
    ///   never full confidence. `backing` is `a` in millionths: the sum of the [`backing`] of all
    ///   bonds for it that are still held. Other facts do not depend on it.
    pub fn confidence(&self, backing: u128) -> u32 {
        let full = u128::from(FULL_CONFIDENCE);
        match self.status {
            FactStatus::Accepted if self.is_proven() => FULL_CONFIDENCE,
            FactStatus::Accepted if self.was_disputed() => {
                millionths(self.tally.support, self.tally.turnout())
            }
            FactStatus::Accepted => {
                let believed = backing.saturating_add(full);
                let share = millionths(believed, believed.saturating_add(full));
                share.min(FULL_CONFIDENCE.saturating_sub(1))
            }
            _ => 0,
        }
    }
}

/// How much a bond counts for the confidence in a fact, in millionths of an attester's bond `unit`
/// that has been held for `full_age` blocks or longer. It grows in proportion to the bond and to
/// its age.
pub fn backing(bond: u128, age: u128, unit: u128, full_age: u128) -> u128 {
    let grown = bond.saturating_mul(age.min(full_age));
    let whole = unit.saturating_mul(full_age);
    grown.saturating_mul(FULL_CONFIDENCE.into()).checked_div(whole).unwrap_or(0)
}

fn millionths(part: u128, whole: u128) -> u32 {
    let full = u128::from(FULL_CONFIDENCE);
    // Sums that are too large to be multiplied lose digits that the result cannot show anyway.
    let unit = match whole.checked_mul(full) {
        Some(_) => 1,
        None => full,
    };
    let units = |points: u128| points.checked_div(unit).unwrap_or(0);
    let share = units(part).saturating_mul(full).checked_div(units(whole));
    u32::try_from(share.unwrap_or(0)).unwrap_or(FULL_CONFIDENCE)
}

impl<AccountId, Balance, BlockNumber: Copy + PartialOrd> Case<AccountId, Balance, BlockNumber> {
    /// Whether the fact can be attested, disputed and retracted now.
    pub fn takes_bonds(&self, now: BlockNumber) -> bool {
        now < self.window_end
    }

    /// Whether a disputed fact can be voted on now.
    pub fn takes_votes(&self, now: BlockNumber) -> bool {
        self.window_end <= now && now < self.vote_end
    }

    /// Whether the fact can be decided now.
    pub fn is_due(&self, disputed: bool, now: BlockNumber) -> bool {
        now >= if disputed { self.vote_end } else { self.window_end }
    }

    /// Whether everything has been claimed.
    pub const fn is_closed(&self) -> bool {
        self.open_support == 0 && self.open_against == 0 && self.open_votes == 0
    }

    /// Number of bonds of a side that have not been claimed.
    pub const fn open(&self, side: Side) -> u32 {
        match side {
            Side::Support => self.open_support,
            Side::Against => self.open_against,
        }
    }
}

impl<AccountId, Balance, BlockNumber> Case<AccountId, Balance, BlockNumber> {
    /// Counts a vote of so many points, at a time when there are `electorate` points in all.
    pub fn count_vote(&mut self, points: u128, electorate: u128) {
        let [first, second] = self.largest;
        self.largest = [first.max(points), second.max(first.min(points))];
        self.electorate = self.electorate.max(electorate);
        self.open_votes = self.open_votes.saturating_add(1);
    }

    /// Whether enough points have voted: `turnout` in all, where each vote counts for a third of
    /// the quorum at most. So at least three must have voted.
    ///
    /// Only the two largest votes have to be cut to a third: if a third one is larger than that as
    /// well, the three make a quorum by themselves.
    pub fn has_quorum(&self, turnout: u128, quorum: u128) -> bool {
        let times = |points: u128| points.saturating_mul(QUORUM_VOTERS.into());
        let too_much = |points: &u128| times(*points).saturating_sub(quorum);
        let cut = self.largest.iter().map(too_much).fold(0, u128::saturating_add);
        quorum > 0 && times(turnout).saturating_sub(cut) >= times(quorum)
    }
}

impl<AccountId, Balance: Copy, BlockNumber> Case<AccountId, Balance, BlockNumber> {
    /// The sum of the bonds of a side.
    pub const fn bonds(&self, side: Side) -> Balance {
        match side {
            Side::Support => self.support_bonds,
            Side::Against => self.against_bonds,
        }
    }
}

impl Side {
    /// The other side.
    pub const fn other(self) -> Self {
        match self {
            Self::Support => Self::Against,
            Self::Against => Self::Support,
        }
    }
}

impl Role {
    /// The side on which it has money at stake; voters have none at stake on either.
    pub const fn side(&self) -> Option<Side> {
        match self {
            Self::Proposer | Self::Attester => Some(Side::Support),
            Self::Disputer => Some(Side::Against),
            Self::Voter { .. } => None,
        }
    }

    /// The side that it takes, with a bond or with a vote.
    pub const fn stands_for(&self) -> Side {
        match self {
            Self::Proposer | Self::Attester | Self::Voter { support: true, .. } => Side::Support,
            Self::Disputer | Self::Voter { support: false, .. } => Side::Against,
        }
    }
}

/// A score that the chain has verified and paid for, and that is to be written as a proven fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreFact<AccountId> {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The task.
    pub task: TaskId,
    /// The version of the model in the experiment's registry.
    pub version: ModelVersionNumber,
    /// Who trained it.
    pub worker: AccountId,
    /// `C_W`.
    pub model: ModelCommitment,
    /// The proved score.
    pub score: Score,
    /// The circuit under which it was proved.
    pub circuit: CircuitId,
}

impl<AccountId> ScoreFact<AccountId> {
    /// The statement under which the score is written:
    ///
    /// | text | value |
    /// |---|---|
    /// | domain | `nocknock/score` |
    /// | subject | `experiment/<id>` |
    /// | predicate | `score/v<version>` |
    /// | object | `0x<model commitment> <points>/<all points>` |
    ///
    /// Each version is delivered once, so no two scores share the first three.
    pub fn statement(&self) -> Option<Statement> {
        Some(Statement {
            domain: text(SCORE_DOMAIN.into())?,
            subject: text(format!("experiment/{}", self.experiment))?,
            predicate: text(format!("score/v{}", self.version))?,
            object: text(format!("{} {}", self.model, self.score))?,
        })
    }

    /// Why the score is believed.
    pub const fn evidence(&self) -> Evidence {
        Evidence::Proven { task: self.task, circuit: self.circuit, model: self.model }
    }
}

fn text<const N: u32>(text: String) -> Option<Text<N>> {
    text.into_bytes().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn statement(domain: &str, object: &[u8]) -> Statement {
        Statement {
            domain: Text::truncate_from(domain.as_bytes().to_vec()),
            subject: Text::truncate_from(b"earth".to_vec()),
            predicate: Text::truncate_from(b"orbits".to_vec()),
            object: Text::truncate_from(object.to_vec()),
        }
    }

    fn fact(status: FactStatus, tally: Tally) -> Fact<u8, u32> {
        Fact {
            statement: statement("astronomy", b"Sun"),
            evidence: Evidence::Attested,
            status,
            author: 1,
            created_at: 1,
            decided_at: None,
            supersedes: None,
            tally,
        }
    }

    fn imported(uri: &str) -> Source {
        Source::Imported {
            uri: Text::truncate_from(uri.as_bytes().to_vec()),
            blob: BlobId([0; 32]),
        }
    }

    #[test]
    fn keys_have_one_form() {
        for key in ["a", "0", "iso-3166/de", "doi:10.1000/182", "a_b.c"] {
            assert_eq!(statement(key, b"x").check(), Ok(()), "{key}");
        }
        for key in ["", "A", " a", "a ", "a b", "-a", "a/", "na\u{ef}ve", "a\n", "a,b"] {
            assert_eq!(statement(key, b"x").check(), Err(TextError::Domain), "{key}");
        }
    }

    #[test]
    fn each_key_has_its_own_error() {
        let good = statement("a", b"x");
        let bad = Statement { subject: Text::default(), ..good.clone() };
        assert_eq!(bad.check(), Err(TextError::Subject));
        let bad = Statement { predicate: Text::default(), ..good };
        assert_eq!(bad.check(), Err(TextError::Predicate));
    }

    #[test]
    fn objects_are_plain_text() {
        for object in ["x", "A b", "\u{dc}berfluss \u{1f680}", "0x00 173/180"] {
            assert_eq!(statement("a", object.as_bytes()).check(), Ok(()), "{object}");
        }
        let bad: [&[u8]; 12] = [
            b"",
            b" x",
            b"x\n",
            b"a\tb",
            b"\xff\xfe",
            b"a\0b",
            "a\u{202e}b".as_bytes(),
            "a\u{061c}b".as_bytes(),
            "a\u{200b}b".as_bytes(),
            "a\u{2028}b".as_bytes(),
            "\u{feff}a".as_bytes(),
            "a\u{e0041}b".as_bytes(),
        ];
        for object in bad {
            assert_eq!(statement("a", object).check(), Err(TextError::Object), "{object:?}");
        }
    }

    #[test]
    fn a_uri_has_a_scheme_and_printable_characters() {
        for uri in ["https://example.org/a?b=c", "doi:10.1000/182"] {
            assert_eq!(imported(uri).check(), Ok(()), "{uri}");
        }
        for uri in ["", "example.org", ":x", "1:x", "https://example.org/a b", "https://\u{e9}"] {
            assert_eq!(imported(uri).check(), Err(TextError::Uri), "{uri}");
        }
    }

    #[test]
    fn the_chain_keeps_its_name_to_itself() {
        for domain in ["nocknock", "nocknock/score", "nocknock-score"] {
            assert!(statement(domain, b"x").is_reserved(), "{domain}");
        }
        assert!(!statement("knock", b"x").is_reserved());
    }

    #[test]
    fn votes_decide_by_points() {
        let majority = |support, against| Tally { support, against, ..Tally::default() }.majority();
        assert_eq!(majority(6, 4), FactStatus::Accepted);
        assert_eq!(majority(4, 6), FactStatus::Rejected);
        assert_eq!(majority(5, 5), FactStatus::Lapsed);
        assert_eq!(Tally::default().majority(), FactStatus::Lapsed);
    }

    fn case() -> Case<u8, u64, u32> {
        Case {
            window_end: 1,
            vote_end: 2,
            supporter: 1,
            disputer: None,
            support_bonds: 0,
            against_bonds: 0,
            open_support: 0,
            open_against: 0,
            open_votes: 0,
            electorate: 0,
            largest: [0; LARGEST_VOTES],
            pool: 0,
            reopened: false,
        }
    }

    /// Whether these votes, in this order, are enough for a quorum of so many points.
    fn is_quorum(votes: &[u128], quorum: u128) -> bool {
        let mut case = case();
        votes.iter().for_each(|points| case.count_vote(*points, 0));
        case.has_quorum(votes.iter().sum(), quorum)
    }

    #[test]
    fn a_quorum_needs_three_votes_of_which_each_counts_for_a_third_at_most() {
        assert!(is_quorum(&[10, 10, 10], 30));
        assert!(!is_quorum(&[10, 10, 9], 30));
        assert!(!is_quorum(&[100, 10, 9], 30), "only 10 of the 100 count");
        assert!(is_quorum(&[1_000, 1_000, 4, 3, 3], 30));
        assert!(!is_quorum(&[1_000, 1_000, 4, 3, 2], 30));
        assert!(!is_quorum(&[1_000, 1_000], 30), "two are no quorum");
        assert!(is_quorum(&[4, 4, 4], 10), "a third of the quorum is not rounded");
        assert!(!is_quorum(&[4, 4, 3], 10));
        assert!(!is_quorum(&[], 0));
    }

    /// The two largest votes say all about a quorum, whatever the order of the votes.
    #[test]
    fn a_quorum_is_the_sum_of_all_votes_each_cut_to_a_third() {
        let sizes = [1u128, 2, 3, 5, 8, 20];
        let all = sizes.iter().flat_map(|a| sizes.iter().map(move |b| [*a, *b]));
        let pairs: Vec<[u128; 2]> = all.collect();
        for (one, other) in pairs.iter().flat_map(|one| pairs.iter().map(move |two| (one, two))) {
            let votes = [one[0], other[0], one[1], other[1]];
            for quorum in 1..=24 {
                let cut = |points: &u128| points.saturating_mul(3).min(quorum);
                let cut: u128 = votes.iter().map(cut).sum();
                assert_eq!(is_quorum(&votes, quorum), cut >= 3 * quorum, "{votes:?} of {quorum}");
            }
        }
    }

    #[test]
    fn confidence_grows_with_what_is_at_stake_but_is_never_full() {
        let standing = fact(FactStatus::Accepted, Tally { attesters: 98, ..Tally::default() });
        let grown = [0, 1_000_000, 2_000_000, u128::MAX].map(|held| standing.confidence(held));
        assert_eq!(grown, [500_000, 666_666, 750_000, 999_999]);
    }

    #[test]
    fn a_bond_counts_by_its_size_and_its_age() {
        assert_eq!(backing(50, 30, 50, 30), 1_000_000);
        assert_eq!(backing(50, 31, 50, 30), 1_000_000, "no older than that");
        assert_eq!(backing(50, 15, 50, 30), 500_000);
        assert_eq!(backing(90, 30, 50, 30), 1_800_000);
        assert_eq!(backing(50, 0, 50, 30), 0);
        assert_eq!(backing(50, 30, 0, 30), 0);
    }

    #[test]
    fn confidence_after_a_dispute_is_the_share_of_the_votes() {
        let tally = Tally { attesters: 9, disputers: 1, support: 3, against: 1 };
        assert_eq!(fact(FactStatus::Accepted, tally).confidence(9_000_000), 750_000);
        let huge = Tally { support: u128::MAX / 4 * 3, against: u128::MAX / 4, ..tally };
        assert!(fact(FactStatus::Accepted, huge).confidence(0).abs_diff(750_000) <= 1);
    }

    #[test]
    fn only_what_is_accepted_and_neither_proven_nor_disputed_stands_undisputed() {
        assert!(fact(FactStatus::Accepted, Tally::default()).is_standing());
        assert!(!fact(FactStatus::Proposed, Tally::default()).is_standing());
        let disputed = Tally { disputers: 1, ..Tally::default() };
        assert!(!fact(FactStatus::Accepted, disputed).is_standing());
        let evidence = Evidence::Proven {
            task: 1,
            circuit: CircuitId([1; 32]),
            model: ModelCommitment([2; 32]),
        };
        let proven = Fact { evidence, ..fact(FactStatus::Accepted, Tally::default()) };
        assert!(!proven.is_standing());
    }

    #[test]
    fn what_is_not_accepted_is_not_believed() {
        let statuses = [
            FactStatus::Proposed,
            FactStatus::Disputed,
            FactStatus::Rejected,
            FactStatus::Retracted,
            FactStatus::Superseded { by: 1 },
            FactStatus::Lapsed,
        ];
        for status in statuses {
            assert_eq!(fact(status, Tally::default()).confidence(9_000_000), 0, "{status:?}");
        }
    }

    #[test]
    fn only_a_decided_dispute_has_losers() {
        let disputed = Tally { disputers: 1, ..Tally::default() };
        assert_eq!(fact(FactStatus::Rejected, disputed).losers(), Some(Side::Support));
        assert_eq!(fact(FactStatus::Accepted, disputed).losers(), Some(Side::Against));
        assert_eq!(fact(FactStatus::Superseded { by: 1 }, disputed).losers(), Some(Side::Against));
        assert_eq!(fact(FactStatus::Lapsed, disputed).losers(), None);
        assert_eq!(fact(FactStatus::Accepted, Tally::default()).losers(), None);
    }

    #[test]
    fn the_longest_score_fits_a_statement_that_passes_its_own_check() {
        let score = ScoreFact {
            experiment: u32::MAX,
            task: 1,
            version: u32::MAX,
            worker: 1u8,
            model: ModelCommitment([0xab; 32]),
            score: Score::new(u32::MAX, u32::MAX),
            circuit: CircuitId([2; 32]),
        };
        let statement = score.statement().expect("it fits");
        assert_eq!(statement.check(), Ok(()));
        assert!(statement.is_reserved());
        assert_eq!(statement.subject.as_slice(), b"experiment/4294967295");
        assert_eq!(statement.predicate.as_slice(), b"score/v4294967295");
        let object = format!("0x{} 4294967295/4294967295", "ab".repeat(32));
        assert_eq!(statement.object.as_slice(), object.as_bytes());
    }
}
