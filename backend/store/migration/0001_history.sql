-- The history. Times are microseconds since 1970 (UTC), enumerations are the
-- small numbers of codes.go, empty text is NULL on the tables that grow.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- Every slug that ever caught a request. A renamed endpoint renames its slugs,
-- so two ids may carry the same slug; a deleted endpoint leaves its slug.
CREATE TABLE slugs (
  id   INTEGER PRIMARY KEY,
  slug TEXT NOT NULL
);

CREATE TABLE endpoints (
  slug     TEXT PRIMARY KEY,
  settings TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE targets (
  name     TEXT PRIMARY KEY,
  settings TEXT NOT NULL
) WITHOUT ROWID;

-- One narrow row a request, so that lists stay cheap; the bytes are in raws.
CREATE TABLE requests (
  seq          INTEGER PRIMARY KEY,
  endpoint     INTEGER NOT NULL,
  received_at  INTEGER NOT NULL,
  status       INTEGER NOT NULL,
  trash        INTEGER,
  pinned       INTEGER NOT NULL DEFAULT 0,
  read         INTEGER NOT NULL DEFAULT 0,
  d_waiting    INTEGER NOT NULL DEFAULT 0,
  d_delivered  INTEGER NOT NULL DEFAULT 0,
  d_failed     INTEGER NOT NULL DEFAULT 0,
  kept         INTEGER NOT NULL, -- bytes in raws
  body_bytes   INTEGER NOT NULL,
  flags        INTEGER NOT NULL, -- state, via, sig, keep-alive, cross-site: codes.go
  method       TEXT NOT NULL,
  target       TEXT NOT NULL,
  uid          BLOB NOT NULL,
  sha256       BLOB NOT NULL,
  read_us      INTEGER NOT NULL,
  host         TEXT,
  protocol     TEXT,
  remote_addr  TEXT,
  content_type TEXT,
  reason       TEXT,
  provider     TEXT,
  event        TEXT,
  note         TEXT,
  tags         TEXT, -- a JSON array
  last_id      TEXT,
  last_status  INTEGER,
  last_error   TEXT,
  last_changes INTEGER
);
CREATE INDEX requests_endpoint ON requests (endpoint, seq) WHERE trash IS NULL;
CREATE INDEX requests_trash ON requests (trash) WHERE trash IS NOT NULL;

CREATE TABLE raws (
  seq     INTEGER PRIMARY KEY,
  head    BLOB,
  body    BLOB,
  trailer BLOB
);

-- Counts of the requests that are not in the trash, by endpoint and by block
-- of 1,024 seqs: totals and page offsets without counting rows. Written in the
-- transaction that changes what they count.
CREATE TABLE tallies (
  block        INTEGER NOT NULL,
  endpoint     INTEGER NOT NULL,
  requests     INTEGER NOT NULL,
  unread       INTEGER NOT NULL,
  pinned       INTEGER NOT NULL,
  bytes        INTEGER NOT NULL,
  pinned_bytes INTEGER NOT NULL,
  PRIMARY KEY (block, endpoint)
) WITHOUT ROWID;

CREATE TABLE trash (
  id    INTEGER PRIMARY KEY AUTOINCREMENT,
  until INTEGER NOT NULL
);

CREATE TABLE deliveries (
  n          INTEGER PRIMARY KEY, -- order of creation
  id         TEXT NOT NULL UNIQUE,
  request    INTEGER NOT NULL,
  target     TEXT NOT NULL,
  lane       TEXT NOT NULL,
  url        TEXT NOT NULL,
  kind       TEXT NOT NULL,
  state      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  next_at    INTEGER, -- NULL unless waiting for a later try
  due_at     INTEGER NOT NULL,
  tries      INTEGER NOT NULL DEFAULT 0,
  boot       INTEGER, -- the run that claimed it
  draft      TEXT -- JSON
);
CREATE INDEX deliveries_request ON deliveries (request);
CREATE INDEX deliveries_due ON deliveries (lane, due_at, n) WHERE state = 'waiting';
CREATE INDEX deliveries_sending ON deliveries (boot) WHERE state = 'sending';

CREATE TABLE attempts (
  a           INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,
  delivery    INTEGER NOT NULL REFERENCES deliveries (n) ON DELETE CASCADE,
  n           INTEGER NOT NULL,
  started_at  INTEGER NOT NULL,
  method      TEXT NOT NULL,
  url         TEXT NOT NULL,
  status      INTEGER NOT NULL,
  error_kind  TEXT,
  error_text  TEXT,
  dns_us      INTEGER NOT NULL,
  connect_us  INTEGER NOT NULL,
  tls_us      INTEGER NOT NULL,
  first_us    INTEGER NOT NULL,
  total_us    INTEGER NOT NULL,
  answer_bytes     INTEGER NOT NULL,
  answer_truncated INTEGER NOT NULL,
  changes     INTEGER NOT NULL,
  against     TEXT NOT NULL,
  own_body    INTEGER NOT NULL, -- 1: the body sent is the request's own
  sent_head   BLOB,
  answer_head BLOB,
  answer_body BLOB,
  sent_body   BLOB
);
CREATE INDEX attempts_delivery ON attempts (delivery, n);
