//! What a group's state, the outbox and the credentials are after each thing that can happen to them.

mod cache;
mod configuration;
mod credentials;
mod external;
mod outbox;
mod support;
mod write_behind;
