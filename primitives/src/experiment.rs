//! Experiments: what they are about, their best scores and their models.

use crate::{
    ids::{
        BlobId, CircuitId, ContentHash, ExperimentId, KeyCommitment, ModelCommitment,
        ModelVersionNumber, TaskId,
    },
    limits::{List, Text, MAX_DESCRIPTION, MAX_LEADERBOARD, MAX_NAME, MAX_TAG, MAX_TAGS},
    score::Score,
    task::Funding,
    text::is_deceptive,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What an owner says about an experiment.
#[derive(
    Clone,
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
pub struct Description {
    /// Name for people: UTF-8, not blank, one line without
    /// [deceptive](crate::text::is_deceptive) characters.
    pub name: Text<MAX_NAME>,
    /// What is to be learned from what: UTF-8, lines without
    /// [deceptive](crate::text::is_deceptive) characters, separated by `\n`.
    pub text: Text<MAX_DESCRIPTION>,
    /// Words by which it can be found: lower-case ASCII letters, digits and `-`. None occurs twice.
    pub tags: List<Text<MAX_TAG>, MAX_TAGS>,
    /// The hash of a longer document outside the chain.
    pub metadata: Option<ContentHash>,
}

/// Why a description is refused, apart from its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// The name or the text is not UTF-8.
    #[error("name and text must be UTF-8")]
    NotUtf8,
    /// The name has nothing to read.
    #[error("the name must have at least one visible character")]
    BlankName,
    /// The name or the text could break a terminal or pass for another one.
    #[error(
        "name and text must not contain control characters, invisible characters or marks that \
         change the direction of text; only the text may have line breaks, as \\n"
    )]
    ControlCharacter,
    /// A tag is empty, or contains characters that it may not contain.
    #[error("a tag must consist of lower-case ASCII letters, digits and -, at least one of them")]
    BadTag,
    /// Two tags are the same.
    #[error("no tag may be given twice")]
    DuplicateTag,
}

/// Why texts do not make a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NewDescriptionError {
    /// The name is longer than [`MAX_NAME`].
    #[error("the name must have at most {} bytes", MAX_NAME)]
    NameTooLong,
    /// The text is longer than [`MAX_DESCRIPTION`].
    #[error("the text must have at most {} bytes", MAX_DESCRIPTION)]
    TextTooLong,
    /// A tag is longer than [`MAX_TAG`].
    #[error("a tag must have at most {} bytes", MAX_TAG)]
    TagTooLong,
    /// There are more tags than [`MAX_TAGS`].
    #[error("there must be at most {} tags", MAX_TAGS)]
    TooManyTags,
    /// They are short enough, but not acceptable.
    #[error(transparent)]
    Refused(#[from] DescriptionError),
}

impl Description {
    /// A description with these texts, provided that the chain would accept it.
    pub fn new<S: AsRef<str>>(
        name: &str,
        text: &str,
        tags: &[S],
        metadata: Option<ContentHash>,
    ) -> Result<Self, NewDescriptionError> {
        let description = Self {
            name: bounded(name, NewDescriptionError::NameTooLong)?,
            text: bounded(text, NewDescriptionError::TextTooLong)?,
            tags: bounded_tags(tags)?,
            metadata,
        };
        description.check()?;
        Ok(description)
    }

    /// What the chain checks before it stores a description.
    pub fn check(&self) -> Result<(), DescriptionError> {
        check_name(&self.name)?;
        check_text(&self.text)?;
        check_tags(&self.tags)
    }
}

fn bounded<const N: u32>(
    text: &str,
    too_long: NewDescriptionError,
) -> Result<Text<N>, NewDescriptionError> {
    text.as_bytes().to_vec().try_into().map_err(|_| too_long)
}

fn bounded_tags<S: AsRef<str>>(
    tags: &[S],
) -> Result<List<Text<MAX_TAG>, MAX_TAGS>, NewDescriptionError> {
    tags.iter()
        .map(|tag| bounded(tag.as_ref(), NewDescriptionError::TagTooLong))
        .collect::<Result<Vec<_>, _>>()?
        .try_into()
        .map_err(|_| NewDescriptionError::TooManyTags)
}

fn check_name(name: &[u8]) -> Result<(), DescriptionError> {
    let name = core::str::from_utf8(name).map_err(|_| DescriptionError::NotUtf8)?;
    if name.chars().all(|c| c.is_whitespace() || is_joiner(c)) {
        return Err(DescriptionError::BlankName);
    }
    if name.chars().any(is_deceptive) {
        return Err(DescriptionError::ControlCharacter);
    }
    Ok(())
}

