/* The levels that are stored against those under other rules, by as many threads as there are processors. Learners go
 * in slices; what changes is told slice by slice, in order, so that the answer does not depend on the threads. */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "derive/rebuild.h"
#include "base/json.h"
#include "base/list.h"
#include "learning/derived.h"
#include "rules/grade.h"
#include "policy/snapshot.h"
#include "store/sql/roster.h"

enum { TRIED_MAX = 200, THREADS_MAX = 16 };

struct change {
    int64_t learner_id, competency_id;
    enum level before, after;
};

struct slice {
    int64_t ids[PACKED_AT_ONCE];
    size_t n;
    struct change *changes; /* on the heap */
    size_t count, cap;
};

struct question {
    struct app *app;
    struct snapshot *s;
    int64_t at_ms;
    enum policy_scope scope;
    int64_t scope_id;
    const json_t *over;
    struct slice *slices;
    size_t slice_count, next; /* next: taken by the threads */
};

struct asker { /* one thread */
    struct question *q;
    pthread_t thread;
    bool started;
    struct tried { /* policies in force, with what is tried merged over them; made when first met */
        const struct policy_effective *from;
        struct policy policy;
    } tried[TRIED_MAX];
    size_t tried_count;
    struct folding_views *views, *views_now; /* under what is tried; under what is in force */
    struct rebuild_report report;
    enum st st;
    struct err err;
};

/* The document in force for whom `org_id` is the school, with what is tried set in its scope; owned by the caller. */
static enum st tried_doc(const struct question *q, int64_t org_id, json_t **out, struct err *e)
{
    const struct policy_effective *district = policy_for_district(&q->s->policy_index, q->at_ms);
    const struct policy_version *school = policy_version_current(&q->s->policy_index, SCOPE_SCHOOL, org_id, q->at_ms);
    json_t *upper = json_loads(district->doc, 0, NULL),
           *own = school ? json_loads(school->doc, 0, NULL) : json_object();
    json_t *district_doc = q->scope == SCOPE_DISTRICT ? policy_merge(upper, q->over) : json_incref(upper);
    json_t *above = policy_opened(district_doc, org_id);
    json_t *below = q->scope == SCOPE_SCHOOL ? policy_merge(own, q->over) : json_incref(own);
    *out = above ? policy_applied(above, below, SCOPE_SCHOOL) : NULL;
    json_t *all[] = {upper, own, district_doc, above, below};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) json_decref(all[i]);
    return *out ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "policy");
}

static enum st try_over(struct asker *k, const struct policy_effective *from, int64_t org_id, const struct policy **out,
                        struct err *e)
{
    for (size_t i = 0; i < k->tried_count; i++)
        if (k->tried[i].from == from) {
            *out = &k->tried[i].policy;
            return ST_OK;
        }
    if (k->tried_count == TRIED_MAX)
        return err_fail(e, ST_NOMEM, "err.memory", "more than %d schools with rules of their own", TRIED_MAX);
    struct tried *t = &k->tried[k->tried_count];
    json_t *doc;
    TRY(tried_doc(k->q, org_id, &doc, e));
    t->from = from;
    t->policy.policy_id = from->policy_id;
    enum st st = policy_from_json(doc, &t->policy, e);
    json_decref(doc);
    TRY(st);
    k->tried_count++;
    *out = &t->policy;
    return ST_OK;
}

static enum st keep_change(struct slice *s, struct change c, struct err *e)
{
    if (s->count == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 64;
        struct change *more = realloc(s->changes, cap * sizeof *more);
        if (!more) return err_fail(e, ST_NOMEM, "err.memory", "what-if");
        s->changes = more;
        s->cap = cap;
    }
    s->changes[s->count++] = c;
    return ST_OK;
}

static enum st compare(struct asker *k, struct slice *s, int64_t learner_id, const struct derived *d,
                       const struct mastery_row *rows, size_t n, struct err *e)
{
    k->report.learners++;
    k->report.facts += (int64_t)d->facts;
    k->report.read_us += d->took.read_us;
    k->report.fold_us += d->took.fold_us;
    for (size_t i = 0; i < d->row_count; i++) {
        size_t at = 0;
        while (at < n && rows[at].competency_id != d->rows[i].competency_id) at++;
        int32_t before = at < n ? rows[at].level & 3 : LEVEL_NOT_YET, after = d->rows[i].level & 3;
        k->report.moved[before][after]++;
        if (before == after) continue;
        k->report.changed++;
        TRY(keep_change(s, (struct change){learner_id, d->rows[i].competency_id, (enum level)before, (enum level)after},
                        e));
    }
    return ST_OK;
}

