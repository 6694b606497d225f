-- A run sends many requests as one piece of work; its items are listed before
-- the first is sent, so that a run of any size is worked off from here and not
-- from memory. An item outlives its delivery and its request.
CREATE TABLE runs (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at INTEGER NOT NULL,
  ended_at   INTEGER,
  state      TEXT NOT NULL,
  reason     TEXT,
  plan       TEXT NOT NULL, -- the order, JSON
  total      INTEGER NOT NULL DEFAULT 0,
  sent       INTEGER NOT NULL DEFAULT 0,
  delivered  INTEGER NOT NULL DEFAULT 0,
  failed     INTEGER NOT NULL DEFAULT 0,
  cancelled  INTEGER NOT NULL DEFAULT 0,
  changed    INTEGER NOT NULL DEFAULT 0,
  same       INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE run_items (
  run      INTEGER NOT NULL,
  n        INTEGER NOT NULL, -- from 1, the order of sending
  request  INTEGER NOT NULL,
  place    INTEGER NOT NULL,
  repeat   INTEGER NOT NULL,
  twin     INTEGER NOT NULL,
  state    TEXT NOT NULL,
  url      TEXT,
  delivery TEXT,
  attempt  TEXT,
  status   INTEGER NOT NULL DEFAULT 0,
  took_us  INTEGER NOT NULL DEFAULT 0,
  changes  INTEGER NOT NULL DEFAULT -1,
  against  TEXT,
  was      INTEGER NOT NULL DEFAULT 0,
  note     TEXT,
  at_us    INTEGER NOT NULL DEFAULT 0,
  wait_us  INTEGER NOT NULL DEFAULT 0,
  ruling   TEXT,
  PRIMARY KEY (run, n)
) WITHOUT ROWID;
