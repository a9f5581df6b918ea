#include "policy/policy_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/sql/answer.h"
#include "policy_merges.h"

static struct bkt bkt_read(const json_t *o, struct bkt dflt)
{
    return (struct bkt){.prior = json_f64(o, "prior", dflt.prior),
                        .learn = json_f64(o, "learn", dflt.learn),
                        .guess = json_f64(o, "guess", dflt.guess),
                        .slip = json_f64(o, "slip", dflt.slip)};
}

const struct bkt bkt_shipped = {.prior = 0.30, .learn = 0.15, .guess = 0.20, .slip = 0.10};

static enum st model_parse(struct arena *a, const struct catalogue *c, const char *doc, struct model *m, struct err *e)
{
    json_t *o;
    TRY(json_read(a, doc, strlen(doc), &o, e));
    m->fallback = bkt_read(json_object_get(o, "default"), bkt_shipped);
    const json_t *by = json_object_get(o, "by_competency");
    m->own = arena_array(a, json_object_size(by) + 1, sizeof *m->own);
    if (!m->own) return err_no_memory(e, "rules");
    /* In order of competency id: the catalogue is. */
    for (size_t i = 0; json_object_size(by) && i < c->competency_count; i++) {
        const json_t *own = json_object_get(by, c->competencies[i].uri);
        if (own) m->own[m->count++] = (struct bkt_of){c->competencies[i].competency_id, bkt_read(own, m->fallback)};
    }
    return ST_OK;
}

static int by_scope(const void *x, const void *y)
{
    const struct policy_version *a = *(const struct policy_version *const *)x,
                                *b = *(const struct policy_version *const *)y;
    if (a->scope != b->scope) return a->scope < b->scope ? -1 : 1;
    if (a->scope_id != b->scope_id) return a->scope_id < b->scope_id ? -1 : 1;
    if (a->effective_at_ms != b->effective_at_ms) return a->effective_at_ms < b->effective_at_ms ? -1 : 1;
    return a->policy_id < b->policy_id ? -1 : a->policy_id > b->policy_id;
}

/* Lays the versions out by scope, so that one of ten thousand is found without looking at the others. */
static enum st index_versions(struct arena *a, struct policy_index *r, struct err *e)
{
    r->by_scope = arena_array(a, r->policy_count, sizeof *r->by_scope);
    r->underived = arena_array(a, r->policy_count, sizeof *r->underived);
    r->merges = policy_merges_new();
    if (!r->by_scope || !r->underived || !r->merges) return err_no_memory(e, "rules");
    for (size_t i = 0; i < r->policy_count; i++) {
        const struct policy_version *v = &r->policies[i];
        r->by_scope[i] = v;
        if (!v->derived) r->underived[r->underived_count++] = v;
        r->school_count += v->scope == SCOPE_SCHOOL;
        r->learner_count += v->scope == SCOPE_LEARNER;
    }
    qsort(r->by_scope, r->policy_count, sizeof *r->by_scope, by_scope);
    return ST_OK;
}

static enum st load_items(struct tx *tx, struct arena *a, const struct catalogue *c, struct item_layer *out,
                          struct err *e)
{
    struct sql_model_items_row r;
    bool row;
    *out = (struct item_layer){0};
    TRY(sql_model_items(tx, &r, &row, e));
    if (!row) return ST_OK;
    int64_t id = r.model_id;
    TRY(item_layer_parse(a, c, r.doc, out, e));
    out->model_id = id;
    return ST_OK;
}

static enum st load_policies(struct tx *tx, struct arena *a, struct policy_index *r, struct err *e)
{
    struct sql_policy_list_row policy;
    struct rows rows;
    struct sql_policy_count_row count;
    TRY(sql_policy_count(tx, &count, NULL, e));
    size_t n = (size_t)count.count;
    r->policies = arena_array(a, n + 1, sizeof *r->policies);
    if (!r->policies) return err_no_memory(e, "rules");
    TRY(sql_policy_list(tx, &rows, e));
    while (r->policy_count < n && sql_policy_list_next(&rows, &policy)) {
        struct policy_version *v = &r->policies[r->policy_count++];
        v->policy_id = policy.policy_id;
        if (!scope_parse(policy.scope, &v->scope))
            return err_fail(e, ST_INVALID, "policy.scope_unknown", "policy %lld: scope %s", (long long)v->policy_id,
                            policy.scope);
        v->scope_id = policy.scope_id;
        v->doc = arena_strdup(a, policy.doc);
        v->effective_at_ms = policy.effective_at_ms;
        v->recorded_at_ms = policy.recorded_at_ms;
        v->reason = arena_strdup(a, policy.reason);
        v->recorder_id = policy.recorder_id;
        v->base_id = policy.base_id;
        v->derived = policy.derived_at_ms >= 0;
        if (!v->doc || !v->reason) return err_no_memory(e, "rules");
    }
    TRY(rows_end(&rows));
    if (r->policy_count == 0) { /* a database just made: the defaults, as version 0 */
        r->policies[0] = (struct policy_version){.doc = "{}", .reason = "", .derived = true};
        r->policy_count = 1;
    }
    return index_versions(a, r, e);
}

