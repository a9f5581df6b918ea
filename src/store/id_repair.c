#include "id_repair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "store/sql/id_repair.h"

enum { NAME_BYTES = 64, SQL_BYTES = 1 << 20 };
/* A clock that was wrong by less is none of this repair's business. */
static const int64_t ahead_ms = 366ll * 86400 * 1000;

struct column {
    char table[NAME_BYTES], name[NAME_BYTES];
};

struct columns {
    struct column *v;
    size_t n, cap;
};

/* Ids of evidence come from a generator of their own, the tenant's from `init`; those moved are told once. */
static bool is_never_ahead(const char *name)
{
    static const char *const others[] = {"district_id", "evidence_id", "last_evidence_id", "old_id", "new_id"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i]) == 0) return true;
    return false;
}

static enum st add_column(struct columns *c, const char *table, const char *name, struct err *e)
{
    size_t n = strlen(name);
    bool is_id = n > 3 && strcmp(name + n - 3, "_id") == 0 && !is_never_ahead(name);
    if (!is_id && strcmp(name, "bucket") != 0) return ST_OK;
    if (c->n == c->cap) {
        size_t cap = c->cap ? 2 * c->cap : 128;
        struct column *v = realloc(c->v, cap * sizeof *v);
        if (!v) return err_fail(e, ST_NOMEM, "err.memory", "ids");
        c->v = v;
        c->cap = cap;
    }
    struct column *k = &c->v[c->n++];
    snprintf(k->table, sizeof k->table, "%s", table);
    snprintf(k->name, sizeof k->name, "%s", name);
    return ST_OK;
}

static void drop_table(struct columns *c, const char *table)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->v[i].table, table) != 0) c->v[kept++] = c->v[i];
    c->n = kept;
}

static bool is_bucket(const struct column *k) { return strcmp(k->name, "bucket") == 0; }

/* The schema's own text names every column, one a line. */
static enum st find_columns(struct columns *c, struct err *e)
{
    for (int i = 0; i < sql_migration_count; i++) {
        char table[NAME_BYTES] = "", name[NAME_BYTES];
        for (const char *line = sql_migrations[i].text; line; line = strchr(line, '\n')) {
            line += *line == '\n';
            char other[NAME_BYTES];
            int end = 0;
            if (sscanf(line, "CREATE TABLE %63[a-z_]", name) == 1) snprintf(table, sizeof table, "%s", name);
            else if (sscanf(line, "DROP TABLE %63[a-z_]", name) == 1) drop_table(c, name);
            else if (*line == ')') *table = 0;
            else if (*table &&
                     ((sscanf(line, "  %63[a-z_] BIGINT%n", name, &end) == 1 && end) ||
                      (sscanf(line, "  %63[a-z_] INTEGER%n", name, &end) == 1 && end && !strcmp(name, "bucket"))))
                TRY(add_column(c, table, name, e));
            else if (sscanf(line, "ALTER TABLE %63[a-z_] ADD COLUMN %63[a-z_] BIGINT%n", other, name, &end) == 2 && end)
                TRY(add_column(c, other, name, e));
        }
    }
    return ST_OK;
}

static enum st run_text(struct tx *tx, struct text *t, struct err *e)
{
    enum st st =
        t->failed ? err_fail(e, ST_NOMEM, "err.memory", "ids") : tx->conn->driver->exec(tx->conn, text_str(t), e);
    text_clear(t);
    return st;
}

/* The order of giving: upward, and then, wrapped around, upward from the lowest. */
static enum st list_moves(struct tx *tx, const struct columns *c, int64_t now_ms, int64_t limit, struct text *t,
                          struct err *e)
{
    text_printf(t,
                "INSERT INTO id_move (district_id, old_id, new_id, at_ms) SELECT 0, x.id, %lld + ROW_NUMBER() OVER "
                "(ORDER BY CASE WHEN x.id < 0 THEN 1 ELSE 0 END, x.id), %lld FROM (",
                (long long)id_first_at(now_ms), (long long)now_ms);
    bool first = true;
    for (size_t i = 0; i < c->n; i++) {
        const struct column *k = &c->v[i];
        if (is_bucket(k)) continue;
        text_printf(t, "%sSELECT %s AS id FROM %s WHERE %s < 0 OR %s > %lld", first ? "" : " UNION ", k->name, k->table,
                    k->name, k->name, (long long)limit);
        first = false;
    }
    text_add(t, ") x");
    return run_text(tx, t, e);
}

