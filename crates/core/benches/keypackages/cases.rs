//! What is measured. Each case prints its rows.

use std::{thread, time::Duration};

use mls_rs::MlsMessage;
use mlskit::{
    CredentialRef, KeypackageChecks, KeypackageConfig, KeypackageExt, TransactionContext,
    openmls::prelude::{Extension, KeyPackageIn, ProtocolVersion, UnknownExtension, tls_codec::DeserializeBytes},
};
use mlskit_keystore::{DatabaseKey, Keystore};
use openmls_rust_crypto::{OpenMlsRustCrypto, RustCrypto};
use openmls_traits::{OpenMlsProvider as _, storage::StorageProvider as _};

use crate::{
    rivals::{self, OpenMls},
    scale::Scale,
    shared::{
        disk::{block_on, folder},
        harness::{Times, Variant, repeat, row, take_turns, timed},
    },
    store::Store,
};

pub(crate) fn nothing(scale: Scale) {
    let store = Store::new();
    let transaction = || block_on(store.client.transaction(async |_| Ok::<_, mlskit::Error>(()))).unwrap();
    // An operation that does nothing at all exists only one layer below.
    let (folder, key) = (folder(), DatabaseKey::generate().unwrap());
    let keystore = block_on(Keystore::open(folder.path().join("empty.db"), &key, Duration::from_secs(1))).unwrap();
    let open = block_on(keystore.begin()).unwrap();
    let operation = || block_on(open.run(|_| Ok::<_, mlskit_keystore::Error>(()))).unwrap();
    let times = take_turns(
        scale.rounds,
        scale.repeat,
        [
            Box::new(|| timed(|| repeat(scale.repeat, transaction)).0),
            Box::new(|| timed(|| repeat(scale.repeat, operation)).0),
        ],
    );
    row("a transaction that does nothing", &times[0], None, None);
    row(
        "an operation that does nothing: a savepoint, and the way to the writer thread and back",
        &times[1],
        None,
        None,
    );
}

pub(crate) fn generate_one(scale: Scale) {
    let store = Store::new();
    let own: Variant<'_> = Box::new(|| {
        let one =
            || block_on(store.client.transaction(async |tx| tx.generate_keypackage(&store.credential_ref, None).await));
        let (time, last) = timed(|| repeat(scale.repeat, || one().unwrap()));
        store.assert_holds(&last);
        time
    });
    generate_beside(scale, "generate one, a transaction each", own);
    assert_eq!(store.count(), scale.repeat * (scale.rounds + 1));
}

pub(crate) fn generate_one_inside(scale: Scale) {
    let store = Store::new();
    let own: Variant<'_> = Box::new(|| {
        let tx = store.begin();
        let one = || block_on(tx.generate_keypackage(&store.credential_ref, None)).unwrap();
        let (time, last) = timed(|| repeat(scale.repeat, one));
        block_on(tx.finish()).unwrap();
        store.assert_holds(&last);
        time
    });
    generate_beside(scale, "generate one inside an open transaction", own);
    assert_eq!(store.count(), scale.repeat * (scale.rounds + 1));
}

fn generate_beside(scale: Scale, what: &str, own: Variant<'_>) {
    let openmls = OpenMls::new();
    let mls_rs = rivals::mls_rs();
    let times = take_turns(
        scale.rounds,
        scale.repeat,
        [
            own,
            Box::new(|| timed(|| repeat(scale.repeat, || openmls.generate())).0),
            Box::new(|| timed(|| repeat(scale.repeat, || mls_rs.generate())).0),
        ],
    );
    let generated = scale.repeat * (scale.rounds + 1);
    assert_eq!([openmls.count(), mls_rs.storage.key_packages().len()], [generated; 2]);
    row(what, &times[0], Some(&times[1]), Some(&times[2]));
}

