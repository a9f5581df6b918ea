/* Common checkpoints: made once for all classes, printed, entered from paper; and whether the levels given mean the
 * same in each class. */
#include "progress/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classroom/class.h"
#include "content/items.h"
#include "base/id.h"
#include "base/list.h"
#include "frame/based_on.h"
#include "frame/route.h"
#include "frame/form.h"
#include "store/sql/rigor.h"
#include "store/sql/roster.h"

enum { CHECKPOINTS_SHOWN = 60, PARTS_OFFERED = 4, CLASSES_MAX = 40, SPREAD_CLASSES = 5, ALL_CLASSES = 3 };

/* The list --------------------------------------------------------------------------------------------------------- */

struct own_class {
    int64_t class_id;
    const char *title;
};

static enum st own_classes(struct call *c, struct own_class list[CLASSES_MAX], size_t *n, struct err *e)
{
    struct sql_class_of_user_row r;
    struct rows rows;
    *n = 0;
    if (c->relation != MAY_TEACHES) return ST_OK;
    TRY(sql_class_of_user(c->tx, c->who.user_id, &rows, e));
    while (*n < CLASSES_MAX && sql_class_of_user_next(&rows, &r)) {
        if (str_eq(r.role, "teacher")) list[(*n)++] = (struct own_class){r.class_id, arena_strdup(c->arena, r.title)};
    }
    return rows_end(&rows);
    return ST_OK;
}

/* What form_mark() knows the points of a part by: its fields have their names in common. */
static const char *entry_name(struct call *c, size_t i) { return arena_printf(c->arena, "most %zu", i); }

static const char *part_names(struct call *c, const struct checkpoint *k)
{
    const char *s = "";
    for (size_t i = 0; i < k->count; i++) {
        const struct competency *v = catalogue_competency(&c->snapshot->catalogue, k->parts[i].competency_id);
        s = arena_printf(c->arena, "%s%s%s", s, i ? " · " : "", v ? v->name : "");
        if (!s) return "";
    }
    return s;
}

static enum st fill_rows(struct call *c, const struct reach *reach, struct page_checkpoints *page, struct err *e)
{
    struct ui_checkpoint_row *rows;
    struct own_class classes[CLASSES_MAX];
    struct sql_checkpoint_list_row r;
    struct rows stored;
    size_t n;
    TRY(own_classes(c, classes, &n, e));
    TRY(call_alloc(c, CHECKPOINTS_SHOWN * sizeof *rows, (void **)&rows, e));
    TRY(sql_checkpoint_list(c->tx, &(struct sql_checkpoint_list_in){.all_orgs = reach->all, .org_id = reach->org_id},
                            &stored, e));
    while (page->rows_n < CHECKPOINTS_SHOWN && sql_checkpoint_list_next(&stored, &r)) {
        struct checkpoint k = {.checkpoint_id = r.checkpoint_id};
        struct ui_link *links;
        TRY(checkpoint_parts(c->arena, arena_strdup(c->arena, r.parts), &k, e));
        TRY(call_alloc(c, (n + 1) * sizeof *links, (void **)&links, e));
        for (size_t i = 0; i < n; i++)
            links[i] = (struct ui_link){classes[i].title,
                                        arena_printf(c->arena, "/class/%lld/checkpoint?c=%lld",
                                                     (long long)classes[i].class_id, (long long)k.checkpoint_id)};
        rows[page->rows_n++] = (struct ui_checkpoint_row){
            .title = arena_strdup(c->arena, r.title),
            .parts = part_names(c, &k),
            .where = msg(page_lang(c), r.org_id ? MSG_checkpoints_of_school : MSG_checkpoints_of_all),
            .print_url = arena_printf(c->arena, "/checkpoints/print?c=%lld", (long long)k.checkpoint_id),
            .compare_url = arena_printf(c->arena, "/calibration?c=%lld", (long long)k.checkpoint_id),
            .classes = links,
            .classes_n = n};
    }
    TRY(rows_end(&stored));
    page->rows = rows;
    return ST_OK;
}

/* The ith part of the form. */
static enum st fill_entry(struct call *c, size_t i, struct ui_checkpoint_entry *out, struct err *e)
{
    struct ui_rule_option *skills;
    *out = (struct ui_checkpoint_entry){.n = id_text(c, (int64_t)i + 1),
                                        .task = form_value(c, "task", i, ""),
                                        .most = form_value(c, "most", i, "4"),
                                        .bad = form_marked(c, entry_name(c, i))};
    TRY(fill_skill_options(c, &skills, &out->skills_n, e));
    form_chosen(c, "skill", i, skills, out->skills_n);
    out->skills = skills;
    return ST_OK;
}

