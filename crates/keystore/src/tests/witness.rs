//! Records on which threads SQLite runs.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    thread::{self, ThreadId},
};

use rusqlite::{
    Connection,
    trace::{TraceEvent, TraceEventCodes},
};

static THREADS: Mutex<Option<HashSet<ThreadId>>> = Mutex::new(None);

/// Notes who opens the connection, who runs each of its statements and who closes it.
pub(crate) fn watch(mut connection: Connection) -> Connection {
    note();
    let events = TraceEventCodes::SQLITE_TRACE_STMT | TraceEventCodes::SQLITE_TRACE_CLOSE;
    connection.trace_v2(events, Some(|_: TraceEvent<'_>| note())).unwrap();
    connection
}

pub(crate) fn threads() -> HashSet<ThreadId> {
    THREADS.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
}

fn note() {
    THREADS.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().insert(thread::current().id());
}
