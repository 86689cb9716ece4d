//! What tests and examples of mlskit share: clocks to turn, certificates, key packages made wrong on purpose, and a
//! directory that goes wrong on demand.

pub mod certificates;
pub mod clock;
pub mod directory;
pub mod forge;
