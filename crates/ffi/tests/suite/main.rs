//! What the facades call, called from Rust.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may fail by panicking")]

mod cancelling;
mod credentials;
mod groups;
mod keypackages;
mod lifecycle;
mod marmot;
mod secrets;
mod watching;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mlskit_ffi::{
    Client, ClientId, ClientOptions, Credential, CredentialRef, LiveObjects, TransactionContext, live_objects,
};

/// MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519.
const SUITE: u16 = 1;

/// Keeps other tests waiting, since what lives is counted for the whole process, and sees that nothing is left at the end.
struct Alone(#[expect(dead_code, reason = "held, not read")] MutexGuard<'static, ()>);

impl Alone {
    fn new() -> Self {
        static ONE: Mutex<()> = Mutex::new(());
        let alone = Self(ONE.lock().unwrap_or_else(PoisonError::into_inner));
        assert_eq!(live_objects(), LiveObjects::default());
        alone
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(live_objects(), LiveObjects::default());
        }
    }
}

async fn temporary(name: &str) -> Arc<Client> {
    temporary_with(name, ClientOptions::default()).await
}

async fn temporary_with(name: &str, options: ClientOptions) -> Arc<Client> {
    Client::temporary(None, ClientId(name.into()), options, None).await.unwrap()
}

async fn begin(client: &Client) -> Arc<TransactionContext> {
    client.new_transaction(None).await.unwrap()
}

async fn with_credential(name: &str) -> (Arc<Client>, CredentialRef) {
    let client = temporary(name).await;
    let tx = begin(&client).await;
    let basic = Credential::Basic { ciphersuite: SUITE, identity: client.id() };
    let credential_ref = tx.add_credential(basic).await.unwrap();
    tx.finish().await.unwrap();
    (client, credential_ref)
}

async fn shut_down<const N: usize>(clients: [Arc<Client>; N]) {
    for client in clients {
        client.shutdown().await.unwrap();
    }
}
