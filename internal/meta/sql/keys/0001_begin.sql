-- This file holds only what must be able to die. Backups omit it.
CREATE TABLE person_key (
  project INTEGER NOT NULL,
  owner   TEXT NOT NULL,
  key     BLOB NOT NULL,
  PRIMARY KEY (project, owner)
) STRICT, WITHOUT ROWID;

CREATE TABLE salt (
  day     TEXT PRIMARY KEY,           -- 2006-01-02
  salt    BLOB NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
