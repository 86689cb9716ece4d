//! Building key packages and storing them.
//!
//! A build is two key generations and two signatures; storing one costs a third of that. So a batch is a pipeline:
//! helper threads build, the writer stores what is ready and else builds one itself.

use std::{
    num::NonZero,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, TryRecvError},
    },
    thread,
};

use mlskit_keystore::{CredentialId, Operation};
use openmls_traits::OpenMlsProvider;
use zeroize::Zeroizing;

use super::{
    Keypackage, KeypackageConfig, KeypackageRef, MAX_BATCH, bundle, config::Blueprint, no_storage::BuildProvider,
    reference,
};
use crate::{Client, CredentialRef, KeypackageError, Result, clock, credential, credential::SignatureKey};

pub(crate) fn generate_one(
    operation: &mut Operation<'_>,
    client: &Client,
    credential_ref: &CredentialRef,
    config: &KeypackageConfig,
) -> Result<Keypackage> {
    let plan = Plan::new(operation, client, credential_ref, config)?;
    plan.store(operation, plan.build(&BuildProvider::default())?)
}

pub(crate) fn generate_batch(
    operation: &mut Operation<'_>,
    client: &Client,
    credential_ref: &CredentialRef,
    count: usize,
    config: &KeypackageConfig,
) -> Result<Vec<Keypackage>> {
    if count > MAX_BATCH {
        return Err(KeypackageError::BatchTooLarge { asked: count, limit: MAX_BATCH }.into());
    }
    let plan = Plan::new(operation, client, credential_ref, config)?;
    let helpers = thread::available_parallelism().map_or(1, NonZero::get).saturating_sub(1).clamp(1, count.max(1));
    let claimed = AtomicUsize::new(0);
    let claim = || claimed.fetch_add(1, Ordering::Relaxed) < count;
    let mut stored = Vec::with_capacity(count);
    thread::scope(|scope| {
        let (ready, built) = mpsc::channel();
        for _ in 0..helpers {
            let ready = ready.clone();
            let (plan, claim) = (&plan, &claim);
            scope.spawn(move || {
                let provider = BuildProvider::default();
                // The writer hangs up when something failed: then nobody wants more.
                while claim() && ready.send(plan.build(&provider)).is_ok() {}
            });
        }
        drop(ready);
        let provider = BuildProvider::default();
        loop {
            let built = match built.try_recv() {
                Ok(built) => built,
                Err(TryRecvError::Empty) if claim() => plan.build(&provider),
                // Everything is claimed: what is still missing is on its way.
                Err(_) => match built.recv() {
                    Ok(built) => built,
                    Err(_) => return Ok(()),
                },
            };
            stored.push(plan.store(operation, built?)?);
        }
    })
    .map(|()| stored)
}

/// All that the packages of one call have in common.
struct Plan {
    credential: CredentialId,
    credential_ref: CredentialRef,
    key: SignatureKey,
    blueprint: Blueprint,
    generated_at: u64,
}

struct Built {
    keypackage: Keypackage,
    keypackage_ref: KeypackageRef,
    bundle: Zeroizing<Vec<u8>>,
}

impl Plan {
    fn new(
        operation: &Operation<'_>,
        client: &Client,
        credential_ref: &CredentialRef,
        config: &KeypackageConfig,
    ) -> Result<Self> {
        let credential = credential::resolve(operation, client.id(), credential_ref)?;
        let key = credential::signature_key(operation, credential, credential_ref)?;
        let now = client.now();
        let blueprint = config.resolve(client.options(), now, credential_ref)?;
        let generated_at = clock::seconds(now);
        Ok(Self { credential, credential_ref: credential_ref.clone(), key, blueprint, generated_at })
    }

    fn build(&self, provider: &BuildProvider) -> Result<Built> {
        #[cfg(test)]
        crate::witness::note();
        let with_key = self.credential_ref.with_key();
        let bundle = self
            .blueprint
            .builder(provider.rand())
            .build(self.credential_ref.ciphersuite(), provider, &self.key, with_key)
            .map_err(|error| KeypackageError::NotBuilt { reason: error.to_string() })?;
        let keypackage_ref = reference::of(bundle.key_package(), provider.crypto())?;
        let encoded = bundle::encode(&bundle)?;
        Ok(Built { keypackage: bundle.into_key_package(), keypackage_ref, bundle: encoded })
    }

    fn store(&self, operation: &mut Operation<'_>, built: Built) -> Result<Keypackage> {
        let Built { keypackage, keypackage_ref, bundle } = built;
        operation.insert_keypackage(self.credential, &keypackage_ref.record(), self.generated_at, &bundle)?;
        Ok(keypackage)
    }
}
