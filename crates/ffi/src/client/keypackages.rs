//! What is to be known of the stored key packages.

use super::Client;
use crate::{KeypackageRef, Result, member::each};

#[uniffi::export]
impl Client {
    /// References to all stored key packages whose window the client's clock is inside of, in the order in which they
    /// were made. Each of them still opens a Welcome.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn valid_keypackage_refs(&self) -> Result<Vec<KeypackageRef>> {
        Ok(each(&self.core.valid_keypackage_refs().await?))
    }

    /// Whether a key package is stored here, and the client's clock inside its window.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn is_keypackage_valid(&self, keypackage_ref: KeypackageRef) -> Result<bool> {
        Ok(self.core.is_keypackage_valid(&keypackage_ref.try_into()?).await?)
    }

    /// `is_keypackage_valid` of the package with this id: see `find_keypackage_ref`.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn is_keypackage_valid_by_id(&self, id: String) -> Result<bool> {
        Ok(self.core.is_keypackage_valid_by_id(&id).await?)
    }

    /// The reference to the stored key package with this id: its hash in hexadecimal digits. What no package is called by is
    /// the id of none.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn find_keypackage_ref(&self, id: String) -> Result<Option<KeypackageRef>> {
        Ok(self.core.find_keypackage_ref(&id).await?.as_ref().map(Into::into))
    }
}
