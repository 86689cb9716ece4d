//! What can only be tested from inside.

mod at_rest;
mod change_key;
mod durability;
mod killed_migration;
mod support;
pub(crate) mod witness;
