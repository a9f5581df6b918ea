
-- name: checkpoint_insert :exec
INSERT INTO checkpoint (district_id, checkpoint_id, client_id, org_id, title, parts, author_id)
VALUES (:district_id, :checkpoint_id, :client_id, :org_id, :title, :parts, :author_id)
ON CONFLICT (district_id, author_id, client_id) DO NOTHING
-- name: checkpoint_list :many
-- types: :all_orgs int
SELECT checkpoint_id, org_id, title, parts FROM checkpoint
WHERE district_id = :district_id AND (org_id = 0 OR CAST(:all_orgs AS BIGINT) = 1 OR org_id = CAST(:org_id AS BIGINT)) ORDER BY checkpoint_id DESC LIMIT 60
-- name: checkpoint_get :one
SELECT org_id, title, parts FROM checkpoint WHERE district_id = :district_id AND checkpoint_id = :checkpoint_id
-- name: checkpoint_result_insert :exec
INSERT INTO checkpoint_result (district_id, checkpoint_id, learner_id, competency_id, attempt, class_id, evidence_id, level_before, score)
VALUES (:district_id, :checkpoint_id, :learner_id, :competency_id, :attempt, :class_id, :evidence_id, :level_before, :score)
-- name: checkpoint_attempts :one
SELECT COUNT(*) AS count FROM checkpoint_result
WHERE district_id = :district_id AND checkpoint_id = :checkpoint_id AND learner_id = :learner_id AND competency_id = :competency_id
-- name: checkpoint_of_class :many
SELECT learner_id, competency_id, attempt, score FROM checkpoint_result
WHERE district_id = :district_id AND checkpoint_id = :checkpoint_id AND class_id = :class_id ORDER BY learner_id, competency_id, attempt
-- name: checkpoint_levels :many
-- why: calibration: the level given before, beside the first result
SELECT class_id, level_before, score FROM checkpoint_result
WHERE district_id = :district_id AND checkpoint_id = :checkpoint_id AND attempt = 1 ORDER BY class_id, level_before
-- name: moderation_insert :exec
INSERT INTO moderation (district_id, moderation_id, client_id, org_id, competency_id, title, author_id)
VALUES (:district_id, :moderation_id, :client_id, :org_id, :competency_id, :title, :author_id)
ON CONFLICT (district_id, author_id, client_id) DO NOTHING
-- name: moderation_list :many
-- types: works int, :all_orgs int
SELECT m.moderation_id, m.org_id, m.competency_id, m.title,
  (SELECT COUNT(*) FROM moderation_work w WHERE w.district_id = m.district_id AND w.moderation_id = m.moderation_id) AS works
FROM moderation m WHERE m.district_id = :district_id AND (m.org_id = 0 OR CAST(:all_orgs AS BIGINT) = 1 OR m.org_id = CAST(:org_id AS BIGINT))
ORDER BY m.moderation_id DESC LIMIT 60
-- name: moderation_get :one
SELECT org_id, competency_id, title FROM moderation WHERE district_id = :district_id AND moderation_id = :moderation_id
-- name: moderation_work_insert :exec
INSERT INTO moderation_work (district_id, work_id, moderation_id, client_id, body, author_id, anchor_note)
VALUES (:district_id, :work_id, :moderation_id, :client_id, :body, :author_id, '')
ON CONFLICT (district_id, author_id, client_id) DO NOTHING
-- name: moderation_work_list :many
SELECT work_id, body, COALESCE(anchor_level, -1) AS anchor_level, anchor_note FROM moderation_work
WHERE district_id = :district_id AND moderation_id = :moderation_id ORDER BY work_id LIMIT 60
-- name: moderation_work_get :one
SELECT w.moderation_id, m.org_id FROM moderation_work w JOIN moderation m ON m.district_id = w.district_id AND m.moderation_id = w.moderation_id
WHERE w.district_id = :district_id AND w.work_id = :work_id
-- name: moderation_anchor :exec
UPDATE moderation_work SET anchor_level = :level, anchor_note = :note WHERE district_id = :district_id AND work_id = :work_id
-- name: moderation_scores :many
-- why: the first score of a scorer stands: nobody corrects theirs towards the others'
SELECT s.work_id, f.recorder_id, s.level, s.note FROM fact_work_scored s
JOIN fact f ON f.district_id = s.district_id AND f.bucket = s.bucket AND f.subject_id = s.subject_id AND f.fact_id = s.fact_id
WHERE s.district_id = :district_id AND s.bucket = {bucket :moderation_id} AND s.subject_id = :moderation_id ORDER BY s.work_id, f.recorder_id