static enum st web_checkpoints(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_checkpoint_entry *parts;
    struct reach reach;
    TRY(page_begin(c, "/checkpoints", &p, e));
    TRY(reader_reach(c, c->tx, &reach, e));
    struct page_checkpoints page = {.client_id = new_client_id(c),
                                    .can_make = c->relation != MAY_COACHES && (reach.all || reach.org_id),
                                    .saved = http_query(c->http, "saved") != NULL,
                                    .error = form_error(c),
                                    .form_title = form_value(c, "title", 0, ""),
                                    .entries_n = PARTS_OFFERED};
    TRY(call_alloc(c, PARTS_OFFERED * sizeof *parts, (void **)&parts, e));
    for (size_t i = 0; i < PARTS_OFFERED; i++) TRY(fill_entry(c, i, &parts[i], e));
    page.entries = parts;
    TRY(fill_rows(c, &reach, &page, e));
    return page_end(p, page_checkpoints(&p->html, &p->ctx, &page), e);
}

static enum st web_checkpoint_parse(struct call *c, struct command **out, struct err *e)
{
    struct checkpoint_make_cmd *m;
    const char *skill;
    TRY(form_open(c, web_checkpoints, e));
    TRY(call_alloc(c, sizeof *m, (void **)&m, e));
    *m = (struct checkpoint_make_cmd){.client_id = http_form(c->http, "client_id", 0),
                                      .author_id = c->who.user_id,
                                      .checkpoint.title = http_form(c->http, "title", 0)};
    struct reach reach;
    TRY(reader_reach(c, c->tx, &reach, e));
    TRY(reach_check(&reach, e));
    m->checkpoint.org_id = reach.org_id;
    for (size_t i = 0; m->checkpoint.count < CHECKPOINT_PARTS_MAX && (skill = http_form(c->http, "skill", i)); i++) {
        const char *task = http_form(c->http, "task", i), *most = http_form(c->http, "most", i);
        int64_t points = 0;
        if (!*skill) continue;
        struct checkpoint_part *part = &m->checkpoint.parts[m->checkpoint.count++];
        *part = (struct checkpoint_part){.task = task ? task : ""};
        if (!id_parse(skill, &part->competency_id))
            return err_fail(e, ST_NOT_FOUND, "err.no_competency", "skill must be an id");
        if (!form_whole(most, &points) || points < 1 || points > CHECKPOINT_POINTS_MAX)
            TRY(form_mark(c, entry_name(c, i), msg(page_lang(c), MSG_checkpoint_points), e));
        else part->max_points = (int32_t)points;
    }
    TRY(form_check(c, e));
    TRY(checkpoint_make_check(c->snapshot, m, e));
    *out = &m->command;
    return ST_OK;
}

static enum st web_checkpoint_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    call_redirect(c, "/checkpoints?saved=1");
    return ST_OK;
}

/* The one asked for, if it is of the reader's school or of all. */
static enum st asked(struct call *c, struct checkpoint *k, struct err *e)
{
    int64_t id;
    struct reach reach;
    const char *s = http_query(c->http, "c");
    if (!s || !id_parse(s, &id)) return err_fail(e, ST_NOT_FOUND, "err.not_found", "c is the id of a checkpoint");
    TRY(checkpoint_load(c->tx, c->arena, id, k, e));
    TRY(reader_reach(c, c->tx, &reach, e));
    if (!reach_holds(&reach, k->org_id))
        return err_fail(e, ST_DENIED, "err.denied", "checkpoint %lld is of another school", (long long)id);
    return ST_OK;
}

/* On paper --------------------------------------------------------------------------------------------------------- */

static enum st fill_item(struct call *c, const struct checkpoint *k, const struct checkpoint_part *part,
                         struct ui_checkpoint_task *t, struct err *e)
{
    const struct item_ref *ref = catalogue_item(&c->snapshot->catalogue, part->item_id);
    const struct item *it;
    struct ui_option *options;
    if (!ref) return ST_OK; /* the collection no longer has it */
    TRY(app_item_variant(c->app, c->tx, c->arena, ref->item_id, ref->version, checkpoint_variant(k, part), ITEM_TO_ASK,
                         &it, e));
    TRY(call_alloc(c, (it->question.choice_count + 1) * sizeof *options, (void **)&options, e));
    for (size_t i = 0; i < it->question.choice_count; i++)
        options[i] =
            (struct ui_option){.id = it->question.choices[i].id, .body = trusted(it->question.choices[i].body_html)};
    if (it->stimulus_html) t->stimulus = trusted(it->stimulus_html);
    t->body = trusted(it->body_html);
    t->choices = options;
    t->choices_n = it->question.choice_count;
    return ST_OK;
}