/// Characters that join or part the letters beside them and show nothing themselves.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn check_text(text: &[u8]) -> Result<(), DescriptionError> {
    let text = core::str::from_utf8(text).map_err(|_| DescriptionError::NotUtf8)?;
    if text.split('\n').any(|line| line.chars().any(is_deceptive)) {
        return Err(DescriptionError::ControlCharacter);
    }
    Ok(())
}

fn check_tags(tags: &[Text<MAX_TAG>]) -> Result<(), DescriptionError> {
    let is_good = |tag: &Text<MAX_TAG>| !tag.is_empty() && tag.iter().all(is_tag_character);
    if !tags.iter().all(is_good) {
        return Err(DescriptionError::BadTag);
    }
    let repeated = |(index, tag): (usize, &Text<MAX_TAG>)| {
        tags.iter().take(index).any(|earlier| earlier == tag)
    };
    if tags.iter().enumerate().any(repeated) {
        return Err(DescriptionError::DuplicateTag);
    }
    Ok(())
}

fn is_tag_character(byte: &u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-'
}

/// The best model that has been delivered in an experiment.
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
pub struct Champion {
    /// Its version.
    pub version: ModelVersionNumber,
    /// Its proved score.
    pub score: Score,
}

/// What a task has to know of the champion of its experiment to judge it on its own rows.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ChampionModel<AccountId> {
    /// Its version.
    pub version: ModelVersionNumber,
    /// The task in which it was delivered.
    pub task: TaskId,
    /// Who trained it.
    pub worker: AccountId,
    /// `C_W`.
    pub model: ModelCommitment,
    /// The circuit under which its scores are proved.
    pub circuit: CircuitId,
    /// Its score in that task.
    pub score: Score,
}

/// An experiment.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Experiment<AccountId, BlockNumber> {
    /// Who may describe, transfer and archive it, and sponsor tasks in it.
    pub owner: AccountId,
    /// What the owner says about it.
    pub description: Description,
    /// Hash of how columns and classes are written as numbers in all of its tasks, if whoever
    /// created it named one. It never changes, so that its leaderboard is about one form of table.
    pub encoding: Option<ContentHash>,
    /// When it was created.
    pub created_at: BlockNumber,
    /// Whether it is archived and accepts no new tasks.
    pub archived: bool,
    /// Its best delivered model.
    pub champion: Option<Champion>,
    /// Number of model versions registered so far.
    pub versions: ModelVersionNumber,
}

/// A complete proved score.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct LeaderboardEntry<AccountId, BlockNumber> {
    /// Who proved it.
    pub worker: AccountId,
    /// In which task it was proved.
    pub task: TaskId,
    /// The model that reached it.
    pub model: ModelCommitment,
    /// The score on all of the task's test blocks.
    pub score: Score,
    /// When its last block was proved.
    pub at: BlockNumber,
}

/// The best entries, best first, and the earlier of two equal ones first.
pub type Leaderboard<AccountId, BlockNumber> =
    List<LeaderboardEntry<AccountId, BlockNumber>, MAX_LEADERBOARD>;

/// What stage a model version is in.
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
pub enum Stage {
    /// Delivered, but not the best.
    Candidate,
    /// The best so far.
    Champion,
    /// Put aside by its owner.
    Archived,
}

/// A model that was delivered and paid for.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DeliveredModel<AccountId> {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The task.
    pub task: TaskId,
    /// Who trained it.
    pub worker: AccountId,
    /// Who asked for it.
    pub requester: AccountId,
    /// `C_W`.
    pub model: ModelCommitment,
    /// Its proved score.
    pub score: Score,
    /// The circuit under which the score was proved.
    pub circuit: CircuitId,
    /// `h_k`, the hash of the key that opens its ciphertext.
    pub key_commitment: KeyCommitment,
    /// A copy of the ciphertext outside the chain, if the worker keeps one.
    pub blob: Option<BlobId>,
    /// Who paid for it. A model of the curriculum becomes the champion whatever its score, because
    /// it beat the champion on the same rows.
    pub funding: Funding,
}

