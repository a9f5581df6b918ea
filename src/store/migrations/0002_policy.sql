-- Common checkpoints: a fact knows the one that it was part of.
ALTER TABLE evidence ADD COLUMN checkpoint_id BIGINT; -- [education|record] the common checkpoint it was part of