static enum st web_checkpoint_print(struct call *c, struct err *e)
{
    struct page *p;
    struct checkpoint k;
    struct ui_checkpoint_task *tasks;
    TRY(page_begin(c, "/checkpoints", &p, e));
    TRY(asked(c, &k, e));
    TRY(call_alloc(c, (k.count + 1) * sizeof *tasks, (void **)&tasks, e));
    for (size_t i = 0; i < k.count; i++) {
        const struct competency *v = catalogue_competency(&c->snapshot->catalogue, k.parts[i].competency_id);
        tasks[i] = (struct ui_checkpoint_task){.n = (int64_t)i + 1,
                                               .skill = v ? v->name : "",
                                               .task = *k.parts[i].task ? k.parts[i].task : NULL,
                                               .most = k.parts[i].max_points};
        if (!*k.parts[i].task) TRY(fill_item(c, &k, &k.parts[i], &tasks[i], e));
    }
    struct page_checkpoint_print page = {
        .title = k.title, .tasks = tasks, .tasks_n = k.count, .back_url = "/checkpoints"};
    return page_end(p, page_checkpoint_print(&p->html, &p->ctx, &page), e);
}

/* Entering --------------------------------------------------------------------------------------------------------- */

static size_t learner_at(const struct class_view *v, int64_t learner_id)
{
    size_t i = 0;
    while (i < v->learner_count && v->learners[i].learner_id != learner_id) i++;
    return i;
}

static size_t part_at(const struct checkpoint *k, int64_t competency_id)
{
    size_t i = 0;
    while (i < k->count && k->parts[i].competency_id != competency_id) i++;
    return i;
}

static enum st fill_done(struct call *c, const struct checkpoint *k, const struct class_view *v, int retakes,
                         struct ui_enter_cell **cells, struct err *e)
{
    struct sql_checkpoint_of_class_row r;
    struct rows rows;
    TRY(sql_checkpoint_of_class(
        c->tx, &(struct sql_checkpoint_of_class_in){.checkpoint_id = k->checkpoint_id, .class_id = c->class_.class_id},
        &rows, e));
    while (sql_checkpoint_of_class_next(&rows, &r)) {
        size_t i = learner_at(v, r.learner_id), j = part_at(k, r.competency_id);
        if (i == v->learner_count || j == k->count) continue;
        struct ui_enter_cell *cell = &cells[i][j];
        const char *points = arena_printf(c->arena, "%.10g", r.score * k->parts[j].max_points);
        cell->done = cell->done ? arena_printf(c->arena, "%s, %s", cell->done, points) : points;
        cell->closed = r.attempt > retakes;
    }
    return rows_end(&rows);
}

static enum st fill_grid(struct call *c, const struct checkpoint *k, const struct class_view *v,
                         struct page_checkpoint_enter *page, struct err *e)
{
    struct ui_enter_row *rows;
    struct ui_enter_head *heads;
    struct ui_enter_cell **cells;
    TRY(call_alloc(c, (v->learner_count + 1) * sizeof *rows, (void **)&rows, e));
    TRY(call_alloc(c, (v->learner_count + 1) * sizeof *cells, (void **)&cells, e));
    TRY(call_alloc(c, (k->count + 1) * sizeof *heads, (void **)&heads, e));
    for (size_t j = 0; j < k->count; j++) {
        const struct competency *s = catalogue_competency(&c->snapshot->catalogue, k->parts[j].competency_id);
        heads[j] =
            (struct ui_enter_head){s ? s->name : "", SAY(c, MSG_checkpoints_of, MSG_N("n", k->parts[j].max_points))};
    }
    for (size_t i = 0; i < v->learner_count; i++) {
        TRY(call_alloc(c, (k->count + 1) * sizeof *cells[i], (void **)&cells[i], e));
        for (size_t j = 0; j < k->count; j++)
            cells[i][j] = (struct ui_enter_cell){
                .name = arena_printf(c->arena, "p%zu_%lld", j, (long long)v->learners[i].learner_id),
                .label = arena_printf(c->arena, "%s: %s, %s", v->learners[i].name, heads[j].title, heads[j].of)};
        rows[i] = (struct ui_enter_row){v->learners[i].name, cells[i], k->count};
    }
    page->heads = heads;
    page->heads_n = k->count;
    page->rows = rows;
    page->rows_n = v->learner_count;
    TRY(fill_done(c, k, v, (int)page->retakes, cells, e));
    for (size_t i = 0; i < v->learner_count; i++)
        for (size_t j = 0; j < k->count; j++) {
            struct ui_enter_cell *cell = &cells[i][j];
            cell->value = form_value(c, cell->name, 0, "");
            cell->bad = form_marked(c, cell->name);
            cell->closed = cell->closed && !*cell->value;
        }
    return ST_OK;
}

