//! Objects that end with their transaction: what the other language forgets to free holds no secrets for long.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::{MlsError, Result};

/// What can be taken once, before its transaction ends.
#[derive(Debug)]
pub(crate) struct Slot<T>(Mutex<Option<T>>);

/// Empties itself when its transaction ends.
pub(crate) trait Bound: Send + Sync {
    fn end(&self);
}

/// All that is bound to one transaction.
#[derive(Default)]
pub(crate) struct AllBound(Mutex<Vec<Weak<dyn Bound>>>);

impl<T> Slot<T> {
    pub(crate) fn new(content: T) -> Self {
        Self(Mutex::new(Some(content)))
    }

    pub(crate) fn take(&self) -> Result<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or_else(MlsError::spent)
    }
}

impl AllBound {
    pub(crate) fn bind<T: Bound + 'static>(&self, object: &Arc<T>) {
        let object: Weak<T> = Arc::downgrade(object);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(object);
    }

    pub(crate) fn end(&self) {
        let all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        all.iter().filter_map(Weak::upgrade).for_each(|object| object.end());
    }
}

impl Drop for AllBound {
    fn drop(&mut self) {
        self.end();
    }
}

impl std::fmt::Debug for AllBound {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AllBound")
    }
}
