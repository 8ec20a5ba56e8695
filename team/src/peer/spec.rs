//! What all members of a run have in common before it begins.

use crate::{
    learner::{lm::LmSettings, AdamWSettings, RateSchedule},
    order::{Hash, Terms},
    outer::Outer,
    update::{UpdateKind, ValueBits},
};
use serde::{Deserialize, Serialize};

/// The version of specifications that this crate reads.
const VERSION: u32 = 1;

/// Below this coverage a sparse update sends too many numbers too seldom.
const LEAST_COVERAGE: f64 = 4.0;

/// The specification of a run. It is written as TOML, and its digest is in the first entry of the
/// log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Version of the format, 1.
    pub version: u32,
    /// For people, 1 to 64 characters.
    pub name: String,
    /// All randomness of the run follows from it.
    pub seed: u64,
    /// Name of the manifest of the data; or there is a task.
    #[serde(default)]
    pub data: Option<String>,
    /// Number of the task whose data are learnt; or there is a manifest.
    #[serde(default)]
    pub task: Option<u64>,
    /// The most members, 1 to 32.
    pub members: u8,
    /// Who may join.
    #[serde(default)]
    pub admit: Admit,
    /// What is trained.
    pub model: ModelSpec,
    /// How a member learns on its own.
    pub inner: InnerSpec,
    /// How long rounds are.
    pub round: RoundSpec,
    /// What is sent, and how it is merged.
    #[serde(default)]
    pub update: UpdateSpec,
    /// How members judge each other.
    #[serde(default)]
    pub audit: AuditSpec,
    /// What is kept.
    #[serde(default)]
    pub checkpoint: CheckpointSpec,
}

/// Who may join a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Admit {
    /// Whoever has the invitation.
    #[default]
    Invite,
    /// Accounts that the owner names.
    List,
    /// Every registered worker.
    Registered,
}

/// What is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ModelSpec {
    /// A language model of bytes; see [`LmSettings`].
    ByteLm {
        /// Blocks one after the other, 1 to 32.
        layers: usize,
        /// Numbers that stand for a byte, 8 to 4,096.
        width: usize,
        /// Heads of the attention, which divide the width.
        heads: usize,
        /// The most bytes that the model looks back on, 2 to 2,048.
        context: usize,
    },
    /// The layered model of a task.
    Mlp {},
}

/// How a member learns on its own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InnerSpec {
    /// Samples of a step, 1 to 65,536.
    pub batch: u32,
    /// The highest learning rate, above 0, at most 1.
    pub learning_rate: f64,
    /// Share of the run in which the rate rises, 0 up to but not including 1.
    #[serde(default)]
    pub warm_up: f64,
    /// As in [`AdamWSettings`], 0 to 1.
    #[serde(default = "weight_decay")]
    pub weight_decay: f64,
}

/// How long rounds are. Either `steps` or `seconds` is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundSpec {
    /// How many rounds there are, 1 to 1,000,000.
    pub rounds: u32,
    /// Steps of each member in a round, 1 to 100,000.
    #[serde(default)]
    pub steps: Option<u32>,
    /// With `steps`: after so many seconds a round does not wait for slow members, 1 to 86,400.
    #[serde(default = "most_seconds")]
    pub most_seconds: u32,
    /// Seconds that each member trains in a round, 1 to 86,400.
    #[serde(default)]
    pub seconds: Option<u32>,
    /// With `seconds`: the most steps in a round, 1 to 100,000.
    #[serde(default = "most_steps")]
    pub most_steps: u32,
    /// How long a late member is waited for, 1 to 3,600.
    #[serde(default = "grace_seconds")]
    pub grace_seconds: u32,
    /// A round needs so many offers, 1 up to the number of members.
    #[serde(default = "least_offers")]
    pub least_offers: u8,
    /// Whether members train on while they wait. Not built yet, so it is `false`.
    #[serde(default)]
    pub overlap: bool,
}

