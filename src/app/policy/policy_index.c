#include "policy/policy_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static enum st no_memory(struct err *e) { return err_fail(e, ST_NOMEM, "err.memory", "rules"); }

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
    if (!m->own) return no_memory(e);
    /* In order of competency id: the catalogue is. */
    for (size_t i = 0; json_object_size(by) && i < c->competency_count; i++) {
        const json_t *own = json_object_get(by, c->competencies[i].uri);
        if (own) m->own[m->count++] = (struct bkt_of){c->competencies[i].competency_id, bkt_read(own, m->fallback)};
    }
    return ST_OK;
}

static enum st count_rows(struct tx *tx, enum sql_id id, size_t *n, struct err *e)
{
    struct stmt *q;
    *n = 0;
    TRY(tx_stmt(tx, id, &q, e));
    for (bool row = true;; ++*n) {
        TRY(stmt_step(q, &row, e));
        if (!row) return ST_OK;
    }
}

static enum st merge_pair(struct arena *a, struct policy_pair *p, struct err *e)
{
    json_t *above = json_loads(p->district->doc, 0, NULL), *upper = policy_opened(above, p->school->scope_id),
           *own = json_loads(p->school->doc, 0, NULL), *lower = policy_within(upper, own, SCOPE_SCHOOL),
           *both = policy_merge(upper, lower);
    char *doc = both ? json_dumps(both, JSON_COMPACT) : NULL;
    bool school_later =
        p->school->effective_at_ms > p->district->effective_at_ms ||
        (p->school->effective_at_ms == p->district->effective_at_ms && p->school->policy_id > p->district->policy_id);
    const struct policy_version *later = school_later ? p->school : p->district;
    p->merged = *later;
    p->merged.scope = SCOPE_SCHOOL;
    p->merged.scope_id = p->school->scope_id;
    p->merged.policy.policy_id = later->policy_id;
    p->merged.doc = doc ? arena_strdup(a, doc) : NULL;
    enum st st = p->merged.doc && lower ? policy_from_json(both, &p->merged.policy, e) : no_memory(e);
    /* two that were never in force together (app/policy.c sees to it), and do not go together */
    if (st == ST_INVALID) {
        p->merged.policy = p->district->policy;
        p->merged.policy.policy_id = later->policy_id;
        p->merged.doc = p->district->doc;
        st = ST_OK;
    }
    free(doc);
    json_decref(own);
    json_decref(above);
    json_decref(upper);
    json_decref(lower);
    json_decref(both);
    return st;
}

/* Every school's version over every district's: few, and read once. */
static enum st pair_up(struct arena *a, struct policy_index *r, struct err *e)
{
    size_t schools = 0;
    for (size_t i = 0; i < r->policy_count; i++) schools += r->policies[i].scope == SCOPE_SCHOOL;
    r->pairs = arena_array(a, schools * r->policy_count + 1, sizeof *r->pairs);
    if (!r->pairs) return no_memory(e);
    for (size_t i = 0; schools && i < r->policy_count; i++)
        for (size_t k = 0; r->policies[i].scope == SCOPE_SCHOOL && k < r->policy_count; k++) {
            if (r->policies[k].scope != SCOPE_DISTRICT) continue;
            struct policy_pair *p = &r->pairs[r->pair_count++];
            p->district = &r->policies[k];
            p->school = &r->policies[i];
            TRY(merge_pair(a, p, e));
        }
    return ST_OK;
}

static enum st class_org(struct tx *tx, int64_t class_id, int64_t *org_id, struct err *e)
{
    struct stmt *q;
    bool row;
    TRY(tx_stmt(tx, SQL_class_school, &q, e));
    bind_i64(q, "class_id", class_id);
    TRY(stmt_step(q, &row, e));
    *org_id = row ? col_i64(q, 0) : 0;
    return ST_OK;
}

static enum st narrow_one(struct arena *a, struct policy_narrow *n, struct err *e)
{
    json_t *upper = json_loads(n->upper->doc, 0, NULL), *own = json_loads(n->own->doc, 0, NULL),
           *within = policy_within(upper, own, SCOPE_CLASS), *both = within ? policy_merge(upper, within) : NULL;
    enum st st = both ? policy_from_json(both, &n->merged, e) : no_memory(e);
    if (st == ST_INVALID) { /* what holds above was changed since, and they no longer go together */
        n->merged = n->upper->policy;
        n->doc = n->upper->doc;
        st = ST_OK;
    }
    n->merged.policy_id = n->own->policy_id;
    char *doc = n->doc || !both ? NULL : json_dumps(both, JSON_COMPACT);
    if (doc) n->doc = arena_strdup(a, doc);
    free(doc);
    if (st == ST_OK && !n->doc) st = no_memory(e);
    json_t *all[] = {upper, own, within, both};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) json_decref(all[i]);
    return st;
}

