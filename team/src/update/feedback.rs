//! What an update had no room for goes into the next.

use super::{decode, encode, flushed, Header, Update, UpdateError};
use crate::Layout;

/// What a member has learnt and not yet sent: error feedback, one number for each parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback {
    error: Vec<f32>,
    keep: f32,
}

/// An update that was made, as bytes and as all will read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What they say.
    pub update: Update,
}

impl Feedback {
    /// Nothing is held back yet. `keep` is the share, from 0 to 1, that stays from round to round.
    pub fn new(parameters: usize, keep: f64) -> Self {
        Self::resumed(vec![0.0; parameters], keep)
    }

    /// Goes on with what [`Feedback::error`] said.
    pub fn resumed(error: Vec<f32>, keep: f64) -> Self {
        Self { error, keep: keep as f32 }
    }

    /// What is held back.
    pub fn error(&self) -> &[f32] {
        &self.error
    }

    /// Makes the update of a round. `change` is the state of the team less what the member has
    /// trained it to.
    ///
    /// # Errors
    ///
    /// As [`encode`](super::encode()). Then what is held back is as before.
    pub fn send(
        &mut self,
        layout: &Layout,
        header: &Header,
        change: &[f32],
    ) -> Result<Sent, UpdateError> {
        let [expected, found] = [self.error.len(), change.len()];
        if expected != found {
            return Err(UpdateError::Size { expected, found });
        }
        let both = self.error.iter().zip(change);
        let mut error: Vec<f32> = both.map(|(error, change)| self.keep * error + change).collect();
        let bytes = encode(layout, header, &error)?;
        let update = decode(layout, &bytes)?;
        update.add_to(-1.0, &mut error);
        self.error = error.into_iter().map(flushed).collect();
        Ok(Sent { bytes, update })
    }

    /// Takes back an update that the team has not merged, so that its work is not lost.
    pub fn take_back(&mut self, late: &Update) {
        late.add_to(1.0, &mut self.error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::update::{
        testing::{bell, header, layout, EVERY_KIND},
        UpdateKind,
    };

    fn sum(numbers: &mut [f32], others: &[f32]) {
        numbers.iter_mut().zip(others).for_each(|(number, other)| *number += other);
    }

    fn assert_close(found: &[f32], expected: &[f32]) {
        for (one, other) in found.iter().zip(expected) {
            assert!((one - other).abs() <= 1e-5, "{one} and {other}");
        }
    }

    #[test]
    fn what_was_sent_and_what_is_held_back_are_all_that_was_learnt() {
        let layout = layout(&[&[24, 32], &[9]]);
        for kind in EVERY_KIND {
            let mut feedback = Feedback::new(layout.parameters(), 1.0);
            let [mut learnt, mut sent] = [(); 2].map(|()| vec![0.0; layout.parameters()]);
            for round in 0..6 {
                let change = bell(round, layout.parameters());
                sum(&mut learnt, &change);
                let header = header(&layout, kind);
                let update = feedback.send(&layout, &header, &change).unwrap().update;
                update.add_to(1.0, &mut sent);
            }
            sum(&mut sent, feedback.error());
            assert_close(&sent, &learnt);
        }
    }

    #[test]
    fn a_late_update_is_taken_back_whole() {
        let layout = layout(&[&[24, 32]]);
        let header = header(&layout, EVERY_KIND[0]);
        let mut feedback = Feedback::new(layout.parameters(), 0.5);
        feedback.send(&layout, &header, &bell(1, layout.parameters())).unwrap();
        let change = bell(2, layout.parameters());
        let mut expected: Vec<f32> = feedback.error().iter().map(|error| error / 2.0).collect();
        sum(&mut expected, &change);
        let late = feedback.send(&layout, &header, &change).unwrap().update;
        assert!(late.norm() > 0.0);
        feedback.take_back(&late);
        assert_close(feedback.error(), &expected);
    }

    #[test]
    fn a_change_that_cannot_be_sent_leaves_what_is_held_back() {
        let layout = layout(&[&[2]]);
        let header = header(&layout, UpdateKind::Int4);
        let mut feedback = Feedback::new(2, 1.0);
        feedback.send(&layout, &header, &[0.4, 1.0]).unwrap();
        let before = feedback.clone();
        let refused = feedback.send(&layout, &header, &[f32::NAN, 1.0]);
        assert_eq!(refused, Err(UpdateError::NotFinite { position: 0 }));
        let refused = feedback.send(&layout, &header, &[1.0]);
        assert_eq!(refused, Err(UpdateError::Size { expected: 2, found: 1 }));
        assert_eq!(feedback, before);
        assert_ne!(feedback, Feedback::new(2, 1.0));
    }
}
