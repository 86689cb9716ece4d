-- A group that this client is in, or is about to be in.
CREATE TABLE mls_group (
    id          INTEGER PRIMARY KEY,
    group_id    BLOB    NOT NULL UNIQUE,
    -- The credential that it is in the group with.
    credential  INTEGER NOT NULL REFERENCES credential (id),
    -- The credential that one's own pending commit moves the group to.
    next_credential INTEGER REFERENCES credential (id),
    -- 1 while an external commit of one's own waits for the delivery service's answer.
    is_joining  INTEGER NOT NULL,
    -- Whether commits of those who are no members are let in.
    external_joins INTEGER NOT NULL,
    -- When one's own leaf got new keys, in seconds since 1970.
    keys_updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mls_group_of_credential ON mls_group (credential);
CREATE INDEX mls_group_of_next_credential ON mls_group (next_credential);

-- OpenMLS's state of a group: one row a value, and one a list's entry.
CREATE TABLE group_blob (
    id          INTEGER PRIMARY KEY,
    group_id    BLOB    NOT NULL REFERENCES mls_group (group_id) ON DELETE CASCADE,
    kind        INTEGER NOT NULL,
    entry       BLOB    NOT NULL,
    value       BLOB    NOT NULL,
    UNIQUE (group_id, kind, entry)
) STRICT;

-- Leaf keys of Update proposals. OpenMLS forgets those of proposals that were never committed: the owner tells
-- which ones to sweep.
CREATE TABLE encryption_key_pair (
    id          INTEGER PRIMARY KEY,
    public_key  BLOB    NOT NULL UNIQUE,
    group_id    BLOB    NOT NULL REFERENCES mls_group (group_id) ON DELETE CASCADE,
    value       BLOB    NOT NULL
) STRICT;
CREATE INDEX encryption_key_pair_of_group ON encryption_key_pair (group_id);

-- What the delivery service must get: the same bytes on every try, until it is settled.
CREATE TABLE outgoing (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id    BLOB    NOT NULL,
    -- 1 commit, 2 Welcome, 3 leave.
    kind        INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
    -- A Welcome waits until its commit was accepted.
    is_released INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    recipients  BLOB    NOT NULL,
    bytes       BLOB    NOT NULL
) STRICT;
CREATE INDEX outgoing_of_group ON outgoing (group_id, kind);

-- The Welcomes that a last-resort package has opened, so that a replayed one can't bring an old epoch back.
CREATE TABLE opened_welcome (
    key_package INTEGER NOT NULL REFERENCES key_package (id) ON DELETE CASCADE,
    welcome     BLOB    NOT NULL,
    PRIMARY KEY (key_package, welcome)
) STRICT, WITHOUT ROWID;
