//! What can only be tested from inside.

mod at_rest;
mod change_key;
mod child;
mod durability;
mod exit;
mod failed_sync;
mod file_errors;
mod groups;
mod handed_over;
mod indexes;
mod integrity;
mod killed_deletion;
mod killed_migration;
mod migration;
mod support;
mod threads;
mod transactions;
pub(crate) mod witness;
mod write_behind;
