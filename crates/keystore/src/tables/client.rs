//! The client that the file belongs to.

use rusqlite::{OptionalExtension, params};

use crate::{Operation, Result, StorageError, View};

/// CBOR, RFC 8949, by serde.
const BLOB_CODEC: u32 = 1;

impl View<'_> {
    /// The id of the client that the file belongs to; none before the first.
    ///
    /// # Errors
    /// [`StorageError::UnknownBlobCodec`]; [`StorageError`]s of the medium.
    pub fn client_id(&self) -> Result<Option<Vec<u8>>> {
        let row = self
            .connection
            .prepare_cached("SELECT client_id, blob_codec FROM client")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match row {
            Some((_, found)) if found != BLOB_CODEC => {
                Err(StorageError::UnknownBlobCodec { found, supported: BLOB_CODEC }.into())
            }
            row => Ok(row.map(|(client_id, _)| client_id)),
        }
    }
}

impl Operation<'_> {
    /// Gives a fresh file to a client.
    ///
    /// # Errors
    /// [`StorageError`]s of the medium, or if it belongs to one already.
    pub fn insert_client_id(&mut self, client_id: &[u8]) -> Result<()> {
        self.connection.execute(
            "INSERT INTO client (id, client_id, blob_codec) VALUES (1, ?1, ?2)",
            params![client_id, BLOB_CODEC],
        )?;
        Ok(())
    }
}
