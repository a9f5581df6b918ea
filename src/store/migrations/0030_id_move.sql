-- Ids that ran ahead of the clock, and what they became: earlier versions took the sum of two ids as the floor of new ones. Filled by
-- `waymark migrate` (store/id_repair.c), so that an old id in a link or a log can still be traced.
CREATE TABLE id_move (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  old_id BIGINT NOT NULL,           -- [none|district] as it was
  new_id BIGINT NOT NULL,           -- [none|district] as it is
  at_ms BIGINT NOT NULL,            -- [none|district] when it was changed
  PRIMARY KEY (district_id, old_id)
);