static enum st load_models(struct tx *tx, struct arena *a, const struct catalogue *c, struct policy_index *r,
                           struct err *e)
{
    struct sql_model_list_row model_row;
    struct rows rows;
    struct sql_model_count_row count;
    TRY(sql_model_count(tx, &count, NULL, e));
    size_t n = (size_t)count.count;
    r->models = arena_array(a, n + 1, sizeof *r->models);
    if (!r->models) return err_no_memory(e, "rules");
    TRY(sql_model_list(tx, &rows, e));
    while (r->model_count < n && sql_model_list_next(&rows, &model_row)) {
        struct model *m = &r->models[r->model_count++];
        m->model_id = model_row.model_id;
        m->effective_at_ms = model_row.effective_at_ms;
        TRY(model_parse(a, c, model_row.doc, m, e));
    }
    TRY(rows_end(&rows));
    if (r->model_count == 0) {
        r->models[0] = (struct model){.fallback = bkt_shipped};
        r->model_count = 1;
    }
    return load_items(tx, a, c, &r->items, e);
}

/* Of a scope's versions in effect and recorded at a moment, the one with the latest day; of one day, the latest
 * made. */
static const struct policy_version *latest(const struct policy_index *r, enum policy_scope scope, int64_t scope_id,
                                           int64_t at_ms)
{
    const struct policy_version key = {
        .scope = scope, .scope_id = scope_id, .effective_at_ms = at_ms, .policy_id = INT64_MAX};
    const struct policy_version *sought = &key;
    size_t lo = 0, hi = r->policy_count;
    while (lo < hi) { /* the first that comes after the moment */
        size_t mid = (lo + hi) / 2;
        if (by_scope(&r->by_scope[mid], &sought) <= 0) lo = mid + 1;
        else hi = mid;
    }
    while (lo-- > 0) {
        const struct policy_version *v = r->by_scope[lo];
        if (v->scope != scope || v->scope_id != scope_id) break;
        if (v->recorded_at_ms <= at_ms) return v;
    }
    return NULL;
}

static const struct policy_version *district_version(const struct policy_index *r, int64_t at_ms)
{
    const struct policy_version *v = latest(r, SCOPE_DISTRICT, 0, at_ms);
    return v ? v : &r->policies[0];
}

enum st policy_index_load(struct tx *tx, struct arena *a, const struct catalogue *c, int64_t now_ms,
                          struct policy_index *out, struct err *e)
{
    const struct policy_effective *current;
    struct policy_index r = {0};
    enum st st = load_policies(tx, a, &r, e);
    if (st == ST_OK) st = load_models(tx, a, c, &r, e);
    if (st == ST_OK) st = policy_alone(r.merges, district_version(&r, now_ms), &current, e);
    if (st == ST_OK) *out = r;
    else policy_index_release(&r);
    return st;
}

void policy_index_release(struct policy_index *r)
{
    policy_merges_free(r->merges);
    r->merges = NULL;
}

const struct policy_effective *policy_for_district(const struct policy_index *r, int64_t at_ms)
{
    const struct policy_effective *p;
    struct err e;
    if (policy_alone(r->merges, district_version(r, at_ms), &p, &e) == ST_NOMEM) abort(); /* nothing to go by */
    return p;
}

const struct policy_effective *policy_for_school(const struct policy_index *r, int64_t org_id, int64_t at_ms)
{
    const struct policy_effective *district = policy_for_district(r, at_ms);
    const struct policy_version *own = r->school_count && org_id ? latest(r, SCOPE_SCHOOL, org_id, at_ms) : NULL;
    return own ? policy_merged(r->merges, district, own) : district;
}

const struct policy_effective *policy_for_class(const struct policy_index *r, int64_t org_id, int64_t class_id,
                                                int64_t at_ms)
{
    const struct policy_effective *school = policy_for_school(r, org_id, at_ms);
    const struct policy_version *own = class_id ? latest(r, SCOPE_CLASS, class_id, at_ms) : NULL;
    return own ? policy_merged(r->merges, school, own) : school;
}

struct policy policy_for_learner(const struct policy_index *r, int64_t org_id, int64_t class_id, int64_t learner_id,
                                 int64_t at_ms)
{
    const struct policy_effective *class_ = policy_for_class(r, org_id, class_id, at_ms);
    const struct policy_version *own =
        r->learner_count && learner_id ? latest(r, SCOPE_LEARNER, learner_id, at_ms) : NULL;
    return own ? policy_merged(r->merges, class_, own)->policy : class_->policy;
}

