
-- name: states_get :many
-- why: one read for the states of all learners in a batch
-- types: :learner_ids text
SELECT learner_id, version, state FROM learner_state
WHERE district_id = :district_id AND learner_id IN (SELECT value FROM json_each(:learner_ids))
-- postgresql:
SELECT learner_id, version, state FROM learner_state
WHERE district_id = :district_id
  AND learner_id IN (SELECT x::bigint FROM json_array_elements_text(:learner_ids::json) AS j(x))
ORDER BY learner_id FOR UPDATE
-- name: state_get :one
-- row: state
SELECT version, state FROM learner_state WHERE district_id = :district_id AND learner_id = :learner_id
-- name: state_take :one
-- row: state
-- why: the same, to be written in this transaction: nobody else writes it meanwhile
SELECT version, state FROM learner_state WHERE district_id = :district_id AND learner_id = :learner_id
-- postgresql:
SELECT version, state FROM learner_state WHERE district_id = :district_id AND learner_id = :learner_id FOR UPDATE
-- name: state_insert :send_one
INSERT INTO learner_state (district_id, learner_id, version, state)
VALUES (:district_id, :learner_id, :version, :state)
-- postgresql rows:
INSERT INTO learner_state (district_id, learner_id, version, state)
SELECT :district_id::bigint, x.* FROM unnest(:learner_id::bigint[], :version::bigint[], :state::bytea[]) AS x
-- name: state_update :send_one
UPDATE learner_state SET version = :version + 1, state = :state
WHERE district_id = :district_id AND learner_id = :learner_id AND version = :version
-- postgresql rows:
UPDATE learner_state s SET version = s.version + 1, state = x.state
FROM unnest(:learner_id::bigint[], :version::bigint[], :state::bytea[]) AS x(learner_id, version, state)
WHERE s.district_id = :district_id AND s.learner_id = x.learner_id AND s.version = x.version
-- name: state_set :send
INSERT INTO learner_state (district_id, learner_id, version, state)
VALUES (:district_id, :learner_id, 1, :state)
ON CONFLICT (district_id, learner_id) DO UPDATE SET version = learner_state.version + 1, state = excluded.state
-- name: state_delete :send
DELETE FROM learner_state WHERE district_id = :district_id AND learner_id = :learner_id
-- name: responses_find :many
-- why: a phone resends when the reply is lost
-- types: :keys text
SELECT learner_id, client_id, evidence_id, body_hash FROM evidence_response
WHERE district_id = :district_id AND learner_id = :learner_id AND client_id = :client_id
-- postgresql:
SELECT r.learner_id, r.client_id, r.evidence_id, r.body_hash FROM json_array_elements(:keys::json) AS k
JOIN evidence_response r ON r.district_id = :district_id AND r.learner_id = (k->>0)::bigint AND r.client_id = k->>1
-- name: response_insert :send
INSERT INTO evidence_response (district_id, learner_id, client_id, evidence_id, body_hash, response)
VALUES (:district_id, :learner_id, :client_id, :evidence_id, :body_hash, :response)
-- postgresql rows:
INSERT INTO evidence_response (district_id, learner_id, client_id, evidence_id, body_hash, response)
SELECT :district_id::bigint, x.* FROM unnest(:learner_id::bigint[], :client_id::text[], :evidence_id::bigint[],
  :body_hash::bigint[], :response::text[]) AS x
-- name: evidence_insert :send
-- null: :checkpoint_id, :competency_id, :item_id, :item_version, :recorder_id, :replaces_id
INSERT INTO evidence (district_id, learner_id, evidence_id, client_id, kind, item_id, item_version, variant,
  competency_id, score, attempt, hints, took_ms, floor_ms, choices, answered_at_ms, school_date, policy_id, model_id, recorder_id,
  replaces_id, shown_error, checkpoint_id)
