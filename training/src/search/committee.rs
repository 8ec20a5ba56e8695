//! A committee: models of one plan that differ by their seeds and together teach a student.
//!
//! What several models say in the mean is better than what one of them says, and a student that
//! learns from it keeps a part of that (Hinton et al., 2015). The integers that are proved are
//! those of one model, so a student it must be. Its plan is judged as any other: a member learns
//! from the samples of a fold's training part alone.

use super::{
    again_if_foreign,
    halving::{Ranked, Rung},
    is_taught, judges,
    last::{Last, LastWatch, LAST_FOLDER},
    neighbours::{judge, Outcome},
    teachers::{part_of, scattered},
    Clock, Found, Kept, Plan, Search, SearchError, SearchJob, SearchObserver, TrialWatch,
    TRIAL_FOLDER,
};
use crate::{
    config::{Keep, TrainConfig},
    data::Labels,
    error::TrainError,
    evaluate::{outputs, probabilities},
    loss::Loss,
    observer::TrainObserver,
    report::{StopReason, TrainedModel},
    scale::ModelScale,
    split::Split,
    teacher::{Lesson, SoftLabels, Synthetic},
    trainer::{thread_pool, train_lesson},
};
use nocknock_primitives::model::{architecture::Architecture, weights::Weights};
use rayon::prelude::*;
use std::{iter::repeat_n, time::Instant};

const MEMBERS: u32 = 4;

/// Those of the members, and that of the student.
pub(super) const TRAININGS: u32 = MEMBERS + 1;

/// Share of the committee in the target of a sample, at least.
const LEAST_SHARE: f64 = 0.5;

/// Folder of the student of all samples within that of the search. The first member of the last
/// committee has the folder of the last training: alone, it is the model of its plan.
const STUDENT_FOLDER: &str = "student";

/// What a committee says of samples and of synthetic rows.
#[derive(Debug)]
pub(super) struct Advice {
    /// Of the samples that its members have learned from. Of the others nothing: all classes alike.
    soft: SoftLabels,
    more: Option<Synthetic>,
}

impl Advice {
    /// The samples of the job with what the committee has said.
    pub(super) fn lesson<'a>(&'a self, job: &'a SearchJob<'_>) -> Lesson<'a> {
        Lesson {
            data: job.data,
            soft: Some(&self.soft),
            more: self.more.as_ref(),
            columns: &job.columns,
        }
    }
}

/// The trainings of a trial: one, or those of a committee as well.
pub(super) fn trainings(members: Option<&Plan>) -> u32 {
    members.map_or(1, |_| TRAININGS)
}

/// Tries the best plan with a committee if there are classes and time is left, and trains the last
/// model so only if that is better.
pub(super) fn finish(
    search: &mut Search<'_>,
    best: Ranked,
    rung: Rung,
    number: u32,
) -> Result<Found, SearchError> {
    let student = Plan { number, settings: student_settings(best.0.settings.clone()) };
    match tried(search, &student, &best.0, rung)? {
        Some(score) if score > best.1 => search.finish_student((student, score), best),
        Some(_) | None => search.finish(&best.0, best.1),
    }
}

/// The result of a student, if there is one.
fn tried(
    search: &mut Search<'_>,
    student: &Plan,
    members: &Plan,
    rung: Rung,
) -> Result<Option<f64>, SearchError> {
    if !matches!(search.job().data.labels, Labels::Classes(_)) {
        return Ok(None);
    }
    search.keep_time_for(Kept::Committee);
    let trainings = TRAININGS as usize * usize::from(rung.folds);
    search.foresee(repeat_n((student.clone(), rung.epochs), trainings));
    match judge(search, student, members, rung, Some(members))? {
        Outcome::Judged(score) => Ok(Some(score)),
        Outcome::GivenUp | Outcome::NoTime => Ok(None),
    }
}

/// The settings of a student whose committee has some settings.
fn student_settings(members: TrainConfig) -> TrainConfig {
    TrainConfig { teacher_share: members.teacher_share.max(LEAST_SHARE), ..members }
}

