-- A district's own skills under shared standards, its own links and alignments, and who changed what.
CREATE TABLE framework_edit (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  edit_id BIGINT NOT NULL,          -- [none|district] key; when
  framework_id BIGINT NOT NULL,     -- [none|district] whose version this makes
  client_id {text} NOT NULL,        -- [none|district] the browser's id
  kind {text} NOT NULL,             -- [none|district] add change link unlink align
  competency_id BIGINT NOT NULL,    -- [none|district] which skill
  other_id BIGINT,                  -- [none|district] the other skill of a link; the item of an alignment
  before {text} NOT NULL,           -- [none|district] JSON, as it was
  after {text} NOT NULL,            -- [none|district] JSON, as it is
  author_id BIGINT NOT NULL,        -- [id|district] by whom
  PRIMARY KEY (district_id, edit_id)
);
CREATE UNIQUE INDEX framework_edit_client ON framework_edit (district_id, author_id, client_id);
CREATE INDEX framework_edit_framework ON framework_edit (district_id, framework_id, edit_id);
ALTER TABLE item_competency ADD COLUMN since_id BIGINT; -- [none|district] of a district's own alignment: facts from this id on count for it
CREATE INDEX evidence_seen ON evidence (district_id, competency_id) WHERE competency_id IS NOT NULL;
