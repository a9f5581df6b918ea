-- Hours of service or internship, and projects accepted: facts of their own, for requirements that no question can show.
CREATE TABLE credit (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  learner_id BIGINT NOT NULL,       -- [id|record] whose
  credit_id BIGINT NOT NULL,        -- [none|record] key; when it was recorded
  client_id {text} NOT NULL,        -- [none|record] the browser's id
  kind {text} NOT NULL,             -- [education|record] hours or projects
  requirement {text} NOT NULL,      -- [education|record] the id of the requirement that it counts for
  amount {double} NOT NULL,         -- [education|record] hours; 1 for a project
  done_on INTEGER NOT NULL,         -- [education|record] the day, in days since 1970
  note {text} NOT NULL,             -- [education|record] where, with whom, what
  recorder_id BIGINT NOT NULL,      -- [id|record] who recorded it
  replaces_id BIGINT,               -- [none|record] the row that this one takes back
  PRIMARY KEY (district_id, learner_id, credit_id)
) {norowid};
CREATE UNIQUE INDEX credit_client ON credit (district_id, recorder_id, client_id);
