/* A log as histories of single memories. */
#include "engine/fsrs.h"
#include "lab/lab.h"

static const double DAY_S = 86400.0;

/* FSRS counts nights, not hours: the number of the day. */
static double day_of(double time_s)
{
    double d = time_s / DAY_S, whole = (double)(int64_t)d;
    return whole > d ? whole - 1.0 : whole;
}

enum st log_histories(struct log_data *d, bool by_skill, struct fsrs_log *out, uint32_t **rows, uint32_t **users,
                      struct err *e)
{
    const struct responses *r = &d->r;
    struct arena *a = &d->arena;
    size_t things = by_skill ? r->sets : r->items, histories = 0, filled = 0;
    uint32_t *count = arena_array(a, things + 1, sizeof *count), *place = arena_array(a, things + 1, sizeof *place),
             *order = arena_array(a, r->rows + 1, sizeof *order);
    uint32_t *at = arena_array(a, r->rows + 2, sizeof *at), *user = arena_array(a, r->rows + 1, sizeof *user),
             *row = arena_array(a, r->rows + 1, sizeof *row);
    double *days = arena_array(a, r->rows + 1, sizeof *days);
    uint8_t *grade = arena_array(a, r->rows + 1, 1);
    if (!count || !place || !order || !at || !user || !row || !days || !grade)
        return err_fail(e, ST_NOMEM, "err.memory", "histories");
#define THING(i) (by_skill ? r->item_set[r->item[i]] : r->item[i])
    for (size_t u = 0; u < r->users; u++) {
        size_t n = 0;
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++)
            if (count[THING(i)]++ == 0) order[n++] = THING(i);
        for (size_t k = 0; k < n; k++) {
            user[histories] = (uint32_t)u;
            at[histories++] = (uint32_t)filled;
            place[order[k]] = (uint32_t)filled;
            filled += count[order[k]];
            count[order[k]] = 0;
        }
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) row[place[THING(i)]++] = (uint32_t)i;
    }
#undef THING
    at[histories] = (uint32_t)filled;
    for (size_t h = 0; h < histories; h++)
        for (size_t i = at[h]; i < at[h + 1]; i++) {
            grade[i] = r->correct[row[i]] ? FSRS_GOOD : FSRS_AGAIN;
            days[i] = i > at[h] ? day_of(r->time_s[row[i]]) - day_of(r->time_s[row[i - 1]]) : 0.0;
        }
    *out = (struct fsrs_log){histories, at, days, grade};
    if (rows) *rows = row;
    if (users) *users = user;
    return ST_OK;
}
