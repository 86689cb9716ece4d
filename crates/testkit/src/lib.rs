//! What tests and examples of mlskit share: clocks to turn, certificates, and key packages made wrong on purpose.

pub mod certificates;
pub mod clock;
pub mod forge;
