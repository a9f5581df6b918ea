-- A term's grades as they were given out: frozen, with the rules that made them.
CREATE TABLE term_grade (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  session_id BIGINT NOT NULL,       -- [none|record] the term
  learner_id BIGINT NOT NULL,       -- [id|record] whose
  course_id BIGINT NOT NULL,        -- [education|record] in what
  title {text} NOT NULL,            -- [none|record] of the course, as it was
  letter {text} NOT NULL,           -- [education|record] by the conversion in force; '' for incomplete
  percent {double},                 -- [education|record] the same
  gpa {double},                     -- [education|record] the same
  mean {double} NOT NULL,           -- [education|record] of the levels shown
  shown INTEGER NOT NULL,           -- [education|record] competencies with evidence
  competencies INTEGER NOT NULL,    -- [education|record] of the course
  levels {text} NOT NULL,           -- [education|record] each competency's level, JSON
  policy_id BIGINT NOT NULL,        -- [none|record] the rules that made it
  frozen_at_ms BIGINT NOT NULL,     -- [none|record] when
  PRIMARY KEY (district_id, session_id, learner_id, course_id)
);
CREATE INDEX term_grade_learner ON term_grade (district_id, learner_id, session_id);