VALUES (:district_id, :learner_id, :evidence_id, :client_id, :kind, :item_id, :item_version, :variant,
  :competency_id, :score, :attempt, :hints, :took_ms, :floor_ms, :choices, :answered_at_ms, :school_date, :policy_id, :model_id,
  :recorder_id, :replaces_id, :shown_error, :checkpoint_id)
-- postgresql rows:
INSERT INTO evidence (district_id, learner_id, evidence_id, client_id, kind, item_id, item_version, variant,
  competency_id, score, attempt, hints, took_ms, floor_ms, choices, answered_at_ms, school_date, policy_id, model_id, recorder_id,
  replaces_id, shown_error, checkpoint_id)
SELECT :district_id::bigint, x.* FROM unnest(:learner_id::bigint[], :evidence_id::bigint[], :client_id::text[],
  :kind::int[], :item_id::bigint[], :item_version::int[], :variant::bigint[], :competency_id::bigint[],
  :score::float8[], :attempt::int[], :hints::int[], :took_ms::bigint[], :floor_ms::bigint[], :choices::int[], :answered_at_ms::bigint[],
  :school_date::int[], :policy_id::bigint[], :model_id::bigint[], :recorder_id::bigint[], :replaces_id::bigint[],
  :shown_error::int[], :checkpoint_id::bigint[]) AS x
-- name: evidence_list :many
-- row: evidence
SELECT evidence_id, client_id, kind, item_id, item_version, variant, competency_id, score, attempt, hints, took_ms,
  floor_ms, choices, answered_at_ms, school_date, policy_id, model_id, recorder_id, replaces_id, shown_error, checkpoint_id
FROM evidence WHERE district_id = :district_id AND learner_id = :learner_id
  AND evidence_id > :after AND evidence_id < :before
ORDER BY evidence_id
-- name: evidence_to_fold :many
-- row: fact
-- why: a learner's facts without what only people read, to derive from
SELECT evidence_id, kind, item_id, item_version, variant, competency_id, score, hints, took_ms, floor_ms, choices, answered_at_ms,
  school_date, policy_id, model_id, replaces_id, checkpoint_id, learner_id
FROM evidence WHERE district_id = :district_id AND learner_id = :learner_id AND evidence_id > :after
ORDER BY evidence_id
-- name: history_list :many
-- row: history
SELECT block, packed, last_id, learner_id FROM history WHERE district_id = :district_id AND learner_id = :learner_id ORDER BY block
-- name: history_range :many
-- row: history
-- why: the packed facts of many learners, whose ids follow each other, in one statement
SELECT block, packed, last_id, learner_id FROM history WHERE district_id = :district_id AND learner_id BETWEEN :first AND :last
ORDER BY learner_id, block
-- name: history_after :many
-- row: fact
-- why: what came after what is packed, of the same learners
SELECT e.evidence_id, e.kind, e.item_id, e.item_version, e.variant, e.competency_id, e.score, e.hints, e.took_ms,
  e.floor_ms, e.choices, e.answered_at_ms, e.school_date, e.policy_id, e.model_id, e.replaces_id, e.checkpoint_id, e.learner_id
FROM (SELECT learner_id, MAX(last_id) AS last_id FROM history WHERE district_id = :district_id AND learner_id BETWEEN :first AND :last
  GROUP BY learner_id) h
CROSS JOIN evidence e WHERE e.district_id = :district_id AND e.learner_id = h.learner_id AND e.evidence_id > h.last_id
ORDER BY e.learner_id, e.evidence_id
-- name: history_last :one
SELECT last_id FROM history WHERE district_id = :district_id AND learner_id = :learner_id ORDER BY block DESC LIMIT 1
-- name: history_set :send
INSERT INTO history (district_id, learner_id, block, last_id, packed) VALUES (:district_id, :learner_id, :block, :last_id, :packed)
ON CONFLICT (district_id, learner_id, block) DO UPDATE SET last_id = excluded.last_id, packed = excluded.packed
-- name: history_cut :send
DELETE FROM history WHERE district_id = :district_id AND learner_id = :learner_id AND block >= :block
-- name: evidence_learners :many
-- row: learner
-- why: from one learner to the next in the key, without a look at the facts between
WITH RECURSIVE l(id, n) AS (
  SELECT MIN(learner_id), 1 FROM evidence WHERE district_id = :district_id AND learner_id > :after
  UNION ALL
  SELECT (SELECT MIN(e.learner_id) FROM evidence e WHERE e.district_id = :district_id AND e.learner_id > l.id), l.n + 1 FROM l
  WHERE l.id IS NOT NULL AND l.n < :limit)