/* Each class's version over everything that was or will be above it. */
static enum st narrow_down(struct tx *tx, struct arena *a, struct policy_index *r, struct err *e)
{
    size_t classes = 0;
    for (size_t i = 0; i < r->policy_count; i++) classes += r->policies[i].scope == SCOPE_CLASS;
    r->narrow = arena_array(a, classes * (r->policy_count + r->pair_count) + 1, sizeof *r->narrow);
    if (!r->narrow) return no_memory(e);
    for (size_t i = 0; classes && i < r->policy_count; i++) {
        int64_t org_id;
        if (r->policies[i].scope != SCOPE_CLASS) continue;
        TRY(class_org(tx, r->policies[i].scope_id, &org_id, e));
        for (size_t k = 0; k < r->policy_count + r->pair_count; k++) {
            const struct policy_version *upper =
                k < r->policy_count ? &r->policies[k] : &r->pairs[k - r->policy_count].merged;
            if (k < r->policy_count ? upper->scope != SCOPE_DISTRICT : upper->scope_id != org_id) continue;
            struct policy_narrow *n = &r->narrow[r->narrow_count++];
            n->upper = upper;
            n->own = &r->policies[i];
            TRY(narrow_one(a, n, e));
        }
    }
    return ST_OK;
}

static enum st load_items(struct tx *tx, struct arena *a, const struct catalogue *c, struct item_layer *out,
                          struct err *e)
{
    struct stmt *q;
    bool row;
    *out = (struct item_layer){0};
    TRY(tx_stmt(tx, SQL_model_items, &q, e));
    TRY(stmt_step(q, &row, e));
    if (!row) return ST_OK;
    int64_t id = col_i64(q, 0);
    TRY(item_layer_parse(a, c, col_text(q, 1), out, e));
    out->model_id = id;
    return ST_OK;
}

enum st policy_index_load(struct tx *tx, struct arena *a, const struct catalogue *c, struct policy_index *out,
                          struct err *e)
{
    struct stmt *q;
    struct policy_index r = {0};
    size_t policies, models;
    TRY(count_rows(tx, SQL_policy_list, &policies, e));
    TRY(count_rows(tx, SQL_model_list, &models, e));
    r.policies = arena_array(a, policies + 1, sizeof *r.policies);
    r.models = arena_array(a, models + 1, sizeof *r.models);
    if (!r.policies || !r.models) return no_memory(e);
    TRY(tx_stmt(tx, SQL_policy_list, &q, e));
    for (bool row = true; r.policy_count < policies;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        struct policy_version *v = &r.policies[r.policy_count++];
        v->policy = policy_default();
        v->policy_id = v->policy.policy_id = col_i64(q, 0);
        if (!scope_parse(col_text(q, 1), &v->scope))
            return err_fail(e, ST_INVALID, "policy.scope_unknown", "policy %lld: scope %s", (long long)v->policy_id,
                            col_text(q, 1));
        v->scope_id = col_i64(q, 2);
        v->doc = arena_strdup(a, col_text(q, 3));
        v->effective_at_ms = col_i64(q, 4);
        v->recorded_at_ms = col_i64(q, 5);
        v->reason = arena_strdup(a, col_text(q, 6));
        v->recorder_id = col_i64(q, 7);
        v->base_id = col_i64(q, 8);
        v->derived = col_i64(q, 9) >= 0;
        if (!v->doc || !v->reason) return no_memory(e);
        r.learner_count += v->scope == SCOPE_LEARNER;
        /* a school's says little alone */
        if (v->scope == SCOPE_DISTRICT) TRY(policy_read(v->doc, strlen(v->doc), &v->policy, e));
    }
    TRY(pair_up(a, &r, e));
    TRY(narrow_down(tx, a, &r, e));
    TRY(tx_stmt(tx, SQL_model_list, &q, e));
    for (bool row = true; r.model_count < models;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        struct model *m = &r.models[r.model_count++];
        m->model_id = col_i64(q, 0);
        m->effective_at_ms = col_i64(q, 3);
        TRY(model_parse(a, c, col_text(q, 2), m, e));
    }
    TRY(load_items(tx, a, c, &r.items, e));
    if (r.policy_count == 0) { /* a database just made: the defaults, as version 0 */
        r.policies[0] = (struct policy_version){.policy = policy_default(), .doc = "{}", .reason = "", .derived = true};
        r.policy_count = 1;
    }
    if (r.model_count == 0) {
        r.models[0] = (struct model){.fallback = bkt_shipped};
        r.model_count = 1;
    }
    *out = r;
    return ST_OK;
}

/* Of those in force, the one with the latest day; of one day, the latest made. */
static const struct policy_version *latest(const struct policy_index *r, enum policy_scope scope, int64_t scope_id,
                                           int64_t at_ms)
{
    const struct policy_version *best = NULL;
    for (size_t i = 0; i < r->policy_count; i++) {
        const struct policy_version *v = &r->policies[i];
        if (v->scope == scope && v->scope_id == scope_id && v->effective_at_ms <= at_ms && v->recorded_at_ms <= at_ms &&
            (!best || v->effective_at_ms >= best->effective_at_ms))
            best = v;
    }
    return best;
}