/// A version in the model registry.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ModelVersion<AccountId, BlockNumber> {
    /// The model.
    pub delivered: DeliveredModel<AccountId>,
    /// Its stage.
    pub stage: Stage,
    /// Who may change its stage and give it away.
    pub owner: AccountId,
    /// When it was registered.
    pub at: BlockNumber,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn described(
        name: &str,
        text: &str,
        tags: &[&str],
    ) -> Result<Description, NewDescriptionError> {
        Description::new(name, text, tags, None)
    }

    fn refused(name: &str, tags: &[&str]) -> Option<DescriptionError> {
        match described(name, "", tags) {
            Err(NewDescriptionError::Refused(error)) => Some(error),
            _ => None,
        }
    }

    #[test]
    fn a_description_holds_its_texts() {
        let made = described("Größe", "lines\nof text", &["uci-digits", "10"]).unwrap();
        assert_eq!(made.name.as_slice(), "Größe".as_bytes());
        assert_eq!(made.text.as_slice(), b"lines\nof text");
        assert_eq!(made.tags[1].as_slice(), b"10");
        assert_eq!(made.check(), Ok(()));
    }

    #[test]
    fn a_name_needs_something_to_read_in_one_line() {
        for name in ["", " \u{a0}", "\n", "\u{200d}", " \u{200c}\u{200d}"] {
            assert_eq!(refused(name, &[]), Some(DescriptionError::BlankName), "{name:?}");
        }
        for name in ["a\nb", "a\tb", "a\u{1b}[2J", "a\u{85}", "a\u{2028}b"] {
            let error = refused(name, &[]);
            assert_eq!(error, Some(DescriptionError::ControlCharacter), "{name:?}");
        }
    }

    #[test]
    fn names_and_texts_of_every_script_pass() {
        for text in ["größe", "数字", "שלום", "می\u{200c}خواهم", "👩\u{200d}🔬", "e\u{301}"]
        {
            assert!(described(text, text, &[]).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn a_name_that_would_pass_for_another_one_is_refused() {
        // A right-to-left override, an isolate, an Arabic letter mark, a zero-width space, a word
        // joiner, a byte order mark and a tag character.
        for mark in
            ['\u{202e}', '\u{2067}', '\u{61c}', '\u{200b}', '\u{2060}', '\u{feff}', '\u{e0041}']
        {
            let error = refused(&format!("Digits{mark}"), &[]);
            assert_eq!(error, Some(DescriptionError::ControlCharacter), "{mark:?}");
        }
    }

    #[test]
    fn a_text_has_line_breaks_but_nothing_else_that_steers_or_hides() {
        assert!(described("n", "one\n\ntwo\n", &[]).is_ok());
        for text in ["a\r\nb", "a\tb", "a\u{1b}[2J", "a\u{2028}b", "a\n\u{202e}b", "\u{feff}a"] {
            let error = described("n", text, &[]).unwrap_err();
            let refused = NewDescriptionError::Refused(DescriptionError::ControlCharacter);
            assert_eq!(error, refused, "{text:?}");
        }
    }

    #[test]
    fn tags_are_normal_and_unique() {
        for tag in ["", "Digits", "a b", "ä", "a_b"] {
            assert_eq!(refused("n", &[tag]), Some(DescriptionError::BadTag), "{tag}");
        }
        let twice = refused("n", &["a", "b", "a"]);
        assert_eq!(twice, Some(DescriptionError::DuplicateTag));
        assert!(described("n", "", &["a", "b", "a-b"]).is_ok());
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused() {
        let good = described("n", "t", &[]).unwrap();
        let name = Description { name: vec![0xff].try_into().unwrap(), ..good.clone() };
        let text = Description { text: vec![0xff].try_into().unwrap(), ..good };
        assert_eq!(name.check(), Err(DescriptionError::NotUtf8));
        assert_eq!(text.check(), Err(DescriptionError::NotUtf8));
    }

    #[test]
    fn each_bound_has_its_own_error() {
        let long = |bytes: u32| "a".repeat(bytes as usize);
        assert!(described(&long(MAX_NAME), &long(MAX_DESCRIPTION), &[&long(MAX_TAG)]).is_ok());
        let name = described(&long(MAX_NAME + 1), "", &[]);
        assert_eq!(name, Err(NewDescriptionError::NameTooLong));
        let text = described("n", &long(MAX_DESCRIPTION + 1), &[]);
        assert_eq!(text, Err(NewDescriptionError::TextTooLong));
        let tag = described("n", "", &[&long(MAX_TAG + 1)]);
        assert_eq!(tag, Err(NewDescriptionError::TagTooLong));
        let tags = described("n", "", &["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
        assert_eq!(tags, Err(NewDescriptionError::TooManyTags));
    }
}
