/* What the state and the district count: goals, and where students stand on them. */
#include "progress/goals.h"

#include <string.h>

#include "core/note.h"
#include "base/list.h"
#include "base/text.h"
#include "policy/snapshot.h"
#include "store/sql/answer.h"
#include "store/sql/outside.h"

static bool below(const struct catalogue *c, const struct competency *k, const struct competency *top)
{
    enum { DEEPEST = 32 };
    for (int i = 0; k && i < DEEPEST; i++) {
        if (k == top) return true;
        k = k->parent_id ? catalogue_competency(c, k->parent_id) : NULL;
    }
    return false;
}

/* Those that are nobody's parent: what is practised and observed, not the headings above it. */
static enum st find_leaves(const struct catalogue *c, struct arena *a, bool **out, struct err *e)
{
    *out = arena_array(a, c->competency_count + 1, sizeof **out);
    if (!*out) return err_no_memory(e, "goals");
    for (size_t i = 0; i < c->competency_count; i++) (*out)[i] = true;
    for (size_t i = 0; i < c->competency_count; i++) {
        const struct competency *parent =
            c->competencies[i].parent_id ? catalogue_competency(c, c->competencies[i].parent_id) : NULL;
        if (parent) (*out)[parent - c->competencies] = false;
    }
    return ST_OK;
}

enum st subtree_standards(const struct catalogue *c, struct arena *a, const struct standard_subtree *b,
                          const struct competency ***out, size_t *n, struct err *e)
{
    bool *leaf;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(find_leaves(c, a, &leaf, e));
    for (size_t i = 0; i < c->competency_count; i++) {
        const struct competency *k = &c->competencies[i];
        bool in = b->top ? below(c, k, b->top) : b->framework && k->framework_id == b->framework->framework_id;
        if (!leaf[i] || !in) continue;
        const struct competency **slot = LIST_ADD(a, *out, *n, cap);
        if (!slot) return err_no_memory(e, "goals");
        *slot = k;
    }
    return ST_OK;
}

enum st goals_list(const struct snapshot *s, struct tx *tx, struct arena *a, struct goal **out, size_t *n,
                   struct err *e)
{
    struct sql_goal_list_row r;
    struct rows rows;
    struct standard_subtree branches[GOALS_MAX];
    struct goal *list = arena_array(a, GOALS_MAX, sizeof *list);
    *n = 0;
    *out = list;
    if (!list) return err_no_memory(e, "goals");
    TRY(sql_goal_list(tx, &rows, e));
    while (*n < GOALS_MAX && sql_goal_list_next(&rows, &r)) {
        struct goal *g = &list[(*n)++];
        *g = (struct goal){.goal_id = r.goal_id,
                           .title = arena_strdup(a, r.title),
                           .counted_by = arena_strdup(a, r.counted_by),
                           .share = r.share,
                           .test = arena_strdup(a, r.test),
                           .subject = arena_strdup(a, r.subject),
                           .has_score = !r.meets_score_is_null,
                           .meets_score = r.meets_score,
                           .meets_level = (int32_t)r.meets_level};
        branches[*n - 1] = (struct standard_subtree){catalogue_competency(&s->catalogue, r.competency_id),
                                                     catalogue_framework(&s->catalogue, r.framework_id)};
        if (!g->title || !g->counted_by || !g->test || !g->subject) return err_no_memory(e, "goals");
    }
    TRY(rows_end(&rows));
    for (size_t i = 0; i < *n; i++) {
        const struct standard_subtree *b = &branches[i];
        list[i].of = b->top ? b->top->name : b->framework ? b->framework->title : NULL;
        if (list[i].of) TRY(subtree_standards(&s->catalogue, a, b, &list[i].standards, &list[i].count, e));
    }
    return ST_OK;
}

static enum st results_of(struct tx *tx, struct arena *a, int64_t learner_id, struct test_result **out, size_t *n,
                          struct err *e)
{
    struct sql_result_list_row result;
    struct rows rows;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(sql_result_list(tx, learner_id, &rows, e));
    while (sql_result_list_next(&rows, &result)) {
        struct test_result *r = LIST_ADD(a, *out, *n, cap);
        if (!r) return err_no_memory(e, "goals");
        *r = (struct test_result){.test = arena_strdup(a, result.test),
                                  .subject = arena_strdup(a, result.subject),
                                  .taken_on = (int32_t)result.taken_on,
                                  .has_score = !result.scale_score_is_null,
                                  .score = result.scale_score,
                                  .has_error = !result.standard_error_is_null,
                                  .standard_error = result.standard_error,
                                  .level = (int32_t)result.level,
                                  .level_name = arena_strdup(a, result.level_name)};
        if (!r->test || !r->subject || !r->level_name) return err_no_memory(e, "goals");
    }
    return rows_end(&rows);
}

