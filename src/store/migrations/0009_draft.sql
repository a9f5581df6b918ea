-- Drafts of the rules, open to all staff for comment for a stated time; each comment is answered on record.
CREATE TABLE draft_rules (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  draft_id BIGINT NOT NULL,         -- [none|district] key; when it was put to the staff
  org_id BIGINT NOT NULL,           -- [none|district] the school; 0 the district
  doc {text} NOT NULL,              -- [none|district] what would be set, over what is in force
  reason {text} NOT NULL,           -- [none|district] why
  author_id BIGINT NOT NULL,        -- [id|district] who drafted it
  until_date INTEGER NOT NULL,      -- [none|district] the last day for comments
  policy_id BIGINT,                 -- [none|district] the version that it became; none yet
  PRIMARY KEY (district_id, draft_id)
);
CREATE TABLE draft_comment (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  comment_id BIGINT NOT NULL,       -- [none|district] key; when
  draft_id BIGINT NOT NULL,         -- [none|district] on which draft
  author_id BIGINT NOT NULL,        -- [id|district] who says so
  client_id {text} NOT NULL,        -- [none|district] the browser's id
  note {text} NOT NULL,             -- [none|district] what they say
  answer {text} NOT NULL,           -- [none|district] in a drafter's words; '' for none yet
  answered_by BIGINT,               -- [id|district] who answered
  answered_at_ms BIGINT,            -- [none|district] when
  PRIMARY KEY (district_id, comment_id)
);
CREATE UNIQUE INDEX draft_comment_client ON draft_comment (district_id, author_id, client_id);
CREATE INDEX draft_comment_draft ON draft_comment (district_id, draft_id, comment_id);
