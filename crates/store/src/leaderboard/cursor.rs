//! The place beside a row of a board, as text that a client keeps.

use super::LeaderRow;
use crate::{Digest, PlanId, StoreError};

/// On which side of the row the page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    Behind,
}

/// Its text is the hexadecimal of the side and the bits of the Elo, hash and id.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cursor {
    pub(super) side: Side,
    pub(super) elo: f64,
    pub(super) content_hash: Digest,
    pub(super) plan_id: PlanId,
}

impl Cursor {
    /// `None` for a row without a rating.
    pub(super) fn at(row: &LeaderRow, side: Side) -> Option<Self> {
        Some(Self {
            side,
            elo: row.elo?,
            content_hash: row.content_hash,
            plan_id: row.plan_id,
        })
    }

    pub(super) fn write(&self) -> String {
        let parts = [
            &[u8::from(self.side == Side::Before)][..],
            &self.elo.to_be_bytes(),
            &self.content_hash.0,
            self.plan_id.0.as_bytes(),
        ];
        hex::encode(parts.concat())
    }

    pub(super) fn read(text: &str) -> Result<Self, StoreError> {
        Self::parse(text).ok_or_else(|| StoreError::Invalid {
            what: "the cursor",
            why: "it was not given by this server".to_owned(),
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 57];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        let (side, rest) = bytes.split_first()?;
        let (elo, rest) = rest.split_first_chunk::<8>()?;
        let (hash, id) = rest.split_first_chunk::<32>()?;
        let side = match side {
            0 => Side::Behind,
            1 => Side::Before,
            _ => return None,
        };
        Some(Self {
            side,
            elo: Some(f64::from_be_bytes(*elo)).filter(|elo| elo.is_finite())?,
            content_hash: Digest(*hash),
            plan_id: PlanId(uuid::Uuid::from_slice(id).ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_rejects_what_it_did_not_write() {
        for side in [Side::Before, Side::Behind] {
            let cursor = Cursor {
                side,
                elo: 1512.25,
                content_hash: Digest([7; 32]),
                plan_id: PlanId(uuid::Uuid::from_u128(9)),
            };
            let text = cursor.write();
            assert_eq!(Cursor::read(&text).unwrap(), cursor);
            let nan = text.replacen(&text[2..18], &hex::encode(f64::NAN.to_be_bytes()), 1);
            let sideways = format!("02{}", &text[2..]);
            for wrong in ["", "zz", &text[2..], &format!("{text}00"), &nan, &sideways] {
                assert!(
                    matches!(Cursor::read(wrong), Err(StoreError::Invalid { .. })),
                    "{wrong}"
                );
            }
        }
    }
}
