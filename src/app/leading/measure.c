#include "leading/measure.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "rules/small_group.h"
#include "base/id.h"
#include "store/sql/together.h"

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

enum measure_query { SHOWN_LATELY, SECURE_EACH, OFF_SCREEN, LOOKS_ANSWERED, READ, MEASURES };

static enum st run_query(struct tx *tx, enum measure_query query, int64_t org_id, int64_t policy_id, int64_t now_ms,
                         struct sql_figure_row *r, struct err *e)
{
    static const int days[MEASURES] = {
        [SHOWN_LATELY] = LATELY_DAYS, [OFF_SCREEN] = OFF_SCREEN_DAYS, [LOOKS_ANSWERED] = LOOKS_DAYS};
    int64_t since = id_first_at(now_ms - days[query] * INT64_C(86400000));
    switch (query) {
    case SHOWN_LATELY:
        return sql_figure_shown(tx, &(struct sql_figure_shown_in){.since = since, .org_id = org_id}, r, NULL, e);
    case OFF_SCREEN:
        return sql_figure_off_screen(tx, &(struct sql_figure_off_screen_in){.since = since, .org_id = org_id}, r, NULL,
                                     e);
    case LOOKS_ANSWERED:
        return sql_figure_looks(tx, &(struct sql_figure_looks_in){.since = since, .org_id = org_id}, r, NULL, e);
    case SECURE_EACH: return sql_figure_secure(tx, org_id, r, NULL, e);
    case READ:
        return sql_reader_count(tx, &(struct sql_reader_count_in){.policy_id = policy_id, .org_id = org_id}, r, NULL,
                                e);
    case MEASURES: break;
    }
    return err_fail(e, ST_BUG, "err.bug", "measure");
}

enum st measure_count(struct app *app, struct tx *tx, const char *code, int64_t org_id,
                      const struct policy_effective *v, int64_t now_ms, struct measure *out, struct err *e)
{
    static const char *const codes[MEASURES] = {
        [SHOWN_LATELY] = "shown_lately",     [SECURE_EACH] = "secure_each",
        [OFF_SCREEN] = "off_screen",         [READ] = "read",
        [LOOKS_ANSWERED] = "looks_answered",
    };
    struct sql_figure_row r;
    enum measure_query query = SHOWN_LATELY;
    while (query < MEASURES && strcmp(codes[query], code) != 0) query++;
    if (query == MEASURES) return err_fail(e, ST_NOT_FOUND, "policy.figure", "%s is no figure", code);
    bool of_students = query != LOOKS_ANSWERED && query != READ;
    if (of_students && find(app->measures, codes[query], org_id, now_ms, out)) return ST_OK;
    TRY(run_query(tx, query, org_id, v->policy_id, now_ms, &r, e));
    *out = (struct measure){.of = r.total, .n = r.part};
    int64_t smallest = v->policy.smallest_group;
    bool is_part = query == SHOWN_LATELY || query == OFF_SCREEN; /* so that those left are a group too */
    if ((of_students && out->of < smallest) || (is_part && small_group(out->n, out->of, smallest)))
        *out = (struct measure){.few = true};
    if (of_students) keep(app->measures, codes[query], org_id, now_ms, out);
    return ST_OK;
}
