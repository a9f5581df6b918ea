-- name: class_get :one
SELECT title, course_id, org_id, grades, periods FROM class
WHERE district_id = :district_id AND class_id = :class_id
-- name: class_find :many
SELECT class_id, title FROM class
WHERE district_id = :district_id AND status = 'active' AND (class_id = :class_id OR title = :title) ORDER BY class_id
-- name: class_of_user :many
SELECT c.class_id, c.title, c.course_id, c.org_id, e.role FROM enrollment e
JOIN class c ON c.district_id = e.district_id AND c.class_id = e.class_id
WHERE e.district_id = :district_id AND e.user_id = :user_id AND {current e} AND c.status = 'active'
ORDER BY c.title, c.class_id
-- name: course_of_learner :many
-- why: on the path of every answer: what is this learner's
SELECT c.course_id, MIN(c.class_id) AS class_id, MIN(COALESCE(c.org_id, 0)) AS org_id FROM enrollment e
JOIN class c ON c.district_id = e.district_id AND c.class_id = e.class_id
WHERE e.district_id = :district_id AND e.user_id = :user_id AND e.role = 'student' AND {current e}
  AND c.status = 'active' AND c.course_id IS NOT NULL GROUP BY c.course_id ORDER BY c.course_id
-- name: course_of_learners :many
-- why: the same for many learners, whose ids follow each other
SELECT e.user_id, c.course_id, MIN(c.class_id) AS class_id, MIN(COALESCE(c.org_id, 0)) AS org_id FROM enrollment e
JOIN class c ON c.district_id = e.district_id AND c.class_id = e.class_id
WHERE e.district_id = :district_id AND e.user_id BETWEEN :first AND :last AND e.role = 'student' AND {current e}
  AND c.status = 'active' AND c.course_id IS NOT NULL GROUP BY e.user_id, c.course_id ORDER BY e.user_id, c.course_id
-- name: class_students :many
SELECT u.user_id, u.given_name, u.family_name, u.preferred_name, u.username, u.grade FROM enrollment e
JOIN user_account u ON u.district_id = e.district_id AND u.user_id = e.user_id
WHERE e.district_id = :district_id AND e.class_id = :class_id AND e.role = 'student' AND {current e}
  AND u.status = 'active'
ORDER BY u.family_name, u.given_name, u.user_id
-- name: class_teachers :many
SELECT u.user_id, u.given_name, u.family_name, u.preferred_name FROM enrollment e
JOIN user_account u ON u.district_id = e.district_id AND u.user_id = e.user_id
WHERE e.district_id = :district_id AND e.class_id = :class_id AND e.role = 'teacher' AND {current e}
  AND u.status = 'active'
ORDER BY u.family_name, u.given_name, u.user_id
-- name: class_org :many
-- types: students int
SELECT c.class_id, c.title, c.course_id,
  (SELECT COUNT(*) FROM enrollment e WHERE e.district_id = c.district_id AND e.class_id = c.class_id AND e.role = 'student' AND {current e}) AS students
FROM class c WHERE c.district_id = :district_id AND c.org_id = :org_id AND c.status = 'active' AND {for_students c} ORDER BY c.title, c.class_id
-- name: org_list :many
SELECT org_id, parent_org_id, type, name, zone FROM org
WHERE district_id = :district_id AND status = 'active' ORDER BY type, name, org_id
-- name: org_get :one
SELECT name, type, zone, parent_org_id FROM org WHERE district_id = :district_id AND org_id = :org_id
-- name: org_insert :exec
-- null: :parent_org_id
INSERT INTO org (district_id, org_id, parent_org_id, type, name, zone, status)
VALUES (:district_id, :org_id, :parent_org_id, :type, :name, :zone, 'active')
-- name: org_staff :many
SELECT u.user_id, u.given_name, u.family_name, u.preferred_name, r.role FROM user_role r
JOIN user_account u ON u.district_id = r.district_id AND u.user_id = r.user_id
WHERE r.district_id = :district_id AND r.org_id = :org_id AND {current r} AND u.status = 'active'
  AND r.role <> 'student' AND r.role <> 'guardian'
ORDER BY r.role, u.family_name, u.given_name, u.user_id
-- name: children_of :many
SELECT u.user_id, u.given_name, u.family_name, u.preferred_name, u.grade FROM guardian g
JOIN user_account u ON u.district_id = g.district_id AND u.user_id = g.learner_id
WHERE g.district_id = :district_id AND g.guardian_id = :user_id AND g.status = 'active' AND u.status = 'active'
ORDER BY u.given_name, u.user_id
-- name: relation_teaches_learner :one
SELECT 1 FROM enrollment t JOIN enrollment s ON s.district_id = t.district_id AND s.class_id = t.class_id
JOIN class c ON c.district_id = t.district_id AND c.class_id = t.class_id
WHERE t.district_id = :district_id AND t.user_id = :user_id AND t.role = 'teacher' AND {current t}
  AND s.user_id = :learner_id AND s.role = 'student' AND {current s} AND c.status = 'active' LIMIT 1
