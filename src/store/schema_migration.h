/* The table in which migrations are recorded: made before the first of them, so that it belongs to none. */
#ifndef STORE_SCHEMA_MIGRATION_H
#define STORE_SCHEMA_MIGRATION_H

#define SCHEMA_MIGRATION_TABLE \
    "CREATE TABLE IF NOT EXISTS schema_migration (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, " \
    "checksum BIGINT NOT NULL, applied_at_ms BIGINT NOT NULL)"

#endif
