//! A small directory and delivery service, to learn from and to test against.
//!
//! MLS needs two services (RFC 9750): an authentication service, which this is not, and a delivery service, which keeps
//! key packages, puts the commits of a group in one order and keeps messages until they are fetched. It sees no
//! plaintext. What it must do right is little, and stands in [`Store`]:
//!
//! - a single-use key package is served once, a last-resort one only when no other is left;
//! - a key package that was withdrawn is not served, even if its publication arrives afterwards;
//! - of each epoch of a group exactly one commit is taken;
//! - the same message sent twice (an answer was lost) gets the same answer twice, and is kept once;
//! - all of that outlives the process.
//!
//! | request | answer |
//! |---|---|
//! | `POST /keypackages?client=<hex>`, a key package | 204 |
//! | `POST /keypackages/take?client=<hex>&ciphersuite=<number>` | 200 and a key package, or 404 |
//! | `DELETE /keypackages/<ref>` | 204 |
//! | `POST /messages`, an `MLSMessage` of a group | 200, or 409 for the second commit of an epoch |
//! | `GET /groups/<id>/messages?after=<position>` | 200 and a line `<position> <message>` for each |
//! | `POST /welcomes`, a Welcome | 204 |
//! | `GET /welcomes?client=<hex>&after=<position>` | 200 and lines as above |
//! | `PUT /groups/<id>/info`, `GET /groups/<id>/info` | 204; 200 or 404 |
//!
//! Ids, refs and messages in lines are hexadecimal, bodies are plain bytes, 400 says in its text what was wrong. There
//! are no accounts here: a real service also authenticates whoever asks, limits how much one may ask for, and deletes
//! what everybody has fetched.

pub mod client;
pub mod directory;
mod read;
mod routes;
mod store;

pub use routes::router;
pub use store::{Line, ServiceError, Store, Taken};