/* Rows are in order of competency. */
static enum level level_in(const struct mastery_row *rows, size_t n, int64_t competency_id)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (rows[mid].competency_id < competency_id) lo = mid + 1;
        else hi = mid;
    }
    return lo < n && rows[lo].competency_id == competency_id ? (enum level)(rows[lo].level & 3) : LEVEL_NOT_YET;
}

static const char *letter(const struct grade *g) { return g->cut ? g->cut->letter : ""; }

/* Stored rows for a slice of learners, read in a few statements (a slice is a contiguous range of ids). */
struct loaded {
    struct packed_slice packed;
    struct mastery_row *rows;
    struct taught_one {
        int64_t learner_id;
        struct taught taught;
    } * courses;
    size_t row_count, course_count;
    size_t row_at, course_at; /* of the learner that is asked about */
};

/* One side of a comparison: a learner's levels, and the state with the values that a scale may go by (NULL: it does
 * not). */
struct side {
    const struct policy *policy;
    const struct mastery_row *rows;
    size_t n;
    const struct learner_state *state;
};

static struct level_value stands(const struct catalogue *c, const struct side *s, int64_t competency_id)
{
    const struct competency_state *k = s->state ? state_find(s->state, competency_id) : NULL;
    return (struct level_value){level_in(s->rows, s->n, competency_id),
                                k ? mastery_value(mastery_rule_for(c, s->policy, competency_id), k) : 0};
}

/* Course by course: the letter as it is, and as it would be. */
static enum st compare_grades(struct asker *k, struct loaded *l, struct arena *a, int64_t learner_id,
                              const struct side *now, const struct side *tried, struct err *e)
{
    const struct catalogue *c = &k->q->s->catalogue;
    while (l->course_at < l->course_count && l->courses[l->course_at].learner_id < learner_id) l->course_at++;
    for (size_t i = l->course_at; i < l->course_count && l->courses[i].learner_id == learner_id; i++) {
        const struct course *course = catalogue_course(c, l->courses[i].taught.course_id);
        struct grade was, would;
        if (!course) continue;
        struct level_value *on = arena_array(a, 2 * course->count + 1, sizeof *on),
                           *then = on ? on + course->count : NULL;
        if (!on) return err_fail(e, ST_NOMEM, "err.memory", "what-if");
        for (size_t j = 0; j < course->count; j++) {
            int64_t id = c->competencies[course->competency[j]].competency_id;
            on[j] = stands(c, now, id);
            then[j] = stands(c, tried, id);
            if (on[j].level == LEVEL_NOT_YET && then[j].level == LEVEL_NOT_YET) continue;
            k->report.reported++;
            k->report.reported_changed +=
                report_level_other(report_level_of(now->policy, &on[j]), report_level_of(tried->policy, &then[j]));
        }
        grade_of(now->policy, on, course->count, &was);
        grade_of(tried->policy, then, course->count, &would);
        k->report.grades++;
        k->report.grades_changed += strcmp(letter(&was), letter(&would)) != 0;
    }
    return ST_OK;
}

static enum st load_courses(struct tx *tx, struct arena *a, int64_t first, int64_t last, struct loaded *l,
                            struct err *e)
{
    struct sql_course_of_learners_row r;
    struct rows rows;
    size_t cap = 0;
    TRY(sql_course_of_learners(tx, &(struct sql_course_of_learners_in){.first = first, .last = last}, &rows, e));
    while (sql_course_of_learners_next(&rows, &r)) {
        struct taught_one *t = LIST_ADD(a, l->courses, l->course_count, cap);
        if (!t) return err_fail(e, ST_NOMEM, "err.memory", "what-if");
        *t = (struct taught_one){r.user_id, {r.course_id, r.class_id, r.org_id}};
    }
    return rows_end(&rows);
}

