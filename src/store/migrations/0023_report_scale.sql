-- The scale of reports and the conversion by which grades were given out: a school may have levels of its own, and what was given out
-- is read by those of its time. One row for all grades that went by the same.
CREATE TABLE report_scale (
  district_id BIGINT NOT NULL,      -- [none|record] tenant
  scale_id BIGINT NOT NULL,         -- [none|record] named by the grades
  doc {text} NOT NULL,              -- [none|record] levels with names, meanings and points, and the conversion: JSON, as in the rules
  PRIMARY KEY (district_id, scale_id)
);
ALTER TABLE term_grade ADD COLUMN scale_id BIGINT; -- [none|record] by which it was given out; none: the four levels and the rules named
