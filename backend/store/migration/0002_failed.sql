-- Requests with a failed delivery are few and asked for often: their count is
-- in the status, which is read anew with every change.
CREATE INDEX requests_failed ON requests (seq) WHERE d_failed > 0 AND trash IS NULL;
