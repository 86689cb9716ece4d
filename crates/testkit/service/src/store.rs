//! What the service remembers, and its four promises.

mod schema;

use std::{path::Path, time::SystemTime};

use mlskit::{KeypackageChecks, KeypackageExt};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use sha2::{Digest, Sha256};

use crate::read;

/// Why the service does not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The sender's mistake.
    #[error("the body can't be taken: {0}")]
    Malformed(String),
    /// Another commit of the same epoch came first.
    #[error("the group has gone on from epoch {epoch}: fetch its messages, and commit again")]
    EpochTaken {
        /// The epoch that the refused commit is of.
        epoch: u64,
    },
    /// A Welcome for a key package that nobody published here.
    #[error("no key package that this Welcome is for was published here")]
    UnknownRecipient,
    /// The service's own trouble.
    #[error("the service's database: {0}")]
    Database(#[from] rusqlite::Error),
}

/// A message and its place in its queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Grows with each message. What comes next is asked for with the last one seen.
    pub position: i64,
    /// The message, as it was sent.
    pub bytes: Vec<u8>,
}

/// What happened to a group's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Its place in the group's queue; that of the first time if it came before.
    pub position: i64,
}

/// The memory of the service, a SQLite file.
pub struct Store {
    connection: Connection,
    checks: KeypackageChecks,
}

type Outcome<T> = Result<T, ServiceError>;

