-- What is asked for most, by column: for each full block of 1,024 seqs the
-- values of one column of requests, packed (sheet.go). A search reads these
-- few bytes of many requests instead of their rows. They are made behind the
-- captures and can be made anew at any time; a block without is searched row by
-- row. The id is column << 40 | block.
CREATE TABLE sheets (
  id   INTEGER PRIMARY KEY,
  data BLOB NOT NULL
);
CREATE TRIGGER sheets_stale AFTER UPDATE OF endpoint, received_at, status, body_bytes, flags, method, target, provider, event
ON requests BEGIN
  DELETE FROM sheets WHERE id = old.seq >> 10;
END;

-- What few requests have; these cost a capture nothing.
CREATE INDEX requests_noted ON requests (seq) WHERE note IS NOT NULL;
CREATE INDEX requests_tagged ON requests (seq) WHERE tags IS NOT NULL;
CREATE INDEX deliveries_replayed ON deliveries (request) WHERE kind = 'replay';
CREATE INDEX deliveries_dead ON deliveries (request) WHERE state = 'dead';
CREATE INDEX attempts_failed ON attempts (status, error_kind, delivery) WHERE status < 200 OR status > 299;