pub(crate) fn generate_batch(scale: Scale) {
    let store = Store::new();
    let (openmls, cached) = (OpenMls::new(), OpenMls::with_cached_key());
    let providers: Vec<_> = (0..cores()).map(|_| OpenMlsRustCrypto::default()).collect();
    let mls_rs = rivals::mls_rs();
    let batch = scale.batch;
    let own: Variant<'_> = Box::new(|| {
        let config = KeypackageConfig::default();
        let generate =
            async |tx: &TransactionContext| tx.generate_keypackages(&store.credential_ref, batch, &config).await;
        let (time, made) = timed(|| block_on(store.client.transaction(generate)).unwrap());
        assert_eq!(made.len(), batch);
        store.assert_holds(&made[batch - 1]);
        time
    });
    let on_all_cores = || {
        thread::scope(|scope| {
            let cached = &cached;
            for (index, provider) in providers.iter().enumerate() {
                let share = batch / providers.len() + usize::from(index < batch % providers.len());
                scope.spawn(move || repeat(share, || cached.generate_with(provider)));
            }
        });
    };
    let times = take_turns(
        scale.rounds,
        batch,
        [
            own,
            Box::new(|| timed(|| repeat(batch, || openmls.generate())).0),
            Box::new(|| timed(|| repeat(batch, || mls_rs.generate())).0),
            Box::new(|| timed(|| repeat(batch, || cached.generate())).0),
            Box::new(|| timed(on_all_cores).0),
        ],
    );
    let generated = batch * (scale.rounds + 1);
    assert_eq!([store.count(), openmls.count(), cached.count(), mls_rs.storage.key_packages().len()], [generated; 4]);
    let [own, openmls, mls_rs, cached, on_all_cores] = &times;
    row(&format!("generate {batch} in one transaction, per package"), own, Some(openmls), Some(mls_rs));
    row("… OpenMLS with a signer that keeps its key expanded", own, Some(cached), None);
    row("… and on all cores, each with a storage of its own", own, Some(on_all_cores), None);
}

pub(crate) fn list(scale: Scale) {
    let (few, many) = (scale.small_store, scale.large_store);
    let default = KeypackageConfig::default();
    // A bundle of the default configuration has some 1.2 KB.
    let large = Extension::Unknown(0xf2ee, UnknownExtension(vec![0x5a; 6 * 1024]));
    let large_bundles = default.clone().leaf_node_extension(large);
    let small = Store::with_keypackages(few, &default);
    let heavy = Store::with_keypackages(few, &large_bundles);
    let large = Store::with_keypackages(many, &default);
    let mls_rs = rivals::mls_rs();
    repeat(few, || mls_rs.generate());
    let open = small.begin();
    let times = take_turns(
        scale.rounds,
        scale.repeat,
        [
            Box::new(|| timed(|| repeat(scale.repeat, || small.count())).0),
            Box::new(|| timed(|| repeat(scale.repeat, || heavy.count())).0),
            Box::new(|| timed(|| repeat(scale.repeat, || large.count())).0),
            Box::new(|| timed(|| repeat(scale.repeat, || block_on(open.get_keypackage_refs()).unwrap())).0),
            Box::new(|| timed(|| repeat(scale.repeat, || mls_rs.storage.key_packages())).0),
        ],
    );
    assert_eq!([small.count(), heavy.count(), large.count()], [few, few, many]);
    assert_eq!(mls_rs.storage.key_packages().len(), few);
    let [small, heavy, large, inside, mls_rs] = &times;
    row(&format!("list {few} refs; mls-rs: clone {few} packages with their keys"), small, None, Some(mls_rs));
    row(&format!("list {few} refs inside a transaction"), inside, None, None);
    row(&format!("list {few} refs of packages ten times as large"), heavy, None, None);
    growth("… against those of the usual size", heavy, small);
    row(&format!("list {many} refs"), large, None, None);
}

