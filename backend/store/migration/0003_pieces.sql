-- A body over 1 MiB is kept in pieces of 1 MiB: the first in raws, the others
-- here under seq * 65536 + n, n from 1. SQLite copies a value several times to
-- write it; of a whole body of 32 MiB that would be 100 MiB of memory.
CREATE TABLE pieces (
  id    INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
);
