-- A school asks the district to open a setting that is locked, for a time, and is answered on record.
CREATE TABLE waiver (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  waiver_id BIGINT NOT NULL,        -- [none|district] key; when it was asked for
  org_id BIGINT NOT NULL,           -- [none|district] the school
  setting {text} NOT NULL,          -- [none|district] which, by its path: mastery.secure_at
  reason {text} NOT NULL,           -- [none|district] why
  until_date INTEGER NOT NULL,      -- [none|district] the last day that it is asked for
  asker_id BIGINT NOT NULL,         -- [id|district] who asks
  client_id {text} NOT NULL,        -- [none|district] the browser's id
  granted INTEGER,                  -- [none|district] 1 granted, 0 refused; none yet while it waits
  answer {text} NOT NULL,           -- [none|district] in words; '' for none yet
  answered_by BIGINT,               -- [id|district] who answered
  answered_at_ms BIGINT,            -- [none|district] when
  policy_id BIGINT,                 -- [none|district] the version of the district's rules that opened it
  PRIMARY KEY (district_id, waiver_id)
);
CREATE UNIQUE INDEX waiver_client ON waiver (district_id, asker_id, client_id);