SELECT id AS learner_id FROM l WHERE id IS NOT NULL ORDER BY id
-- name: evidence_after :one
-- why: how many facts are not in the packed history yet
SELECT COUNT(*) AS count FROM evidence WHERE district_id = :district_id AND learner_id = :learner_id AND evidence_id > :after
-- name: evidence_day :one
-- why: minutes and answers of one school day, for Today; what a teacher saw is no answer
SELECT COUNT(*) AS count, COALESCE(SUM(CASE WHEN took_ms > 300000 THEN 300000 ELSE took_ms END), 0) AS took_ms FROM evidence
WHERE district_id = :district_id AND learner_id = :learner_id AND evidence_id > :after AND school_date = :school_date AND kind = 1
-- name: learner_school :one
-- why: whose rules are in force for someone: the role of today; without one the school left last, so that what was shown stays
SELECT r.org_id FROM user_role r WHERE r.district_id = :district_id AND r.user_id = :learner_id AND r.role = 'student'
  AND r.status = 'active' AND COALESCE(r.starts_on, :current_day) <= :current_day
ORDER BY CASE WHEN {current r} THEN 0 ELSE 1 END, CASE WHEN {current r} THEN 0 ELSE r.ends_on END DESC, r.org_id DESC LIMIT 1
-- name: learners_moved :many
-- row: learner
-- types: :first_day int, :last_day int
-- why: whose school may be another since a day: a role has begun or ended; no date is looked at but these
SELECT DISTINCT user_id AS learner_id FROM user_role WHERE district_id = :district_id AND role = 'student' AND user_id > :after
  AND ((starts_on > :first_day AND starts_on <= :last_day) OR (ends_on >= :first_day AND ends_on < :last_day))
ORDER BY user_id LIMIT :limit
-- name: evidence_latest :many
-- why: what someone has done lately, for the queue and for families
SELECT v.evidence_id, v.kind, v.item_id, v.item_version, v.variant, v.score, v.attempt, v.hints,
  v.took_ms, v.answered_at_ms, v.shown_error FROM evidence v
WHERE v.district_id = :district_id AND v.learner_id = :learner_id ORDER BY v.evidence_id DESC LIMIT :limit
-- name: response_get :one
SELECT r.response FROM evidence v JOIN evidence_response r ON r.district_id = v.district_id AND r.learner_id = v.learner_id AND r.client_id = v.client_id
WHERE v.district_id = :district_id AND v.learner_id = :learner_id AND v.evidence_id = :evidence_id
-- name: unread_insert :send
INSERT INTO unread_response (district_id, learner_id, client_id, item_id, variant, response, at_ms)
VALUES (:district_id, :learner_id, :client_id, :item_id, :variant, :response, :at_ms)
ON CONFLICT (district_id, learner_id, client_id) DO NOTHING
-- name: mastery_set :send
INSERT INTO mastery (district_id, learner_id, competency_id, p_known, level, evidence_count, alone_count, right_count,
  last_evidence_id, policy_id, model_id)
VALUES (:district_id, :learner_id, :competency_id, :p_known, :level, :evidence_count, :alone_count, :right_count,
  :last_evidence_id, :policy_id, :model_id)
