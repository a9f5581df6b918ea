-- name: reader_add
INSERT INTO policy_reader (district_id, policy_id, user_id, read_at_ms) VALUES (:district_id, :policy_id, :user_id, :now_ms)
ON CONFLICT (district_id, policy_id, user_id) DO NOTHING
-- name: reader_has
SELECT 1 FROM policy_reader WHERE district_id = :district_id AND policy_id = :policy_id AND user_id = :user_id
-- name: reader_count
-- why: counts only: nobody is asked by name why they have not read it
SELECT COUNT(DISTINCT r.user_id), COUNT(DISTINCT p.user_id) FROM user_role r
LEFT JOIN policy_reader p ON p.district_id = r.district_id AND p.user_id = r.user_id AND p.policy_id = :policy_id
WHERE r.district_id = :district_id AND r.role = 'teacher' AND {current:r} AND (CAST(:org_id AS BIGINT) = 0 OR r.org_id = CAST(:org_id AS BIGINT))
-- name: barrier_insert
INSERT INTO barrier (district_id, barrier_id, org_id, kind, note, filer_id, client_id, owner, answer)
VALUES (:district_id, :barrier_id, :org_id, :kind, :note, :filer_id, :client_id, '', '')
ON CONFLICT (district_id, filer_id, client_id) DO NOTHING
-- name: barrier_list
-- why: what waits comes first, by its day; then what was answered, the latest first
SELECT b.barrier_id, b.org_id, COALESCE(o.name, ''), b.kind, b.note, b.owner, COALESCE(b.due_date, 0), b.answer, COALESCE(b.answered_at_ms, 0)
FROM barrier b LEFT JOIN org o ON o.district_id = b.district_id AND o.org_id = b.org_id
WHERE b.district_id = :district_id
ORDER BY CASE WHEN b.answered_at_ms IS NULL THEN 0 ELSE 1 END, COALESCE(b.due_date, 99999), b.answered_at_ms DESC, b.barrier_id LIMIT 300
-- name: barrier_get
SELECT org_id FROM barrier WHERE district_id = :district_id AND barrier_id = :barrier_id
-- name: barrier_own
UPDATE barrier SET owner = :owner, due_date = :due_date WHERE district_id = :district_id AND barrier_id = :barrier_id
-- name: barrier_answer
UPDATE barrier SET answer = :answer, answered_by = :user_id, answered_at_ms = COALESCE(answered_at_ms, :now_ms)
WHERE district_id = :district_id AND barrier_id = :barrier_id
-- name: draft_rules_insert
INSERT INTO draft_rules (district_id, draft_id, org_id, doc, reason, author_id, until_date)
VALUES (:district_id, :draft_id, :org_id, :doc, :reason, :author_id, :until_date)
-- name: draft_rules_list
SELECT d.draft_id, d.org_id, d.doc, d.reason, d.until_date, COALESCE(d.policy_id, 0), u.given_name, u.family_name FROM draft_rules d
JOIN user_account u ON u.district_id = d.district_id AND u.user_id = d.author_id
WHERE d.district_id = :district_id ORDER BY d.draft_id DESC LIMIT 20
-- name: draft_rules_get
SELECT org_id, doc, reason, until_date, COALESCE(policy_id, 0) FROM draft_rules WHERE district_id = :district_id AND draft_id = :draft_id
-- name: draft_open_comments
SELECT COUNT(*) FROM draft_comment WHERE district_id = :district_id AND draft_id = :draft_id AND answered_at_ms IS NULL
-- name: draft_rules_adopt
UPDATE draft_rules SET policy_id = :policy_id WHERE district_id = :district_id AND draft_id = :draft_id AND policy_id IS NULL
-- name: draft_comment_insert
INSERT INTO draft_comment (district_id, comment_id, draft_id, author_id, client_id, note, answer, about)
VALUES (:district_id, :comment_id, :draft_id, :author_id, :client_id, :note, '', :about)
ON CONFLICT (district_id, author_id, client_id) DO NOTHING
-- name: draft_comment_list
SELECT k.comment_id, k.note, k.answer, COALESCE(k.answered_at_ms, 0), u.given_name, u.family_name, COALESCE(k.about, '') FROM draft_comment k
JOIN user_account u ON u.district_id = k.district_id AND u.user_id = k.author_id
WHERE k.district_id = :district_id AND k.draft_id = :draft_id ORDER BY k.comment_id LIMIT 200
-- name: draft_comment_of
SELECT draft_id FROM draft_comment WHERE district_id = :district_id AND comment_id = :comment_id
-- name: draft_comment_answer
UPDATE draft_comment SET answer = :answer, answered_by = :user_id, answered_at_ms = :now_ms
WHERE district_id = :district_id AND comment_id = :comment_id
-- name: figure_shown
-- why: of the students of a school, who showed something alone since a moment; along each one's own facts
SELECT COUNT(DISTINCT r.user_id), COUNT(DISTINCT CASE WHEN EXISTS (SELECT 1 FROM evidence v WHERE v.district_id = r.district_id AND v.learner_id = r.user_id
  AND v.evidence_id >= :since AND v.hints = 0 AND v.score >= 1) THEN r.user_id END) FROM user_role r
WHERE r.district_id = :district_id AND r.role = 'student' AND {current:r} AND (CAST(:org_id AS BIGINT) = 0 OR r.org_id = CAST(:org_id AS BIGINT))
-- name: figure_off_screen
SELECT COUNT(DISTINCT r.user_id), COUNT(DISTINCT CASE WHEN EXISTS (SELECT 1 FROM evidence v WHERE v.district_id = r.district_id AND v.learner_id = r.user_id
  AND v.evidence_id >= :since AND v.kind = 2) THEN r.user_id END) FROM user_role r
WHERE r.district_id = :district_id AND r.role = 'student' AND {current:r} AND (CAST(:org_id AS BIGINT) = 0 OR r.org_id = CAST(:org_id AS BIGINT))
-- name: figure_secure
SELECT COUNT(DISTINCT r.user_id), COUNT(m.competency_id) FROM user_role r
LEFT JOIN mastery m ON m.district_id = r.district_id AND m.learner_id = r.user_id AND m.level = 3
WHERE r.district_id = :district_id AND r.role = 'student' AND {current:r} AND (CAST(:org_id AS BIGINT) = 0 OR r.org_id = CAST(:org_id AS BIGINT))
-- name: figure_looks
SELECT COUNT(l.look_id), COUNT(l.answered_at_ms) FROM second_look l
WHERE l.district_id = :district_id AND l.look_id >= :since AND EXISTS (SELECT 1 FROM user_role r WHERE r.user_id = l.learner_id AND r.district_id = :district_id AND r.role = 'student' AND {current:r} AND (CAST(:org_id AS BIGINT) = 0 OR r.org_id = CAST(:org_id AS BIGINT)))