/// What is sent, and how it is merged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UpdateSpec {
    /// How the numbers are made small.
    pub kind: KindSpec,
    /// Of sparse updates: one number in how many is sent, 1 to 4,096.
    pub density: u16,
    /// Of sparse updates: what is said of each number that is sent, 1 or 2 bits.
    pub value_bits: u8,
    /// Share of what had no room that stays from round to round, 0 to 1.
    pub feedback: f64,
    /// How far the model moves along the mean of the updates, above 0, at most 10.
    pub rate: f64,
    /// Share of the last rounds' movement that carries over, 0 up to but not including 1.
    pub momentum: f64,
    /// The longest update counts as this many times the median length, above 0, at most 1,000,000.
    pub clip: f64,
    /// The most work counts as this many times the median, 1 to 1,000,000.
    pub work_ratio: f64,
}

/// How the numbers of an update are made small; see [`UpdateKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KindSpec {
    /// The largest numbers alone.
    Sparse,
    /// 8 bits a number.
    Int8,
    /// 4 bits a number.
    Int4,
    /// The numbers as they are.
    F32,
}

/// How members judge each other's updates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditSpec {
    /// Batches to judge by. Not built yet, so it is 0.
    pub batches: u32,
}

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckpointSpec {
    /// After how many rounds the members say which state they have, 1 to 1,000,000.
    pub every: u32,
}

/// How much a member trains in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// So many steps.
    Steps(u32),
    /// As many steps as there is time for, at least one.
    Seconds {
        /// How much time there is.
        seconds: u32,
        /// The most steps.
        most_steps: u32,
    },
}

/// Why a text is no specification.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// It is no TOML, lacks a field, or has one too many.
    #[error("the specification cannot be read: {0}")]
    Text(String),
    /// A field is out of its range.
    #[error("{field} must be {rule}")]
    Field {
        /// Name of the field.
        field: &'static str,
        /// What is allowed.
        rule: &'static str,
    },
}

fn weight_decay() -> f64 {
    AdamWSettings::default().weight_decay
}

fn most_seconds() -> u32 {
    600
}

fn most_steps() -> u32 {
    200
}

fn grace_seconds() -> u32 {
    5
}

fn least_offers() -> u8 {
    1
}

impl Default for UpdateSpec {
    fn default() -> Self {
        Self {
            kind: KindSpec::Sparse,
            density: 16,
            value_bits: 1,
            feedback: 0.95,
            rate: 1.5,
            momentum: 0.0,
            clip: 1.0,
            work_ratio: 4.0,
        }
    }
}

impl Default for CheckpointSpec {
    fn default() -> Self {
        Self { every: 16 }
    }
}

impl Spec {
    /// Reads and checks a specification.
    ///
    /// # Errors
    ///
    /// If the text is no TOML, lacks a field or has an unknown one, or a field is out of its range.
    pub fn from_toml(text: &str) -> Result<Self, SpecError> {
        let spec: Self =
            toml::from_str(text).map_err(|error| SpecError::Text(error.to_string()))?;
        spec.check()?;
        Ok(spec)
    }

    /// Refuses fields that are out of their range.
    ///
    /// # Errors
    ///
    /// The first such field, with its rule.
    pub fn check(&self) -> Result<(), SpecError> {
        require("version", "1", self.version == VERSION)?;
        let characters = self.name.chars().count();
        let is_name = (1..=64).contains(&characters) && !self.name.chars().any(char::is_control);
        require("name", "1 to 64 characters, none of them a control character", is_name)?;
        require("members", "1 to 32", (1..=32).contains(&self.members))?;
        self.check_model()?;
        self.inner.check()?;
        self.round.check(self.members)?;
        self.update.check()?;
        let none = "0: to judge updates by batches is not built yet";
        require("audit.batches", none, self.audit.batches == 0)?;
        require("checkpoint.every", "1 to 1,000,000", is_count(self.checkpoint.every))
    }

    /// How often each number of the model can be sent in the whole run: rounds × members × density.
    pub fn coverage(&self) -> f64 {
        let one_in = match self.update.kind {
            KindSpec::Sparse => f64::from(self.update.density.max(1)),
            KindSpec::Int8 | KindSpec::Int4 | KindSpec::F32 => 1.0,
        };
        f64::from(self.round.rounds) * f64::from(self.members) / one_in
    }

