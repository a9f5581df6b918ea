-- Does the same level mean the same in each class? Common checkpoints, and work that several teachers score unseen by each other.
CREATE TABLE checkpoint (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  checkpoint_id BIGINT NOT NULL,    -- [none|district] key; when it was made
  client_id {text} NOT NULL,        -- [none|district] the browser's id
  org_id BIGINT NOT NULL,           -- [none|district] the school that does it; 0 all
  title {text} NOT NULL,            -- [none|district] shown on pages
  parts {text} NOT NULL,            -- [none|district] JSON: [{competency_id, task, item_id, most}]
  author_id BIGINT NOT NULL,        -- [id|district] who made it
  PRIMARY KEY (district_id, checkpoint_id)
);
CREATE UNIQUE INDEX checkpoint_client ON checkpoint (district_id, author_id, client_id);
CREATE TABLE checkpoint_result (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  checkpoint_id BIGINT NOT NULL,    -- [education|record] of which checkpoint
  learner_id BIGINT NOT NULL,       -- [id|record] whose
  competency_id BIGINT NOT NULL,    -- [education|record] of what
  attempt INTEGER NOT NULL,         -- [education|record] 1 the first, then retakes
  class_id BIGINT NOT NULL,         -- [education|record] in which class it was done
  evidence_id BIGINT NOT NULL,      -- [none|record] the fact
  level_before INTEGER NOT NULL,    -- [education|record] the level given until then: what calibration compares with
  score {double} NOT NULL,          -- [education|record] 0 to 1
  PRIMARY KEY (district_id, checkpoint_id, learner_id, competency_id, attempt)
) {norowid};
CREATE TABLE moderation (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  moderation_id BIGINT NOT NULL,    -- [none|district] key; when it was opened
  client_id {text} NOT NULL,        -- [none|district] the browser's id
  org_id BIGINT NOT NULL,           -- [none|district] the school; 0 the district
  competency_id BIGINT NOT NULL,    -- [none|district] what the work shows
  title {text} NOT NULL,            -- [none|district] shown on pages
  author_id BIGINT NOT NULL,        -- [id|district] who opened it
  PRIMARY KEY (district_id, moderation_id)
);
CREATE UNIQUE INDEX moderation_client ON moderation (district_id, author_id, client_id);
CREATE TABLE moderation_work (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  work_id BIGINT NOT NULL,          -- [none|district] key; when it was added
  moderation_id BIGINT NOT NULL,    -- [none|district] the session
  client_id {text} NOT NULL,        -- [none|district] the browser's id
  body {text} NOT NULL,             -- [education|record] the work, copied out without a name
  author_id BIGINT NOT NULL,        -- [id|district] who added it
  anchor_level INTEGER,             -- [none|district] kept as an example of this level
  anchor_note {text} NOT NULL,      -- [none|district] why it is one
  PRIMARY KEY (district_id, work_id)
);
CREATE UNIQUE INDEX moderation_work_client ON moderation_work (district_id, author_id, client_id);
CREATE INDEX moderation_work_session ON moderation_work (district_id, moderation_id, work_id);
CREATE TABLE moderation_score (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  work_id BIGINT NOT NULL,          -- [none|district] which work
  scorer_id BIGINT NOT NULL,        -- [id|district] by whom; nobody else is told
  level INTEGER NOT NULL,           -- [none|district] 0 not yet to 3 secure; the first stands
  note {text} NOT NULL,             -- [none|district] why
  at_ms BIGINT NOT NULL,            -- [none|district] when
  PRIMARY KEY (district_id, work_id, scorer_id)
);