static enum goal_status by_test(const struct goal *g, const struct test_result *r)
{
    if (g->has_score && r->has_score)
        return goal_status_by_score(r->score, r->has_error ? r->standard_error : 0, g->meets_score);
    return g->meets_level ? goal_status_by_level(r->level, g->meets_level) : STANDING_UNKNOWN;
}

/* Results come latest first. */
static void weigh_tests(const struct goal *g, const struct test_result *results, size_t n, struct goal_progress *out)
{
    for (size_t i = 0; *g->test && i < n && !out->latest; i++)
        if (str_eq(results[i].test, g->test) && (!*g->subject || str_eq(results[i].subject, g->subject)))
            out->latest = &results[i];
    if (out->latest) out->by_test = by_test(g, out->latest);
}

/* level_of gives a learner's level, and whether there is evidence of it. */
typedef enum level level_of(const void *ctx, int64_t competency_id, bool *seen);

static enum st weigh_levels(struct arena *a, const struct goal *g, level_of *level, const void *ctx,
                            struct goal_progress *out, struct err *e)
{
    enum level *levels = arena_array(a, g->count + 1, sizeof *levels);
    bool *seen = arena_array(a, g->count + 1, sizeof *seen);
    if (!levels || !seen) return err_no_memory(e, "goals");
    for (size_t i = 0; i < g->count; i++) {
        levels[i] = level(ctx, g->standards[i]->competency_id, &seen[i]);
        out->seen += seen[i];
        out->secure += levels[i] == LEVEL_SECURE;
    }
    out->ours = goal_status_by_levels(levels, seen, g->count, g->share);
    return ST_OK;
}

static enum level level_in_state(const void *ctx, int64_t competency_id, bool *seen)
{
    const struct competency_state *k = state_find(ctx, competency_id);
    *seen = k && k->opportunities > 0;
    return k ? k->level : LEVEL_NOT_YET;
}

enum st goals_of_learner(struct tx *tx, struct arena *a, const struct learner_scope *who,
                         const struct learner_state *state, const struct goal *goals, size_t n,
                         struct goal_progress **out, struct err *e)
{
    struct test_result *results;
    size_t count;
    *out = arena_array(a, n + 1, sizeof **out);
    if (!*out) return err_no_memory(e, "goals");
    TRY(results_of(tx, a, who->learner_id, &results, &count, e));
    for (size_t i = 0; i < n; i++) {
        struct goal_progress *v = &(*out)[i];
        *v = (struct goal_progress){.goal = &goals[i]};
        weigh_tests(&goals[i], results, count, v);
        TRY(weigh_levels(a, &goals[i], level_in_state, state, v, e));
        v->disagree = goal_statuses_disagree(v->by_test, v->ours);
    }
    return ST_OK;
}

struct stored_levels {
    struct stored_level {
        int64_t competency_id;
        enum level level;
    } * rows; /* in order of competency */
    size_t n, cap;
};

static enum level level_stored(const void *ctx, int64_t competency_id, bool *seen)
{
    const struct stored_levels *s = ctx;
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (s->rows[mid].competency_id < competency_id) lo = mid + 1;
        else hi = mid;
    }
    *seen = lo < s->n && s->rows[lo].competency_id == competency_id;
    return *seen ? s->rows[lo].level : LEVEL_NOT_YET;
}

static enum st load_levels(struct tx *tx, struct arena *a, int64_t learner_id, struct stored_levels *out, struct err *e)
{
    struct sql_mastery_row r;
    struct rows stored;
    TRY(sql_mastery_list(tx, learner_id, &stored, e));
    while (sql_mastery_list_next(&stored, &r)) {
        struct stored_level *v = LIST_ADD(a, out->rows, out->n, out->cap);
        if (!v) return err_no_memory(e, "goals");
        *v = (struct stored_level){r.competency_id, (enum level)r.level};
    }
    return rows_end(&stored);
}

static bool names_grade(const char *grades, const char *grade)
{
    size_t n = strlen(grade);
    for (const char *p = grades; *p; p += strcspn(p, ",")) {
        p += *p == ',';
        if (strncmp(p, grade, n) == 0 && (p[n] == 0 || p[n] == ',')) return true;
    }
    return false;
}

/* Standards of grade 5 are counted of those in grade 5; of everybody where they, or the student, name no grade. */
static bool is_of_grade(const struct goal *g, const char *grade)
{
    bool named = false;
    for (size_t i = 0; i < g->count; i++) {
        if (names_grade(g->standards[i]->grades, grade)) return true;
        named = named || *g->standards[i]->grades;
    }
    return !named || !*grade;
}