    /// What a person should know before such a run, if its coverage is too low.
    pub fn coverage_warning(&self) -> Option<String> {
        let coverage = self.coverage();
        (coverage < LEAST_COVERAGE).then(|| {
            format!(
                "each number is sent {coverage:.1} times in the whole run, and below \
                 {LEAST_COVERAGE} a team may learn less than one machine: more rounds, or a \
                 smaller update.density"
            )
        })
    }

    /// A hash of all fields, which the first entry of the log names.
    pub fn digest(&self) -> Hash {
        // A specification has no part that JSON cannot write.
        let text = serde_json::to_vec(self).unwrap_or_default();
        blake3::derive_key("NockNock 2026 specification of a run", &text)
    }

    /// What the order needs to know.
    pub fn terms(&self) -> Terms {
        let seconds = self.round.seconds.unwrap_or(self.round.most_seconds);
        Terms {
            members: self.members,
            rounds: self.round.rounds,
            least_offers: u32::from(self.round.least_offers),
            target_ms: u64::from(seconds) * 1_000,
            grace_ms: u64::from(self.round.grace_seconds) * 1_000,
        }
    }

    /// How updates are merged.
    pub fn outer(&self) -> Outer {
        let UpdateSpec { rate, momentum, clip, work_ratio, .. } = self.update;
        Outer { rate, momentum, clip, work_ratio }
    }

    /// What is sent.
    pub fn kind(&self) -> UpdateKind {
        let value_bits = if self.update.value_bits == 2 { ValueBits::Two } else { ValueBits::One };
        match self.update.kind {
            KindSpec::Sparse => UpdateKind::Sparse { one_in: self.update.density, value_bits },
            KindSpec::Int8 => UpdateKind::Int8,
            KindSpec::Int4 => UpdateKind::Int4,
            KindSpec::F32 => UpdateKind::F32,
        }
    }

    /// The learning rate of each moment.
    pub fn schedule(&self) -> RateSchedule {
        let InnerSpec { learning_rate, warm_up, .. } = self.inner;
        RateSchedule { learning_rate, warm_up, rounds: self.round.rounds }
    }

    /// Settings of each member's optimiser.
    pub fn optimiser(&self) -> AdamWSettings {
        AdamWSettings { weight_decay: self.inner.weight_decay, ..AdamWSettings::default() }
    }

    /// How much a member trains in a round.
    pub fn pace(&self) -> Pace {
        let RoundSpec { steps, seconds, most_steps, .. } = self.round;
        match seconds {
            Some(seconds) => Pace::Seconds { seconds, most_steps },
            None => Pace::Steps(steps.unwrap_or(1)),
        }
    }

    fn check_model(&self) -> Result<(), SpecError> {
        let Some(settings) = self.model.lm() else {
            return require("task", "given for a model of kind \"mlp\"", self.task.is_some());
        };
        let sizes = "1 to 32 layers, a width that the heads divide, and a context of 2 to 2,048";
        require("model", sizes, settings.check().is_ok())?;
        let has_data = self.data.as_ref().is_some_and(|name| !name.trim().is_empty());
        require("data", "the name of a manifest for a model of kind \"byte-lm\"", has_data)
    }
}

impl ModelSpec {
    /// The size of a language model; nothing for another model.
    pub fn lm(&self) -> Option<LmSettings> {
        match *self {
            Self::ByteLm { layers, width, heads, context } => {
                Some(LmSettings { layers, width, heads, context })
            }
            Self::Mlp {} => None,
        }
    }
}

impl InnerSpec {
    fn check(&self) -> Result<(), SpecError> {
        require("inner.batch", "1 to 65,536", (1..=65_536).contains(&self.batch))?;
        let is_rate = self.learning_rate > 0.0 && self.learning_rate <= 1.0;
        require("inner.learning_rate", "above 0, at most 1", is_rate)?;
        let share = "0 or more and below 1";
        require("inner.warm_up", share, (0.0..1.0).contains(&self.warm_up))?;
        let decays = (0.0..=1.0).contains(&self.weight_decay);
        require("inner.weight_decay", "0 or more, at most 1", decays)
    }
}

