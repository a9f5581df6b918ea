-- Each learner's facts once more, packed to be derived from quickly: a what-if over a whole school reads these and the few rows after
-- them. Derived: `waymark rebuild` makes them of the rows, `waymark check` holds them against the rows, and without them all is as before.
CREATE TABLE history (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  learner_id BIGINT NOT NULL,       -- [id|record] whose
  block INTEGER NOT NULL,           -- [none|record] which thousand of the facts, from 0
  last_id BIGINT NOT NULL,          -- [none|record] the last fact in it: the rows after it are read as they are
  packed {blob} NOT NULL,           -- [education|record] what the fold goes by of up to 1,024 facts (rules/history.h)
  PRIMARY KEY (district_id, learner_id, block)
);
{only_postgresql} ALTER TABLE history ALTER COLUMN packed SET STORAGE EXTERNAL;
