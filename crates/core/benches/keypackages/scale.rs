//! How much is measured.

use crate::shared::arguments::Effort;

#[derive(Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) rounds: usize,
    /// How often what takes microseconds is repeated in a round.
    pub(crate) repeat: usize,
    pub(crate) batch: usize,
    pub(crate) small_store: usize,
    pub(crate) large_store: usize,
}

impl From<Effort> for Scale {
    fn from(effort: Effort) -> Self {
        let full = Self { rounds: 40, repeat: 50, batch: 100, small_store: 1_000, large_store: 10_000 };
        match effort {
            Effort::Full => full,
            Effort::Quick => Self { rounds: 8, ..full },
            Effort::Smoke => Self { rounds: 1, repeat: 2, batch: 4, small_store: 10, large_store: 20 },
        }
    }
}
