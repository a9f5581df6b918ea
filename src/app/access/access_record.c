#include "access/access_record.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "store/sql/identity.h"
#include "store/sql/roster.h"

enum { SCOPES_MAX = 200 };

/* Where a learner's record is seen as part of something larger, and from when to when. */
struct seen_in {
    const char *scope;
    int64_t scope_id, from_id, before_id;
    const char *title;
};

static int64_t day_id(int64_t day) { return id_first_at(day * 86400000); }

static enum st load_scopes(struct tx *tx, struct arena *a, int64_t learner_id, struct seen_in *list, size_t *n,
                           struct err *e)
{
    struct sql_learner_enrollments_row r;
    struct rows rows;
    TRY(sql_learner_enrollments(tx, learner_id, &rows, e));
    while (*n + 2 <= SCOPES_MAX && sql_learner_enrollments_next(&rows, &r)) {
        /* a day's room on both sides: the dates are of the school's zone */
        struct seen_in x = {"class", r.class_id, r.starts_on_is_null ? 0 : day_id(r.starts_on - 1),
                            r.ends_on_is_null ? INT64_MAX : day_id(r.ends_on + 2), arena_strdup(a, r.title)};
        if (!r.closed_at_ms_is_null && id_first_at(r.closed_at_ms) < x.before_id)
            x.before_id = id_first_at(r.closed_at_ms);
        list[(*n)++] = x;
        x.scope = "school";
        x.scope_id = r.org_id;
        x.title = "";
        bool known = !r.org_id;
        for (size_t i = 0; i < *n && !known; i++) {
            struct seen_in *s = &list[i];
            if (!str_eq(s->scope, "school") || s->scope_id != x.scope_id) continue;
            known = true; /* from the first class there to the last */
            if (x.from_id < s->from_id) s->from_id = x.from_id;
            if (x.before_id > s->before_id) s->before_id = x.before_id;
        }
        if (!known) list[(*n)++] = x;
    }
    return rows_end(&rows);
}

/* Keeps the ACCESS_PAGE latest; whether one had to go. */
static bool keep(struct access_views *v, const struct access_view *x)
{
    size_t at = v->count;
    while (at && v->list[at - 1].access_id < x->access_id) at--;
    bool full = v->count == ACCESS_PAGE;
    if (at == ACCESS_PAGE) return true;
    memmove(&v->list[at + 1], &v->list[at], (v->count - at - full) * sizeof *v->list);
    v->list[at] = *x;
    v->count += !full;
    return full;
}

static enum st read_scope(struct tx *tx, struct arena *a, const struct seen_in *s, int64_t before,
                          struct access_views *v, bool *more, struct err *e)
{
    struct sql_access_list_row r;
    struct rows rows;
    TRY(sql_access_list(tx,
                        &(struct sql_access_list_in){.scope = s->scope,
                                                     .scope_id = s->scope_id,
                                                     .from_id = s->from_id,
                                                     .before_id = before < s->before_id ? before : s->before_id,
                                                     .limit = ACCESS_PAGE + 1},
                        &rows, e));
    while (sql_access_list_next(&rows, &r)) {
        struct access_view x = {r.access_id,
                                id_time_ms(r.access_id),
                                r.actor_id,
                                arena_printf(a, "%s %s", r.given_name, r.family_name),
                                s->scope,
                                s->title ? s->title : "",
                                arena_strdup(a, r.route),
                                arena_strdup(a, r.relation)};
        if (keep(v, &x)) *more = true;
    }
    return rows_end(&rows);
}

enum st access_views(struct tx *tx, struct arena *a, const struct learner_scope *who, int64_t before,
                     struct access_views *out, struct err *e)
{
    struct seen_in list[SCOPES_MAX] = {{"learner", who->learner_id, 0, INT64_MAX, ""}};
    size_t n = 1;
    bool more = false;
    *out = (struct access_views){0};
    TRY(load_scopes(tx, a, who->learner_id, list, &n, e));
    for (size_t i = 0; i < n; i++) TRY(read_scope(tx, a, &list[i], before ? before : INT64_MAX, out, &more, e));
    if (more) out->older_than = out->list[out->count - 1].access_id;
    return ST_OK;
}
