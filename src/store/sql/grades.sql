
-- name: term_grade_insert :exec
-- why: never written over: what was given out stays
-- null: :percent flag, :gpa flag
INSERT INTO term_grade (district_id, session_id, learner_id, course_id, title, letter, percent, gpa, mean, shown, competencies, levels, policy_id, frozen_at_ms, scale_id)
VALUES (:district_id, :session_id, :learner_id, :course_id, :title, :letter, :percent, :gpa, :mean, :shown, :competencies, :levels, :policy_id, :frozen_at_ms, :scale_id)
ON CONFLICT (district_id, session_id, learner_id, course_id) DO NOTHING
-- name: term_grade_list :many
SELECT s.title AS session_title, g.title, g.letter, g.percent, g.gpa, g.mean, g.shown, g.competencies, g.policy_id, g.frozen_at_ms, g.session_id, g.course_id, g.scale_id
FROM term_grade g JOIN academic_session s ON s.district_id = g.district_id AND s.session_id = g.session_id
WHERE g.district_id = :district_id AND g.learner_id = :learner_id ORDER BY s.starts_on, g.session_id, g.title, g.course_id
-- name: term_grade_levels :one
SELECT levels FROM term_grade WHERE district_id = :district_id AND learner_id = :learner_id AND session_id = :session_id AND course_id = :course_id
-- name: report_scale_find :one
SELECT scale_id FROM report_scale WHERE district_id = :district_id AND doc = :doc ORDER BY scale_id LIMIT 1
-- name: report_scale_get :one
SELECT doc FROM report_scale WHERE district_id = :district_id AND scale_id = :scale_id
-- name: report_scale_insert :exec
INSERT INTO report_scale (district_id, scale_id, doc) VALUES (:district_id, :scale_id, :doc)
-- name: session_by_title :one
-- row: session
SELECT session_id, title, starts_on, ends_on FROM academic_session
WHERE district_id = :district_id AND status = 'active' AND title = :title ORDER BY starts_on DESC LIMIT 1
-- name: session_now :one
-- row: session
SELECT session_id, title, starts_on, ends_on FROM academic_session WHERE district_id = :district_id AND status = 'active'
  AND starts_on <= :today AND ends_on >= :today AND type IN ('term', 'semester', 'gradingPeriod') ORDER BY starts_on DESC, session_id LIMIT 1
-- name: student_list :many
-- types: :first_day int, :last_day int
-- why: a term's grades are given out after it, also to those who have left since
SELECT DISTINCT r.user_id FROM user_role r WHERE r.district_id = :district_id AND r.role = 'student' AND {during r} AND r.user_id > :after
ORDER BY r.user_id LIMIT :limit
-- name: learner_classes :many
-- types: :first_day int, :last_day int
-- why: the same of the classes
SELECT c.class_id, c.title, c.course_id FROM enrollment e JOIN class c ON c.district_id = e.district_id AND c.class_id = e.class_id
WHERE e.district_id = :district_id AND e.user_id = :learner_id AND e.role = 'student' AND {during e} AND c.status = 'active' AND c.course_id IS NOT NULL
  AND {for_students c}
ORDER BY c.title, c.class_id
-- name: habit_list :many
-- why: in order of recording, so that whoever reads keeps the latest
SELECT h.session_id, s.title AS session_title, h.class_id, c.title AS class_title, h.habit, h.rating FROM fact_habit_rated h
JOIN academic_session s ON s.district_id = h.district_id AND s.session_id = h.session_id
JOIN class c ON c.district_id = h.district_id AND c.class_id = h.class_id
WHERE h.district_id = :district_id AND h.bucket = {bucket :learner_id} AND h.subject_id = :learner_id ORDER BY h.fact_id
