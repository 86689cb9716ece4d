//! mlskit's side: a client whose encrypted file lies beside the build, on the disk.

use mlskit::{Client, ClientId, CredentialRef, DatabaseKey, Keypackage, KeypackageConfig, TransactionContext};
use tempfile::TempDir;

use crate::shared::disk::{add_credential, block_on, folder};

pub(crate) struct Store {
    pub(crate) client: Client,
    pub(crate) credential_ref: CredentialRef,
    _folder: TempDir,
}

impl Store {
    pub(crate) fn new() -> Self {
        let folder = folder();
        let client = block_on(async {
            let key = DatabaseKey::generate().unwrap();
            Client::open(folder.path().join("alice.db"), &key, ClientId::from("alice")).await.unwrap()
        });
        let credential_ref = add_credential(&client);
        Self { client, credential_ref, _folder: folder }
    }

    pub(crate) fn with_keypackages(count: usize, config: &KeypackageConfig) -> Self {
        let store = Self::new();
        store.fill(&store.credential_ref, count, config);
        store
    }

    pub(crate) fn fill(&self, credential_ref: &CredentialRef, count: usize, config: &KeypackageConfig) {
        let batch = async |tx: &TransactionContext| tx.generate_keypackages(credential_ref, count, config).await;
        assert_eq!(block_on(self.client.transaction(batch)).unwrap().len(), count);
    }

    pub(crate) fn second_credential(&self) -> CredentialRef {
        add_credential(&self.client)
    }

    pub(crate) fn begin(&self) -> TransactionContext {
        block_on(self.client.new_transaction()).unwrap()
    }

    pub(crate) fn count(&self) -> usize {
        block_on(self.client.get_keypackage_refs()).unwrap().len()
    }

    pub(crate) fn assert_holds(&self, keypackage: &Keypackage) {
        use mlskit::KeypackageExt as _;
        let found = block_on(self.client.keypackage(&keypackage.keypackage_ref().unwrap())).unwrap();
        assert_eq!(found.as_ref(), Some(keypackage));
    }
}
