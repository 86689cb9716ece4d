//! Transactions: what is kept, what is undone, who waits.