impl RoundSpec {
    fn check(&self, members: u8) -> Result<(), SpecError> {
        require("round.rounds", "1 to 1,000,000", is_count(self.rounds))?;
        let is_one = self.steps.is_some() != self.seconds.is_some();
        require("round.steps", "given, or round.seconds in its place", is_one)?;
        let [steps, seconds] = ["1 to 100,000", "1 to 86,400"];
        require("round.steps", steps, self.steps.is_none_or(is_steps))?;
        require("round.most_steps", steps, is_steps(self.most_steps))?;
        require("round.seconds", seconds, self.seconds.is_none_or(is_within_a_day))?;
        require("round.most_seconds", seconds, is_within_a_day(self.most_seconds))?;
        let is_grace = (1..=3_600).contains(&self.grace_seconds);
        require("round.grace_seconds", "1 to 3,600", is_grace)?;
        let has_members = (1..=members).contains(&self.least_offers);
        require("round.least_offers", "1 up to the number of members", has_members)?;
        let waits = "false: to train on while waiting is not built yet";
        require("round.overlap", waits, !self.overlap)
    }
}

impl UpdateSpec {
    fn check(&self) -> Result<(), SpecError> {
        require("update.density", "1 to 4,096", (1..=4_096).contains(&self.density))?;
        require("update.value_bits", "1 or 2", (1..=2).contains(&self.value_bits))?;
        require("update.feedback", "0 to 1", (0.0..=1.0).contains(&self.feedback))?;
        require("update.rate", "above 0, at most 10", self.rate > 0.0 && self.rate <= 10.0)?;
        let carries = (0.0..1.0).contains(&self.momentum);
        require("update.momentum", "0 or more and below 1", carries)?;
        let clips = self.clip > 0.0 && self.clip <= 1e6;
        require("update.clip", "above 0, at most 1,000,000", clips)?;
        let has_ratio = (1.0..=1e6).contains(&self.work_ratio);
        require("update.work_ratio", "1 to 1,000,000", has_ratio)
    }
}

fn require(field: &'static str, rule: &'static str, kept: bool) -> Result<(), SpecError> {
    if kept {
        Ok(())
    } else {
        Err(SpecError::Field { field, rule })
    }
}

fn is_count(rounds: u32) -> bool {
    (1..=1_000_000).contains(&rounds)
}

fn is_steps(steps: u32) -> bool {
    (1..=100_000).contains(&steps)
}

