-- name: outside_list :many
-- why: what a source sent before: unchanged rows are not written again, missing ones are closed
SELECT identifier, row_id, content_hash, closed FROM outside_id
WHERE district_id = :district_id AND entity = :entity AND system = :system ORDER BY identifier
-- name: outside_set :exec
INSERT INTO outside_id (district_id, entity, system, identifier, row_id, content_hash, last_seen_ms, closed)
VALUES (:district_id, :entity, :system, :identifier, :row_id, :content_hash, :now_ms, :closed)
ON CONFLICT (district_id, entity, system, identifier) DO UPDATE SET row_id = excluded.row_id,
  content_hash = excluded.content_hash, last_seen_ms = excluded.last_seen_ms, closed = excluded.closed
-- name: org_set :exec
-- null: :parent_org_id
INSERT INTO org (district_id, org_id, parent_org_id, type, name, zone, status)
VALUES (:district_id, :org_id, :parent_org_id, :type, :name, :zone, 'active')
ON CONFLICT (district_id, org_id) DO UPDATE SET parent_org_id = excluded.parent_org_id, type = excluded.type,
  name = excluded.name, status = 'active', closed_at_ms = NULL
-- name: org_close :exec
UPDATE org SET status = 'closed', closed_at_ms = :now_ms WHERE district_id = :district_id AND org_id = :row_id
-- name: session_set :exec
-- null: :starts_on flag, :ends_on flag, :parent_session_id
INSERT INTO academic_session (district_id, session_id, parent_session_id, title, type, starts_on, ends_on, school_year, status)
VALUES (:district_id, :session_id, :parent_session_id, :title, :type, :starts_on, :ends_on, :school_year, 'active')
ON CONFLICT (district_id, session_id) DO UPDATE SET parent_session_id = excluded.parent_session_id, title = excluded.title,
  type = excluded.type, starts_on = excluded.starts_on, ends_on = excluded.ends_on, school_year = excluded.school_year,
  status = 'active', closed_at_ms = NULL
-- name: session_close :exec
UPDATE academic_session SET status = 'closed', closed_at_ms = :now_ms WHERE district_id = :district_id AND session_id = :row_id
-- name: course_set :exec
-- null: :org_id
INSERT INTO course (district_id, course_id, org_id, title, code, grades, status)
VALUES (:district_id, :course_id, :org_id, :title, :code, :grades, 'active')
ON CONFLICT (district_id, course_id) DO UPDATE SET org_id = excluded.org_id, title = excluded.title, code = excluded.code,
  grades = excluded.grades, status = 'active', closed_at_ms = NULL
-- name: course_close :exec
UPDATE course SET status = 'closed', closed_at_ms = :now_ms WHERE district_id = :district_id AND course_id = :row_id
-- name: class_set :exec
-- null: :course_id, :org_id
INSERT INTO class (district_id, class_id, course_id, org_id, title, code, grades, periods, location, status)
VALUES (:district_id, :class_id, :course_id, :org_id, :title, :code, :grades, :periods, :location, 'active')
ON CONFLICT (district_id, class_id) DO UPDATE SET course_id = excluded.course_id, org_id = excluded.org_id, title = excluded.title,
  code = excluded.code, grades = excluded.grades, periods = excluded.periods, location = excluded.location,
  status = 'active', closed_at_ms = NULL
-- name: class_close :exec
UPDATE class SET status = 'closed', closed_at_ms = :now_ms WHERE district_id = :district_id AND class_id = :row_id
-- name: class_session_clear :exec
DELETE FROM class_session WHERE district_id = :district_id AND class_id = :class_id
-- name: class_session_insert :exec
INSERT INTO class_session (district_id, class_id, session_id) VALUES (:district_id, :class_id, :session_id)
ON CONFLICT (district_id, class_id, session_id) DO NOTHING
-- name: user_names :many
SELECT user_id, username FROM user_account WHERE district_id = :district_id
-- name: user_set :exec
INSERT INTO user_account (district_id, user_id, username, given_name, family_name, middle_name, preferred_name, pronouns,
  email, grade, language, enabled, status, password_hash, created_at_ms, named_alike)
VALUES (:district_id, :user_id, :username, :given_name, :family_name, :middle_name, :preferred_name, :pronouns,
  :email, :grade, 'en', :enabled, 'active', '', :now_ms, 0)