ON CONFLICT (district_id, learner_id, competency_id) DO UPDATE SET p_known = excluded.p_known, level = excluded.level,
  evidence_count = excluded.evidence_count, alone_count = excluded.alone_count, right_count = excluded.right_count,
  last_evidence_id = excluded.last_evidence_id, policy_id = excluded.policy_id, model_id = excluded.model_id
-- postgresql rows:
INSERT INTO mastery (district_id, learner_id, competency_id, p_known, level, evidence_count, alone_count, right_count,
  last_evidence_id, policy_id, model_id)
SELECT :district_id::bigint, x.* FROM unnest(:learner_id::bigint[], :competency_id::bigint[], :p_known::float8[],
  :level::int[], :evidence_count::int[], :alone_count::int[], :right_count::int[], :last_evidence_id::bigint[],
  :policy_id::bigint[], :model_id::bigint[]) AS x
ON CONFLICT (district_id, learner_id, competency_id) DO UPDATE SET p_known = excluded.p_known, level = excluded.level,
  evidence_count = excluded.evidence_count, alone_count = excluded.alone_count, right_count = excluded.right_count,
  last_evidence_id = excluded.last_evidence_id, policy_id = excluded.policy_id, model_id = excluded.model_id
-- name: mastery_list :many
-- row: mastery
SELECT competency_id, p_known, level, evidence_count, alone_count, right_count, last_evidence_id, policy_id, model_id, learner_id
FROM mastery WHERE district_id = :district_id AND learner_id = :learner_id ORDER BY competency_id
-- name: mastery_range :many
-- row: mastery
SELECT competency_id, p_known, level, evidence_count, alone_count, right_count, last_evidence_id, policy_id, model_id, learner_id
FROM mastery WHERE district_id = :district_id AND learner_id BETWEEN :first AND :last ORDER BY learner_id, competency_id
-- name: mastery_delete :send
DELETE FROM mastery WHERE district_id = :district_id AND learner_id = :learner_id
-- name: mastery_learners :many
-- row: learner
SELECT DISTINCT learner_id FROM mastery WHERE district_id = :district_id AND learner_id > :after
ORDER BY learner_id LIMIT :limit
-- name: class_states :many
-- why: one class page in one read
SELECT s.learner_id, s.state FROM enrollment e CROSS JOIN learner_state s
WHERE e.district_id = :district_id AND e.class_id = :class_id AND e.role = 'student' AND {current e}
  AND s.district_id = e.district_id AND s.learner_id = e.user_id
ORDER BY e.user_id
-- name: policy_list :many
SELECT policy_id, scope, scope_id, doc, effective_at_ms, recorded_at_ms, reason, recorder_id, base_id,
  COALESCE(derived_at_ms, -1) AS derived_at_ms FROM policy