const struct policy_version *policy_for_district(const struct policy_index *r, int64_t at_ms)
{
    const struct policy_version *best = latest(r, SCOPE_DISTRICT, 0, at_ms);
    return best ? best : &r->policies[0];
}

const struct policy_version *policy_for_school(const struct policy_index *r, int64_t org_id, int64_t at_ms)
{
    const struct policy_version *district = policy_for_district(r, at_ms),
                                *school = r->pair_count ? latest(r, SCOPE_SCHOOL, org_id, at_ms) : NULL;
    for (size_t i = 0; school && i < r->pair_count; i++)
        if (r->pairs[i].district == district && r->pairs[i].school == school) return &r->pairs[i].merged;
    return district;
}

const struct policy *policy_for_class(const struct policy_index *r, int64_t org_id, int64_t class_id, int64_t at_ms)
{
    const struct policy_version *upper = policy_for_school(r, org_id, at_ms),
                                *own = r->narrow_count && class_id ? latest(r, SCOPE_CLASS, class_id, at_ms) : NULL;
    for (size_t i = 0; own && i < r->narrow_count; i++)
        if (r->narrow[i].upper == upper && r->narrow[i].own == own) return &r->narrow[i].merged;
    return &upper->policy;
}

/* What holds in a class, and the document of it. */
static const struct policy *held_in(const struct policy_index *r, int64_t org_id, int64_t class_id, int64_t at_ms,
                                    const char **doc)
{
    const struct policy *p = policy_for_class(r, org_id, class_id, at_ms);
    *doc = policy_for_school(r, org_id, at_ms)->doc;
    for (size_t i = 0; i < r->narrow_count; i++)
        if (&r->narrow[i].merged == p) *doc = r->narrow[i].doc;
    return p;
}

const char *policy_doc_for_class(const struct policy_index *r, int64_t org_id, int64_t class_id, int64_t at_ms)
{
    const char *doc;
    (void)held_in(r, org_id, class_id, at_ms, &doc);
    return doc;
}

struct policy policy_for_learner(const struct policy_index *r, int64_t org_id, int64_t class_id, int64_t learner_id,
                                 int64_t at_ms)
{
    const char *upper_doc;
    struct policy p = *held_in(r, org_id, class_id, at_ms, &upper_doc), merged = {0};
    const struct policy_version *own =
        r->learner_count && learner_id ? latest(r, SCOPE_LEARNER, learner_id, at_ms) : NULL;
    struct err e;
    if (!own) return p;
    json_t *upper = json_loads(upper_doc, 0, NULL), *doc = json_loads(own->doc, 0, NULL),
           *within = policy_within(upper, doc, SCOPE_LEARNER), *both = within ? policy_merge(upper, within) : NULL;
    if (both && policy_from_json(both, &merged, &e) == ST_OK) { /* else they no longer go together: as in the class */
        p = merged;
        p.policy_id = own->policy_id;
    }
    json_t *all[] = {upper, doc, within, both};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) json_decref(all[i]);
    return p;
}

enum st learner_school(struct tx *tx, int64_t learner_id, int64_t *org_id, struct err *e)
{
    struct stmt *q;
    bool row;
    TRY(tx_stmt(tx, SQL_learner_school, &q, e));
    bind_i64(q, "learner_id", learner_id);
    TRY(stmt_step(q, &row, e));
    *org_id = row ? col_i64(q, 0) : 0;
    return ST_OK;
}

enum st policy_for_learners_school(const struct policy_index *r, struct tx *tx, int64_t learner_id, int64_t at_ms,
                                   const struct policy_version **out, struct err *e)
{
    int64_t org_id;
    *out = policy_for_district(r, at_ms);
    if (!r->pair_count) return ST_OK;
    TRY(learner_school(tx, learner_id, &org_id, e));
    if (org_id) *out = policy_for_school(r, org_id, at_ms);
    return ST_OK;
}

const struct policy_version *policy_by_id(const struct policy_index *r, int64_t id)
{
    for (size_t i = 0; i < r->policy_count; i++)
        if (r->policies[i].policy_id == id) return &r->policies[i];
    return &r->policies[0];
}

const struct policy_version *policy_version_by_id(const struct policy_index *r, int64_t policy_id)
{
    for (size_t i = 0; i < r->policy_count; i++)
        if (r->policies[i].policy_id == policy_id) return &r->policies[i];
    return NULL;
}

const struct policy_version *policy_version_current(const struct policy_index *r, enum policy_scope scope,
                                                    int64_t scope_id, int64_t at_ms)
{
    return latest(r, scope, scope_id, at_ms);
}

bool policy_is_due(const struct policy_index *r, int64_t now_ms)
{
    for (size_t i = 0; i < r->policy_count; i++)
        if (!r->policies[i].derived && r->policies[i].effective_at_ms <= now_ms) return true;
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
    out->fact = (struct fold_fact){v, n, out->ids, out->bkt, out->rule, out->place};
}