ON CONFLICT (district_id, user_id) DO UPDATE SET username = excluded.username, given_name = excluded.given_name,
  family_name = excluded.family_name, middle_name = excluded.middle_name, preferred_name = excluded.preferred_name,
  pronouns = excluded.pronouns, email = excluded.email, grade = excluded.grade, enabled = excluded.enabled,
  status = 'active', closed_at_ms = NULL
-- name: user_close :exec
UPDATE user_account SET status = 'closed', closed_at_ms = :now_ms WHERE district_id = :district_id AND user_id = :row_id
-- name: session_close_user :exec
-- why: a person who has left is signed out at once
DELETE FROM session WHERE district_id = :district_id AND user_id = :row_id
-- name: role_set :exec
-- null: :starts_on flag, :ends_on flag
INSERT INTO user_role (district_id, user_id, org_id, role, starts_on, ends_on, status)
VALUES (:district_id, :user_id, :org_id, :role, :starts_on, :ends_on, 'active')
ON CONFLICT (district_id, user_id, org_id, role) DO UPDATE SET starts_on = excluded.starts_on, ends_on = excluded.ends_on, status = 'active'
-- name: role_close :exec
UPDATE user_role SET status = 'closed' WHERE district_id = :district_id AND user_id = :user_id AND org_id = :org_id AND role = :role
-- name: enrollment_set :many
-- why: the same person in the same class under a new id of the source is the same row
-- null: :starts_on flag, :ends_on flag
INSERT INTO enrollment (district_id, enrollment_id, class_id, user_id, role, is_primary, starts_on, ends_on, status)
VALUES (:district_id, :enrollment_id, :class_id, :user_id, :role, :is_primary, :starts_on, :ends_on, 'active')
ON CONFLICT (district_id, user_id, role, class_id) DO UPDATE SET is_primary = excluded.is_primary, starts_on = excluded.starts_on,
  ends_on = excluded.ends_on, status = 'active', closed_at_ms = NULL
RETURNING enrollment_id
-- name: enrollment_vacate :exec
-- why: an enrollment that changes its class, person or role ends there; it begins anew where it leads
UPDATE enrollment SET status = 'closed', closed_at_ms = :now_ms WHERE district_id = :district_id AND enrollment_id = :row_id
  AND NOT (class_id = :class_id AND user_id = :user_id AND role = :role)
-- name: user_vacate :exec
-- why: two people swap names
UPDATE user_account SET username = :username WHERE district_id = :district_id AND user_id = :user_id
-- name: enrollment_close :exec
UPDATE enrollment SET status = 'closed', closed_at_ms = :now_ms WHERE district_id = :district_id AND enrollment_id = :row_id
-- name: guardian_set :exec
INSERT INTO guardian (district_id, guardian_id, learner_id, relation, status)
VALUES (:district_id, :guardian_id, :learner_id, :relation, 'active')
ON CONFLICT (district_id, guardian_id, learner_id) DO UPDATE SET relation = excluded.relation, status = 'active'
-- name: guardian_close :exec
UPDATE guardian SET status = 'closed' WHERE district_id = :district_id AND guardian_id = :guardian_id AND learner_id = :learner_id
-- name: demographics_set :exec
INSERT INTO user_demographics (district_id, user_id, doc) VALUES (:district_id, :user_id, :doc)
ON CONFLICT (district_id, user_id) DO UPDATE SET doc = excluded.doc
-- name: framework_set :exec
INSERT INTO framework (district_id, framework_id, uri, title, creator, publisher, language, adoption_status, version, licence,
  licence_url, notice, status)
VALUES (:district_id, :framework_id, :uri, :title, :creator, :publisher, :language, :adoption_status, :version, :licence,
  :licence_url, :notice, 'active')
ON CONFLICT (district_id, framework_id) DO UPDATE SET uri = excluded.uri, title = excluded.title, creator = excluded.creator,
  publisher = excluded.publisher, language = excluded.language, adoption_status = excluded.adoption_status,
  version = excluded.version, licence = excluded.licence, licence_url = excluded.licence_url, notice = excluded.notice,
  status = 'active', closed_at_ms = NULL
