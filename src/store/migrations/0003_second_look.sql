-- A student doubts a level, and a teacher answers on record.
CREATE TABLE second_look (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  look_id BIGINT NOT NULL,          -- [none|record] key; when it was asked
  learner_id BIGINT NOT NULL,       -- [id|record] whose level
  competency_id BIGINT NOT NULL,    -- [education|record] of what
  asker_id BIGINT NOT NULL,         -- [id|record] who asks
  client_id {text} NOT NULL,        -- [none|record] the browser's id
  note {text} NOT NULL,             -- [education|record] what they think should be looked at
  answer {text} NOT NULL,           -- [education|record] in the teacher's words; '' for none yet
  answered_by BIGINT,               -- [id|record] who answered
  answered_at_ms BIGINT,            -- [none|record] when
  PRIMARY KEY (district_id, look_id)
);
CREATE UNIQUE INDEX second_look_client ON second_look (district_id, asker_id, client_id);
CREATE INDEX second_look_learner ON second_look (district_id, learner_id, competency_id, look_id);
