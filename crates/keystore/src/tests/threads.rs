//! SQLite never runs on the caller's thread.

use std::{thread, time::Duration};

use super::{
    transactions::{insert, wait_until},
    witness,
};
use crate::{DatabaseKey, Error, Keystore, Result};

const LONG: Duration = Duration::from_secs(20);

#[test]
fn sqlite_never_runs_on_the_callers_thread() {
    smol::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let key = DatabaseKey::generate().unwrap();
        let keystore = Keystore::open(folder.path().join("db"), &key, LONG).await.unwrap();
        let transaction = keystore.begin().await.unwrap();
        transaction.run(|operation| insert(operation, &[1])).await.unwrap();
        transaction.run(|operation| insert(operation, &[1])).await.unwrap_err();
        keystore.read(|view| view.keypackages()).await.unwrap();
        transaction.finish().await.unwrap();
        keystore.begin().await.unwrap().abort().await.unwrap();
        drop(keystore.begin().await.unwrap());
        drop(keystore.begin());
        keystore.read(|_| -> Result<(), Error> { panic!("on purpose") }).await.unwrap_err();
        keystore.change_key(&DatabaseKey::generate().unwrap()).await.unwrap();
        keystore.read(|view| view.keypackages()).await.unwrap();
        keystore.close().await;

        let dropped = Keystore::temporary(folder.path(), LONG).await.unwrap();
        dropped.read(|view| view.keypackages()).await.unwrap();
        drop(dropped);
        wait_until(|| folder.path().read_dir().unwrap().count() == 1);
    });
    let threads = witness::threads();
    assert!(threads.len() >= 2, "the witness saw the writer and a reader");
    assert!(!threads.contains(&thread::current().id()));
}
