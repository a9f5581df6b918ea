-- The life of learner models: what was fitted to the district's own evidence, how it was judged and what became of it; and the
-- work that is done beside the server, one at a time.
CREATE TABLE model_fit (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  fit_id BIGINT NOT NULL,           -- [none|district] key; when it was judged
  kind {text} NOT NULL,             -- [none|district] bkt or items
  verdict {text} NOT NULL,          -- [none|district] live, not_better, too_little, same, held; taken_back: a person went back to the version before
  reason {text} NOT NULL,           -- [none|district] why this verdict, as a code that words are made of
  model_id BIGINT,                  -- [none|district] the version that went live; none: nothing changed
  against_id BIGINT NOT NULL,       -- [none|district] the version in force then: judged against, or taken back
  learners BIGINT NOT NULL,         -- [none|district] students whose answers it was fitted to
  answers BIGINT NOT NULL,          -- [none|district] those answers
  held_learners BIGINT NOT NULL,    -- [none|district] students held back to judge it
  held_answers BIGINT NOT NULL,     -- [none|district] their answers
  first_id BIGINT,                  -- [none|district] the first fact that was read
  last_id BIGINT,                   -- [none|district] the last
  report {text} NOT NULL,           -- [none|district] figures of both versions on the same held-back answers, by group, and what was fitted; nobody's name or answer
  note {text} NOT NULL,             -- [none|district] why a person took it back
  recorder_id BIGINT,               -- [id|district] who did; none: the program
  client_id {text},                 -- [none|district] the browser's id
  PRIMARY KEY (district_id, fit_id)
);
CREATE UNIQUE INDEX model_fit_client ON model_fit (district_id, recorder_id, client_id);

-- Who is at a piece of work, until when: another process leaves it alone.
CREATE TABLE job (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  job {text} NOT NULL,              -- [none|district] which work
  holder BIGINT NOT NULL,           -- [none|district] the run that is at it; 0: nobody
  until_ms BIGINT NOT NULL,         -- [none|district] when it may be taken from a run that is not heard of any more
  PRIMARY KEY (district_id, job)
);

CREATE TABLE job_run (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  run_id BIGINT NOT NULL,           -- [none|district] key; when it began
  job {text} NOT NULL,              -- [none|district] which work
  school_date INTEGER NOT NULL,     -- [none|district] whose night it is
  nightly INTEGER NOT NULL,         -- [none|district] begun by the server; 0: by hand
  ended_at_ms BIGINT,               -- [none|district] none: at it, or broken off
  outcome {text} NOT NULL,          -- [none|district] '' while at it; done, failed, stopped
  detail {text} NOT NULL,           -- [none|district] what it did, or why it failed
  PRIMARY KEY (district_id, run_id)
);
