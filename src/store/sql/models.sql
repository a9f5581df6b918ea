-- name: model_fit_insert
INSERT INTO model_fit (district_id, fit_id, kind, verdict, reason, model_id, against_id, learners, answers, held_learners,
  held_answers, first_id, last_id, report, note, recorder_id, client_id)
VALUES (:district_id, :fit_id, :kind, :verdict, :reason, :model_id, :against_id, :learners, :answers, :held_learners,
  :held_answers, :first_id, :last_id, :report, :note, :recorder_id, :client_id)
-- name: model_fit_list
-- why: the registry, the latest first
SELECT f.fit_id, f.kind, f.verdict, f.reason, COALESCE(f.model_id, 0), f.against_id, f.learners, f.answers, f.held_learners,
  f.held_answers, COALESCE(f.first_id, 0), COALESCE(f.last_id, 0), f.report, f.note, COALESCE(f.recorder_id, 0),
  COALESCE(u.given_name, ''), COALESCE(u.family_name, '')
FROM model_fit f LEFT JOIN user_account u ON u.district_id = f.district_id AND u.user_id = f.recorder_id
WHERE f.district_id = :district_id ORDER BY f.fit_id DESC LIMIT :limit
-- name: model_fit_by_client
-- why: a form that is sent twice takes back once
SELECT fit_id FROM model_fit WHERE district_id = :district_id AND recorder_id = :recorder_id AND client_id = :client_id
-- name: model_fit_last
-- why: the latest of a verdict, to know what was fitted already, and when a person last took a version back
SELECT fit_id, COALESCE(last_id, 0), COALESCE(model_id, 0) FROM model_fit
WHERE district_id = :district_id AND kind = :kind AND verdict = :verdict ORDER BY fit_id DESC LIMIT 1
-- name: model_latest
-- why: the version in force
SELECT model_id, effective_at_ms, doc FROM model
WHERE district_id = :district_id AND kind = :kind AND effective_at_ms <= :at_ms ORDER BY model_id DESC LIMIT 1
-- name: model_get
-- why: a version with its numbers for those who ask which one gave an estimate
SELECT model_id, effective_at_ms, doc FROM model WHERE district_id = :district_id AND model_id = :model_id
-- name: programs_all
-- why: how well a model does for each group; the groups are never given to a model; of facts of all times: no date is looked at
SELECT DISTINCT program, learner_id FROM program_membership
WHERE district_id = :district_id AND status = 'active' ORDER BY program, learner_id
-- name: job_make
INSERT INTO job (district_id, job, holder, until_ms) VALUES (:district_id, :job, 0, 0) ON CONFLICT (district_id, job) DO NOTHING
-- name: job_take
-- why: one at a time over all processes; what is not heard of until then is given up
UPDATE job SET holder = :holder, until_ms = :until_ms
WHERE district_id = :district_id AND job = :job AND (holder = 0 OR until_ms <= :now_ms)
-- name: job_keep
UPDATE job SET until_ms = :until_ms WHERE district_id = :district_id AND job = :job AND holder = :holder
-- name: job_lock
-- why: a command that must not come between what a job reads and what it writes; only the row's lock is wanted
UPDATE job SET holder = holder WHERE district_id = :district_id AND job = :job
-- name: job_leave
UPDATE job SET holder = 0, until_ms = 0 WHERE district_id = :district_id AND job = :job AND holder = :holder
-- name: job_run_insert
INSERT INTO job_run (district_id, run_id, job, school_date, nightly, outcome, detail)
VALUES (:district_id, :run_id, :job, :school_date, :nightly, '', '')
-- name: job_run_end
UPDATE job_run SET ended_at_ms = :ended_at_ms, outcome = :outcome, detail = :detail WHERE district_id = :district_id AND run_id = :run_id
-- name: job_run_list
SELECT run_id, school_date, nightly, COALESCE(ended_at_ms, 0), outcome, detail FROM job_run
WHERE district_id = :district_id AND job = :job ORDER BY run_id DESC LIMIT :limit
-- name: job_run_night
-- why: once a night, with a few tries
SELECT COUNT(*), COALESCE(SUM(CASE WHEN outcome = 'done' THEN 1 ELSE 0 END), 0), COALESCE(MAX(ended_at_ms), 0) FROM job_run
WHERE district_id = :district_id AND job = :job AND school_date = :school_date AND nightly = 1