static enum st count_learner(struct tx *tx, struct arena *a, int64_t learner_id, const char *grade,
                             const struct goal *goals, size_t n, struct goal_counts *out, struct err *e)
{
    struct test_result *results;
    struct stored_levels levels = {0};
    size_t count;
    TRY(results_of(tx, a, learner_id, &results, &count, e));
    TRY(load_levels(tx, a, learner_id, &levels, e));
    for (size_t i = 0; i < n; i++) {
        struct goal_progress v = {.goal = &goals[i]};
        if (!is_of_grade(&goals[i], grade)) continue;
        weigh_tests(&goals[i], results, count, &v);
        TRY(weigh_levels(a, &goals[i], level_stored, &levels, &v, e));
        out[i].students++;
        out[i].by_test[v.by_test]++;
        out[i].ours[v.ours]++;
        out[i].disagree += goal_statuses_disagree(v.by_test, v.ours);
    }
    return ST_OK;
}

enum st goals_of_school(struct tx *tx, struct arena *a, int64_t org_id, const struct goal *goals, size_t n,
                        struct goal_counts *out, struct err *e)
{
    struct sql_org_learners_row r;
    struct rows rows;
    struct of_school {
        int64_t learner_id;
        const char *grade;
    } *list = NULL;
    size_t count = 0, cap = 0;
    memset(out, 0, n * sizeof *out);
    TRY(sql_org_learners(tx, org_id, &rows, e));
    while (sql_org_learners_next(&rows, &r)) {
        struct of_school *v = LIST_ADD(a, list, count, cap);
        if (!v) return err_no_memory(e, "goals");
        *v = (struct of_school){r.user_id, arena_strdup(a, r.grade)};
        if (!v->grade) return err_no_memory(e, "goals");
    }
    TRY(rows_end(&rows));
    for (size_t i = 0; i < count; i++) {
        struct arena own;
        arena_init(&own, 16u << 20);
        enum st st = count_learner(tx, &own, list[i].learner_id, list[i].grade, goals, n, out, e);
        arena_release(&own);
        TRY(st);
    }
    return ST_OK;
}

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct goal_cmd *g = (const struct goal_cmd *)command;
    return sql_goal_insert(tx,
                           &(struct sql_goal_insert_in){.goal_id = app_id(app),
                                                        .client_id = g->client_id,
                                                        .title = g->title,
                                                        .counted_by = g->counted_by,
                                                        .competency_id = g->competency_id,
                                                        .framework_id = g->framework_id,
                                                        .share = g->share,
                                                        .test = g->test,
                                                        .subject = g->subject,
                                                        .meets_score = g->meets_score,
                                                        .meets_score_is_null = !g->has_score,
                                                        .meets_level = g->meets_level,
                                                        .author_id = g->author_id},
                           NULL, e);
}

enum st goal_check(const struct snapshot *s, struct goal_cmd *g, struct err *e)
{
    TRY(client_id_check(g->client_id, e));
    TRY(note_check(g->title, e));
    if (!g->test) g->test = "";
    if (!g->subject) g->subject = "";
    if (strlen(g->title) > GOAL_BYTES || strlen(g->test) > GOAL_BYTES || strlen(g->subject) > GOAL_BYTES)
        return err_fail(e, ST_INVALID, "goals.long", "at most %d bytes", GOAL_BYTES);
    if (!g->counted_by || (!str_eq(g->counted_by, "state") && !str_eq(g->counted_by, "district")))
        return err_fail(e, ST_INVALID, "goals.by_missing", "counted_by is state or district");
    if (g->competency_id && !catalogue_competency(&s->catalogue, g->competency_id))
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency %lld", (long long)g->competency_id);
    if (g->framework_id && !catalogue_framework(&s->catalogue, g->framework_id))
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "framework %lld", (long long)g->framework_id);
    if (!g->competency_id && !g->framework_id && !*g->test)
        return err_fail(e, ST_INVALID, "goals.empty", "neither standards nor a test");
    if (*g->test && !g->has_score && !g->meets_level)
        return err_fail(e, ST_INVALID, "goals.mark", "a test needs the score or the level from which it is met");
    if (!(g->share > 0 && g->share <= 1))
        return err_fail(e, ST_INVALID, "goals.share_bad", "share must be over 0, at most 1");
    g->command.run = run;
    g->command.leaves_memory = true;
    return ST_OK;
}

static enum st run_end(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct goal_end_cmd *g = (const struct goal_end_cmd *)command;
    return sql_goal_end(tx, &(struct sql_goal_end_in){.goal_id = g->goal_id, .now_ms = app_now_ms(app)}, NULL, e);
}

void goal_end_ready(struct goal_end_cmd *g)
{
    g->command.run = run_end;
    g->command.leaves_memory = true;
}

enum st days_away(struct tx *tx, int64_t learner_id, int32_t first, int32_t last, int64_t *n, struct err *e)
{
    struct sql_attendance_away_row r;
    TRY(sql_attendance_away(
        tx, &(struct sql_attendance_away_in){.learner_id = learner_id, .first = first, .last = last}, &r, NULL, e));
    *n = r.count;
    return ST_OK;
}
