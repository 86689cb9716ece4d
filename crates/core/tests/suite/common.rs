//! What every subject needs.

use mlskit::{Client, ClientId, ClientOptions, Credential, CredentialRef, openmls::prelude::Ciphersuite};

/// The suite of tests that do not care.
pub(crate) const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

/// A client in a temporary file, with one committed Basic credential.
pub(crate) async fn client(id: &str) -> (Client, CredentialRef) {
    client_with(id, ClientOptions::default()).await
}

/// [`client`] with options.
pub(crate) async fn client_with(id: &str, options: ClientOptions) -> (Client, CredentialRef) {
    let client = Client::temporary_in(std::env::temp_dir(), ClientId::from(id), options).await.unwrap();
    let credential = Credential::basic(SUITE, client.id()).unwrap();
    let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await.unwrap();
    (client, credential_ref)
}