static enum st load_slice(struct asker *k, struct slice *s, struct tx *tx, struct arena *a, struct loaded *l,
                          struct err *e)
{
    int64_t begin_us = clock_mono_us();
    *l = (struct loaded){0};
    if (!s->n) return ST_OK;
    TRY(packed_read(tx, a, s->ids[0], s->ids[s->n - 1], &l->packed, e));
    k->report.read_us += clock_mono_us() - begin_us;
    TRY(mastery_range(tx, a, s->ids[0], s->ids[s->n - 1], &l->rows, &l->row_count, e));
    return load_courses(tx, a, s->ids[0], s->ids[s->n - 1], l, e);
}

/* The next learner's part of what was loaded. */
static void take_learner(struct loaded *l, int64_t learner_id, struct packed *p, struct mastery_row **rows, size_t *n)
{
    while (l->row_at < l->row_count && l->rows[l->row_at].learner_id < learner_id) l->row_at++;
    *p = packed_of(&l->packed, learner_id);
    *rows = l->rows + l->row_at;
    *n = 0;
    while (l->row_at < l->row_count && l->rows[l->row_at].learner_id == learner_id) l->row_at++, ++*n;
}

static enum st ask_learner(struct asker *k, struct slice *s, struct tx *tx, struct arena *a, struct loaded *l,
                           int64_t learner_id, struct err *e)
{
    struct packed p;
    struct derived d = {0}, as_is = {0};
    struct mastery_row *rows;
    const struct question *q = k->q;
    const struct policy *policy = NULL;
    int64_t org_id = 0;
    size_t n;
    if (q->scope == SCOPE_SCHOOL || q->s->policy_index.school_count) TRY(learner_school(tx, learner_id, &org_id, e));
    if (q->scope == SCOPE_SCHOOL && org_id != q->scope_id) return ST_OK;
    const struct policy_effective *now = policy_for_school(&q->s->policy_index, org_id, q->at_ms);
    TRY(try_over(k, now, org_id, &policy, e));
    take_learner(l, learner_id, &p, &rows, &n);
    TRY(derive_levels(q->s, tx, a, learner_id, &p, policy, k->views, &d, e));
    TRY(compare(k, s, learner_id, &d, rows, n, e));
    bool by_value = policy_scale_takes_values(&now->policy); /* which is not stored under every rule */
    if (by_value) TRY(derive_levels(q->s, tx, a, learner_id, &p, &now->policy, k->views_now, &as_is, e));
    const struct side is = {&now->policy, rows, n, by_value ? &as_is.state : NULL},
                      would = {policy, d.rows, d.row_count, &d.state};
    return compare_grades(k, l, a, learner_id, &is, &would, e);
}

static enum st ask_slices(struct asker *k, struct conn *c, struct err *e)
{
    struct question *q = k->q;
    struct arena a, of_slice;
    enum st st = ST_OK;
    arena_init(&a, LEARNER_BYTES);
    arena_init(&of_slice, LEARNER_BYTES);
    for (;;) {
        struct tx *tx;
        struct loaded l;
        size_t at = __atomic_fetch_add(&q->next, 1, __ATOMIC_RELAXED);
        if (at >= q->slice_count) break;
        struct slice *s = &q->slices[at];
        st = tx_read(c, q->s->district_id, &tx, e);
        if (st == ST_OK) st = load_slice(k, s, tx, &of_slice, &l, e);
        for (size_t i = 0; st == ST_OK && i < s->n; i++) {
            st = ask_learner(k, s, tx, &a, &l, s->ids[i], e);
            arena_reset(&a);
        }
        tx_rollback(tx);
        arena_reset(&of_slice);
        if (st != ST_OK) break;
    }
    arena_release(&a);
    arena_release(&of_slice);
    return st;
}

static void *ask(void *arg)
{
    struct asker *k = arg;
    struct conn *c;
    k->st = conn_open(k->q->app->db, CONN_READ, &c, &k->err);
    if (k->st != ST_OK) return NULL;
    k->views = folding_views_new();
    k->views_now = folding_views_new();
    k->st = ask_slices(k, c, &k->err);
    folding_views_free(k->views);
    folding_views_free(k->views_now);
    conn_close(c);
    return NULL;
}

