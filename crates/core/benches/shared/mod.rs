//! What the benchmarks have in common.

pub(crate) mod arguments;
pub(crate) mod disk;
pub(crate) mod harness;
pub(crate) mod suite;
