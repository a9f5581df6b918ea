-- What is known from outside: programs, daily attendance, tests; and what the state or the district counts.
CREATE TABLE program_membership (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  program_id BIGINT NOT NULL,       -- [none|record] key
  learner_id BIGINT NOT NULL,       -- [id|record] who; this table has a permission of its own
  program {text} NOT NULL,          -- [education|record] IEP, 504, English learner ..., as the source says
  starts_on INTEGER,                -- [education|record] first day, in days since 1970
  ends_on INTEGER,                  -- [education|record] last day, in days since 1970
  status {text} NOT NULL,           -- [none|record] active or closed
  closed_at_ms BIGINT,              -- [none|record] when the source stopped naming it
  PRIMARY KEY (district_id, program_id)
);
CREATE INDEX program_membership_learner ON program_membership (district_id, learner_id, program_id);
CREATE TABLE attendance (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  learner_id BIGINT NOT NULL,       -- [id|record] who
  school_date INTEGER NOT NULL,     -- [education|record] the school's day, in days since 1970
  status {text} NOT NULL,           -- [education|record] present, tardy, excused, absent: days away do not count against pace; closed: taken back
  minutes INTEGER,                  -- [education|record] missed, where the source says
  source {text} NOT NULL,           -- [none|record] the system that sent it
  PRIMARY KEY (district_id, learner_id, school_date)
) {norowid};
CREATE INDEX attendance_day ON attendance (district_id, school_date, learner_id);
CREATE TABLE assessment_result (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  result_id BIGINT NOT NULL,        -- [none|record] key
  learner_id BIGINT NOT NULL,       -- [id|record] who
  test {text} NOT NULL,             -- [education|record] which test, as the source names it
  subject {text} NOT NULL,          -- [education|record] the same
  taken_on INTEGER NOT NULL,        -- [education|record] the day, in days since 1970
  scale_score {double},             -- [education|record] on the test's own scale
  standard_error {double},          -- [education|record] of it, so that nobody reads more from it than there is
  level INTEGER,                    -- [education|record] 1 is the lowest
  level_name {text} NOT NULL,       -- [education|record] as the source says
  status {text} NOT NULL,           -- [none|record] active or closed
  closed_at_ms BIGINT,              -- [none|record] when the source stopped naming it
  PRIMARY KEY (district_id, result_id)
);
CREATE INDEX assessment_result_learner ON assessment_result (district_id, learner_id, taken_on);
CREATE INDEX assessment_result_test ON assessment_result (district_id, test);
CREATE TABLE counted_goal (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  goal_id BIGINT NOT NULL,          -- [none|district] key; when it was added
  client_id {text} NOT NULL,        -- [none|district] the browser's id
  title {text} NOT NULL,            -- [none|district] shown on pages
  counted_by {text} NOT NULL,       -- [none|district] state or district
  competency_id BIGINT,             -- [none|district] the standards counted: this one and those below it
  framework_id BIGINT,              -- [none|district] the same: a whole framework
  share {double} NOT NULL,          -- [none|district] of the standards that are to be secure, 0 to 1
  test {text} NOT NULL,             -- [none|district] the test that counts; '' for none
  subject {text} NOT NULL,          -- [none|district] of the test; '' for any
  meets_score {double},             -- [none|district] the scale score from which the goal is met
  meets_level INTEGER,              -- [none|district] the level from which it is met
  author_id BIGINT NOT NULL,        -- [id|district] who added it
  ended_at_ms BIGINT,               -- [none|district] when it stopped counting
  PRIMARY KEY (district_id, goal_id)
);
CREATE UNIQUE INDEX counted_goal_client ON counted_goal (district_id, author_id, client_id);
