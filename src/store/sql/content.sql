-- name: content_stamp :one
-- types: import_id int, edit_id int
-- why: asked every second, to know whether rules or content were written by another process
-- all districts: shared content is in district 0
SELECT COALESCE((SELECT MAX(import_id) FROM import_run WHERE district_id IN (0, :district_id)), 0) AS import_id,
  COALESCE((SELECT MAX(edit_id) FROM framework_edit WHERE district_id = :district_id), 0) AS edit_id,
  COALESCE((SELECT MAX(policy_id) FROM policy WHERE district_id = :district_id), 0) AS policy_id,
  COALESCE((SELECT MAX(model_id) FROM model WHERE district_id IN (0, :district_id)), 0) AS model_id
-- name: competency_all :many
-- why: the catalogue in memory: a district's own and what all share
-- all districts: named by both keys
SELECT district_id, competency_id, framework_id, parent_id, uri, code, statement, name, type, grades, position, try_at_home
FROM competency WHERE district_id IN (0, :district_id) AND status = 'active' ORDER BY competency_id
-- name: link_all :many
-- all districts: named by both keys
SELECT from_id, to_id FROM competency_link
WHERE district_id IN (0, :district_id) AND type = :type AND status = 'active' ORDER BY from_id, to_id
-- name: framework_all :many
-- all districts: named by both keys
SELECT framework_id, uri, title, creator, publisher, language, version, licence, licence_url, notice
FROM framework WHERE district_id IN (0, :district_id) AND status = 'active' ORDER BY framework_id
-- name: item_all :many
-- all districts: named by both keys
SELECT district_id, item_id, version, group_id, group_position, source, status FROM item
WHERE district_id IN (0, :district_id) ORDER BY item_id
-- name: item_competency_all :many
-- all districts: named by both keys
-- why: a district's own alignment holds from its day on, for that version of the item and later ones
SELECT item_id, version, competency_id, 0 AS since_id FROM item_competency WHERE district_id IN (0, :district_id) AND since_id IS NULL
UNION ALL SELECT v.item_id, v.version, x.competency_id, x.since_id FROM item_competency x
JOIN item_version v ON v.district_id IN (0, :district_id) AND v.item_id = x.item_id AND v.version >= x.version
WHERE x.district_id = :district_id AND x.since_id IS NOT NULL ORDER BY item_id, version, since_id, competency_id
-- name: item_doc :one
-- all districts: named by both keys
SELECT doc FROM item_version
WHERE district_id IN (0, :district_id) AND item_id = :item_id AND version = :version
-- name: course_competency_all :many
SELECT course_id, competency_id FROM course_competency
WHERE district_id = :district_id ORDER BY course_id, position, competency_id
-- name: course_competency_insert :exec
INSERT INTO course_competency (district_id, course_id, competency_id, position)
VALUES (:district_id, :course_id, :competency_id, :position)
ON CONFLICT (district_id, course_id, competency_id) DO UPDATE SET position = excluded.position
-- name: figure_get :one
-- all districts: named by both keys
SELECT content_type, size_bytes FROM figure WHERE district_id IN (0, :district_id) AND sha256 = :sha256
-- name: figure_insert :exec
INSERT INTO figure (district_id, sha256, content_type, size_bytes)
VALUES (:district_id, :sha256, :content_type, :size_bytes)
ON CONFLICT (district_id, sha256) DO NOTHING
-- name: import_latest :many
-- all districts: named by both keys
SELECT kind, source, MAX(at_ms) AS at_ms FROM import_run WHERE district_id IN (0, :district_id) GROUP BY kind, source ORDER BY kind, source
-- name: import_insert :exec
INSERT INTO import_run (district_id, import_id, kind, source, at_ms, report)
VALUES (:district_id, :import_id, :kind, :source, :at_ms, :report)
