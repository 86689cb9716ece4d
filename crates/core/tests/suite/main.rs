//! The suite over the public API, one module a subject, in one binary.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test may fail by panicking"
)]

/// Makes each scenario a test under tokio and a test under smol.
macro_rules! scenarios {
    ($($(#[doc = $story:literal])* async fn $name:ident() $body:block)+) => {
        mod under_tokio {
            #[allow(unused_imports, reason = "a scenario may need nothing")]
            use super::*;
            $(
                $(#[doc = $story])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() $body
            )+
        }
        mod under_smol {
            #[allow(unused_imports, reason = "a scenario may need nothing")]
            use super::*;
            $(
                $(#[doc = $story])*
                #[test]
                fn $name() {
                    smol::block_on(async $body);
                }
            )+
        }
    };
}

mod apart;
mod at_rest;
mod common;
mod concurrency;
mod configuration;
mod credentials;
mod group;
mod group_state;
mod importing;
mod interop;
mod killed;
mod life_of_a_client;
mod life_of_a_group;
mod lifecycle;
mod marmot;
mod nesting;
mod processes;
mod rollback;
mod seed_examples;
mod watching;
