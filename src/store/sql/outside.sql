-- name: outside_users :many
-- why: students are named by whatever id any source gave them
SELECT identifier, row_id FROM outside_id WHERE district_id = :district_id AND entity = 'user' AND closed = 0 ORDER BY identifier
-- name: program_set :exec
-- null: :starts_on flag, :ends_on flag
INSERT INTO program_membership (district_id, program_id, learner_id, program, starts_on, ends_on, status)
VALUES (:district_id, :program_id, :learner_id, :program, :starts_on, :ends_on, 'active')
ON CONFLICT (district_id, program_id) DO UPDATE SET learner_id = excluded.learner_id, program = excluded.program,
  starts_on = excluded.starts_on, ends_on = excluded.ends_on, status = 'active', closed_at_ms = NULL
-- name: program_close :exec
UPDATE program_membership SET status = 'closed', closed_at_ms = :now_ms WHERE district_id = :district_id AND program_id = :row_id
-- name: program_list :many
-- null: starts_on, ends_on
SELECT program, starts_on, ends_on FROM program_membership p
WHERE p.district_id = :district_id AND p.learner_id = :learner_id AND {current p} ORDER BY program, program_id
-- name: attendance_between :many
-- why: what is stored of the days that a file names, to write only what differs
SELECT learner_id, school_date, status, COALESCE(minutes, -1) AS minutes, source FROM attendance
WHERE district_id = :district_id AND school_date BETWEEN :first AND :last
-- name: attendance_set :exec
-- null: :minutes flag
INSERT INTO attendance (district_id, learner_id, school_date, status, minutes, source)
VALUES (:district_id, :learner_id, :school_date, :status, :minutes, :source)
ON CONFLICT (district_id, learner_id, school_date) DO UPDATE SET status = excluded.status, minutes = excluded.minutes, source = excluded.source
-- name: attendance_away :one
SELECT COUNT(*) AS count FROM attendance WHERE district_id = :district_id AND learner_id = :learner_id AND school_date BETWEEN :first AND :last AND status IN ('absent', 'excused')
-- name: result_set :exec
-- null: :scale_score flag, :standard_error flag, :level
INSERT INTO assessment_result (district_id, result_id, learner_id, test, subject, taken_on, scale_score, standard_error, level, level_name, status)
VALUES (:district_id, :result_id, :learner_id, :test, :subject, :taken_on, :scale_score, :standard_error, :level, :level_name, 'active')
ON CONFLICT (district_id, result_id) DO UPDATE SET learner_id = excluded.learner_id, test = excluded.test, subject = excluded.subject,
  taken_on = excluded.taken_on, scale_score = excluded.scale_score, standard_error = excluded.standard_error, level = excluded.level,
  level_name = excluded.level_name, status = 'active', closed_at_ms = NULL
