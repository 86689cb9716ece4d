//! What is to be known of the stored key packages.

use super::Client;
use crate::{KeypackageRef, Result, keypackage};

impl Client {
    /// References to all stored key packages whose window the client's clock is inside of, in the order in which they
    /// were made. Each of them still opens a Welcome.
    ///
    /// ```
    /// # async fn example(client: mlskit::Client) -> mlskit::Result<()> {
    /// for keypackage_ref in client.valid_keypackage_refs().await? {
    ///     println!("{keypackage_ref}");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn valid_keypackage_refs(&self) -> Result<Vec<KeypackageRef>> {
        let now = self.now();
        self.read(move |view| keypackage::list_valid(view, now)).await
    }

    /// Whether a key package is stored here, and the client's clock inside its window.
    /// [`KeypackageRef::is_valid`] asks for the window alone.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn is_keypackage_valid(&self, keypackage_ref: &KeypackageRef) -> Result<bool> {
        let found = keypackage_ref.hash_ref().to_vec();
        let now = self.now();
        self.read(move |view| keypackage::is_valid(view, &found, now)).await
    }

    /// [`is_keypackage_valid`](Self::is_keypackage_valid) of the package with this
    /// [id](Self::find_keypackage_ref).
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn is_keypackage_valid_by_id(&self, id: &str) -> Result<bool> {
        let now = self.now();
        Ok(self.find_keypackage_ref(id).await?.is_some_and(|keypackage_ref| keypackage_ref.is_valid_at(now)))
    }

    /// The reference to the stored key package with this id: its hash in hexadecimal digits, as a [`KeypackageRef`]
    /// displays itself. What no package is called by is the id of none.
    ///
    /// ```
    /// # async fn example(client: mlskit::Client, id: &str) -> mlskit::Result<()> {
    /// if let Some(keypackage_ref) = client.find_keypackage_ref(id).await? {
    ///     client.transaction(async |tx| tx.remove_keypackage(&keypackage_ref).await).await?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn find_keypackage_ref(&self, id: &str) -> Result<Option<KeypackageRef>> {
        let id = id.to_owned();
        self.read(move |view| keypackage::find_by_id(view, &id)).await
    }
}
