
-- name: reader_has :one
SELECT 1 FROM fact_policy_read WHERE district_id = :district_id AND bucket = {bucket :user_id} AND subject_id = :user_id AND policy_id = :policy_id
-- name: reader_count :one
-- row: figure
-- types: total int, part int
-- why: counts only: nobody is asked by name why they have not read it
SELECT COUNT(DISTINCT r.user_id) AS total, COUNT(DISTINCT p.subject_id) AS part FROM user_role r
LEFT JOIN fact_policy_read p ON p.district_id = r.district_id AND p.bucket = {bucket r.user_id} AND p.subject_id = r.user_id AND p.policy_id = :policy_id
WHERE r.district_id = :district_id AND r.role = 'teacher' AND {current r} AND (CAST(:org_id AS BIGINT) = 0 OR r.org_id = CAST(:org_id AS BIGINT))
-- name: barrier_list :many
-- why: what waits comes first, by its day; then what was answered, the latest first
-- types: answered_id int
SELECT b.fact_id AS barrier_id, b.subject_id AS org_id, o.name, b.kind, b.note, l.owner, l.due_date, l.answer,
  (SELECT MIN(a.fact_id) FROM fact_barrier_answered a WHERE a.district_id = b.district_id AND a.bucket = b.bucket AND a.subject_id = b.subject_id
    AND a.barrier_id = b.fact_id AND a.answer <> '') AS answered_id
FROM fact_barrier_reported b LEFT JOIN org o ON o.district_id = b.district_id AND o.org_id = b.subject_id
LEFT JOIN fact_barrier_answered l ON l.district_id = b.district_id AND l.bucket = b.bucket AND l.subject_id = b.subject_id AND l.barrier_id = b.fact_id
  AND NOT EXISTS (SELECT 1 FROM fact_barrier_answered n WHERE n.district_id = l.district_id AND n.bucket = l.bucket AND n.subject_id = l.subject_id
    AND n.barrier_id = l.barrier_id AND n.fact_id > l.fact_id)
WHERE b.district_id = :district_id
ORDER BY CASE WHEN COALESCE(l.answer, '') = '' THEN 0 ELSE 1 END, COALESCE(l.due_date, 99999), COALESCE(l.fact_id, 0) DESC, b.fact_id LIMIT 300
-- name: barrier_get :one
SELECT kind FROM fact_barrier_reported
WHERE district_id = :district_id AND bucket = {bucket :org_id} AND subject_id = :org_id AND fact_id = :barrier_id
-- name: draft_rules_insert :exec
INSERT INTO draft_rules (district_id, draft_id, org_id, doc, reason, author_id, until_date)
VALUES (:district_id, :draft_id, :org_id, :doc, :reason, :author_id, :until_date)
-- name: draft_rules_list :many
SELECT d.draft_id, d.org_id, d.doc, d.reason, d.until_date, d.policy_id, u.given_name, u.family_name FROM draft_rules d
JOIN user_account u ON u.district_id = d.district_id AND u.user_id = d.author_id
WHERE d.district_id = :district_id ORDER BY d.draft_id DESC LIMIT 20
-- name: draft_rules_get :one
SELECT org_id, doc, reason, until_date, policy_id FROM draft_rules WHERE district_id = :district_id AND draft_id = :draft_id
-- name: draft_open_comments :one
SELECT COUNT(*) AS count FROM fact_policy_commented k
WHERE k.district_id = :district_id AND k.bucket = {bucket :org_id} AND k.subject_id = :org_id AND k.draft_id = :draft_id
  AND NOT EXISTS (SELECT 1 FROM fact_policy_comment_answered a WHERE a.district_id = k.district_id AND a.bucket = k.bucket
    AND a.subject_id = k.subject_id AND a.comment_id = k.fact_id)
