-- name: migration_get
-- all districts: the schema is one for all
SELECT checksum FROM schema_migration WHERE number = :number
-- name: migration_newest
-- all districts: the schema is one for all
SELECT COALESCE(MAX(number), 0) FROM schema_migration
-- name: migration_insert
-- all districts: the schema is one for all
INSERT INTO schema_migration (number, name, checksum, applied_at_ms) VALUES (:number, :name, :checksum, :applied_at_ms)
-- name: id_ahead
-- why: ids of a database that an earlier version of the program ran ahead of the clock
-- all districts: the schema is one for all
SELECT COUNT(*) FROM (SELECT import_id AS id FROM import_run UNION ALL SELECT edit_id FROM framework_edit
  UNION ALL SELECT policy_id FROM policy UNION ALL SELECT model_id FROM model) x WHERE x.id < 0 OR x.id > :limit_id
-- name: framework_edit_any
-- all districts: the schema is one for all
SELECT COUNT(*) FROM (SELECT edit_id FROM framework_edit LIMIT 1) x
-- name: id_move_at
-- all districts: the schema is one for all
SELECT old_id, new_id FROM id_move WHERE at_ms = :at_ms ORDER BY new_id
