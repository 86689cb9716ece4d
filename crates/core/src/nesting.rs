//! Notices a transaction that is begun inside another's block, which would wait for itself.
//!
//! While the block's future is polled its client stands in a thread-local list; a begin looks there. It costs a
//! few nanoseconds a poll and needs no runtime. A begin in a task that the block spawned and awaits can't be
//! noticed; it ends as `TransactionBusy`.

use std::{cell::RefCell, future::poll_fn, pin::pin};

thread_local! {
    static OPEN: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Polls `block` with `client` marked as having a transaction open around it.
pub(crate) async fn inside<T>(client: usize, block: impl Future<Output = T>) -> T {
    let mut block = pin!(block);
    poll_fn(|context| {
        let _mark = Mark::set(client);
        block.as_mut().poll(context)
    })
    .await
}

/// Whether the caller is polled from a block of `client`'s transaction.
pub(crate) fn is_inside(client: usize) -> bool {
    OPEN.with_borrow(|open| open.contains(&client))
}

struct Mark;

impl Mark {
    fn set(client: usize) -> Self {
        OPEN.with_borrow_mut(|open| open.push(client));
        Self
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        OPEN.with_borrow_mut(|open| open.pop());
    }
}
