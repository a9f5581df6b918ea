-- name: migration_get :one
-- all districts: the schema is one for all
SELECT checksum FROM schema_migration WHERE number = :number
-- name: migration_newest :one
-- all districts: the schema is one for all
SELECT COALESCE(MAX(number), 0) AS number FROM schema_migration
-- name: migration_insert :exec
-- all districts: the schema is one for all
INSERT INTO schema_migration (number, name, checksum, applied_at_ms) VALUES (:number, :name, :checksum, :applied_at_ms)
