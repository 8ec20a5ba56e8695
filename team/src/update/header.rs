//! What an update says of itself.

use super::{UpdateError, UpdateKind, ValueBits};

const MAGIC: [u8; 4] = *b"NNU1";

/// What an update says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The run.
    pub run: [u8; 32],
    /// The round, from 0.
    pub round: u32,
    /// The member's place in the team.
    pub slot: u8,
    /// How the numbers are made small.
    pub kind: UpdateKind,
    /// Digest of the state from which the member has trained.
    pub parent: [u8; 32],
    /// Digest of the model's layout.
    pub layout: [u8; 16],
    /// Samples that were learnt from; at least 1. The update weighs by them.
    pub work: u32,
    /// Steps that were taken.
    pub steps: u32,
    /// Mean loss at the beginning of the round.
    pub loss_first: f32,
    /// Mean loss at its end.
    pub loss_last: f32,
}

impl Header {
    /// Bytes of a header.
    pub(super) const BYTES: usize = 108;

    /// Refuses what no header may say.
    pub(super) fn check(&self) -> Result<(), UpdateError> {
        let (kind, one_in) = codes(self.kind);
        kind_of(kind, one_in)?;
        if self.work == 0 {
            return Err(UpdateError::NoWork);
        }
        if self.loss_first.is_finite() && self.loss_last.is_finite() {
            Ok(())
        } else {
            Err(UpdateError::Loss)
        }
    }

    /// The bytes with which the update begins.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let (kind, one_in) = codes(self.kind);
        let mut bytes = Vec::with_capacity(Self::BYTES);
        bytes.extend(MAGIC);
        bytes.extend(self.run);
        bytes.extend(self.round.to_le_bytes());
        bytes.extend([self.slot, kind]);
        bytes.extend(one_in.to_le_bytes());
        bytes.extend(self.parent);
        bytes.extend(self.layout);
        bytes.extend(self.work.to_le_bytes());
        bytes.extend(self.steps.to_le_bytes());
        bytes.extend(self.loss_first.to_le_bytes());
        bytes.extend(self.loss_last.to_le_bytes());
        bytes
    }

    /// The header of an update, and the bytes after it.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, &[u8]), UpdateError> {
        let mut rest = bytes;
        if take::<4>(&mut rest)? != MAGIC {
            return Err(UpdateError::Magic);
        }
        let header = Self {
            run: take(&mut rest)?,
            round: u32::from_le_bytes(take(&mut rest)?),
            slot: u8::from_le_bytes(take(&mut rest)?),
            kind: take_kind(&mut rest)?,
            parent: take(&mut rest)?,
            layout: take(&mut rest)?,
            work: u32::from_le_bytes(take(&mut rest)?),
            steps: u32::from_le_bytes(take(&mut rest)?),
            loss_first: f32::from_le_bytes(take(&mut rest)?),
            loss_last: f32::from_le_bytes(take(&mut rest)?),
        };
        header.check()?;
        Ok((header, rest))
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], UpdateError> {
    let (taken, rest) = bytes.split_first_chunk::<N>().ok_or(UpdateError::ShortHeader)?;
    *bytes = rest;
    Ok(*taken)
}

fn take_kind(bytes: &mut &[u8]) -> Result<UpdateKind, UpdateError> {
    let kind = u8::from_le_bytes(take(bytes)?);
    kind_of(kind, u16::from_le_bytes(take(bytes)?))
}

/// The number of a kind, and its density.
fn codes(kind: UpdateKind) -> (u8, u16) {
    match kind {
        UpdateKind::Sparse { one_in, value_bits: ValueBits::One } => (0, one_in),
        UpdateKind::Sparse { one_in, value_bits: ValueBits::Two } => (1, one_in),
        UpdateKind::Int8 => (2, 0),
        UpdateKind::Int4 => (3, 0),
        UpdateKind::F32 => (4, 0),
    }
}

fn kind_of(kind: u8, one_in: u16) -> Result<UpdateKind, UpdateError> {
    let found = match kind {
        0 => UpdateKind::Sparse { one_in, value_bits: ValueBits::One },
        1 => UpdateKind::Sparse { one_in, value_bits: ValueBits::Two },
        2 => UpdateKind::Int8,
        3 => UpdateKind::Int4,
        4 => UpdateKind::F32,
        _ => return Err(UpdateError::Kind { kind }),
    };
    let sparse = matches!(found, UpdateKind::Sparse { .. });
    if sparse == (one_in > 0) {
        Ok(found)
    } else {
        Err(UpdateError::Density { one_in })
    }
}