impl Store {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// [`ServiceError::Database`].
    pub fn open(path: &Path) -> Outcome<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(schema::SCHEMA)?;
        Ok(Self { connection, checks: KeypackageChecks::default() })
    }

    /// Keeps a key package of a client, once: publishing it again changes nothing, not even after it was served.
    ///
    /// # Errors
    /// [`ServiceError::Malformed`] for a package that no peer would take (RFC 9420 §10.1).
    pub fn publish(&mut self, client: &[u8], keypackage: &[u8]) -> Outcome<()> {
        let checked = self.checks.check(keypackage).map_err(malformed)?;
        let reference = checked.keypackage_ref().map_err(malformed)?;
        self.connection.execute(
            "INSERT INTO keypackage (hash_ref, client, ciphersuite, last_resort, not_after, bytes, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6,
                iif(EXISTS (SELECT 1 FROM withdrawn WHERE hash_ref = ?1), 'withdrawn', 'published'))
             ON CONFLICT (hash_ref) DO NOTHING",
            params![
                reference.hash_ref(),
                client,
                u16::from(reference.ciphersuite()),
                reference.is_last_resort(),
                reference.lifetime().map_or(0, |lifetime| number(lifetime.not_after())),
                keypackage,
            ],
        )?;
        Ok(())
    }

    /// Takes one key package of a client out of the directory: a single-use one, and if none is left the last-resort
    /// one, which stays. What has expired is not served.
    ///
    /// # Errors
    /// [`ServiceError::Database`].
    pub fn take(&mut self, client: &[u8], ciphersuite: u16) -> Outcome<Option<Vec<u8>>> {
        let transaction = self.write()?;
        let found: Option<(Vec<u8>, Vec<u8>)> = transaction
            .query_row(
                "SELECT hash_ref, bytes FROM keypackage
                 WHERE client = ?1 AND ciphersuite = ?2 AND state = 'published' AND not_after > ?3
                 ORDER BY last_resort, rowid LIMIT 1",
                params![client, ciphersuite, number(now())],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        if let Some((hash_ref, _)) = &found {
            transaction.execute(
                "UPDATE keypackage SET state = 'served' WHERE hash_ref = ?1 AND NOT last_resort",
                [hash_ref],
            )?;
        }
        transaction.commit()?;
        Ok(found.map(|(_, bytes)| bytes))
    }

    /// Serves a key package no longer. Its ref is remembered: a Welcome for it may be on the way, or the package itself.
    ///
    /// # Errors
    /// [`ServiceError::Database`].
    pub fn withdraw(&mut self, hash_ref: &[u8]) -> Outcome<()> {
        let transaction = self.write()?;
        let known = transaction.execute("UPDATE keypackage SET state = 'withdrawn' WHERE hash_ref = ?1", [hash_ref])?;
        if known == 0 {
            transaction.execute("INSERT OR IGNORE INTO withdrawn (hash_ref) VALUES (?1)", [hash_ref])?;
        }
        Ok(transaction.commit()?)
    }

    /// Appends a message to its group's queue. The commit of an epoch is taken if it is the first, and only if the
    /// epoch is the group's present one.
    ///
    /// # Errors
    /// [`ServiceError::EpochTaken`], [`ServiceError::Malformed`].
    pub fn send(&mut self, message: &[u8]) -> Outcome<Taken> {
        let envelope = read::envelope(message)?;
        let transaction = self.write()?;
        let digest = digest(message);
        let before =
            transaction.query_row("SELECT position FROM message WHERE digest = ?1", [&digest], |row| row.get(0));
        if let Some(position) = before.optional()? {
            return Ok(Taken { position });
        }
        if envelope.is_commit {
            let next: Option<i64> = transaction.query_row(
                "SELECT max(epoch) + 1 FROM message WHERE group_id = ?1 AND is_commit",
                [&envelope.group_id],
                |row| row.get(0),
            )?;
            if next.is_some_and(|next| next != number(envelope.epoch)) {
                return Err(ServiceError::EpochTaken { epoch: envelope.epoch });
            }
        }
        transaction.execute(
            "INSERT INTO message (group_id, epoch, is_commit, digest, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![envelope.group_id, number(envelope.epoch), envelope.is_commit, digest, message],
        )?;
        let position = transaction.last_insert_rowid();
        transaction.commit()?;
        Ok(Taken { position })
    }

    /// The messages of a group behind a position, in the order in which they were taken.
    ///
    /// # Errors
    /// [`ServiceError::Database`].
    pub fn messages(&self, group_id: &[u8], after: i64) -> Outcome<Vec<Line>> {
        self.lines(
            "SELECT position, bytes FROM message WHERE group_id = ?1 AND position > ?2 ORDER BY position",
            group_id,
            after,
        )
    }

    /// Puts a Welcome into the queue of each client whose key package it is for. Sent twice it is kept once.
    ///
    /// # Errors
    /// [`ServiceError::UnknownRecipient`], [`ServiceError::Malformed`].
    pub fn welcome(&mut self, welcome: &[u8]) -> Outcome<()> {
        let refs = read::welcome_refs(welcome)?;
        let transaction = self.write()?;
        let mut known = false;
        for hash_ref in refs {
            let client: Option<Vec<u8>> = transaction
                .query_row("SELECT client FROM keypackage WHERE hash_ref = ?1", [hash_ref], |row| row.get(0))
                .optional()?;
            let Some(client) = client else { continue };
            known = true;
            transaction.execute(
                "INSERT INTO welcome (client, digest, bytes) VALUES (?1, ?2, ?3) ON CONFLICT (client, digest) DO NOTHING",
                params![client, digest(welcome), welcome],
            )?;
        }
        if !known {
            return Err(ServiceError::UnknownRecipient);
        }
        Ok(transaction.commit()?)
    }

    /// The Welcomes for a client behind a position.
    ///
    /// # Errors
    /// [`ServiceError::Database`].
    pub fn welcomes(&self, client: &[u8], after: i64) -> Outcome<Vec<Line>> {
        self.lines(
            "SELECT position, bytes FROM welcome WHERE client = ?1 AND position > ?2 ORDER BY position",
            client,
            after,
        )
    }

    /// Keeps a group's latest `GroupInfo`, for those who join by an external commit.
    ///
    /// # Errors
    /// [`ServiceError::Database`].
    pub fn put_group_info(&mut self, group_id: &[u8], info: &[u8]) -> Outcome<()> {
        self.connection.execute(
            "INSERT INTO group_info (group_id, bytes) VALUES (?1, ?2)
             ON CONFLICT (group_id) DO UPDATE SET bytes = excluded.bytes",
            params![group_id, info],
        )?;
        Ok(())
    }

    /// A group's latest `GroupInfo`.
    ///
    /// # Errors
    /// [`ServiceError::Database`].
    pub fn group_info(&self, group_id: &[u8]) -> Outcome<Option<Vec<u8>>> {
        let sql = "SELECT bytes FROM group_info WHERE group_id = ?1";
        Ok(self.connection.query_row(sql, [group_id], |row| row.get(0)).optional()?)
    }

    fn write(&mut self) -> Outcome<Transaction<'_>> {
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }

    fn lines(&self, sql: &str, of: &[u8], after: i64) -> Outcome<Vec<Line>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows =
            statement.query_map(params![of, after], |row| Ok(Line { position: row.get(0)?, bytes: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn malformed(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Malformed(error.to_string())
}

fn digest(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// SQLite's integers have a sign. No epoch and no time that means anything is beyond them.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
