//! The examples of the documents that the API is taken from.