enum st learner_school(struct tx *tx, int64_t learner_id, int64_t *org_id, struct err *e)
{
    struct sql_learner_school_row r;
    TRY(sql_learner_school(tx, learner_id, &r, NULL, e));
    *org_id = r.org_id;
    return ST_OK;
}

enum st policy_for_learners_school(const struct policy_index *r, struct tx *tx, int64_t learner_id, int64_t at_ms,
                                   const struct policy_effective **out, struct err *e)
{
    int64_t org_id = 0;
    if (r->school_count) TRY(learner_school(tx, learner_id, &org_id, e));
    *out = policy_for_school(r, org_id, at_ms);
    return ST_OK;
}

const struct policy_version *policy_version_by_id(const struct policy_index *r, int64_t policy_id)
{
    size_t lo = 0, hi = r->policy_count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (r->policies[mid].policy_id < policy_id) lo = mid + 1;
        else hi = mid;
    }
    return lo < r->policy_count && r->policies[lo].policy_id == policy_id ? &r->policies[lo] : NULL;
}

const struct policy_effective *policy_by_id(const struct policy_index *r, int64_t id)
{
    const struct policy_version *v = policy_version_by_id(r, id);
    int64_t at_ms = v ? v->effective_at_ms > v->recorded_at_ms ? v->effective_at_ms : v->recorded_at_ms : 0;
    const struct policy_effective *district;
    struct err e;
    if (!v || v->scope == SCOPE_DISTRICT) {
        if (policy_alone(r->merges, v ? v : &r->policies[0], &district, &e) == ST_NOMEM) abort();
        return district;
    }
    return policy_for_school(r, v->scope == SCOPE_SCHOOL ? v->scope_id : 0, at_ms);
}

const struct policy_version *policy_version_current(const struct policy_index *r, enum policy_scope scope,
                                                    int64_t scope_id, int64_t at_ms)
{
    return latest(r, scope, scope_id, at_ms);
}

bool policy_is_due(const struct policy_index *r, int64_t now_ms)
{
    for (size_t i = 0; i < r->underived_count; i++)
        if (r->underived[i]->effective_at_ms <= now_ms) return true;
    return false;
}

const struct model *model_current(const struct policy_index *r, int64_t at_ms)
{
    const struct model *best = &r->models[0];
    for (size_t i = 1; i < r->model_count; i++)
        if (r->models[i].effective_at_ms <= at_ms) best = &r->models[i];
    return best;
}

const struct model *model_by_id(const struct policy_index *r, int64_t id)
{
    size_t lo = 0, hi = r->model_count; /* there may be one for each night of years */
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (r->models[mid].model_id < id) lo = mid + 1;
        else hi = mid;
    }
    return lo < r->model_count && r->models[lo].model_id == id ? &r->models[lo] : &r->models[0];
}

const struct bkt *model_bkt(const struct model *m, int64_t id)
{
    size_t lo = 0, hi = m->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (m->own[mid].competency_id < id) lo = mid + 1;
        else hi = mid;
    }
    return lo < m->count && m->own[lo].competency_id == id ? &m->own[lo].bkt : &m->fallback;
}

const struct mastery_rule *mastery_rule_for(const struct catalogue *c, const struct policy *p, int64_t id)
{
    if (p->rule_count == 1) return &p->rules[0];
    const struct competency *k = catalogue_competency(c, id);
    return policy_rule(p, k ? k->type : "");
}

void fact_view_init(const struct policy_index *r, const struct catalogue *c, const struct policy *p,
                    const struct evidence *v, struct fact_view *out)
{
    size_t n = 0;
    const int64_t *ids = NULL;
    if ((v->kind == EVIDENCE_OBSERVATION || v->kind == EVIDENCE_JUDGEMENT) && v->competency_id) {
        ids = &v->competency_id;
        n = 1;
    } else if (v->kind == EVIDENCE_RESPONSE) {
        ids = catalogue_aligned(c, v->item_id, v->item_version, v->evidence_id, &n);
    }
    if (n > BKT_SKILLS_MAX) n = BKT_SKILLS_MAX;
    const struct model *m = model_by_id(r, v->model_id);
    for (size_t i = 0; i < n; i++) {
        out->ids[i] = ids[i];
        out->bkt[i] = *model_bkt(m, ids[i]);
        out->rule[i] = mastery_rule_for(c, p, ids[i]);
        out->place[i] = 0;
    }
    out->fact = (struct fold_fact){.evidence = v,
                                   .count = n,
                                   .competency_id = out->ids,
                                   .model = out->bkt,
                                   .rule = out->rule,
                                   .place = out->place};
}
