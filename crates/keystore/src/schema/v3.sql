-- When a package was first given out to be published, from where on a peer may have it. Nothing: its maker alone knows.
ALTER TABLE key_package ADD COLUMN offered_at INTEGER;
-- When it was first seen that its time is over.
ALTER TABLE key_package ADD COLUMN over_at INTEGER;
-- 1 for one that is to be replaced before its time.
ALTER TABLE key_package ADD COLUMN is_outdated INTEGER NOT NULL DEFAULT 0;

-- All that the life cycle asks for, so that it reads no row: behind the bundle a column lies in overflow pages.
CREATE INDEX key_package_life ON key_package
    (state, credential, ciphersuite, credential_type, last_resort, not_before, not_after, generated_at, offered_at,
     withdrawn_at, over_at, is_outdated, hash_ref)
    WHERE offered_at IS NOT NULL;
CREATE INDEX key_package_over ON key_package (over_at) WHERE over_at IS NOT NULL;

-- What a reference says. Of a tombstone that an earlier schema wrote only the hash and the end are known.
ALTER TABLE tombstone ADD COLUMN ciphersuite INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tombstone ADD COLUMN credential_type INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tombstone ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tombstone ADD COLUMN last_resort INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tombstone ADD COLUMN over_at INTEGER;
CREATE INDEX tombstone_of_ref ON tombstone (hash_ref);
CREATE INDEX tombstone_over ON tombstone (over_at) WHERE over_at IS NOT NULL;

-- The credential that takes this one's place.
ALTER TABLE credential ADD COLUMN successor INTEGER REFERENCES credential (id) ON DELETE SET NULL;
CREATE INDEX credential_of_successor ON credential (successor) WHERE successor IS NOT NULL;