WHERE district_id = :district_id ORDER BY policy_id
-- name: policy_count :one
SELECT COUNT(*) AS count FROM policy WHERE district_id = :district_id
-- name: policy_insert :exec
-- null: :recorder_id
INSERT INTO policy (district_id, policy_id, scope, scope_id, doc, effective_at_ms, recorded_at_ms, recorder_id, reason)
VALUES (:district_id, :policy_id, :scope, :scope_id, :doc, :effective_at_ms, :recorded_at_ms, :recorder_id, :reason)
-- name: policy_made_from :exec
-- why: what moves no level is derived as soon as it is written
-- null: :base_id, :derived_at_ms
UPDATE policy SET base_id = :base_id, derived_at_ms = :derived_at_ms WHERE district_id = :district_id AND policy_id = :policy_id
-- name: policy_derived :exec
-- why: a version that comes into force while nobody looks is derived once; only those that the run knew are marked
UPDATE policy SET derived_at_ms = :at_ms WHERE district_id = :district_id AND policy_id = :policy_id AND derived_at_ms IS NULL
-- name: policy_due :one
SELECT COUNT(*) AS count FROM policy WHERE district_id = :district_id AND derived_at_ms IS NULL AND effective_at_ms <= :at_ms
-- name: model_list :many
SELECT model_id, kind, doc, effective_at_ms FROM model WHERE district_id = :district_id AND kind = 'bkt' ORDER BY model_id
-- name: model_count :one
SELECT COUNT(*) AS count FROM model WHERE district_id = :district_id AND kind = 'bkt'
-- name: model_items :one
-- why: only the latest is used: nothing that is stored rests on it
SELECT model_id, doc FROM model WHERE district_id = :district_id AND kind = 'items' ORDER BY model_id DESC LIMIT 1
-- name: model_insert :exec
INSERT INTO model (district_id, model_id, kind, doc, effective_at_ms, recorded_at_ms)
VALUES (:district_id, :model_id, :kind, :doc, :effective_at_ms, :recorded_at_ms)
-- name: draft_get :one
SELECT response, hints, started_at_ms, updated_at_ms FROM draft
WHERE district_id = :district_id AND learner_id = :learner_id AND item_id = :item_id AND variant = :variant
-- name: draft_set :exec
INSERT INTO draft (district_id, learner_id, item_id, variant, response, hints, started_at_ms, updated_at_ms)
VALUES (:district_id, :learner_id, :item_id, :variant, :response, :hints, :now_ms, :now_ms)
ON CONFLICT (district_id, learner_id, item_id, variant) DO UPDATE SET response = excluded.response,
  hints = excluded.hints, updated_at_ms = excluded.updated_at_ms
-- name: help_place :one
-- types: :help_id int, count int
-- why: those of the learner's classes whose requests are open, up to this one
SELECT COUNT(DISTINCT h.fact_id) AS count FROM enrollment e1 JOIN enrollment e2 ON e2.district_id = e1.district_id AND e2.class_id = e1.class_id
CROSS JOIN fact_help_asked h
WHERE e1.district_id = :district_id AND e1.user_id = :learner_id AND {current e1} AND {current e2}
  AND h.district_id = e2.district_id AND h.bucket = {bucket e2.user_id} AND h.subject_id = e2.user_id AND h.fact_id <= :help_id
  AND NOT EXISTS (SELECT 1 FROM fact_help_answered a WHERE a.district_id = h.district_id AND a.bucket = h.bucket AND a.subject_id = h.subject_id
    AND a.asked_id = h.fact_id)
-- name: help_open :many
SELECT h.fact_id AS help_id, h.subject_id AS learner_id, h.kind, h.item_id, h.note FROM enrollment e CROSS JOIN fact_help_asked h
WHERE e.district_id = :district_id AND e.class_id = :class_id AND e.role = 'student' AND {current e}
  AND h.district_id = e.district_id AND h.bucket = {bucket e.user_id} AND h.subject_id = e.user_id
  AND NOT EXISTS (SELECT 1 FROM fact_help_answered a WHERE a.district_id = h.district_id AND a.bucket = h.bucket AND a.subject_id = h.subject_id
    AND a.asked_id = h.fact_id)
ORDER BY h.fact_id LIMIT 200
-- name: help_get :one
-- types: :help_id int
SELECT kind FROM fact_help_asked
WHERE district_id = :district_id AND bucket = {bucket :learner_id} AND subject_id = :learner_id AND fact_id = :help_id
-- name: look_of :many
-- why: the first answer stands
SELECT l.fact_id AS look_id, l.note, a.fact_id AS answer_id, a.answer, u.given_name, u.family_name FROM fact_second_look_asked l
LEFT JOIN fact_second_look_answered a ON a.district_id = l.district_id AND a.bucket = l.bucket AND a.subject_id = l.subject_id
  AND a.asked_id = l.fact_id AND NOT EXISTS (SELECT 1 FROM fact_second_look_answered b WHERE b.district_id = a.district_id
    AND b.bucket = a.bucket AND b.subject_id = a.subject_id AND b.asked_id = a.asked_id AND b.fact_id < a.fact_id)
