-- The first schema. Facts first, then what is derived from them, then what runs the place.
--
-- Every table's key begins with district_id. District 0 holds what all districts share (frameworks, content).
-- After each column: [class of data | how long it stays] why it is kept. A test fails on a column without it.
--   class: none, id (a number for a person), name, contact, education, secret
--   stay:  district (as long as the district), record (as the school's retention rule says), or a time
-- {blob}, {text} and {norowid} are spelt by each driver.

CREATE TABLE district (
  district_id BIGINT NOT NULL,      -- [none|district] the tenant
  name {text} NOT NULL,             -- [none|district] shown on pages and cards
  host {text} NOT NULL,             -- [none|district] requests for this host are this district's; '' for any
  created_at_ms BIGINT NOT NULL,    -- [none|district] when it was set up
  PRIMARY KEY (district_id)
);

CREATE TABLE org (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  org_id BIGINT NOT NULL,           -- [none|district] key
  parent_org_id BIGINT,             -- [none|district] the district a school belongs to
  type {text} NOT NULL,             -- [none|district] OneRoster: district, school, department ...
  name {text} NOT NULL,             -- [none|district] shown on pages
  zone {text} NOT NULL,             -- [none|district] IANA time zone: decides the school day
  status {text} NOT NULL,           -- [none|district] active or closed
  closed_at_ms BIGINT,              -- [none|district] when the source stopped naming it
  PRIMARY KEY (district_id, org_id)
);

CREATE TABLE academic_session (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  session_id BIGINT NOT NULL,       -- [none|district] key
  parent_session_id BIGINT,         -- [none|district] the year a term is part of
  title {text} NOT NULL,            -- [none|district] shown on pages
  type {text} NOT NULL,             -- [none|district] OneRoster: term, semester, schoolYear, gradingPeriod
  starts_on INTEGER,                -- [none|district] first day, in days since 1970
  ends_on INTEGER,                  -- [none|district] last day, in days since 1970
  school_year {text} NOT NULL,      -- [none|district] as the source says
  status {text} NOT NULL,           -- [none|district] active or closed
  closed_at_ms BIGINT,              -- [none|district] when the source stopped naming it
  PRIMARY KEY (district_id, session_id)
);

CREATE TABLE course (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  course_id BIGINT NOT NULL,        -- [none|district] key
  org_id BIGINT,                    -- [none|district] the school that gives it
  title {text} NOT NULL,            -- [none|district] shown on pages
  code {text} NOT NULL,             -- [none|district] as the source says
  grades {text} NOT NULL,           -- [none|district] CEDS codes, comma between
  status {text} NOT NULL,           -- [none|district] active or closed
  closed_at_ms BIGINT,              -- [none|district] when the source stopped naming it
  PRIMARY KEY (district_id, course_id)
);

CREATE TABLE course_competency (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  course_id BIGINT NOT NULL,        -- [none|district] the course
  competency_id BIGINT NOT NULL,    -- [none|district] taught in it
  position INTEGER NOT NULL,        -- [none|district] teaching order
  PRIMARY KEY (district_id, course_id, competency_id)
);

CREATE TABLE class (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  class_id BIGINT NOT NULL,         -- [none|district] key
  course_id BIGINT,                 -- [none|district] what is taught
  org_id BIGINT,                    -- [none|district] where
  title {text} NOT NULL,            -- [none|district] shown on pages
  code {text} NOT NULL,             -- [none|district] as the source says
  grades {text} NOT NULL,           -- [none|district] CEDS codes, comma between
  periods {text} NOT NULL,          -- [none|district] as the source says
  location {text} NOT NULL,         -- [none|district] room
  status {text} NOT NULL,           -- [none|district] active or closed
  closed_at_ms BIGINT,              -- [none|district] when the source stopped naming it
  PRIMARY KEY (district_id, class_id)
);
CREATE INDEX class_org ON class (district_id, org_id, class_id);

CREATE TABLE class_session (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  class_id BIGINT NOT NULL,         -- [none|district] the class
  session_id BIGINT NOT NULL,       -- [none|district] a term in which it meets
  PRIMARY KEY (district_id, class_id, session_id)
);

CREATE TABLE user_account (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  user_id BIGINT NOT NULL,          -- [id|record] key
  username {text} NOT NULL,         -- [name|record] to sign in; unique in the district
  given_name {text} NOT NULL,       -- [name|record] shown to those who may see the person
  family_name {text} NOT NULL,      -- [name|record] the same
  middle_name {text} NOT NULL,      -- [name|record] as the source says
  preferred_name {text} NOT NULL,   -- [name|record] shown instead of the given name
  pronouns {text} NOT NULL,         -- [name|record] so that people are spoken of rightly
  email {text} NOT NULL,            -- [contact|record] for staff and guardians; never a key
  grade {text} NOT NULL,            -- [education|record] CEDS code
  language {text} NOT NULL,         -- [none|record] of the interface
  enabled INTEGER NOT NULL,         -- [none|record] may sign in
  status {text} NOT NULL,           -- [none|record] active or closed
  closed_at_ms BIGINT,              -- [none|record] when the source stopped naming the person
  password_hash {text} NOT NULL,    -- [secret|record] argon2id; '' for no password
  created_at_ms BIGINT NOT NULL,    -- [none|record] when we first heard of the person
  PRIMARY KEY (district_id, user_id)
);
CREATE UNIQUE INDEX user_account_username ON user_account (district_id, username);

CREATE TABLE user_role (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  user_id BIGINT NOT NULL,          -- [id|record] the person
  org_id BIGINT NOT NULL,           -- [none|record] where; 0 for the whole district
  role {text} NOT NULL,             -- [none|record] student teacher coach principal district guardian aide
  starts_on INTEGER,                -- [none|record] first day, in days since 1970
  ends_on INTEGER,                  -- [none|record] last day, in days since 1970
  status {text} NOT NULL,           -- [none|record] active or closed
  PRIMARY KEY (district_id, user_id, org_id, role)
);
CREATE INDEX user_role_org ON user_role (district_id, org_id, role, user_id);

CREATE TABLE user_demographics (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  user_id BIGINT NOT NULL,          -- [id|record] the person; this table has a permission of its own
  doc {text} NOT NULL,              -- [education|record] OneRoster demographics as sent, for equity reports only
  PRIMARY KEY (district_id, user_id)
);

CREATE TABLE enrollment (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  enrollment_id BIGINT NOT NULL,    -- [none|record] key
  class_id BIGINT NOT NULL,         -- [education|record] in which class
  user_id BIGINT NOT NULL,          -- [id|record] who
  role {text} NOT NULL,             -- [none|record] student or teacher
  is_primary INTEGER NOT NULL,      -- [none|record] the class's main teacher
  starts_on INTEGER,                -- [education|record] first day, in days since 1970
  ends_on INTEGER,                  -- [education|record] last day, in days since 1970
  status {text} NOT NULL,           -- [none|record] active or closed
  closed_at_ms BIGINT,              -- [none|record] when the source stopped naming it
  PRIMARY KEY (district_id, enrollment_id)
);
CREATE UNIQUE INDEX enrollment_user ON enrollment (district_id, user_id, role, class_id);
CREATE INDEX enrollment_class ON enrollment (district_id, class_id, role, user_id);

CREATE TABLE guardian (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  guardian_id BIGINT NOT NULL,      -- [id|record] the adult
  learner_id BIGINT NOT NULL,       -- [id|record] the child
  relation {text} NOT NULL,         -- [contact|record] as the source says
  status {text} NOT NULL,           -- [none|record] active or closed
  PRIMARY KEY (district_id, guardian_id, learner_id)
);
CREATE INDEX guardian_learner ON guardian (district_id, learner_id, guardian_id);

CREATE TABLE outside_id (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  entity {text} NOT NULL,           -- [none|record] which kind of row: org, user, class, competency, item ...
  system {text} NOT NULL,           -- [none|record] the system that sends (--source)
  identifier {text} NOT NULL,       -- [id|record] its id there, up to 255 bytes, case-sensitive
  row_id BIGINT NOT NULL,           -- [id|record] our row
  content_hash {text} NOT NULL,     -- [none|record] of the row as last sent: unchanged rows are not written again
  last_seen_ms BIGINT NOT NULL,     -- [none|record] when the source last named it
  closed INTEGER NOT NULL,          -- [none|record] the source no longer names it
  PRIMARY KEY (district_id, entity, system, identifier)
);
CREATE INDEX outside_id_row ON outside_id (district_id, entity, row_id);

CREATE TABLE import_run (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  import_id BIGINT NOT NULL,        -- [none|district] key
  kind {text} NOT NULL,             -- [none|district] oneroster, case ...
  source {text} NOT NULL,           -- [none|district] the system that sent
  at_ms BIGINT NOT NULL,            -- [none|district] how fresh the data are
  report {text} NOT NULL,           -- [none|district] the report as printed, without names
  PRIMARY KEY (district_id, import_id)
);

CREATE TABLE framework (
  district_id BIGINT NOT NULL,      -- [none|district] tenant; 0 shared
  framework_id BIGINT NOT NULL,     -- [none|district] key
  uri {text} NOT NULL,              -- [none|district] CASE CFDocument URI or identifier
  title {text} NOT NULL,            -- [none|district] shown on pages
  creator {text} NOT NULL,          -- [none|district] who made it
  publisher {text} NOT NULL,        -- [none|district] who gave it out
  language {text} NOT NULL,         -- [none|district] BCP 47
  adoption_status {text} NOT NULL,  -- [none|district] CASE
  version {text} NOT NULL,          -- [none|district] as the source says
  licence {text} NOT NULL,          -- [none|district] travels with the framework
  licence_url {text} NOT NULL,      -- [none|district] the same
  notice {text} NOT NULL,           -- [none|district] shown wherever the framework is
  status {text} NOT NULL,           -- [none|district] active or closed
  closed_at_ms BIGINT,              -- [none|district] when the source stopped naming it
  PRIMARY KEY (district_id, framework_id)
);

CREATE TABLE competency (
  district_id BIGINT NOT NULL,      -- [none|district] tenant; 0 shared
  competency_id BIGINT NOT NULL,    -- [none|district] key
  framework_id BIGINT NOT NULL,     -- [none|district] the framework it is part of
  parent_id BIGINT,                 -- [none|district] CASE isChildOf
  uri {text} NOT NULL,              -- [none|district] CASE CFItem URI or GUID: the identity outside, never the code
  code {text} NOT NULL,             -- [none|district] human coding scheme; may be empty or used twice
  statement {text} NOT NULL,        -- [none|district] for adults
  name {text} NOT NULL,             -- [none|district] short, for students
  type {text} NOT NULL,             -- [none|district] CFItemType
  grades {text} NOT NULL,           -- [none|district] CEDS codes, comma between
  position INTEGER NOT NULL,        -- [none|district] order among its siblings
  try_at_home {text} NOT NULL,      -- [none|district] an activity without a screen, for families
  status {text} NOT NULL,           -- [none|district] active or closed
  closed_at_ms BIGINT,              -- [none|district] when the source stopped naming it
  PRIMARY KEY (district_id, competency_id)
);
CREATE INDEX competency_framework ON competency (district_id, framework_id, position);

CREATE TABLE competency_link (
  district_id BIGINT NOT NULL,      -- [none|district] tenant; 0 shared
  link_id BIGINT NOT NULL,          -- [none|district] key
  from_id BIGINT NOT NULL,          -- [none|district] CASE originNode
  type {text} NOT NULL,             -- [none|district] CASE association; precedes is a prerequisite
  to_id BIGINT NOT NULL,            -- [none|district] CASE destinationNode
  position INTEGER NOT NULL,        -- [none|district] CASE sequenceNumber
  status {text} NOT NULL,           -- [none|district] active or closed
  closed_at_ms BIGINT,              -- [none|district] when the source stopped naming it
  PRIMARY KEY (district_id, link_id)
);

CREATE TABLE item (
  district_id BIGINT NOT NULL,      -- [none|district] tenant; 0 shared
  item_id BIGINT NOT NULL,          -- [none|district] key
  version INTEGER NOT NULL,         -- [none|district] the one in use
  group_id {text} NOT NULL,         -- [none|district] the problem it is part of; '' for none
  group_position INTEGER NOT NULL,  -- [none|district] from 1 within the group
  source {text} NOT NULL,           -- [none|district] the system that sent it
  status {text} NOT NULL,           -- [none|district] active or closed
  closed_at_ms BIGINT,              -- [none|district] when the source stopped naming it
  PRIMARY KEY (district_id, item_id)
);

CREATE TABLE item_version (
  district_id BIGINT NOT NULL,      -- [none|district] tenant; 0 shared
  item_id BIGINT NOT NULL,          -- [none|district] the item
  version INTEGER NOT NULL,         -- [none|district] from 1; immutable once written
  doc {text} NOT NULL,              -- [none|district] the compiled item document (docs/item-format.md)
  recorded_at_ms BIGINT NOT NULL,   -- [none|district] when it came
  PRIMARY KEY (district_id, item_id, version)
);

CREATE TABLE item_competency (
  district_id BIGINT NOT NULL,      -- [none|district] tenant; 0 shared
  item_id BIGINT NOT NULL,          -- [none|district] the item
  version INTEGER NOT NULL,         -- [none|district] of the item
  competency_id BIGINT NOT NULL,    -- [none|district] what an answer is evidence of
  PRIMARY KEY (district_id, item_id, version, competency_id)
);

CREATE TABLE figure (
  district_id BIGINT NOT NULL,      -- [none|district] tenant; 0 shared
  sha256 {text} NOT NULL,           -- [none|district] of the bytes, hex: the file's name
  content_type {text} NOT NULL,     -- [none|district] as found in the bytes, never as claimed
  size_bytes BIGINT NOT NULL,       -- [none|district] for the check of files against rows
  PRIMARY KEY (district_id, sha256)
);

CREATE TABLE policy (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  policy_id BIGINT NOT NULL,        -- [none|district] the version; immutable
  scope {text} NOT NULL,            -- [none|district] district, school, course, class, learner
  scope_id BIGINT NOT NULL,         -- [id|district] whose; 0 for the district
  doc {text} NOT NULL,              -- [none|district] purposes, settings and their words
  effective_at_ms BIGINT NOT NULL,  -- [none|district] in force from
  recorded_at_ms BIGINT NOT NULL,   -- [none|district] when it was saved
  recorder_id BIGINT,               -- [id|district] by whom
  reason {text} NOT NULL,           -- [none|district] why
  PRIMARY KEY (district_id, policy_id)
);

CREATE TABLE model (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  model_id BIGINT NOT NULL,         -- [none|district] the version; immutable
  kind {text} NOT NULL,             -- [none|district] bkt
  doc {text} NOT NULL,              -- [none|district] parameters, with where they come from
  effective_at_ms BIGINT NOT NULL,  -- [none|district] answers from then on fold with it
  recorded_at_ms BIGINT NOT NULL,   -- [none|district] when it was saved
  PRIMARY KEY (district_id, model_id)
);

-- FACTS. Never changed, never deleted (legal erasure aside).
CREATE TABLE evidence (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  learner_id BIGINT NOT NULL,       -- [id|record] whose
  evidence_id BIGINT NOT NULL,      -- [none|record] order in which it reached us, and when (base/id.h)
  client_id {text} NOT NULL,        -- [none|record] the browser's id: the second copy of an answer is harmless
  kind INTEGER NOT NULL,            -- [none|record] 1 response, 2 observation, 3 withdrawal
  item_id BIGINT,                   -- [education|record] which question
  item_version INTEGER,             -- [education|record] as it was asked
  variant BIGINT,                   -- [education|record] the seed of its numbers
  competency_id BIGINT,             -- [education|record] of an observation
  score {double} NOT NULL,          -- [education|record] 0 to 1
  attempt INTEGER NOT NULL,         -- [education|record] first, second ...; the first counts
  hints INTEGER NOT NULL,           -- [education|record] shown before the answer
  took_ms BIGINT NOT NULL,          -- [education|record] kept apart from the score
  answered_at_ms BIGINT NOT NULL,   -- [education|record] when it happened, as the client said
  school_date INTEGER NOT NULL,     -- [education|record] the school's own day
  policy_id BIGINT NOT NULL,        -- [none|record] rules in force when it was recorded
  model_id BIGINT NOT NULL,         -- [none|record] parameters in force when it was recorded
  recorder_id BIGINT,               -- [id|record] who recorded it, unless the learner
  replaces_id BIGINT,               -- [none|record] the fact that this one corrects
  shown_error INTEGER NOT NULL,     -- [education|record] which known error of the item the feedback named, from 1; 0: none
  PRIMARY KEY (district_id, learner_id, evidence_id)
) {norowid};

-- The raw response, and the key under which a resend finds the first reply.
CREATE TABLE evidence_response (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  learner_id BIGINT NOT NULL,       -- [id|record] whose
  client_id {text} NOT NULL,        -- [none|record] the browser's id
  evidence_id BIGINT NOT NULL,      -- [none|record] the fact
  body_hash BIGINT NOT NULL,        -- [none|record] the same id with another body is a conflict
  response {text} NOT NULL,         -- [education|record] as the learner gave it, JSON
  PRIMARY KEY (district_id, learner_id, client_id)
) {norowid};

-- Typed answers that could not be read: kept for the teacher, no attempt, no evidence.
CREATE TABLE unread_response (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  learner_id BIGINT NOT NULL,       -- [id|record] whose
  client_id {text} NOT NULL,        -- [none|record] the browser's id
  item_id BIGINT NOT NULL,          -- [education|record] which question
  variant BIGINT NOT NULL,          -- [education|record] the seed of its numbers
  response {text} NOT NULL,         -- [education|record] as typed
  at_ms BIGINT NOT NULL,            -- [education|record] when
  PRIMARY KEY (district_id, learner_id, client_id)
);

-- DERIVED from the facts and the rules; `waymark rebuild` makes it again. No wall-clock time in it.
CREATE TABLE mastery (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  learner_id BIGINT NOT NULL,       -- [id|record] whose
  competency_id BIGINT NOT NULL,    -- [education|record] of what
  p_known {double} NOT NULL,        -- [education|record] P(known), 0 to 1
  level INTEGER NOT NULL,           -- [education|record] 0 not yet, 1 started, 2 nearly, 3 secure
  evidence_count INTEGER NOT NULL,  -- [education|record] opportunities
  alone_count INTEGER NOT NULL,     -- [education|record] of those, without hints
  right_count INTEGER NOT NULL,     -- [education|record] of those, right
  last_evidence_id BIGINT NOT NULL, -- [none|record] the latest fact in it
  policy_id BIGINT NOT NULL,        -- [none|record] the rules that gave the level
  model_id BIGINT NOT NULL,         -- [none|record] the parameters of the latest fact
  PRIMARY KEY (district_id, learner_id, competency_id)
) {norowid};

CREATE TABLE learner_state (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  learner_id BIGINT NOT NULL,       -- [id|record] whose
  version BIGINT NOT NULL,          -- [none|record] grows with each write: two writers cannot both win
  state {blob} NOT NULL,            -- [education|record] what the fold remembers (rules/state.h)
  PRIMARY KEY (district_id, learner_id)
) {norowid};

-- What is under way.
CREATE TABLE draft (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  learner_id BIGINT NOT NULL,       -- [id|record] whose
  item_id BIGINT NOT NULL,          -- [education|record] which question
  variant BIGINT NOT NULL,          -- [education|record] the seed of its numbers
  response {text} NOT NULL,         -- [education|30 days] typed so far, to go on elsewhere
  hints {text} NOT NULL,            -- [education|30 days] hints shown and scaffolds answered, JSON
  started_at_ms BIGINT NOT NULL,    -- [education|30 days] for the time taken
  updated_at_ms BIGINT NOT NULL,    -- [education|30 days] the latest wins
  PRIMARY KEY (district_id, learner_id, item_id, variant)
);

CREATE TABLE help_request (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  help_id BIGINT NOT NULL,          -- [none|record] key; the order in which they came
  learner_id BIGINT NOT NULL,       -- [id|record] who asks
  client_id {text} NOT NULL,        -- [none|record] the browser's id: a resend asks once
  kind {text} NOT NULL,             -- [education|record] which kind of help
  item_id BIGINT,                   -- [education|record] about which question
  note {text} NOT NULL,             -- [education|record] in the learner's words
  answered_at_ms BIGINT,            -- [education|record] when a teacher closed it
  answered_by BIGINT,               -- [id|record] who closed it
  PRIMARY KEY (district_id, help_id)
);
CREATE UNIQUE INDEX help_request_client ON help_request (district_id, learner_id, client_id);

-- Who is signed in, and what was seen.
CREATE TABLE session (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  token_hash {text} NOT NULL,       -- [secret|30 days] BLAKE2b of the cookie; the cookie itself is never kept
  user_id BIGINT NOT NULL,          -- [id|30 days] who
  created_at_ms BIGINT NOT NULL,    -- [none|30 days] when
  expires_at_ms BIGINT NOT NULL,    -- [none|30 days] until when
  PRIMARY KEY (district_id, token_hash)
);
CREATE INDEX session_of_user ON session (district_id, user_id);

CREATE TABLE api_token (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  token_hash {text} NOT NULL,       -- [secret|record] BLAKE2b of the token; the token itself is printed once
  user_id BIGINT NOT NULL,          -- [id|record] acts as
  created_at_ms BIGINT NOT NULL,    -- [none|record] when
  expires_at_ms BIGINT NOT NULL,    -- [none|record] until when
  PRIMARY KEY (district_id, token_hash)
);

CREATE TABLE sign_in_failure (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  account_hash {text} NOT NULL,     -- [id|1 day] of the name that was tried
  failures INTEGER NOT NULL,        -- [none|1 day] in a row
  until_ms BIGINT NOT NULL,         -- [none|1 day] no try is looked at before
  PRIMARY KEY (district_id, account_hash)
);

CREATE TABLE access_record (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  access_id BIGINT NOT NULL,        -- [none|record] key; when
  actor_id BIGINT NOT NULL,         -- [id|record] who looked
  scope {text} NOT NULL,            -- [none|record] learner, class, school
  scope_id BIGINT NOT NULL,         -- [id|record] at whose record
  route {text} NOT NULL,            -- [none|record] what was shown
  relation {text} NOT NULL,         -- [none|record] why it was allowed
  PRIMARY KEY (district_id, access_id)
);
CREATE INDEX access_record_scope ON access_record (district_id, scope, scope_id, access_id);

CREATE TABLE request_seen (
  district_id BIGINT NOT NULL,      -- [none|district] tenant
  user_id BIGINT NOT NULL,          -- [id|7 days] who sent it
  client_id {text} NOT NULL,        -- [none|7 days] the browser's id
  body_hash BIGINT NOT NULL,        -- [none|7 days] the same id with another body is a conflict
  result {text} NOT NULL,           -- [education|7 days] the first reply
  at_ms BIGINT NOT NULL,            -- [none|7 days] when
  PRIMARY KEY (district_id, user_id, client_id)
);
