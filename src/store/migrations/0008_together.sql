-- What staff say about the rules: who has read a version, and what no setting can express.
CREATE TABLE policy_reader (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  policy_id BIGINT NOT NULL,        -- [none|district] the version
  user_id BIGINT NOT NULL,          -- [id|district] who says that they have read it
  read_at_ms BIGINT NOT NULL,       -- [none|district] when
  PRIMARY KEY (district_id, policy_id, user_id)
);
CREATE TABLE barrier (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  barrier_id BIGINT NOT NULL,       -- [none|district] key; when it was filed
  org_id BIGINT NOT NULL,           -- [none|district] the school; 0 the district
  kind {text} NOT NULL,             -- [none|district] policy, schedule, money, staffing, curriculum, accountability
  note {text} NOT NULL,             -- [none|district] what stands in the way
  filer_id BIGINT NOT NULL,         -- [id|district] who filed it; not shown beside it
  client_id {text} NOT NULL,        -- [none|district] the browser's id
  owner {text} NOT NULL,            -- [none|district] who sees to it; '' for nobody yet
  due_date INTEGER,                 -- [none|district] the day by which it is to be answered
  answer {text} NOT NULL,           -- [none|district] in words, for all staff; '' for none yet
  answered_by BIGINT,               -- [id|district] who answered
  answered_at_ms BIGINT,            -- [none|district] when
  PRIMARY KEY (district_id, barrier_id)
);
CREATE UNIQUE INDEX barrier_client ON barrier (district_id, filer_id, client_id);