impl Search<'_> {
    /// What a committee says for a trial that leaves out a fold. Nothing if there was no time, or
    /// if a loss ceased to be a number.
    pub(super) fn advice(
        &mut self,
        members: &Plan,
        fold: u8,
        epochs: u32,
    ) -> Result<Option<Advice>, SearchError> {
        let (job, reserve) = (self.job, self.reserve());
        let training = Split::new(job.data, &self.with_fold(fold)).training;
        let Self { clock, observer, pace, teachers, .. } = self;
        let settings = TrainConfig { epochs, ..members.settings.clone() };
        let lesson = teachers.lesson(job, Some(fold), &settings);
        advise(lesson, &training, &settings, |number, lesson| {
            let settings = member_settings(&settings, job.seed, number);
            let folder = job.folder.join(TRIAL_FOLDER).join(format!("member-{number}"));
            let reserve = reserve.clone();
            let mut watch =
                TrialWatch::new(&mut **observer, *clock, &mut *pace, reserve, &settings);
            complete(again_if_foreign(&folder, || {
                train_lesson(lesson, &settings, job.device, Some(folder.as_path()), &mut watch)
            }))
        })
    }

    /// Trains a student on all samples, if there is time for as many epochs as it was judged with,
    /// else its plan without a committee.
    fn finish_student(&mut self, student: Ranked, single: Ranked) -> Result<Found, SearchError> {
        let settings = self.last_settings(&single.0)?;
        let shared = self.in_time(settings.clone(), TRAININGS);
        let is_same = is_taught(&settings) == is_taught(&single.0.settings);
        if !is_same || shared.epochs < self.epochs() {
            return self.finish(&single.0, single.1);
        }
        let number = student.0.number;
        let plan = Plan { number, settings: student_settings(shared.clone()) };
        self.end_trials(Last {
            plan,
            plain: false,
            trials: self.log.trials(),
            expected: student.1,
            teacher: self.log.teacher().flatten(),
            members: Some((Plan { number: single.0.number, settings: shared }, single.1)),
        })
    }

    /// Trains a committee and its student on all samples. If that cannot be done in time, or a
    /// finish is asked for, the first member is the model: it is that of the plan alone.
    pub(super) fn train_student(
        &mut self,
        last: Last,
        members: Ranked,
    ) -> Result<Found, SearchError> {
        if let Some(model) = self.student(&last.plan.settings, &members.0.settings)? {
            let judges = judges::of_last(self.job, &self.log, &last)?;
            let Last { plan, trials, expected, teacher, .. } = last;
            return Ok(Found { model, plan, plain: false, trials, expected, teacher, judges });
        }
        let (plan, expected) = members;
        self.train_last(Last { plan, expected, members: None, ..last })
    }

    fn student(
        &mut self,
        settings: &TrainConfig,
        members: &TrainConfig,
    ) -> Result<Option<TrainedModel>, SearchError> {
        if self.with_teacher(members.clone())? != *members {
            return Ok(None);
        }
        let Some(advice) = self.advice_of_all(members)? else {
            return Ok(None);
        };
        let folder = self.job.folder.join(STUDENT_FOLDER);
        let Self { job, clock, observer, .. } = self;
        let lesson = advice.lesson(job);
        let until = job.until;
        let mut watch = LastWatch { observer: &mut **observer, clock: *clock, until };
        let trained = again_if_foreign(&folder, || {
            train_lesson(lesson, settings, job.device, Some(folder.as_path()), &mut watch)
        });
        match trained {
            Ok(model) if model.report.stopped == StopReason::TimeUp => Ok(None),
            Ok(model) => Ok(Some(model)),
            Err(TrainError::Diverged { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What a committee says that learns from all samples. Its members share the time with the
    /// student.
    fn advice_of_all(&mut self, members: &TrainConfig) -> Result<Option<Advice>, SearchError> {
        let all: Vec<u32> = (0..).take(self.job.data.samples()).collect();
        let Self { job, clock, observer, teachers, .. } = self;
        let lesson = teachers.lesson(job, None, members);
        advise(lesson, &all, members, |number, lesson| {
            let settings = member_settings(members, job.seed, number);
            let folder = job.folder.join(folder_of(number));
            let now = clock.now();
            let left = job.until.saturating_duration_since(now);
            let until = now + left / (TRAININGS - number);
            let mut watch = MemberWatch { observer: &mut **observer, clock: *clock, until };
            complete(again_if_foreign(&folder, || {
                train_lesson(lesson, &settings, job.device, Some(folder.as_path()), &mut watch)
            }))
        })
    }
}

/// The settings of a member, which learns from all samples that it is given.
fn member_settings(plan: &TrainConfig, seed: u64, number: u32) -> TrainConfig {
    TrainConfig {
        seed: seed.wrapping_add(number.into()),
        fold: None,
        validation_share: 0.0,
        keep: Keep::Last,
        patience: None,
        ..plan.clone()
    }
}

fn folder_of(number: u32) -> String {
    match number {
        0 => LAST_FOLDER.to_owned(),
        _ => format!("member-{number}"),
    }
}

/// The model of a training that is complete, if it has one.
fn complete(trained: Result<TrainedModel, TrainError>) -> Result<Option<Weights>, SearchError> {
    match trained {
        Ok(model) if model.report.stopped == StopReason::TimeUp => Ok(None),
        Ok(model) => Ok(Some(model.weights)),
        Err(TrainError::Diverged { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Trains a committee by some samples of a lesson, and asks it about these and the synthetic rows.
/// Nothing if a member has no model.
fn advise(
    lesson: Lesson<'_>,
    training: &[u32],
    settings: &TrainConfig,
    mut train: impl FnMut(u32, Lesson<'_>) -> Result<Option<Weights>, SearchError>,
) -> Result<Option<Advice>, SearchError> {
    let data = part_of(lesson.data, training);
    let soft = lesson.soft.map(|soft| part_of_shares(soft, training));
    let own = Lesson { data: &data, soft: soft.as_ref(), ..lesson };
    let mut members = Vec::new();
    for number in 0..MEMBERS {
        match train(number, own)? {
            Some(weights) => members.push(weights),
            None => return Ok(None),
        }
    }
    let loss = ModelScale::calibrate(&data, settings).loss;
    let committee = Committee { architecture: &data.architecture, loss, members };
    let all = lesson.data.samples();
    let pool = thread_pool(settings)?;
    Ok(Some(pool.install(|| committee.advice(own, training, all))))
}

/// The shares of some samples.
fn part_of_shares(shares: &SoftLabels, samples: &[u32]) -> SoftLabels {
    let found = samples.iter().filter_map(|sample| shares.sample(*sample as usize));
    SoftLabels { classes: shares.classes, shares: found.flatten().copied().collect() }
}

/// Shares half by one and half by the other.
fn mixed(one: &SoftLabels, other: &SoftLabels) -> SoftLabels {
    let pairs = one.shares.iter().zip(&other.shares);
    SoftLabels {
        classes: one.classes,
        shares: pairs.map(|(one, other)| (one + other) / 2.0).collect(),
    }
}

/// Models that are asked together.
struct Committee<'a> {
    architecture: &'a Architecture,
    loss: Loss,
    members: Vec<Weights>,
}

impl Committee<'_> {
    /// What it says of the samples of a lesson, which have these places among all, and of the
    /// synthetic rows. A teacher that said something of them counts as much as the committee.
    fn advice(&self, own: Lesson<'_>, places: &[u32], all: usize) -> Advice {
        let with = |teacher: &SoftLabels, inputs: &[u16]| mixed(&self.shares(inputs), teacher);
        let inputs = &own.data.inputs;
        let soft = own.soft.map_or_else(|| self.shares(inputs), |teacher| with(teacher, inputs));
        let more = own.more.map(|more| Synthetic {
            inputs: more.inputs.clone(),
            soft: with(&more.soft, &more.inputs),
        });
        Advice { soft: scattered(&soft, places, all), more }
    }

    /// The mean shares of rows.
    fn shares(&self, inputs: &[u16]) -> SoftLabels {
        let width = usize::from(self.architecture.inputs).max(1);
        let rows = inputs.par_chunks(width);
        SoftLabels {
            classes: self.architecture.outputs(),
            shares: rows.flat_map_iter(|row| self.shares_of(row)).collect(),
        }
    }

    fn shares_of(&self, row: &[u16]) -> Vec<f32> {
        let mut sums = vec![0.0; self.architecture.outputs()];
        for weights in &self.members {
            let said = probabilities(self.loss, &outputs(self.architecture, weights, row));
            sums.iter_mut().zip(said).for_each(|(sum, share)| *sum += share);
        }
        let members = self.members.len().max(1) as f64;
        sums.into_iter().map(|sum| (sum / members) as f32).collect()
    }
}

/// Ends the training of a member in time, and tells nothing: only the training that gives the model
/// is told.
struct MemberWatch<'a> {
    observer: &'a mut dyn SearchObserver,
    clock: &'a dyn Clock,
    until: Instant,
}

impl TrainObserver for MemberWatch<'_> {
    fn stop_requested(&self) -> bool {
        self.observer.stop_requested()
    }

    fn finish_requested(&self) -> bool {
        self.observer.finish_requested() || self.clock.now() >= self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::TrainingSet,
        testing::{ends_count, tiny},
    };

    fn data() -> TrainingSet {
        TrainingSet {
            architecture: tiny(),
            inputs: vec![3, 0, 0, 0, 0, 3, 3, 0, 3, 3, 3, 3],
            labels: Labels::Classes(vec![0, 1, 0]),
        }
    }

    fn shares(members: Vec<Weights>) -> Vec<f32> {
        let loss = Loss::Classes { logit: 0.5, smoothing: 0.0 };
        Committee { architecture: &tiny(), loss, members }.shares(&data().inputs).shares
    }

    #[test]
    fn a_committee_says_the_mean_of_what_its_members_say() {
        let (sure, unsure) = (ends_count(&tiny()), Weights::zero(&tiny()));
        assert_eq!(shares(vec![unsure.clone()]), [0.5; 6]);
        let alone = shares(vec![sure.clone()]);
        assert!(alone[0] != 0.5);
        let both = shares(vec![sure, unsure]);
        let halfway = |(both, alone): (&f32, &f32)| (both - (alone + 0.5) / 2.0).abs() < 1e-6;
        assert!(both.iter().zip(&alone).all(halfway), "{both:?} {alone:?}");
        assert!(both.chunks(2).all(|row| (row[0] + row[1] - 1.0).abs() < 1e-6));
    }

    #[test]
    fn members_see_their_samples_alone_and_say_nothing_of_others() {
        let data = data();
        let soft = SoftLabels { classes: 2, shares: vec![1.0, 0.0, 0.25, 0.75, 0.0, 1.0] };
        let more = Synthetic {
            inputs: vec![3, 0, 0, 3],
            soft: SoftLabels { classes: 2, shares: vec![1.0, 0.0] },
        };
        let lesson = Lesson { soft: Some(&soft), more: Some(&more), ..Lesson::of(&data) };
        let zero = Weights::zero(&data.architecture);
        let mut numbers = Vec::new();
        let advice = advise(lesson, &[0, 2], &TrainConfig::default(), |number, own| {
            numbers.push(number);
            assert_eq!(own.data.inputs, [3, 0, 0, 0, 3, 3, 3, 3]);
            assert_eq!(own.soft.unwrap().shares, [1.0, 0.0, 0.0, 1.0]);
            assert_eq!(own.check(&TrainConfig::default()), Ok(()));
            Ok(Some(zero.clone()))
        });
        let advice = advice.unwrap().unwrap();
        assert_eq!(numbers, [0, 1, 2, 3]);
        // Half by a committee that knows nothing, half by the teacher.
        assert_eq!(advice.soft.shares, [0.75, 0.25, 0.5, 0.5, 0.25, 0.75]);
        assert_eq!(advice.more.unwrap().soft.shares, [0.75, 0.25]);
    }

    #[test]
    fn a_committee_without_one_of_its_members_says_nothing() {
        let data = data();
        let zero = Weights::zero(&data.architecture);
        let advice = advise(Lesson::of(&data), &[0, 2], &TrainConfig::default(), |number, _| {
            Ok((number < 2).then(|| zero.clone()))
        });
        assert!(advice.unwrap().is_none());
    }

    #[test]
    fn members_differ_by_their_seeds_and_the_first_is_the_model_of_the_plan() {
        let plan = TrainConfig {
            seed: 7,
            validation_share: 0.0,
            keep: Keep::Last,
            ..TrainConfig::default()
        };
        assert_eq!((member_settings(&plan, 7, 0), folder_of(0)), (plan.clone(), "last".to_owned()));
        let other = TrainConfig { seed: 9, ..plan.clone() };
        assert_eq!((member_settings(&plan, 7, 2), folder_of(2)), (other, "member-2".to_owned()));
    }
}
