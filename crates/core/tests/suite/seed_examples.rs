//! The examples of the documents that the API is taken from.

mod core_crypto;
mod hermetic;
mod openmls_book;
mod openmls_guide;
