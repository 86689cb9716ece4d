//! Building key packages and storing them.
//!
//! A build is two key generations and two signatures; storing one costs a third of that. So a batch is a pipeline:
//! helper threads build, the writer stores what is ready and else builds one itself.

use std::{
    num::NonZero,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver},
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
use crate::{Client, CredentialRef, KeypackageError, Result, clock, credential, credential::SignatureKey, error};

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
        return Err(
            KeypackageError::BatchTooLarge { asked: error::count(count), limit: error::count(MAX_BATCH) }.into()
        );
    }
    let plan = Plan::new(operation, client, credential_ref, config)?;
    let helpers = thread::available_parallelism().map_or(1, NonZero::get).saturating_sub(1).clamp(1, count.max(1));
    let claimed = AtomicUsize::new(0);
    let claim = || claimed.fetch_add(1, Ordering::Relaxed) < count;
    thread::scope(|scope| {
        let (ready, built) = mpsc::channel();
        for _ in 0..helpers {
            let ready = ready.clone();
            let (plan, claim) = (&plan, &claim);
            let help = move || {
                let provider = BuildProvider::default();
                // The writer hangs up when something failed: then nobody wants more.
                while claim() && ready.send(plan.build(&provider)).is_ok() {}
            };
            // Where the system has no thread to give, the writer goes on without.
            if helper().spawn_scoped(scope, help).is_err() {
                break;
            }
        }
        drop(ready);
        plan.store_all(operation, claim, &built)
    })
}

fn helper() -> thread::Builder {
    #[cfg(test)]
    if tests::NO_THREADS.load(Ordering::Relaxed) {
        return thread::Builder::new().stack_size(usize::MAX / 4);
    }
    thread::Builder::new().name("mlskit helper".to_owned())
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

    /// Stores what the helpers have built, and builds what they have not claimed.
    fn store_all(
        &self,
        operation: &mut Operation<'_>,
        claim: impl Fn() -> bool,
        built: &Receiver<Result<Built>>,
    ) -> Result<Vec<Keypackage>> {
        let provider = BuildProvider::default();
        let mut stored = Vec::new();
        loop {
            let built = match built.try_recv() {
                Ok(built) => built,
                Err(_) if claim() => self.build(&provider),
                // Everything is claimed: what is still missing is on its way.
                Err(_) => match built.recv() {
                    Ok(built) => built,
                    Err(_) => return Ok(stored),
                },
            };
            stored.push(self.store(operation, built?)?);
        }
    }

    fn store(&self, operation: &mut Operation<'_>, built: Built) -> Result<Keypackage> {
        let Built { keypackage, keypackage_ref, bundle } = built;
        operation.insert_keypackage(self.credential, &keypackage_ref.record(), self.generated_at, &bundle)?;
        Ok(keypackage)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use openmls::prelude::Ciphersuite;

    use crate::{Client, ClientId, Credential, KeypackageConfig};

    /// Makes each helper ask for more memory than there is.
    pub(super) static NO_THREADS: AtomicBool = AtomicBool::new(false);

    #[test]
    fn a_batch_is_built_where_the_system_has_no_thread_to_give() {
        NO_THREADS.store(true, Ordering::Relaxed);
        super::helper().spawn(|| ()).unwrap_err();
        smol::block_on(async {
            let client = Client::temporary(ClientId::from("alice")).await.unwrap();
            let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
            let credential = Credential::basic(suite, client.id()).unwrap();
            let batch = client.transaction(async |tx| {
                let credential_ref = tx.add_credential(credential).await?;
                tx.generate_keypackages(&credential_ref, 8, &KeypackageConfig::default()).await
            });
            assert_eq!(batch.await.unwrap().len(), 8);
            assert_eq!(client.get_keypackage_refs().await.unwrap().len(), 8);
        });
        NO_THREADS.store(false, Ordering::Relaxed);
    }
}
