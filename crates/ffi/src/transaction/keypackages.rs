//! What is to be known of the key packages that the transaction sees.

use super::TransactionContext;
use crate::{KeypackageRef, Result, member::each};

#[uniffi::export]
impl TransactionContext {
    /// `Client::valid_keypackage_refs`, of what the transaction sees.
    ///
    /// # Errors
    /// As every call here.
    pub async fn valid_keypackage_refs(&self) -> Result<Vec<KeypackageRef>> {
        Ok(each(&self.core.valid_keypackage_refs().await?))
    }

    /// `Client::is_keypackage_valid`, of what the transaction sees.
    ///
    /// # Errors
    /// As every call here.
    pub async fn is_keypackage_valid(&self, keypackage_ref: KeypackageRef) -> Result<bool> {
        Ok(self.core.is_keypackage_valid(&keypackage_ref.try_into()?).await?)
    }

    /// `Client::is_keypackage_valid_by_id`, of what the transaction sees.
    ///
    /// # Errors
    /// As every call here.
    pub async fn is_keypackage_valid_by_id(&self, id: String) -> Result<bool> {
        Ok(self.core.is_keypackage_valid_by_id(&id).await?)
    }

    /// `Client::find_keypackage_ref`, of what the transaction sees.
    ///
    /// # Errors
    /// As every call here.
    pub async fn find_keypackage_ref(&self, id: String) -> Result<Option<KeypackageRef>> {
        Ok(self.core.find_keypackage_ref(&id).await?.as_ref().map(Into::into))
    }
}