static enum st enter_page(struct call *c, const struct checkpoint *k, const struct class_view *v,
                          struct page_checkpoint_enter *page, struct err *e)
{
    int64_t org_id;
    TRY(reader_school(c, c->tx, &org_id, e));
    *page = (struct page_checkpoint_enter){
        .title = k->title,
        .class_title = v->title,
        .back_url = "/checkpoints",
        .client_id = new_client_id(c),
        .saved = !form_error(c) && http_query(c->http, "saved") != NULL,
        .error = form_error(c),
        .post_url = arena_printf(c->arena, "/class/%lld/checkpoint?c=%lld", (long long)c->class_.class_id,
                                 (long long)k->checkpoint_id),
        .retakes = policy_for_school(&c->snapshot->policy_index, org_id, c->now_ms)->policy.retakes};
    return fill_grid(c, k, v, page, e);
}

/* The results that are there already, cell by cell. */
static enum st enter_basis(struct call *c, const struct page_checkpoint_enter *page, struct basis *b, struct err *e)
{
    *b = (struct basis){
        .title = page->title, .post_url = page->post_url, .back_url = page->post_url, .only_cells = true};
    for (size_t i = 0; i < page->rows_n; i++)
        for (size_t j = 0; j < page->rows[i].cells_n; j++) {
            const struct ui_enter_cell *k = &page->rows[i].cells[j];
            TRY(basis_field(c, b, k->name, k->label, k->done, e));
        }
    return ST_OK;
}

static enum st web_checkpoint_enter(struct call *c, struct err *e)
{
    struct page *p;
    struct checkpoint k;
    struct class_view v;
    struct page_checkpoint_enter page;
    struct basis b;
    TRY(page_begin(c, "/checkpoints", &p, e));
    TRY(asked(c, &k, e));
    TRY(class_view(c->app, c->snapshot, c->tx, c->arena, &c->class_, &v, e));
    TRY(enter_page(c, &k, &v, &page, e));
    TRY(enter_basis(c, &page, &b, e));
    page.based_on = based_on(c, &b);
    return page_end(p, page_checkpoint_enter(&p->html, &p->ctx, &page), e);
}

static enum st web_checkpoint_enter_parse(struct call *c, struct command **out, struct err *e)
{
    struct checkpoint_enter_cmd *m;
    struct checkpoint *k;
    struct class_view v;
    struct page_checkpoint_enter page;
    struct basis b;
    TRY(form_open(c, web_checkpoint_enter, e));
    TRY(call_alloc(c, sizeof *m, (void **)&m, e));
    TRY(call_alloc(c, sizeof *k, (void **)&k, e));
    TRY(asked(c, k, e));
    /* whoever is not in the class has no field */
    TRY(class_view(c->app, c->snapshot, c->tx, c->arena, &c->class_, &v, e));
    TRY(enter_page(c, k, &v, &page, e));
    TRY(enter_basis(c, &page, &b, e));
    TRY(based_on_check(c, &b, e));
    *m = (struct checkpoint_enter_cmd){.snapshot = c->snapshot,
                                       .checkpoint = k,
                                       .client_id = http_form(c->http, "client_id", 0),
                                       .class_id = c->class_.class_id,
                                       .recorder_id = c->who.user_id};
    for (size_t i = 0; i < v.learner_count; i++)
        for (size_t j = 0; j < k->count; j++) {
            const char *name = arena_printf(c->arena, "p%zu_%lld", j, (long long)v.learners[i].learner_id),
                       *s = name ? http_form(c->http, name, 0) : NULL;
            double points;
            if (!s || !*s) continue;
            if (!form_number(s, &points) || !(points >= 0 && points <= k->parts[j].max_points)) {
                TRY(form_mark(c, name, SAY(c, MSG_checkpoints_bad_cell, MSG_N("n", k->parts[j].max_points)), e));
                continue;
            }
            if (m->count == CHECKPOINT_CELLS_MAX)
                return err_fail(e, ST_INVALID, "record.many", "at most %d results at once", CHECKPOINT_CELLS_MAX);
            m->cells[m->count++] = (struct checkpoint_cell){v.learners[i].learner_id, &k->parts[j], points};
        }
    TRY(form_check(c, e));
    TRY(checkpoint_enter_check(m, e));
    *out = &m->command;
    return ST_OK;
}

