-- Schema 1. docs/storage.md says what each table and column is for, and what always holds.
-- Times are seconds since 1970-01-01 UTC. Numbers of RFC 9420 §17 are stored as they stand there.

-- The client that the file belongs to, and how blobs are encoded. One row at most.
CREATE TABLE client (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    client_id       BLOB    NOT NULL CHECK (length(client_id) > 0),
    blob_codec      INTEGER NOT NULL
) STRICT;

CREATE TABLE credential (
    -- Larger than every other when it is given: its order is the order in which they were added.
    id              INTEGER PRIMARY KEY,
    ciphersuite     INTEGER NOT NULL CHECK (ciphersuite BETWEEN 0 AND 65535),
    credential_type INTEGER NOT NULL CHECK (credential_type BETWEEN 0 AND 65535),
    -- The identity, or the certificates as RFC 9420 §5.3 lists them.
    content         BLOB    NOT NULL,
    signature_key   BLOB    NOT NULL,
    private_key     BLOB    NOT NULL,
    UNIQUE (signature_key, ciphersuite, content)
) STRICT;

CREATE TABLE key_package (
    -- Larger than every other when it is given: its order is the order in which they were made.
    id              INTEGER PRIMARY KEY,
    hash_ref        BLOB    NOT NULL UNIQUE,
    credential      INTEGER NOT NULL REFERENCES credential (id),
    ciphersuite     INTEGER NOT NULL CHECK (ciphersuite BETWEEN 0 AND 65535),
    credential_type INTEGER NOT NULL CHECK (credential_type BETWEEN 0 AND 65535),
    not_before      INTEGER NOT NULL CHECK (not_before >= 0),
    not_after       INTEGER NOT NULL CHECK (not_after >= 0),
    last_resort     INTEGER NOT NULL CHECK (last_resort IN (0, 1)),
    -- 0 generated, 1 published, 2 retired, 3 withdrawn; and when each was reached.
    state           INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3),
    generated_at    INTEGER NOT NULL CHECK (generated_at >= 0),
    published_at    INTEGER,
    retired_at      INTEGER,
    withdrawn_at    INTEGER,
    -- The package with its two private keys, in the client's codec. Last: what stands after it would cost its
    -- overflow pages to read.
    bundle          BLOB    NOT NULL
) STRICT;

-- All that a list shows, in the order in which it shows it, so that listing reads no bundle.
CREATE INDEX key_package_list ON key_package
    (id, hash_ref, credential, ciphersuite, credential_type, not_before, not_after, last_resort);
-- Removal by credential, the foreign key's own check, and counting what is valid.
CREATE INDEX key_package_of_credential ON key_package (credential, not_after, not_before, state);
CREATE INDEX key_package_expiry ON key_package (not_after);

-- A removed package that a directory may still serve. It has no key and belongs to no credential.
CREATE TABLE tombstone (
    id              INTEGER PRIMARY KEY,
    hash_ref        BLOB    NOT NULL,
    not_after       INTEGER NOT NULL CHECK (not_after >= 0)
) STRICT;
CREATE INDEX tombstone_expiry ON tombstone (not_after);