LEFT JOIN fact f ON f.district_id = a.district_id AND f.bucket = a.bucket AND f.subject_id = a.subject_id AND f.fact_id = a.fact_id
LEFT JOIN user_account u ON u.district_id = f.district_id AND u.user_id = f.recorder_id
WHERE l.district_id = :district_id AND l.bucket = {bucket :learner_id} AND l.subject_id = :learner_id
  AND COALESCE(l.competency_id, 0) = :competency_id AND l.matter = :matter
ORDER BY l.fact_id DESC LIMIT 20
-- name: look_open :many
SELECT l.fact_id AS look_id, l.subject_id AS learner_id, l.competency_id, l.note, l.matter FROM enrollment e CROSS JOIN fact_second_look_asked l
WHERE e.district_id = :district_id AND e.class_id = :class_id AND e.role = 'student' AND {current e}
  AND l.district_id = e.district_id AND l.bucket = {bucket e.user_id} AND l.subject_id = e.user_id
  AND NOT EXISTS (SELECT 1 FROM fact_second_look_answered a WHERE a.district_id = l.district_id AND a.bucket = l.bucket AND a.subject_id = l.subject_id
    AND a.asked_id = l.fact_id)
ORDER BY l.fact_id LIMIT 100
-- name: look_get :one
-- types: :look_id int
SELECT l.note, a.fact_id AS answer_id FROM fact_second_look_asked l LEFT JOIN fact_second_look_answered a ON a.district_id = l.district_id
  AND a.bucket = l.bucket AND a.subject_id = l.subject_id AND a.asked_id = l.fact_id
WHERE l.district_id = :district_id AND l.bucket = {bucket :learner_id} AND l.subject_id = :learner_id AND l.fact_id = :look_id LIMIT 1
-- name: waiver_insert :exec
INSERT INTO waiver (district_id, waiver_id, org_id, setting, reason, until_date, asker_id, client_id, answer)
VALUES (:district_id, :waiver_id, :org_id, :setting, :reason, :until_date, :asker_id, :client_id, '')
ON CONFLICT (district_id, asker_id, client_id) DO NOTHING
-- name: waiver_list :many
SELECT w.waiver_id, w.org_id, o.name, w.setting, w.reason, w.until_date, COALESCE(w.granted, -1) AS granted, w.answer,
  u.given_name, u.family_name
FROM waiver w JOIN org o ON o.district_id = w.district_id AND o.org_id = w.org_id
LEFT JOIN user_account u ON u.district_id = w.district_id AND u.user_id = w.answered_by
WHERE w.district_id = :district_id ORDER BY w.waiver_id DESC LIMIT 200
-- name: waiver_get :one
SELECT org_id, setting, until_date, COALESCE(granted, -1) AS granted, reason FROM waiver WHERE district_id = :district_id AND waiver_id = :waiver_id
-- name: waiver_answer :exec
-- null: :policy_id
UPDATE waiver SET granted = :granted, answer = :answer, answered_by = :user_id, answered_at_ms = :now_ms, policy_id = :policy_id
WHERE district_id = :district_id AND waiver_id = :waiver_id AND granted IS NULL
-- name: teacher_school :one
-- why: whose rules a teacher works under
SELECT c.org_id FROM enrollment e CROSS JOIN class c
WHERE e.district_id = :district_id AND e.user_id = :user_id AND e.role = 'teacher' AND {current e}
  AND c.district_id = e.district_id AND c.class_id = e.class_id AND c.status = 'active'
ORDER BY c.org_id DESC LIMIT 1
-- name: evidence_week :many
-- why: for a family: how much was on a screen, and how much was not
SELECT kind, COUNT(*) AS count, COALESCE(SUM(took_ms), 0) AS took_ms FROM evidence
WHERE district_id = :district_id AND learner_id = :learner_id AND evidence_id >= :first GROUP BY kind
