ALTER TABLE evidence ADD COLUMN floor_ms BIGINT NOT NULL DEFAULT 0; -- [education|record] an answer sooner than this cannot have been read, and moves nothing; 0: none is too soon
ALTER TABLE evidence ADD COLUMN choices INTEGER NOT NULL DEFAULT 0; -- [education|record] one of so many was to be chosen, and may have been guessed; 0: it was written
