-- The client that the file belongs to, and how the blobs are encoded.
CREATE TABLE client (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    client_id   BLOB    NOT NULL,
    blob_codec  INTEGER NOT NULL
) STRICT;

CREATE TABLE credential (
    id              INTEGER PRIMARY KEY,
    ciphersuite     INTEGER NOT NULL,
    credential_type INTEGER NOT NULL,
    -- The identity, or the certificates as RFC 9420 §5.3 lists them.
    content         BLOB    NOT NULL,
    signature_key   BLOB    NOT NULL,
    private_key     BLOB    NOT NULL,
    UNIQUE (signature_key, ciphersuite, content)
) STRICT;

CREATE TABLE key_package (
    -- Larger than every other when it is given: its order is the order of creation.
    id              INTEGER PRIMARY KEY,
    hash_ref        BLOB    NOT NULL UNIQUE,
    credential      INTEGER NOT NULL REFERENCES credential (id),
    ciphersuite     INTEGER NOT NULL,
    credential_type INTEGER NOT NULL,
    not_before      INTEGER NOT NULL,
    not_after       INTEGER NOT NULL,
    last_resort     INTEGER NOT NULL,
    -- 0 generated, 1 published, 2 retired, 3 withdrawn; and when each was reached, in seconds since 1970.
    state           INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3),
    generated_at    INTEGER NOT NULL,
    published_at    INTEGER,
    retired_at      INTEGER,
    withdrawn_at    INTEGER,
    -- The package with its two private keys.
    bundle          BLOB    NOT NULL
) STRICT;

-- Holds all that a list shows, in the order of creation, so that listing reads no bundle.
CREATE INDEX key_package_list ON key_package
    (id, hash_ref, credential, ciphersuite, credential_type, not_before, not_after, last_resort);
CREATE INDEX key_package_of_credential ON key_package
    (credential, ciphersuite, state, not_after, not_before);
CREATE INDEX key_package_expiry ON key_package (not_after);

-- A removed package that a directory may still serve. Its keys are gone.
CREATE TABLE tombstone (
    id          INTEGER PRIMARY KEY,
    hash_ref    BLOB    NOT NULL,
    not_after   INTEGER NOT NULL
) STRICT;
CREATE INDEX tombstone_expiry ON tombstone (not_after);