static enum st move_columns(struct tx *tx, const struct columns *c, struct text *t, struct err *e)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct column *k = &c->v[i];
        if (is_bucket(k)) continue;
        text_printf(t,
                    "UPDATE %s SET %s = (SELECT m.new_id FROM id_move m WHERE m.district_id = 0 AND m.old_id = %s.%s) "
                    "WHERE %s IN (SELECT old_id FROM id_move WHERE district_id = 0)",
                    k->table, k->name, k->table, k->name, k->name);
        TRY(run_text(tx, t, e));
    }
    /* Facts about what was moved are kept where its new id says: the arithmetic of fact_bucket(). */
    for (size_t i = 0; i < c->n; i++) {
        if (!is_bucket(&c->v[i])) continue;
        text_printf(t,
                    "UPDATE %s SET bucket = CAST(subject_id AS BIGINT) %% 2147483647 * 48271 %% 2147483647 / 33554432 "
                    "WHERE subject_id IN (SELECT new_id FROM id_move WHERE district_id = 0)",
                    c->v[i].table);
        TRY(run_text(tx, t, e));
    }
    return ST_OK;
}

struct move {
    int64_t from, to;
};

static enum st read_moves(struct tx *tx, int64_t now_ms, struct move **out, int64_t *n, struct err *e)
{
    struct sql_id_move_at_row r;
    struct rows rows;
    bool full = false;
    *n = 0;
    TRY(sql_id_move_at(tx, now_ms, &rows, e));
    while (!full && sql_id_move_at_next(&rows, &r)) {
        struct move *v = realloc(*out, (size_t)(*n + 1) * sizeof *v);
        full = !v;
        if (full) break;
        *out = v;
        v[(*n)++] = (struct move){r.old_id, r.new_id};
    }
    TRY(rows_end(&rows));
    return full ? err_fail(e, ST_NOMEM, "err.memory", "ids") : ST_OK;
}

/* Rules and models name classes, skills and questions by id. */
static enum st move_in_documents(struct tx *tx, const struct move *v, int64_t n, struct text *t, struct err *e)
{
    static const struct column documents[] = {{"policy", "doc"}, {"draft_rules", "doc"}, {"model", "doc"}};
    for (size_t k = 0; k < sizeof documents / sizeof *documents; k++)
        for (int64_t i = 0; i < n; i++) {
            const char *table = documents[k].table, *name = documents[k].name;
            text_printf(t, "UPDATE %s SET %s = REPLACE(%s, '%lld', '%lld') WHERE %s LIKE '%%%lld%%'", table, name, name,
                        (long long)v[i].from, (long long)v[i].to, name, (long long)v[i].from);
            TRY(run_text(tx, t, e));
        }
    return ST_OK;
}

enum st id_repair(struct tx *tx, int64_t now_ms, bool migrated, int64_t *moved, struct err *e)
{
    struct columns c = {0};
    struct text t;
    struct move *moves = NULL;
    struct sql_id_ahead_row hit;
    struct sql_framework_edit_any_row edit;
    bool edits = false;
    int64_t limit = id_first_at(now_ms + ahead_ms);
    *moved = 0;
    TRY(sql_id_ahead(tx, limit, &hit, NULL, e));
    if (!hit.count && migrated) TRY(sql_framework_edit_any(tx, &edit, &edits, e));
    if (!hit.count && !edits) return ST_OK;
    text_init(&t, SQL_BYTES);
    enum st st = find_columns(&c, e);
    if (st == ST_OK) st = list_moves(tx, &c, now_ms, limit, &t, e);
    if (st == ST_OK) st = read_moves(tx, now_ms, &moves, moved, e);
    if (st == ST_OK && *moved) st = move_columns(tx, &c, &t, e);
    if (st == ST_OK && *moved) st = move_in_documents(tx, moves, *moved, &t, e);
    if (st == ST_OK && *moved) {
        text_add(&t, "DELETE FROM history; UPDATE policy SET derived_at_ms = NULL");
        st = run_text(tx, &t, e);
    }
    free(moves);
    free(c.v);
    text_release(&t);
    return st;
}
