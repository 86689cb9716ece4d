pub(super) const SCHEMA: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;

-- A package that was served or withdrawn keeps its row: published again it stays so, and its Welcome finds the client.
CREATE TABLE IF NOT EXISTS keypackage (
    hash_ref    BLOB PRIMARY KEY,
    client      BLOB NOT NULL,
    ciphersuite INTEGER NOT NULL,
    last_resort INTEGER NOT NULL,
    not_after   INTEGER NOT NULL, -- seconds since 1970
    state       TEXT NOT NULL DEFAULT 'published' CHECK (state IN ('published', 'served', 'withdrawn')),
    bytes       BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS keypackage_to_serve ON keypackage (client, ciphersuite, state, last_resort);

-- What was withdrawn before it came.
CREATE TABLE IF NOT EXISTS withdrawn (hash_ref BLOB PRIMARY KEY);

CREATE TABLE IF NOT EXISTS message (
    position  INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id  BLOB NOT NULL,
    epoch     INTEGER NOT NULL,
    is_commit INTEGER NOT NULL,
    digest    BLOB NOT NULL UNIQUE,
    bytes     BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS message_of_group ON message (group_id, position);
CREATE UNIQUE INDEX IF NOT EXISTS one_commit_an_epoch ON message (group_id, epoch) WHERE is_commit;

CREATE TABLE IF NOT EXISTS welcome (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    client   BLOB NOT NULL,
    digest   BLOB NOT NULL,
    bytes    BLOB NOT NULL,
    UNIQUE (client, digest)
);

CREATE TABLE IF NOT EXISTS group_info (group_id BLOB PRIMARY KEY, bytes BLOB NOT NULL);
";