-- name: relation_teaches_class :one
SELECT 1 FROM enrollment t JOIN class c ON c.district_id = t.district_id AND c.class_id = t.class_id
WHERE t.district_id = :district_id AND t.user_id = :user_id AND t.class_id = :class_id
  AND t.role = 'teacher' AND {current t} AND c.status = 'active' LIMIT 1
-- name: relation_guardian :one
SELECT 1 FROM guardian WHERE district_id = :district_id AND guardian_id = :user_id AND learner_id = :learner_id
  AND status = 'active' LIMIT 1
-- name: class_school :one
SELECT org_id FROM class WHERE district_id = :district_id AND class_id = :class_id
-- name: course_list :many
SELECT course_id, title, code, grades FROM course WHERE district_id = :district_id AND status = 'active' ORDER BY title, course_id
-- name: learner_orgs :many
-- why: leads school: which schools this learner is in
SELECT DISTINCT c.org_id FROM enrollment e JOIN class c ON c.district_id = e.district_id AND c.class_id = e.class_id
WHERE e.district_id = :district_id AND e.user_id = :learner_id AND e.role = 'student' AND {current e} AND c.org_id IS NOT NULL
  AND {for_students c}
-- name: session_next :one
-- why: a changed rule takes effect with the next term
SELECT starts_on FROM academic_session WHERE district_id = :district_id AND status = 'active'
  AND starts_on > :today AND type IN ('term', 'semester', 'gradingPeriod') ORDER BY starts_on, session_id LIMIT 1
-- name: class_pulse :one
-- types: students int, lately int, latest_id int
-- why: for a list of classes: how many, how many of them answered lately, the latest answer
SELECT COUNT(*) AS students, COALESCE(SUM(CASE WHEN x.latest > :since THEN 1 ELSE 0 END), 0) AS lately, COALESCE(MAX(x.latest), 0) AS latest_id FROM (
  SELECT (SELECT v.evidence_id FROM evidence v WHERE v.district_id = e.district_id AND v.learner_id = e.user_id AND v.kind = 1
    ORDER BY v.evidence_id DESC LIMIT 1) AS latest
  FROM enrollment e JOIN user_account u ON u.district_id = e.district_id AND u.user_id = e.user_id
  WHERE e.district_id = :district_id AND e.class_id = :class_id AND e.role = 'student' AND {current e} AND u.status = 'active') x
-- name: org_counts :one
-- types: students int, teachers int, classes int
SELECT (SELECT COUNT(DISTINCT e.user_id) FROM class c CROSS JOIN enrollment e
    WHERE e.district_id = c.district_id AND e.class_id = c.class_id AND c.district_id = :district_id AND c.org_id = :org_id AND c.status = 'active' AND {current e} AND e.role = 'student' AND {for_students c}) AS students,
  (SELECT COUNT(DISTINCT e.user_id) FROM class c CROSS JOIN enrollment e
    WHERE e.district_id = c.district_id AND e.class_id = c.class_id AND c.district_id = :district_id AND c.org_id = :org_id AND c.status = 'active' AND {current e} AND e.role = 'teacher') AS teachers,
  (SELECT COUNT(*) FROM class c WHERE c.district_id = :district_id AND c.org_id = :org_id AND c.status = 'active' AND {for_students c}) AS classes
-- name: classes_taught :many
SELECT c.title FROM enrollment e JOIN class c ON c.district_id = e.district_id AND c.class_id = e.class_id
WHERE e.district_id = :district_id AND e.user_id = :user_id AND e.role = 'teacher' AND {current e} AND c.status = 'active'
  AND c.org_id = :org_id ORDER BY c.title, c.class_id
-- name: class_learner :one
-- why: a cell names a learner and a class: both must belong together
SELECT 1 FROM enrollment e WHERE e.district_id = :district_id AND e.class_id = :class_id AND e.user_id = :learner_id AND e.role = 'student'
  AND {current e}
-- name: course_find :many
SELECT course_id, title FROM course
WHERE district_id = :district_id AND status = 'active' AND (course_id = :course_id OR title = :title OR code = :title) ORDER BY course_id
-- name: course_audience_set :exec
UPDATE course SET audience = :audience WHERE district_id = :district_id AND course_id = :course_id
-- name: learner_enrollments :many
-- types: org_id int
-- null: starts_on, ends_on, closed_at_ms
-- why: all that a learner is or was in, and when: who viewed a class then; no date is looked at
SELECT e.class_id, COALESCE(c.org_id, 0) AS org_id, c.title, e.starts_on, e.ends_on, e.closed_at_ms FROM enrollment e
JOIN class c ON c.district_id = e.district_id AND c.class_id = e.class_id
WHERE e.district_id = :district_id AND e.user_id = :learner_id AND e.role = 'student' ORDER BY +e.enrollment_id DESC
