-- name: model_fit_insert :exec
-- null: :first_id, :last_id, :model_id, :recorder_id
INSERT INTO model_fit (district_id, fit_id, kind, verdict, reason, model_id, against_id, learners, answers, held_learners,
  held_answers, first_id, last_id, report, note, recorder_id, client_id)
VALUES (:district_id, :fit_id, :kind, :verdict, :reason, :model_id, :against_id, :learners, :answers, :held_learners,
  :held_answers, :first_id, :last_id, :report, :note, :recorder_id, :client_id)
-- name: model_fit_list :many
-- why: the registry, the latest first
SELECT f.fit_id, f.kind, f.verdict, f.reason, f.model_id, f.against_id, f.learners, f.answers, f.held_learners,
  f.held_answers, f.first_id, f.last_id, f.report, f.note, f.recorder_id,
  u.given_name, u.family_name
FROM model_fit f LEFT JOIN user_account u ON u.district_id = f.district_id AND u.user_id = f.recorder_id
WHERE f.district_id = :district_id ORDER BY f.fit_id DESC LIMIT :limit
-- name: model_fit_by_client :one
-- why: a form that is sent twice takes back once
SELECT fit_id FROM model_fit WHERE district_id = :district_id AND recorder_id = :recorder_id AND client_id = :client_id
-- name: model_fit_last :one
-- why: the latest of a verdict, to know what was fitted already, and when a person last took a version back
SELECT fit_id, last_id, model_id FROM model_fit
WHERE district_id = :district_id AND kind = :kind AND verdict = :verdict ORDER BY fit_id DESC LIMIT 1
-- name: model_latest :one
-- row: model
-- why: the version in force
SELECT model_id, effective_at_ms, doc FROM model
WHERE district_id = :district_id AND kind = :kind AND effective_at_ms <= :at_ms ORDER BY model_id DESC LIMIT 1
-- name: model_get :one
-- row: model
-- why: a version with its numbers for those who ask which one gave an estimate
SELECT model_id, effective_at_ms, doc FROM model WHERE district_id = :district_id AND model_id = :model_id
-- name: programs_all :many
-- why: how well a model does for each group; the groups are never given to a model; of facts of all times: no date is looked at
SELECT DISTINCT program, learner_id FROM program_membership
WHERE district_id = :district_id AND status = 'active' ORDER BY program, learner_id
-- name: job_make :exec
INSERT INTO job (district_id, job, holder, until_ms) VALUES (:district_id, :job, 0, 0) ON CONFLICT (district_id, job) DO NOTHING
-- name: job_take :exec
-- why: one at a time over all processes; what is not heard of until then is given up
UPDATE job SET holder = :holder, until_ms = :until_ms
WHERE district_id = :district_id AND job = :job AND (holder = 0 OR until_ms <= :now_ms)
-- name: job_keep :exec
UPDATE job SET until_ms = :until_ms WHERE district_id = :district_id AND job = :job AND holder = :holder
-- name: job_lock :exec
-- why: a command that must not come between what a job reads and what it writes; only the row's lock is wanted
UPDATE job SET holder = holder WHERE district_id = :district_id AND job = :job
-- name: job_leave :exec
UPDATE job SET holder = 0, until_ms = 0 WHERE district_id = :district_id AND job = :job AND holder = :holder
-- name: job_run_insert :exec
INSERT INTO job_run (district_id, run_id, job, school_date, nightly, outcome, detail)
VALUES (:district_id, :run_id, :job, :school_date, :nightly, '', '')
-- name: job_run_end :exec
UPDATE job_run SET ended_at_ms = :ended_at_ms, outcome = :outcome, detail = :detail WHERE district_id = :district_id AND run_id = :run_id
-- name: job_run_list :many
SELECT run_id, school_date, nightly, ended_at_ms, outcome, detail FROM job_run
WHERE district_id = :district_id AND job = :job ORDER BY run_id DESC LIMIT :limit
-- name: job_run_night :one
-- types: done int
-- why: once a night, with a few tries
SELECT COUNT(*) AS count, COALESCE(SUM(CASE WHEN outcome = 'done' THEN 1 ELSE 0 END), 0) AS done, COALESCE(MAX(ended_at_ms), 0) AS ended_at_ms FROM job_run
WHERE district_id = :district_id AND job = :job AND school_date = :school_date AND nightly = 1
