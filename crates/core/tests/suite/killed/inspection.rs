//! What is in a file that nobody has open.

use std::path::Path;

use mlskit::{Client, ClientId, DatabaseKey, Keypackage, StorageError, openmls};
use mlskit_keystore::{Error, Keystore, View};
use openmls::prelude::tls_codec::Serialize;

use super::{
    BUSY_TIMEOUT, CLIENT_ID,
    private_keys::{self, HpkePair},
    report::{State, hex},
};

/// Opens the file with the one key of `keys` that fits, and reads what an app sees of it, after checking its pages.
pub(crate) async fn state(file: &Path, keys: &[[u8; 32]]) -> Result<State, String> {
    let mut found = Vec::new();
    for key in keys {
        match Client::open(file, &DatabaseKey::from_bytes(key).unwrap(), ClientId::from(CLIENT_ID)).await {
            Err(mlskit::Error::Storage(StorageError::WrongKeyOrDamaged { .. })) if keys.len() > 1 => {}
            Err(error) => return Err(format!("it does not open with {}: {error:?}", hex(key))),
            Ok(client) => {
                client.check_integrity().await.map_err(|error| format!("its integrity: {error:?}"))?;
                found.push(State::of_client(*key, &client).await.map_err(|error| format!("listing: {error:?}"))?);
                client.close().await;
            }
        }
    }
    match found.as_slice() {
        [state] => Ok(state.clone()),
        others => Err(format!("of {} keys {} open it", keys.len(), others.len())),
    }
}

/// Checks of each credential and of each package that the private keys belong to the public ones.
pub(crate) async fn private_keys(file: &Path, key: [u8; 32]) -> Result<(), String> {
    let client = Client::open(file, &DatabaseKey::from_bytes(key).unwrap(), ClientId::from(CLIENT_ID)).await.unwrap();
    let mut packages = Vec::new();
    for keypackage_ref in client.get_keypackage_refs().await.unwrap() {
        let package = client.keypackage(&keypackage_ref).await.map_err(|error| format!("{error:?}"))?;
        packages.push((keypackage_ref.hash_ref().to_vec(), package.ok_or("a listed package is not there")?));
    }
    client.close().await;

    let keystore = open_keystore(file, key).await;
    let outcome = keystore.read(move |view| Ok::<_, Error>(check(view, &packages))).await.unwrap();
    keystore.close().await;
    outcome
}

/// The layer below, which hands out bundles.
pub(crate) async fn open_keystore(file: &Path, key: [u8; 32]) -> Keystore {
    Keystore::open(file, &DatabaseKey::from_bytes(key).unwrap(), BUSY_TIMEOUT).await.unwrap()
}

fn check(view: &View<'_>, packages: &[(Vec<u8>, Keypackage)]) -> Result<(), String> {
    let credentials = view.credentials().unwrap();
    for record in &credentials {
        let id = view.credential_id(record).unwrap().ok_or("a listed credential is not there")?;
        let private = view.signature_private_key(id).unwrap();
        if private_keys::signature_public(record.ciphersuite, &private) != record.signature_key {
            return Err(format!("credential {}: its private key is another's", hex(&record.signature_key)));
        }
    }
    for (hash_ref, package) in packages {
        let bundle = view.keypackage_bundle(hash_ref).unwrap().ok_or("a listed package has no bundle")?;
        let derived = private_keys::hpke_public(package.ciphersuite().into(), &bundle)?;
        if derived != public_keys(package) {
            return Err(format!("package {}: its private keys are another's", hex(hash_ref)));
        }
        if credentials.iter().all(|record| record.signature_key != package.leaf_node().signature_key().as_slice()) {
            return Err(format!("package {}: its credential is gone", hex(hash_ref)));
        }
    }
    Ok(())
}

fn public_keys(package: &Keypackage) -> HpkePair {
    let encryption_key = package.leaf_node().encryption_key().tls_serialize_detached().unwrap();
    // A length of up to 63 takes one byte, the 65 of a P-256 point take two (RFC 9420 §2.1.2).
    let prefix = if encryption_key.len() > 64 { 2 } else { 1 };
    HpkePair { init: package.hpke_init_key().as_slice().to_vec(), encryption: encryption_key[prefix..].to_vec() }
}
