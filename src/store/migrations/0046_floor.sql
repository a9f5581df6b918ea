ALTER TABLE evidence ADD COLUMN floor_ms BIGINT NOT NULL DEFAULT 0; -- [education|record] an answer sooner than this cannot have been read, and moves nothing; 0: none is too soon
