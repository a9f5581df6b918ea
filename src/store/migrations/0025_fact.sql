-- Whatever people record, once: about whom, by whom and when. What was said stands in the table of its kind (fact_…), under the
-- same key. A subject's facts are read in order by one range. Keys begin with district and bucket, by which tables spread.
CREATE TABLE fact (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  bucket INTEGER NOT NULL,          -- [none|district] 0 to 63: a mix of the subject's id, by which tables spread over databases
  subject_id BIGINT NOT NULL,       -- [id|record] a learner, class, session, school or person; 0 where it is about none
  fact_id BIGINT NOT NULL,          -- [none|record] key; rises with the order of recording, as evidence does
  kind {text} NOT NULL,             -- [education|record] what was recorded: docs/facts.md
  version INTEGER NOT NULL,         -- [none|record] of the kind's declaration
  recorder_id BIGINT NOT NULL,      -- [id|record] who recorded it; 0: not kept
  client_id {text} NOT NULL,        -- [none|record] the browser's id: a resend records once
  body_hash BIGINT NOT NULL,        -- [none|record] by which a resend is told from another body; 0: of a database before facts
  happened_at_ms BIGINT NOT NULL,   -- [education|record] when it happened, as the client said
  received_at_ms BIGINT NOT NULL,   -- [none|record] when it reached us
  school_date INTEGER NOT NULL,     -- [education|record] that day, in the school's zone: days since 1970
  replaces_id BIGINT,               -- [none|record] the fact that this one corrects
  PRIMARY KEY (district_id, bucket, subject_id, fact_id)
) {norowid};
CREATE UNIQUE INDEX fact_client ON fact (district_id, bucket, subject_id, recorder_id, client_id);
