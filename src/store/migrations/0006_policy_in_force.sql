-- Versions of the rules: from which one each was made, and whether what is stored goes by it yet.
ALTER TABLE policy ADD COLUMN base_id BIGINT; -- [none|district] the version that it was made from
ALTER TABLE policy ADD COLUMN derived_at_ms BIGINT; -- [none|district] when levels were derived by it; none yet while it waits for its day
UPDATE policy SET derived_at_ms = recorded_at_ms WHERE effective_at_ms <= recorded_at_ms;
