//! Records on which threads keys are made and used.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    thread::{self, ThreadId},
};

use openmls::prelude::Ciphersuite;

use crate::{Client, ClientId, Credential, Error, KeypackageConfig};

static THREADS: Mutex<Option<HashSet<ThreadId>>> = Mutex::new(None);

pub(crate) fn note() {
    THREADS.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().insert(thread::current().id());
}

#[test]
fn cryptography_never_runs_on_the_callers_thread() {
    smol::block_on(async {
        let client = Client::temporary(ClientId::from("alice")).await.unwrap();
        let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
        let credential = Credential::basic(suite, client.id()).unwrap();
        client
            .transaction(async |tx| {
                let credential_ref = tx.add_credential(credential).await?;
                tx.generate_keypackage(&credential_ref, None).await?;
                tx.generate_keypackages(&credential_ref, 8, &KeypackageConfig::default()).await?;
                tx.remove_credential(&credential_ref).await
            })
            .await
            .unwrap();
        drop(client.transaction(async |_| Ok::<_, Error>(())));
        client.close().await;
    });
    let threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default();
    assert!(!threads.is_empty(), "the witness saw the writer");
    assert!(!threads.contains(&thread::current().id()));
}
