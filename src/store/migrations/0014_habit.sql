-- Habits of work, said by a teacher once a term: apart from grades, and never in them.
CREATE TABLE habit_mark (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  learner_id BIGINT NOT NULL,       -- [id|record] whose
  mark_id BIGINT NOT NULL,          -- [none|record] key; the latest of a habit in a class and term holds
  session_id BIGINT NOT NULL,       -- [education|record] the term
  class_id BIGINT NOT NULL,         -- [education|record] in which class
  habit {text} NOT NULL,            -- [education|record] which, in the school's words
  mark INTEGER NOT NULL,            -- [education|record] 1 rarely, 2 sometimes, 3 mostly, 4 always
  client_id {text} NOT NULL,        -- [none|record] the browser's id
  recorder_id BIGINT NOT NULL,      -- [id|record] who says so
  PRIMARY KEY (district_id, learner_id, mark_id)
) {norowid};
CREATE UNIQUE INDEX habit_mark_client ON habit_mark (district_id, recorder_id, client_id);
