#include "policy/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/sql/content.h"
#include "store/sql/identity.h"
#include "store/sql/roster.h"

enum { SNAPSHOT_BYTES = 512u << 20 };

static enum st first_district(struct conn *c, struct snapshot *s, struct err *e)
{
    struct tx *tx;
    struct sql_district_all_row r;
    bool row = false;
    TRY(tx_read(c, 0, &tx, e));
    enum st st = sql_district_all(tx, &r, &row, e);
    if (st == ST_OK && !row)
        st = err_fail(e, ST_NOT_FOUND, "err.no_district",
                      "the database has no district yet: run `waymark init --db …` or `waymark demo`");
    if (st == ST_OK) {
        s->district_id = r.district_id;
        snprintf(s->name, sizeof s->name, "%s", r.name);
        snprintf(s->host, sizeof s->host, "%s", r.host);
    }
    tx_rollback(tx);
    return st;
}

static enum st load_zone(struct tx *tx, struct snapshot *s, struct err *e)
{
    struct sql_org_list_row r;
    struct rows rows;
    char zone[80] = "";
    TRY(sql_org_list(tx, &rows, e));
    while (sql_org_list_next(&rows, &r)) {
        if (!*zone && *r.zone) snprintf(zone, sizeof zone, "%s", r.zone);
    }
    TRY(rows_end(&rows));
    s->zone = *zone ? tz_open(zone) : NULL;
    return ST_OK;
}

static enum st read_stamp(struct tx *tx, int64_t out[STAMPS], struct err *e)
{
    struct sql_content_stamp_row r;
    TRY(sql_content_stamp(tx, &r, NULL, e));
    out[0] = r.import_id;
    out[1] = r.edit_id;
    out[2] = r.policy_id;
    out[3] = r.model_id;
    return ST_OK;
}

static enum st load(struct conn *c, int64_t now_ms, struct snapshot *s, struct err *e)
{
    struct tx *tx;
    TRY(first_district(c, s, e));
    TRY(tx_read(c, s->district_id, &tx, e));
    enum st st = read_stamp(tx, s->stamp, e);
    if (st == ST_OK) st = load_zone(tx, s, e);
    if (st == ST_OK) st = catalogue_load(tx, &s->arena, &s->catalogue, e);
    if (st == ST_OK) st = policy_index_load(tx, &s->arena, &s->catalogue, now_ms, &s->policy_index, e);
    tx_rollback(tx);
    return st;
}

enum st snapshot_reload(struct app *app, struct conn *c, struct err *e)
{
    struct snapshot *s = calloc(1, sizeof *s);
    if (!s) return err_fail(e, ST_NOMEM, "err.memory", "snapshot");
    s->refs = 1;
    arena_init(&s->arena, SNAPSHOT_BYTES);
    enum st st = load(c, app_now_ms(app), s, e);
    if (st != ST_OK) {
        snapshot_drop(s);
        return st;
    }
    db_set_day(app->db, tz_date(s->zone, app_now_ms(app)));
    pthread_mutex_lock(&app->lock);
    struct snapshot *old = app->snapshot;
    app->snapshot = s;
    __atomic_store_n(&app->district_id, s->district_id, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&app->lock);
    /* The floor of new ids is the greatest of them. */
    for (int i = 0; i < STAMPS; i++) app_ids_above(app, s->stamp[i]);
    if (old) snapshot_drop(old);
    return ST_OK;
}

enum st snapshot_refresh(struct app *app, struct conn *c, struct err *e)
{
    struct snapshot *s = snapshot_hold(app);
    int64_t now[STAMPS] = {0};
    struct tx *tx;
    enum st st = tx_read(c, s->district_id, &tx, e);
    if (st == ST_OK) {
        st = read_stamp(tx, now, e);
        tx_rollback(tx);
    }
    bool same = memcmp(now, s->stamp, sizeof now) == 0;
    db_set_day(app->db, tz_date(s->zone, app_now_ms(app)));
    snapshot_drop(s);
    return st != ST_OK || same ? st : snapshot_reload(app, c, e);
}

struct snapshot *snapshot_hold(struct app *app)
{
    pthread_mutex_lock(&app->lock);
    struct snapshot *s = app->snapshot;
    if (s) __atomic_add_fetch(&s->refs, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&app->lock);
    return s;
}

void snapshot_drop(struct snapshot *s)
{
    if (__atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) > 0) return;
    tz_free(s->zone);
    policy_index_release(&s->policy_index);
    arena_release(&s->arena);
    free(s);
}