-- name: draft_rules_adopt :exec
UPDATE draft_rules SET policy_id = :policy_id WHERE district_id = :district_id AND draft_id = :draft_id AND policy_id IS NULL
-- name: draft_comment_list :many
-- why: an answer can be mended: the latest is shown
SELECT k.fact_id AS comment_id, k.note, a.answer, u.given_name, u.family_name, k.setting FROM fact_policy_commented k
JOIN fact f ON f.district_id = k.district_id AND f.bucket = k.bucket AND f.subject_id = k.subject_id AND f.fact_id = k.fact_id
JOIN user_account u ON u.district_id = f.district_id AND u.user_id = f.recorder_id
LEFT JOIN fact_policy_comment_answered a ON a.district_id = k.district_id AND a.bucket = k.bucket AND a.subject_id = k.subject_id
  AND a.comment_id = k.fact_id AND NOT EXISTS (SELECT 1 FROM fact_policy_comment_answered n WHERE n.district_id = a.district_id
    AND n.bucket = a.bucket AND n.subject_id = a.subject_id AND n.comment_id = a.comment_id AND n.fact_id > a.fact_id)
WHERE k.district_id = :district_id AND k.bucket = {bucket :org_id} AND k.subject_id = :org_id AND k.draft_id = :draft_id
ORDER BY k.fact_id LIMIT 200
-- name: draft_comment_of :one
SELECT draft_id FROM fact_policy_commented
WHERE district_id = :district_id AND bucket = {bucket :org_id} AND subject_id = :org_id AND fact_id = :comment_id
-- name: figure_shown :one
-- row: figure
-- types: total int, part int
-- why: of the students of a school, who showed something alone since a moment; along each one's own facts
SELECT COUNT(DISTINCT r.user_id) AS total, COUNT(DISTINCT CASE WHEN EXISTS (SELECT 1 FROM evidence v WHERE v.district_id = r.district_id AND v.learner_id = r.user_id
  AND v.evidence_id >= :since AND v.hints = 0 AND v.score >= 1) THEN r.user_id END) AS part FROM user_role r
WHERE r.district_id = :district_id AND r.role = 'student' AND {current r} AND (CAST(:org_id AS BIGINT) = 0 OR r.org_id = CAST(:org_id AS BIGINT))
-- name: figure_off_screen :one
-- row: figure
-- types: total int, part int
SELECT COUNT(DISTINCT r.user_id) AS total, COUNT(DISTINCT CASE WHEN EXISTS (SELECT 1 FROM evidence v WHERE v.district_id = r.district_id AND v.learner_id = r.user_id
  AND v.evidence_id >= :since AND v.kind = 2) THEN r.user_id END) AS part FROM user_role r
WHERE r.district_id = :district_id AND r.role = 'student' AND {current r} AND (CAST(:org_id AS BIGINT) = 0 OR r.org_id = CAST(:org_id AS BIGINT))
-- name: figure_secure :one
-- row: figure
-- types: total int, part int
SELECT COUNT(DISTINCT r.user_id) AS total, COUNT(m.competency_id) AS part FROM user_role r
LEFT JOIN mastery m ON m.district_id = r.district_id AND m.learner_id = r.user_id AND m.level = 3
WHERE r.district_id = :district_id AND r.role = 'student' AND {current r} AND (CAST(:org_id AS BIGINT) = 0 OR r.org_id = CAST(:org_id AS BIGINT))
-- name: figure_looks :one
-- row: figure
-- types: total int, part int
-- why: along each student's own facts
SELECT COUNT(DISTINCT l.fact_id) AS total, COUNT(DISTINCT a.asked_id) AS part FROM user_role r CROSS JOIN fact_second_look_asked l
LEFT JOIN fact_second_look_answered a ON a.district_id = l.district_id AND a.bucket = l.bucket AND a.subject_id = l.subject_id AND a.asked_id = l.fact_id
WHERE r.district_id = :district_id AND r.role = 'student' AND {current r} AND (CAST(:org_id AS BIGINT) = 0 OR r.org_id = CAST(:org_id AS BIGINT))
  AND l.district_id = r.district_id AND l.bucket = {bucket r.user_id} AND l.subject_id = r.user_id AND l.fact_id >= :since