pub(crate) fn remove_by_credential(scale: Scale) {
    let default = KeypackageConfig::default();
    let stores = [scale.small_store, scale.large_store].map(|count| {
        let store = Store::with_keypackages(count - scale.batch, &default);
        let leaving = store.second_credential();
        (store, leaving)
    });
    let openmls = OpenMls::new();
    let mls_rs = rivals::mls_rs();
    let [small, large] = &stores;
    let times = take_turns(
        scale.rounds,
        1,
        [
            Box::new(|| remove(scale, small)),
            Box::new(|| remove(scale, large)),
            Box::new(|| {
                let provider = &openmls.provider;
                let refs: Vec<_> = (0..scale.batch)
                    .map(|_| openmls.generate().key_package().hash_ref(provider.crypto()).unwrap())
                    .collect();
                let delete = || refs.iter().for_each(|one| provider.storage().delete_key_package(one).unwrap());
                let time = timed(delete).0;
                assert_eq!(openmls.count(), 0);
                time
            }),
            Box::new(|| {
                repeat(scale.batch, || mls_rs.generate());
                let refs: Vec<_> = mls_rs.storage.key_packages().into_iter().map(|(id, _)| id).collect();
                let time = timed(|| refs.iter().for_each(|one| mls_rs.storage.delete(one))).0;
                assert!(mls_rs.storage.key_packages().is_empty());
                time
            }),
        ],
    );
    let [small, large, openmls, mls_rs] = &times;
    let (batch, few, many) = (scale.batch, scale.small_store, scale.large_store);
    let beside = format!("remove {batch} of {few} by credential; the others: {batch} refs that are known");
    row(&beside, small, Some(openmls), Some(mls_rs));
    row(&format!("remove {batch} of {many} by credential"), large, None, None);
    growth(&format!("… against {batch} of {few}"), large, small);
}

fn remove(scale: Scale, (store, leaving): &(Store, CredentialRef)) -> Duration {
    let before = store.count();
    store.fill(leaving, scale.batch, &KeypackageConfig::default());
    let (time, ()) =
        timed(|| block_on(store.client.transaction(async |tx| tx.remove_keypackages_for(leaving).await)).unwrap());
    assert_eq!(store.count(), before);
    time
}

pub(crate) fn import(scale: Scale) {
    let store = Store::new();
    let generate = async |tx: &TransactionContext| tx.generate_keypackage(&store.credential_ref, None).await;
    let keypackage = block_on(store.client.transaction(generate)).unwrap();
    let bytes = keypackage.to_bytes().unwrap();
    // mls-rs takes it as an `MLSMessage` (RFC 9420 §6): version 1, wire format 5.
    let framed = [&[0, 1, 0, 5], bytes.as_slice()].concat();
    let (checks, crypto, checker) = (KeypackageChecks::default(), RustCrypto::default(), rivals::mls_rs_checker());
    let on_this_thread = || checks.check(&bytes).unwrap();
    let on_another = || block_on(store.client.import_keypackage(&bytes)).unwrap();
    let openmls = || {
        let decoded = KeyPackageIn::tls_deserialize_exact_bytes(&bytes).unwrap();
        decoded.validate(&crypto, ProtocolVersion::Mls10).unwrap()
    };
    let mls_rs = || checker.validate_key_package(MlsMessage::from_bytes(&framed).unwrap(), None).unwrap();
    assert_eq!([on_this_thread(), on_another(), openmls()], [(); 3].map(|()| keypackage.clone()));
    let times = take_turns(
        scale.rounds,
        scale.repeat,
        [
            Box::new(|| timed(|| repeat(scale.repeat, on_this_thread)).0),
            Box::new(|| timed(|| repeat(scale.repeat, on_another)).0),
            Box::new(|| timed(|| repeat(scale.repeat, openmls)).0),
            Box::new(|| timed(|| repeat(scale.repeat, mls_rs)).0),
        ],
    );
    let [on_this_thread, on_another, openmls, mls_rs] = &times;
    row("decode and check another's package", on_this_thread, Some(openmls), Some(mls_rs));
    row("… with the way to another thread and back", on_another, Some(openmls), Some(mls_rs));
}

/// Prints a row of two times of mlskit's own.
fn growth(what: &str, larger: &Times, smaller: &Times) {
    println!("| {what} | ×{:.2} | | | | |", larger.ratio_to(smaller));
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
