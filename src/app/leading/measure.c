#include "leading/measure.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "rules/small_group.h"
#include "base/id.h"

enum { LATELY_DAYS = 14, OFF_SCREEN_DAYS = 28, LOOKS_DAYS = 90, KEPT = 64, KEPT_MS = 60000 };

struct measure_cache {
    pthread_mutex_t lock;
    struct kept {
        const char *code; /* of the table below; NULL: free */
        int64_t org_id, at_ms;
        struct measure figure;
    } kept[KEPT];
};

struct measure_cache *measure_cache_new(void)
{
    struct measure_cache *f = calloc(1, sizeof *f);
    if (f) pthread_mutex_init(&f->lock, NULL);
    return f;
}

void measure_cache_free(struct measure_cache *f)
{
    if (f) pthread_mutex_destroy(&f->lock);
    free(f);
}

static bool find(struct measure_cache *f, const char *code, int64_t org_id, int64_t now_ms, struct measure *out)
{
    bool found = false;
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < KEPT && !found; i++) {
        const struct kept *k = &f->kept[i];
        found = k->code == code && k->org_id == org_id && now_ms >= k->at_ms && now_ms - k->at_ms < KEPT_MS;
        if (found) *out = k->figure;
    }
    pthread_mutex_unlock(&f->lock);
    return found;
}

static void keep(struct measure_cache *f, const char *code, int64_t org_id, int64_t now_ms,
                 const struct measure *figure)
{
    size_t at = 0; /* its own place, else the oldest */
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < KEPT; i++) {
        if (f->kept[i].code == code && f->kept[i].org_id == org_id) {
            at = i;
            break;
        }
        if (f->kept[i].at_ms < f->kept[at].at_ms) at = i;
    }
    f->kept[at] = (struct kept){code, org_id, now_ms, *figure};
    pthread_mutex_unlock(&f->lock);
}

enum st measure_count(struct app *app, struct tx *tx, const char *code, int64_t org_id, const struct policy_version *v,
                      int64_t now_ms, struct measure *out, struct err *e)
{
    static const struct {
        const char *code;
        enum sql_id query;
        int days;
        bool of_students;
        bool is_part; /* n of the students, so that those left are a group too */
    } known[] = {{"shown_lately", SQL_figure_shown, LATELY_DAYS, true, true},
                 {"secure_each", SQL_figure_secure, 0, true, false},
                 {"off_screen", SQL_figure_off_screen, OFF_SCREEN_DAYS, true, true},
                 {"looks_answered", SQL_figure_looks, LOOKS_DAYS, false, false},
                 {"read", SQL_reader_count, 0, false, false}};
    struct stmt *q;
    bool row;
    size_t i = 0;
    while (i < sizeof known / sizeof *known && strcmp(known[i].code, code) != 0) i++;
    if (i == sizeof known / sizeof *known) return err_fail(e, ST_NOT_FOUND, "policy.figure", "%s is no figure", code);
    if (known[i].of_students && find(app->measures, known[i].code, org_id, now_ms, out)) return ST_OK;
    TRY(tx_stmt(tx, known[i].query, &q, e));
    if (known[i].query == SQL_reader_count) bind_i64(q, "policy_id", v->policy_id);
    bind_i64(q, "org_id", org_id);
    if (known[i].days) bind_i64(q, "since", id_first_at(now_ms - known[i].days * INT64_C(86400000)));
    TRY(stmt_step(q, &row, e));
    *out = (struct measure){.of = row ? col_i64(q, 0) : 0, .n = row ? col_i64(q, 1) : 0};
    int64_t smallest = v->policy.smallest_group;
    if ((known[i].of_students && out->of < smallest) || (known[i].is_part && small_group(out->n, out->of, smallest)))
        *out = (struct measure){.few = true};
    if (known[i].of_students) keep(app->measures, known[i].code, org_id, now_ms, out);
    return ST_OK;
}
