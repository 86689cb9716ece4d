//! One module a table: its record, its reads on [`View`](crate::View), its writes on
//! [`Operation`](crate::Operation).

pub(crate) mod client;
pub(crate) mod credential;
pub(crate) mod keypackage;
