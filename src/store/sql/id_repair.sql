-- name: id_ahead :one
-- types: count int, :limit_id int
-- why: ids of a database that an earlier version of the program ran ahead of the clock
-- all districts: the schema is one for all
SELECT COUNT(*) AS count FROM (SELECT import_id AS id FROM import_run UNION ALL SELECT edit_id FROM framework_edit
  UNION ALL SELECT policy_id FROM policy UNION ALL SELECT model_id FROM model) x WHERE x.id < 0 OR x.id > :limit_id
-- name: framework_edit_any :one
-- all districts: the schema is one for all
SELECT edit_id FROM framework_edit LIMIT 1
-- name: id_move_at :many
-- all districts: the schema is one for all
SELECT old_id, new_id FROM id_move WHERE district_id = 0 AND at_ms = :at_ms ORDER BY new_id