static enum st web_checkpoint_enter_reply(struct call *c, struct command *command, struct err *e)
{
    const struct checkpoint_enter_cmd *m = (const struct checkpoint_enter_cmd *)command;
    (void)e;
    const char *to = arena_printf(c->arena, "/class/%lld/checkpoint?c=%lld&saved=1", (long long)c->class_.class_id,
                                  (long long)m->checkpoint->checkpoint_id);
    call_redirect(c, to ? to : "/checkpoints");
    return ST_OK;
}

/* Calibration ------------------------------------------------------------------------------------------------------ */

struct given {
    int64_t class_id;
    int level;
    double score;
};

static enum st load_given(struct call *c, int64_t checkpoint_id, struct given **out, size_t *n, struct err *e)
{
    struct sql_checkpoint_levels_row r;
    struct rows rows;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(sql_checkpoint_levels(c->tx, checkpoint_id, &rows, e));
    while (sql_checkpoint_levels_next(&rows, &r)) {
        struct given *g = LIST_ADD(c->arena, *out, *n, cap);
        if (!g) return err_fail(e, ST_NOMEM, "err.memory", "calibration");
        *g = (struct given){r.class_id, (int)r.level_before, r.score};
    }
    return rows_end(&rows);
}

/* Scores of a level in a class (0: all), gathered in x. */
static size_t scores_of(const struct given *g, size_t n, int64_t class_id, int level, double *x)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (g[i].level == level && (!class_id || g[i].class_id == class_id)) x[m++] = g[i].score;
    return m;
}

static const char *in_100(struct call *c, double share)
{
    const char *s = arena_printf(c->arena, "%d", (int)(share * 100 + 0.5));
    return s ? s : "";
}

static struct ui_calibration_row row_of(struct call *c, int level, const char *who, const double *x, size_t n)
{
    struct interval v = mean_interval(x, n);
    double low = v.low < 0 ? 0 : v.low, high = v.high > 1 ? 1 : v.high;
    return (struct ui_calibration_row){.level = level,
                                       .who = who,
                                       .n = (int64_t)n,
                                       .mean = in_100(c, v.mean),
                                       .interval = arena_printf(c->arena, "%s – %s", in_100(c, low), in_100(c, high))};
}

