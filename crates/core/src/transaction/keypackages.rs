//! What is to be known of the key packages that the transaction sees.

use super::TransactionContext;
use crate::{KeypackageRef, Result, keypackage};

impl TransactionContext {
    /// [`Client::valid_keypackage_refs`](crate::Client::valid_keypackage_refs), of what the transaction sees.
    ///
    /// # Errors
    /// As every call here.
    pub async fn valid_keypackage_refs(&self) -> Result<Vec<KeypackageRef>> {
        self.run(|client, operation| keypackage::list_valid(operation, client.now())).await
    }

    /// [`Client::is_keypackage_valid`](crate::Client::is_keypackage_valid), of what the transaction sees.
    ///
    /// # Errors
    /// As every call here.
    pub async fn is_keypackage_valid(&self, keypackage_ref: &KeypackageRef) -> Result<bool> {
        let found = keypackage_ref.hash_ref().to_vec();
        self.run(move |client, operation| keypackage::is_valid(operation, &found, client.now())).await
    }

    /// [`Client::is_keypackage_valid_by_id`](crate::Client::is_keypackage_valid_by_id), of what the transaction sees.
    ///
    /// # Errors
    /// As every call here.
    pub async fn is_keypackage_valid_by_id(&self, id: &str) -> Result<bool> {
        let now = self.client.now();
        Ok(self.find_keypackage_ref(id).await?.is_some_and(|keypackage_ref| keypackage_ref.is_valid_at(now)))
    }

    /// [`Client::find_keypackage_ref`](crate::Client::find_keypackage_ref), of what the transaction sees.
    ///
    /// # Errors
    /// As every call here.
    pub async fn find_keypackage_ref(&self, id: &str) -> Result<Option<KeypackageRef>> {
        let id = id.to_owned();
        self.run(move |_, operation| keypackage::find_by_id(operation, &id)).await
    }
}
