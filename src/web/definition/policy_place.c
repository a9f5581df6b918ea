#include "policy_place.h"

#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "frame/learner.h"
#include "store/sql/roster.h"

enum { SCHOOLS_MAX = 400 };

/* The schools that someone may look at, and which is asked for. */
static enum st choose(struct call *c, struct tx *tx, int64_t asked, struct rules_of *w, struct err *e)
{
    struct sql_org_list_row r;
    struct rows rows;
    bool district = c->relation == MAY_LEADS_DISTRICT;
    int64_t own = 0;
    TRY(call_alloc(c, (SCHOOLS_MAX + 1) * sizeof *w->schools, (void **)&w->schools, e));
    TRY(reader_school(c, tx, &own, e));
    if (district) w->schools[w->schools_n++] = (struct ui_link){c->snapshot->name, "/rules"};
    TRY(sql_org_list(tx, &rows, e));
    while (sql_org_list_next(&rows, &r)) {
        int64_t id = r.org_id;
        if (!str_eq(r.type, "school") || w->schools_n > SCHOOLS_MAX) continue;
        if (!district && id != own && !actor_holds(&c->who, ROLE_PRINCIPAL | ROLE_COACH, id)) continue;
        const char *name = arena_strdup(c->arena, r.name);
        if (asked ? id == asked : !district && !w->org_id) {
            w->org_id = id;
            w->name = name;
        }
        w->schools[w->schools_n++] =
            (struct ui_link){name, arena_printf(c->arena, "/rules?school=%lld", (long long)id)};
    }
    TRY(rows_end(&rows));
    if (asked && !w->org_id) return err_fail(e, ST_DENIED, "err.denied", "school %lld", (long long)asked);
    if (w->schools_n < 2) w->schools_n = 0; /* nothing to choose */
    return ST_OK;
}

static enum st load_docs(struct call *c, struct rules_of *w, struct err *e)
{
    json_t *doc, *upper;
    const struct policy_index *r = &c->snapshot->policy_index;
    w->version = policy_for_school(r, w->org_id, c->now_ms);
    TRY(json_read(c->arena, w->version->doc, strlen(w->version->doc), &doc, e));
    json_t *above = w->org_id ? json_loads(policy_for_district(r, c->now_ms)->doc, 0, NULL) : json_object();
    json_t *opened = policy_opened(above, w->org_id);
    json_decref(above);
    if (!opened) return err_fail(e, ST_NOMEM, "err.memory", "rules");
    TRY(json_keep(c->arena, opened, &upper, e));
    w->doc = doc;
    w->upper = upper;
    return ST_OK;
}

enum st rules_find(struct call *c, struct tx *tx, struct rules_of *out, struct err *e)
{
    int64_t asked = 0;
    const char *s = http_query(c->http, "school");
    *out = (struct rules_of){.name = c->snapshot->name};
    if (!s) s = http_form(c->http, "school", 0);
    if (s && *s && !id_parse(s, &asked)) return err_fail(e, ST_INVALID, "err.not_found", "school must be an id");
    TRY(choose(c, tx, asked, out, e));
    out->may_answer = c->relation == MAY_LEADS_DISTRICT;
    out->may_edit = leads_org(c, out->org_id);
    out->sees_names = !out->may_answer && leads_org(c, out->org_id);
    return load_docs(c, out, e);
}