-- name: framework_competencies :many
SELECT competency_id FROM competency WHERE district_id = :district_id AND framework_id = :framework_id
-- name: competency_set :exec
-- null: :parent_id
INSERT INTO competency (district_id, competency_id, framework_id, parent_id, uri, code, statement, name, type, grades, position,
  try_at_home, status)
VALUES (:district_id, :competency_id, :framework_id, :parent_id, :uri, :code, :statement, :name, :type, :grades, :position, :try_at_home, 'active')
ON CONFLICT (district_id, competency_id) DO UPDATE SET framework_id = excluded.framework_id, parent_id = excluded.parent_id,
  uri = excluded.uri, code = excluded.code, statement = excluded.statement, name = excluded.name, type = excluded.type,
  grades = excluded.grades, position = excluded.position, try_at_home = excluded.try_at_home, status = 'active', closed_at_ms = NULL
-- name: competency_words :one
-- why: what an import changes is kept as it was
SELECT code, name, statement, try_at_home, framework_id FROM competency WHERE district_id = :district_id AND competency_id = :competency_id
-- name: competency_close :exec
UPDATE competency SET status = 'closed', closed_at_ms = :now_ms WHERE district_id = :district_id AND competency_id = :row_id
-- name: competency_codes :many
-- why: content that names standards by code finds them here
-- all districts: named by both keys
SELECT competency_id, code, uri FROM competency WHERE district_id IN (0, :district_id) AND status = 'active' AND code <> ''
ORDER BY competency_id
-- name: link_set :exec
INSERT INTO competency_link (district_id, link_id, from_id, type, to_id, position, status)
VALUES (:district_id, :link_id, :from_id, :type, :to_id, :position, 'active')
ON CONFLICT (district_id, link_id) DO UPDATE SET from_id = excluded.from_id, type = excluded.type, to_id = excluded.to_id,
  position = excluded.position, status = 'active', closed_at_ms = NULL
-- name: link_close :exec
UPDATE competency_link SET status = 'closed', closed_at_ms = :now_ms WHERE district_id = :district_id AND link_id = :row_id
-- name: item_versions :many
SELECT item_id, version FROM item WHERE district_id = :district_id AND source = :source ORDER BY item_id
-- name: item_set :exec
INSERT INTO item (district_id, item_id, version, group_id, group_position, source, status)
VALUES (:district_id, :item_id, :version, :group_id, :group_position, :source, 'active')
ON CONFLICT (district_id, item_id) DO UPDATE SET version = excluded.version, group_id = excluded.group_id,
  group_position = excluded.group_position, status = 'active', closed_at_ms = NULL
-- name: item_version_insert :exec
INSERT INTO item_version (district_id, item_id, version, doc, recorded_at_ms)
VALUES (:district_id, :item_id, :version, :doc, :now_ms)
-- name: item_competency_insert :exec
INSERT INTO item_competency (district_id, item_id, version, competency_id)
VALUES (:district_id, :item_id, :version, :competency_id)
ON CONFLICT (district_id, item_id, version, competency_id) DO NOTHING
-- name: course_bare :many
-- why: a course for which nobody has said what it teaches, or which an import has filled so far
SELECT c.course_id, c.grades FROM course c WHERE c.district_id = :district_id AND c.status = 'active' AND c.audience = 'students'
  AND (NOT EXISTS (SELECT 1 FROM course_competency x WHERE x.district_id = c.district_id AND x.course_id = c.course_id)
    OR EXISTS (SELECT 1 FROM outside_id o WHERE o.district_id = c.district_id AND o.entity = 'course-plan' AND o.system = 'import'
      AND o.row_id = c.course_id AND o.closed = 0))
ORDER BY c.course_id
-- name: competency_practised :many
-- why: what can be practised, in reading order
-- all districts: named by both keys
SELECT c.competency_id, c.grades FROM competency c
WHERE c.district_id IN (0, :district_id) AND c.status = 'active' AND EXISTS (
  SELECT 1 FROM item_competency x JOIN item i ON i.district_id = x.district_id AND i.item_id = x.item_id AND i.version = x.version
  WHERE x.district_id = c.district_id AND x.competency_id = c.competency_id AND i.status = 'active')
ORDER BY c.framework_id, c.position, c.competency_id