/* Teachers see each of their classes next to all classes combined. */
static enum st fill_own(struct call *c, const struct given *g, size_t n, size_t smallest, double *x,
                        struct page_calibration *page, struct ui_calibration_row *rows, struct err *e)
{
    struct own_class classes[CLASSES_MAX];
    size_t count;
    TRY(own_classes(c, classes, &count, e));
    size_t distinct = 0;
    for (size_t i = 0; i < n; i++) distinct += !i || g[i].class_id != g[i - 1].class_id; /* in order of class */
    bool enough = distinct >= ALL_CLASSES; /* of two, one's own and the mean tell the other's */
    for (int level = LEVEL_SECURE; level >= LEVEL_NOT_YET; level--) {
        for (size_t i = 0; i < count; i++) {
            size_t m = scores_of(g, n, classes[i].class_id, level, x);
            if (m >= 2) rows[page->rows_n++] = row_of(c, level, classes[i].title, x, m);
        }
        size_t m = scores_of(g, n, 0, level, x);
        if (m >= smallest && enough)
            rows[page->rows_n++] = row_of(c, level, msg(page_lang(c), MSG_calibration_all), x, m);
    }
    return ST_OK;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Leaders: all together, and how far the classes lie apart where there are five or more. No class is named. */
static enum st fill_spread(struct call *c, const struct given *g, size_t n, size_t smallest, double *x,
                           struct page_calibration *page, struct ui_calibration_row *rows, struct err *e)
{
    double *means;
    TRY(call_alloc(c, (n + 1) * sizeof *means, (void **)&means, e));
    for (int level = LEVEL_SECURE; level >= LEVEL_NOT_YET; level--) {
        size_t classes = 0, m = scores_of(g, n, 0, level, x);
        if (m >= smallest && m >= 2)
            rows[page->rows_n++] = row_of(c, level, msg(page_lang(c), MSG_calibration_all), x, m);
        for (size_t i = 0; i < n; i++) {
            if (i && g[i].class_id == g[i - 1].class_id) continue; /* in order of class */
            size_t k = scores_of(g, n, g[i].class_id, level, x);
            double sum = 0;
            for (size_t j = 0; j < k; j++) sum += x[j];
            if (k >= 3) means[classes++] = sum / (double)k;
        }
        if (classes < SPREAD_CLASSES) continue;
        qsort(means, classes, sizeof *means, by_value);
        rows[page->rows_n++] = (struct ui_calibration_row){
            .level = level,
            .who = SAY(c, MSG_calibration_classes, MSG_N("n", (int64_t)classes)),
            .n = (int64_t)m,
            .mean = in_100(c, means[classes / 2]),
            .interval = arena_printf(c->arena, "%s – %s", in_100(c, means[0]), in_100(c, means[classes - 1]))};
    }
    return ST_OK;
}

static enum st web_calibration(struct call *c, struct err *e)
{
    struct page *p;
    struct checkpoint k;
    struct given *g;
    struct ui_calibration_row *rows;
    double *x;
    size_t n;
    int64_t org_id;
    bool teacher = c->relation == MAY_TEACHES;
    TRY(page_begin(c, "/checkpoints", &p, e));
    TRY(asked(c, &k, e));
    TRY(reader_school(c, c->tx, &org_id, e));
    TRY(load_given(c, k.checkpoint_id, &g, &n, e));
    TRY(call_alloc(c, LEVEL_COUNT * (CLASSES_MAX + 1) * sizeof *rows, (void **)&rows, e));
    TRY(call_alloc(c, (n + 1) * sizeof *x, (void **)&x, e));
    size_t smallest = (size_t)policy_for_school(&c->snapshot->policy_index, org_id, c->now_ms)->policy.smallest_group;
    struct page_calibration page = {.title = k.title,
                                    .back_url = "/checkpoints",
                                    .rows = rows,
                                    .lead = teacher ? MSG_calibration_lead : MSG_calibration_lead_leaders};
    TRY(teacher ? fill_own(c, g, n, smallest, x, &page, rows, e) : fill_spread(c, g, n, smallest, x, &page, rows, e));
    if (!teacher) page.note = msg(page_lang(c), MSG_calibration_no_ranking);
    return page_end(p, page_calibration(&p->html, &p->ctx, &page), e);
}

const struct route checkpoints_routes[] = {
    GET("/checkpoints", MAY_TEACHES | LEADERS, web_checkpoints, .menu = MENU_WORK | MENU_LEARNING,
        .title = MSG_nav_checkpoints, .summary = "Common checkpoints of all classes"),
    WRITE("/checkpoints", MAY_TEACHES | RULERS, web_checkpoint_parse, web_checkpoint_reply,
          .summary = "Make a common checkpoint",
          .sample = "client_id={new}&title=November&skill={competency}&task=Simplify+9/12.&most=4"),
    GET("/checkpoints/print", MAY_TEACHES | LEADERS, web_checkpoint_print, .summary = "A checkpoint, to print",
        .sample = "c={checkpoint}"),
    GET("/class/:class/checkpoint", MAY_TEACHES, web_checkpoint_enter, OF_CLASS,
        .summary = "A class's results on a checkpoint", .part = MSG_views_part_checkpoint, .sample = "c={checkpoint}"),
    LARGE_WRITE("/class/:class/checkpoint", MAY_TEACHES, web_checkpoint_enter_parse, web_checkpoint_enter_reply,
                OF_CLASS, .summary = "Enter a class's results on a checkpoint", .part = MSG_views_part_checkpoint,
                .sample = "?c={checkpoint} client_id={new}&p0_{learner}=3"),
    GET("/calibration", MAY_TEACHES | LEADERS, web_calibration,
        .summary = "Whether the same level means the same across classes", .sample = "c={checkpoint}"),
    {0},
};
