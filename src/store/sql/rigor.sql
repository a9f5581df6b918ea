-- name: checkpoint_insert
INSERT INTO checkpoint (district_id, checkpoint_id, client_id, org_id, title, parts, author_id)
VALUES (:district_id, :checkpoint_id, :client_id, :org_id, :title, :parts, :author_id)
ON CONFLICT (district_id, author_id, client_id) DO NOTHING
-- name: checkpoint_list
SELECT checkpoint_id, org_id, title, parts FROM checkpoint
WHERE district_id = :district_id AND (org_id = 0 OR CAST(:all_orgs AS BIGINT) = 1 OR org_id = CAST(:org_id AS BIGINT)) ORDER BY checkpoint_id DESC LIMIT 60
-- name: checkpoint_get
SELECT org_id, title, parts FROM checkpoint WHERE district_id = :district_id AND checkpoint_id = :checkpoint_id
-- name: checkpoint_result_insert
INSERT INTO checkpoint_result (district_id, checkpoint_id, learner_id, competency_id, attempt, class_id, evidence_id, level_before, score)
VALUES (:district_id, :checkpoint_id, :learner_id, :competency_id, :attempt, :class_id, :evidence_id, :level_before, :score)
-- name: checkpoint_attempts
SELECT COUNT(*) FROM checkpoint_result
WHERE district_id = :district_id AND checkpoint_id = :checkpoint_id AND learner_id = :learner_id AND competency_id = :competency_id
-- name: checkpoint_of_class
SELECT learner_id, competency_id, attempt, score FROM checkpoint_result
WHERE district_id = :district_id AND checkpoint_id = :checkpoint_id AND class_id = :class_id ORDER BY learner_id, competency_id, attempt
-- name: checkpoint_levels
-- why: calibration: the level given before, beside the first result
SELECT class_id, level_before, score FROM checkpoint_result
WHERE district_id = :district_id AND checkpoint_id = :checkpoint_id AND attempt = 1 ORDER BY class_id, level_before
-- name: moderation_insert
INSERT INTO moderation (district_id, moderation_id, client_id, org_id, competency_id, title, author_id)
VALUES (:district_id, :moderation_id, :client_id, :org_id, :competency_id, :title, :author_id)
ON CONFLICT (district_id, author_id, client_id) DO NOTHING
-- name: moderation_list
SELECT m.moderation_id, m.org_id, m.competency_id, m.title,
  (SELECT COUNT(*) FROM moderation_work w WHERE w.district_id = m.district_id AND w.moderation_id = m.moderation_id)
FROM moderation m WHERE m.district_id = :district_id AND (m.org_id = 0 OR CAST(:all_orgs AS BIGINT) = 1 OR m.org_id = CAST(:org_id AS BIGINT))
ORDER BY m.moderation_id DESC LIMIT 60
-- name: moderation_get
SELECT org_id, competency_id, title FROM moderation WHERE district_id = :district_id AND moderation_id = :moderation_id
-- name: moderation_work_insert
INSERT INTO moderation_work (district_id, work_id, moderation_id, client_id, body, author_id, anchor_note)
VALUES (:district_id, :work_id, :moderation_id, :client_id, :body, :author_id, '')
ON CONFLICT (district_id, author_id, client_id) DO NOTHING
-- name: moderation_work_list
SELECT work_id, body, COALESCE(anchor_level, -1), anchor_note FROM moderation_work
WHERE district_id = :district_id AND moderation_id = :moderation_id ORDER BY work_id LIMIT 60
-- name: moderation_work_get
SELECT w.moderation_id, m.org_id FROM moderation_work w JOIN moderation m ON m.district_id = w.district_id AND m.moderation_id = w.moderation_id
WHERE w.district_id = :district_id AND w.work_id = :work_id
-- name: moderation_anchor
UPDATE moderation_work SET anchor_level = :level, anchor_note = :note WHERE district_id = :district_id AND work_id = :work_id
-- name: moderation_score_insert
-- why: the first stands: nobody corrects theirs towards the others'
INSERT INTO moderation_score (district_id, work_id, scorer_id, level, note, at_ms) VALUES (:district_id, :work_id, :scorer_id, :level, :note, :now_ms)
ON CONFLICT (district_id, work_id, scorer_id) DO NOTHING
-- name: moderation_scores
SELECT s.work_id, s.scorer_id, s.level, s.note FROM moderation_work w
CROSS JOIN moderation_score s
WHERE w.district_id = :district_id AND w.moderation_id = :moderation_id AND s.district_id = w.district_id AND s.work_id = w.work_id ORDER BY s.work_id, s.scorer_id
