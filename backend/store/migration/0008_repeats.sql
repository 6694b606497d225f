-- alike: of a run that sends each request more than once, how an outcome compares
-- with the first one of its request and place. The counts are those of the run.
ALTER TABLE run_items ADD COLUMN alike TEXT;
ALTER TABLE runs ADD COLUMN firsts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN alike INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN other_status INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN other_body INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN unlike INTEGER NOT NULL DEFAULT 0;
