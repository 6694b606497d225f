-- Deliveries that follow their target's policy, and what their tries met.
-- retry: a replay that is tried again by itself. base: how many tries were made
-- before the schedule last began anew.
ALTER TABLE deliveries ADD COLUMN retry INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN base INTEGER NOT NULL DEFAULT 0;
-- Redirects that were followed (JSON), and whether the target's certificate was
-- left unchecked.
ALTER TABLE attempts ADD COLUMN hops TEXT;
ALTER TABLE attempts ADD COLUMN unverified INTEGER NOT NULL DEFAULT 0;

-- What ended without success is counted by target and sent again in bulk.
CREATE INDEX deliveries_ended ON deliveries (state, target) WHERE state IN ('failed', 'dead');