fn is_within_a_day(seconds: u32) -> bool {
    (1..=86_400).contains(&seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        version = 1
        name = "shakespeare"
        seed = 7
        data = "MANIFEST"
        members = 8
        [model]
        kind = "byte-lm"
        layers = 3
        width = 96
        heads = 4
        context = 64
        [inner]
        batch = 12
        learning_rate = 6e-3
        warm_up = 0.05
        weight_decay = 0.1
        [round]
        rounds = 72
        steps = 5
        grace_seconds = 5
        [update]
        kind = "sparse"
        density = 64
        value_bits = 1
        feedback = 0.95
        rate = 2.0
        [checkpoint]
        every = 16
    "#;

    /// The text with a part of it replaced.
    fn with(part: &str, other: &str) -> Result<Spec, SpecError> {
        assert!(TEXT.contains(part), "{part}");
        Spec::from_toml(&TEXT.replace(part, other))
    }

    #[test]
    fn a_specification_says_what_each_part_of_the_crate_needs() {
        let spec = Spec::from_toml(TEXT).unwrap();
        let expected =
            Terms { members: 8, rounds: 72, least_offers: 1, target_ms: 600_000, grace_ms: 5_000 };
        assert_eq!(spec.terms(), expected);
        assert_eq!(spec.pace(), Pace::Steps(5));
        let sparse = UpdateKind::Sparse { one_in: 64, value_bits: ValueBits::One };
        assert_eq!(spec.kind(), sparse);
        let outer = Outer { rate: 2.0, momentum: 0.0, clip: 1.0, work_ratio: 4.0 };
        assert_eq!(spec.outer(), outer);
        spec.schedule().check().unwrap();
        let timed = with("steps = 5", "seconds = 20").unwrap();
        assert_eq!(timed.pace(), Pace::Seconds { seconds: 20, most_steps: 200 });
        assert_eq!(timed.terms().target_ms, 20_000);
    }

    #[test]
    fn low_coverage_is_a_warning() {
        let spec = Spec::from_toml(TEXT).unwrap();
        assert_eq!(spec.coverage(), 9.0);
        assert_eq!(spec.coverage_warning(), None);
        let short = with("rounds = 72", "rounds = 24").unwrap();
        assert!(short.coverage_warning().unwrap().contains("3.0 times"));
        let dense = with("kind = \"sparse\"", "kind = \"int4\"").unwrap();
        assert_eq!(dense.coverage(), 576.0);
    }

    #[test]
    fn each_field_out_of_its_range_is_named() {
        let bad = [
            ("version = 1", "version = 2", "version"),
            ("shakespeare", "", "name"),
            ("shakespeare", "a\\u0007", "name"),
            ("data = \"MANIFEST\"", "data = \" \"", "data"),
            ("data = \"MANIFEST\"", "task = 3", "data"),
            ("members = 8", "members = 33", "members"),
            ("heads = 4", "heads = 5", "model"),
            ("batch = 12", "batch = 0", "inner.batch"),
            ("6e-3", "nan", "inner.learning_rate"),
            ("warm_up = 0.05", "warm_up = 1.0", "inner.warm_up"),
            ("weight_decay = 0.1", "weight_decay = -0.1", "inner.weight_decay"),
            ("rounds = 72", "rounds = 0", "round.rounds"),
            ("steps = 5", "", "round.steps"),
            ("steps = 5", "steps = 5\nseconds = 5", "round.steps"),
            ("steps = 5", "steps = 0", "round.steps"),
            ("steps = 5", "seconds = 0", "round.seconds"),
            ("steps = 5", "steps = 5\nmost_seconds = 0", "round.most_seconds"),
            ("steps = 5", "seconds = 5\nmost_steps = 0", "round.most_steps"),
            ("grace_seconds = 5", "grace_seconds = 0", "round.grace_seconds"),
            ("grace_seconds = 5", "least_offers = 9", "round.least_offers"),
            ("grace_seconds = 5", "overlap = true", "round.overlap"),
            ("density = 64", "density = 0", "update.density"),
            ("value_bits = 1", "value_bits = 3", "update.value_bits"),
            ("feedback = 0.95", "feedback = 1.1", "update.feedback"),
            ("rate = 2.0", "rate = inf", "update.rate"),
            ("rate = 2.0", "momentum = 1.0", "update.momentum"),
            ("rate = 2.0", "clip = 0.0", "update.clip"),
            ("rate = 2.0", "work_ratio = 0.5", "update.work_ratio"),
            ("[checkpoint]", "[audit]\nbatches = 2\n[checkpoint]", "audit.batches"),
            ("every = 16", "every = 0", "checkpoint.every"),
        ];
        for (part, other, expected) in bad {
            let refused = with(part, other).unwrap_err();
            let is_named = matches!(refused, SpecError::Field { field, .. } if field == expected);
            assert!(is_named, "{other}: {refused}");
        }
    }

    #[test]
    fn unknown_fields_are_refused_everywhere() {
        for part in ["version = 1", "layers = 3", "batch = 12", "rounds = 72", "every = 16"] {
            let refused = with(part, &format!("{part}\nsurprise = 1")).unwrap_err();
            assert!(refused.to_string().contains("surprise"), "{part}: {refused}");
        }
    }

    #[test]
    fn every_field_changes_the_digest() {
        let digest = Spec::from_toml(TEXT).unwrap().digest();
        assert_eq!(Spec::from_toml(TEXT).unwrap().digest(), digest);
        for (part, other) in [("seed = 7", "seed = 8"), ("layers = 3", "layers = 2")] {
            assert_ne!(with(part, other).unwrap().digest(), digest);
        }
    }
}
