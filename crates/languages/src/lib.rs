//! Three members, each a process in a language of its own, with an encrypted file of its own, meet over one directory
//! and delivery service.
//!
//! A member process reads a command a line and answers each with one line, `ok …` or `error …`:
//!
//! | command | answer |
//! |---|---|
//! | `open <path> <key, 64 hexadecimal digits> <name> <service's address>` | `ok` |
//! | `publish <number>`: has the directory serve so many key packages | `ok` |
//! | `create`: a group | `ok <group id, hexadecimal>` |
//! | `add <name>` | `ok`; the commit waits in the outbox |
//! | `rotate`: its keys | `ok`; the commit waits in the outbox |
//! | `remove <name>` | `ok`; the commit waits in the outbox |
//! | `say <text>` | `ok`; the message waits to be sent |
//! | `sync`: sends what waits, joins, hears what came | `ok`; `ok rejected` if a commit came too late; `ok rejoin` if it has to be removed and added again |
//! | `heard`: since the last time | `ok <name>: <text> \| <name>: <text>` |
//! | `state` | `ok epoch <number> of <name>,<name>`, or `ok no group` |
//! | `packages`: how many it holds private keys of | `ok <number>` |
//!
//! The members are here, in `kotlin-tests/member` and in `swift-tests/Sources/Member`: what an app does around mlskit, and
//! no more. `scripts/languages` builds them all. A client's id is its name. A member that was killed is started again, opens its file, and goes on.

mod member;
mod process;
mod stage;
mod story;
mod stranger;

pub use member::Member;
pub use process::MemberProcess;
pub use story::{Cast, tell};

/// The errors of mlskit, of the service, of the system and of a claim that did not hold.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
