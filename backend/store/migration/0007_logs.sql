-- logs: what the transform of a delivery wrote with console.log (JSON, lines).
ALTER TABLE deliveries ADD COLUMN logs TEXT;