-- name: result_close :exec
UPDATE assessment_result SET status = 'closed', closed_at_ms = :now_ms WHERE district_id = :district_id AND result_id = :row_id
-- name: result_list :many
-- why: the latest first: a goal goes by the latest of its test
-- null: scale_score, standard_error
SELECT test, subject, taken_on, scale_score, standard_error, level, level_name FROM assessment_result
WHERE district_id = :district_id AND learner_id = :learner_id AND status = 'active' ORDER BY taken_on DESC, result_id DESC LIMIT 200
-- name: test_list :many
-- why: from name to name along the index, however many results there are
WITH RECURSIVE names (test) AS (
  SELECT MIN(test) FROM assessment_result WHERE district_id = :district_id
  UNION ALL SELECT (SELECT MIN(r.test) FROM assessment_result r WHERE r.district_id = :district_id AND r.test > n.test) FROM names n WHERE n.test IS NOT NULL
) SELECT test FROM names WHERE test IS NOT NULL LIMIT 100
-- name: goal_insert :exec
-- null: :meets_score flag, :competency_id, :framework_id, :meets_level
INSERT INTO counted_goal (district_id, goal_id, client_id, title, counted_by, competency_id, framework_id, share, test, subject, meets_score, meets_level, author_id)
VALUES (:district_id, :goal_id, :client_id, :title, :counted_by, :competency_id, :framework_id, :share, :test, :subject, :meets_score, :meets_level, :author_id)
ON CONFLICT (district_id, author_id, client_id) DO NOTHING
-- name: goal_list :many
-- null: meets_score
SELECT goal_id, title, counted_by, competency_id, share, test, subject, meets_score, meets_level, framework_id FROM counted_goal
WHERE district_id = :district_id AND ended_at_ms IS NULL ORDER BY title, goal_id LIMIT 60
-- name: goal_end :exec
UPDATE counted_goal SET ended_at_ms = :now_ms WHERE district_id = :district_id AND goal_id = :goal_id AND ended_at_ms IS NULL
-- name: org_learners :many
SELECT r.user_id, u.grade FROM user_role r JOIN user_account u ON u.district_id = r.district_id AND u.user_id = r.user_id
WHERE r.district_id = :district_id AND r.org_id = :org_id AND r.role = 'student' AND {current r} AND u.status = 'active' ORDER BY r.user_id
-- name: org_learner_names :many
-- why: a counselor's students, in order of name
SELECT u.user_id, COALESCE(NULLIF(u.preferred_name, ''), u.given_name) AS given_name, u.family_name, u.grade FROM user_role r JOIN user_account u ON u.district_id = r.district_id AND u.user_id = r.user_id
WHERE r.district_id = :district_id AND r.org_id = :org_id AND r.role = 'student' AND {current r} AND u.status = 'active' ORDER BY u.family_name, u.given_name, u.user_id
-- name: credit_insert :exec
-- null: :replaces_id
INSERT INTO credit (district_id, learner_id, credit_id, client_id, kind, requirement, amount, done_on, note, recorder_id, replaces_id)
VALUES (:district_id, :learner_id, :credit_id, :client_id, :kind, :requirement, :amount, :done_on, :note, :recorder_id, :replaces_id)
ON CONFLICT (district_id, recorder_id, client_id) DO NOTHING
-- name: credit_list :many
-- why: what was taken back, and the rows that take it back, do not count
SELECT k.credit_id, k.kind, k.requirement, k.amount, k.done_on, k.note, u.given_name, u.family_name
FROM credit k JOIN user_account u ON u.district_id = k.district_id AND u.user_id = k.recorder_id
WHERE k.district_id = :district_id AND k.learner_id = :learner_id AND k.replaces_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM credit t WHERE t.district_id = k.district_id AND t.learner_id = k.learner_id AND t.replaces_id = k.credit_id)
ORDER BY k.done_on DESC, k.credit_id DESC LIMIT 500
-- name: session_year :one
-- why: the longest session under way is the school year
SELECT starts_on, ends_on FROM academic_session WHERE district_id = :district_id AND status = 'active' AND starts_on <= :today AND ends_on >= :today
ORDER BY ends_on - starts_on DESC, session_id LIMIT 1
-- name: program_people :many
-- why: for those who may see programs, by a role of its own; 0: of the whole district
-- null: starts_on, ends_on
SELECT p.learner_id, u.given_name, u.family_name, p.program, p.starts_on, p.ends_on FROM program_membership p
JOIN user_account u ON u.district_id = p.district_id AND u.user_id = p.learner_id
WHERE p.district_id = :district_id AND {current p} AND u.status = 'active' AND (CAST(:org_id AS BIGINT) = 0 OR EXISTS (
  SELECT 1 FROM enrollment e JOIN class c ON c.district_id = e.district_id AND c.class_id = e.class_id
  WHERE e.district_id = p.district_id AND e.user_id = p.learner_id AND e.role = 'student' AND {current e} AND c.org_id = CAST(:org_id AS BIGINT)
    AND {for_students c}))
ORDER BY u.family_name, u.given_name, p.program, p.program_id LIMIT 2000
