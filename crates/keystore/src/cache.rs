//! What the writer thread keeps in memory for its user, from one operation to the next.

use std::any::Any;

use crate::{StorageError, View};

/// A cache of what is stored. It is emptied whenever it may no longer agree with the file.
///
/// It may know what the file does not know yet. That is written before another operation than those that
/// [leave it unwritten](crate::Transaction::run_deferring), and before the commit. If it is lost, by an error or a panic,
/// the whole transaction is undone: nothing may go on from an older state.
pub trait Cache: Any + Send {
    /// How many of its entries are newer than the file.
    fn unwritten(&self) -> usize;

    /// Writes these, after which there are none.
    ///
    /// # Errors
    /// [`StorageError`]s of the medium.
    fn write(&mut self, view: &View<'_>) -> Result<(), StorageError>;
}

/// Room for one cache of any type.
#[derive(Default)]
pub(crate) struct Slot(Option<Box<dyn Cache>>);

impl Slot {
    /// A user of two types finds it empty at each change of type.
    pub(crate) fn get<T: Cache + Default>(&mut self) -> &mut T {
        if !self.0.as_deref().is_some_and(|cache| (cache as &dyn Any).is::<T>()) {
            self.0 = None;
        }
        let cache: &mut dyn Any = self.0.get_or_insert_with(|| Box::new(T::default())).as_mut();
        cache.downcast_mut().unwrap_or_else(|| unreachable!("the cache is of this type, or was just made so"))
    }

    pub(crate) fn clear(&mut self) {
        self.0 = None;
    }

    pub(crate) fn unwritten(&self) -> usize {
        self.0.as_ref().map_or(0, |cache| cache.unwritten())
    }

    pub(crate) fn write(&mut self, view: &View<'_>) -> Result<(), StorageError> {
        match &mut self.0 {
            Some(cache) if cache.unwritten() > 0 => cache.write(view),
            _ => Ok(()),
        }
    }
}
