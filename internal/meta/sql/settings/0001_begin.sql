-- Times are microseconds since 1970, UTC. Secrets are stored as SHA-256 unless said otherwise.
CREATE TABLE project (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  name    TEXT NOT NULL UNIQUE,
  created INTEGER NOT NULL
) STRICT;

CREATE TABLE ingest_key (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  project INTEGER NOT NULL REFERENCES project (id),
  kind    TEXT NOT NULL CHECK (kind IN ('browser', 'server')),
  hash    BLOB NOT NULL UNIQUE,
  prefix  TEXT NOT NULL,
  origins TEXT NOT NULL,              -- JSON array of text
  note    TEXT NOT NULL,
  created INTEGER NOT NULL,
  revoked INTEGER                     -- NULL = valid
) STRICT;

CREATE TABLE user (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  name     TEXT NOT NULL UNIQUE COLLATE NOCASE,
  password TEXT NOT NULL,             -- argon2id in PHC form
  role     TEXT NOT NULL CHECK (role IN ('admin', 'viewer')),
  created  INTEGER NOT NULL
) STRICT;

-- What proves who is calling: a browser's login, an API token, a one-use link.
CREATE TABLE credential (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  kind    TEXT NOT NULL CHECK (kind IN ('login', 'token', 'link')),
  hash    BLOB NOT NULL UNIQUE,
  prefix  TEXT NOT NULL,
  user    INTEGER REFERENCES user (id) ON DELETE CASCADE,
  role    TEXT NOT NULL CHECK (role IN ('admin', 'viewer')),
  note    TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER                     -- NULL = never
) STRICT;

CREATE TABLE release (
  project INTEGER NOT NULL REFERENCES project (id),
  service TEXT NOT NULL,
  version TEXT NOT NULL,
  at      INTEGER NOT NULL,
  url     TEXT NOT NULL,
  note    TEXT NOT NULL,
  PRIMARY KEY (project, service, version, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE import (
  project    INTEGER NOT NULL REFERENCES project (id),
  label      TEXT NOT NULL,
  at         INTEGER NOT NULL,
  format     TEXT NOT NULL,
  source     TEXT NOT NULL,
  accepted   INTEGER NOT NULL,
  duplicates INTEGER NOT NULL,
  rejected   INTEGER NOT NULL,
  "from"     INTEGER NOT NULL,
  "to"       INTEGER NOT NULL,
  PRIMARY KEY (project, label, at, source)
) STRICT, WITHOUT ROWID;

-- Goals, views, alerts, notes, insight states, OpenAPI documents: small JSON
-- bodies whose shape belongs to the package that reads them.
CREATE TABLE document (
  project INTEGER NOT NULL REFERENCES project (id),
  kind    TEXT NOT NULL,
  id      TEXT NOT NULL,
  body    TEXT NOT NULL,
  updated INTEGER NOT NULL,
  PRIMARY KEY (project, kind, id)
) STRICT, WITHOUT ROWID;

-- Secrets that must survive a restore, unlike those in the key file.
CREATE TABLE secret (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The originals of pseudonyms, sealed with their owner's key in the key file.
CREATE TABLE vault (
  project   INTEGER NOT NULL REFERENCES project (id),
  pseudonym TEXT NOT NULL,
  owner     TEXT NOT NULL,
  sealed    BLOB NOT NULL,
  PRIMARY KEY (project, pseudonym, owner)
) STRICT, WITHOUT ROWID;
CREATE INDEX vault_owner ON vault (project, owner);

-- People who were erased: late records of theirs lose their identity, and a
-- restored backup erases them again before it serves.
CREATE TABLE suppression (
  project INTEGER NOT NULL REFERENCES project (id),
  id      TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (project, id)
) STRICT, WITHOUT ROWID;
