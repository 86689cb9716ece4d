//! How much is measured.

use crate::shared::arguments::Effort;

#[derive(Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) rounds: usize,
    /// The rounds of what takes tens of milliseconds and more.
    pub(crate) heavy_rounds: usize,
    /// How often what takes microseconds is repeated in a round.
    pub(crate) repeat: usize,
    pub(crate) batch: usize,
    /// The members of the three groups.
    pub(crate) members: [usize; 3],
}

impl Scale {
    pub(crate) fn large(self) -> usize {
        self.members[2]
    }

    pub(crate) fn rounds_for(self, members: usize) -> usize {
        if members == self.large() { self.heavy_rounds } else { self.rounds }
    }
}

impl From<Effort> for Scale {
    fn from(effort: Effort) -> Self {
        let full = Self { rounds: 21, heavy_rounds: 9, repeat: 10, batch: 100, members: [2, 100, 1_000] };
        match effort {
            Effort::Full => full,
            Effort::Quick => Self { rounds: 5, heavy_rounds: 3, ..full },
            Effort::Smoke => Self { rounds: 1, heavy_rounds: 1, repeat: 2, batch: 3, members: [2, 4, 8] },
        }
    }
}
