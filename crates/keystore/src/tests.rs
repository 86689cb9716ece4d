//! What can only be tested from inside.

pub(crate) mod witness;