/* Learners who have evidence, in id order, cut into slices. */
static enum st list_slices(struct question *q, struct conn *c, struct err *e)
{
    size_t cap = 0;
    int64_t after = 0;
    for (;;) {
        struct tx *tx;
        if (q->slice_count == cap) {
            cap = cap ? cap * 2 : 16;
            struct slice *more = realloc(q->slices, cap * sizeof *more);
            if (!more) return err_fail(e, ST_NOMEM, "err.memory", "what-if");
            q->slices = more;
        }
        struct slice *s = &q->slices[q->slice_count++];
        *s = (struct slice){0};
        TRY(tx_read(c, q->s->district_id, &tx, e));
        enum st st = learner_ids(tx, LEARNERS_WITH_EVIDENCE, after, s->ids, PACKED_AT_ONCE, &s->n, e);
        tx_rollback(tx);
        TRY(st);
        if (s->n < PACKED_AT_ONCE) return ST_OK;
        after = s->ids[s->n - 1];
    }
}

static enum st ask_all(struct question *q, struct rebuild_report *out, struct err *e)
{
    cpu_set_t may;
    /* those that this process may use */
    int processors = sched_getaffinity(0, sizeof may, &may) == 0 ? CPU_COUNT(&may) : 1;
    size_t n = processors < 1 ? 1 : processors > THREADS_MAX ? THREADS_MAX : (size_t)processors;
    struct asker *k = calloc(n, sizeof *k);
    enum st st = ST_OK;
    if (!k) return err_fail(e, ST_NOMEM, "err.memory", "what-if");
    for (size_t i = 0; i < n; i++) {
        k[i].q = q;
        k[i].started = i > 0 && pthread_create(&k[i].thread, NULL, ask, &k[i]) == 0;
    }
    (void)ask(&k[0]);
    for (size_t i = 0; i < n; i++) {
        if (k[i].started) pthread_join(k[i].thread, NULL);
        if (st == ST_OK && k[i].st != ST_OK) {
            st = k[i].st;
            *e = k[i].err;
        }
        out->learners += k[i].report.learners;
        out->facts += k[i].report.facts;
        out->read_us += k[i].report.read_us;
        out->fold_us += k[i].report.fold_us;
        out->changed += k[i].report.changed;
        out->grades += k[i].report.grades;
        out->grades_changed += k[i].report.grades_changed;
        out->reported += k[i].report.reported;
        out->reported_changed += k[i].report.reported_changed;
        for (int from = 0; from < LEVEL_COUNT; from++)
            for (int to = 0; to < LEVEL_COUNT; to++) out->moved[from][to] += k[i].report.moved[from][to];
    }
    free(k);
    return st;
}

/* Is it a document, and may it be set there? */
static enum st check_over(const struct question *q, struct err *e)
{
    if (!json_is_object(q->over))
        return err_fail(e, ST_INVALID, "policy.shape", "the policy to try is not a JSON object");
    json_t *district_doc = json_loads(policy_for_district(&q->s->policy_index, q->at_ms)->doc, 0, NULL),
           *upper = policy_opened(district_doc, q->scope_id);
    enum st st = policy_may_set(q->scope == SCOPE_DISTRICT ? NULL : upper, q->over, q->scope, e);
    json_decref(district_doc);
    json_decref(upper);
    return st;
}

enum st what_if(struct app *app, struct conn *c, enum policy_scope scope, int64_t scope_id, const char *doc,
                level_change_watch *told, void *ctx, struct rebuild_report *out, struct err *e)
{
    json_t *over;
    struct question q = {.app = app, .at_ms = app_now_ms(app), .scope = scope, .scope_id = scope_id};
    *out = (struct rebuild_report){0};
    TRY(json_read_owned(doc, strlen(doc), &over, e));
    q.over = over;
    q.s = snapshot_hold(app);
    enum st st = check_over(&q, e);
    if (st == ST_OK) st = list_slices(&q, c, e);
    if (st == ST_OK) st = ask_all(&q, out, e);
    for (size_t i = 0; i < q.slice_count; i++) {
        for (size_t k = 0; st == ST_OK && told && k < q.slices[i].count; k++) {
            const struct change *x = &q.slices[i].changes[k];
            told(ctx, x->learner_id, x->competency_id, x->before, x->after);
        }
        free(q.slices[i].changes);
    }
    free(q.slices);
    json_decref(over);
    snapshot_drop(q.s);
    return st;
}
