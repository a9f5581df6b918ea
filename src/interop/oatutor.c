/* OATutor: the pool's files are found by their names, so a zip, a folder and a folder in a folder look the same. */
#include "interop/oatutor.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "content_private.h"
#include "framework_private.h"
#include "markup.h"
#include "oatutor_private.h"

/* The last parts of a path, from the back. */
static size_t parts(const char *name, const char **part, size_t *len, size_t max)
{
    size_t n = 0;
    const char *end = name + strlen(name);
    while (n < max && end > name) {
        const char *from = end;
        while (from > name && from[-1] != '/') from--;
        part[n] = from;
        len[n++] = (size_t)(end - from);
        end = from > name ? from - 1 : name;
    }
    return n;
}

static bool same(const char *a, size_t n, const char *b, size_t m) { return n == m && memcmp(a, b, n) == 0; }
static bool is(const char *a, size_t n, const char *word) { return same(a, n, word, strlen(word)); }

static enum st sort_entry(struct oatutor *x, size_t i, struct err *e)
{
    const char *name = package_name(x->p, i), *part[6];
    size_t len[6], n = parts(name, part, len, 6),
                   stem = n && len[0] > 5 && strcasecmp(part[0] + len[0] - 5, ".json") == 0 ? len[0] - 5 : 0;
    if (n >= 3 && is(part[1], len[1], "figures")) {
        struct oatutor_figure *f = LIST_ADD(x->a, x->figures, x->figure_count, x->figure_cap);
        if (!f) return err_no_memory(e, "oatutor");
        *f = (struct oatutor_figure){.problem = arena_copy(x->a, part[2], len[2]), .name = part[0], .entry = i};
        return f->problem ? ST_OK : err_no_memory(e, "oatutor");
    }
    if (!stem) {
        if (strcasestr(name, "licen") || strcasestr(name, "readme")) return ST_OK;
        report_problem(x->r, name, 0, NULL, "oatutor.not_read",
                       "This file is not part of what is imported; it was not read.");
        return ST_OK;
    }
    if (n >= 5 && is(part[1], len[1], "tutoring") && is(part[3], len[3], "steps")) {
        const char *step = arena_copy(x->a, part[2], len[2]);
        if (!step) return err_no_memory(e, "oatutor");
        if (!strstr(part[0], "DefaultPathway")) {
            report_problem(x->r, name, 0, NULL, "oatutor.pathway",
                           "Only the default pathway of hints is read; this one was left out.");
            return ST_OK;
        }
        strmap_put(&x->pathways, step, (int)i);
        return ST_OK;
    }
    if (n >= 4 && is(part[2], len[2], "steps") && same(part[0], stem, part[1], len[1])) {
        struct oatutor_step *s = LIST_ADD(x->a, x->steps, x->step_count, x->step_cap);
        if (!s) return err_no_memory(e, "oatutor");
        *s = (struct oatutor_step){arena_copy(x->a, part[3], len[3]), arena_copy(x->a, part[1], len[1]), i};
        return s->problem && s->id ? ST_OK : err_no_memory(e, "oatutor");
    }
    if (n >= 2 && same(part[0], stem, part[1], len[1])) {
        struct oatutor_problem *p = LIST_ADD(x->a, x->problems, x->problem_count, x->problem_cap);
        if (!p) return err_no_memory(e, "oatutor");
        p->id = arena_copy(x->a, part[1], len[1]);
        p->entry = i;
        if (!p->id) return err_no_memory(e, "oatutor");
        strmap_put(&x->by_problem, p->id, (int)x->problem_count - 1);
        return ST_OK;
    }
    if (is(part[0], len[0], "skillModel.json")) x->skill_model = (int)i;
    else if (is(part[0], len[0], "coursePlans.json")) x->course_plans = (int)i;
    else if (n >= 2 && is(part[1], len[1], "bkt-params"))
        report_problem(x->r, name, 0, NULL, "oatutor.bkt_params",
                       "The parameters in this file are one default for every skill; the program starts from its own.");
    else
        report_problem(x->r, name, 0, NULL, "oatutor.not_read",
                       "This file is not part of what is imported; it was not read.");
    return ST_OK;
}

static int by_step(const void *a, const void *b)
{
    const struct oatutor_step *x = a, *y = b;
    int c = strcmp(x->problem, y->problem);
    if (c) return c;
    size_t n = strlen(x->id), m = strlen(y->id);
    if (n != m) return n < m ? -1 : 1; /* ...z before ...aa */
    return strcmp(x->id, y->id);
}

static enum st read_problems(struct oatutor *x, struct err *e)
{
    size_t kept = 0;
    for (size_t i = 0; i < x->problem_count; i++) {
        struct oatutor_problem *p = &x->problems[i];
        enum st st = oatutor_json(x, p->entry, &p->json, e);
        if (st == ST_NOMEM) return st;
        if (st == ST_OK && !json_is_object(p->json)) {
            report_problem(x->r, package_name(x->p, p->entry), 0, NULL, "oatutor.file",
                           "The file holds no object; it was left out.");
            p->json = NULL;
        }
        if (st != ST_OK) p->json = NULL;
        kept += p->json != NULL;
    }
    x->pack->problem_count = kept;
    return ST_OK;
}

static const json_t *first_problem(const struct oatutor *x)
{
    for (size_t i = 0; i < x->problem_count; i++)
        if (x->problems[i].json) return x->problems[i].json;
    return NULL;
}

static enum st begin_framework(struct oatutor *x, struct err *e)
{
    const json_t *any = first_problem(x);
    const char *course = json_str(any, "courseName", "");
    if (!*course) course = "content";
    TRY(framework_begin(&x->framework, x->a, "skillModel.json", x->r, e));
    struct framework_document *d = &x->framework.f->document;
    d->title = arena_printf(x->a, "OATutor: %s", course);
    char *uri = arena_printf(x->a, "urn:oatutor:course:%s", course);
    if (!d->title || !uri) return err_no_memory(e, "oatutor");
    for (char *p = uri; *p; p++)
        if (*p == ' ') *p = '_';
    d->uri = uri;
    d->creator = "OATutor";
    d->language = "en";
    oatutor_link(x, json_str(any, "license", ""), &d->licence_url, &d->licence);
    const char *url, *name;
    oatutor_link(x, json_str(any, "oer", ""), &url, &name);
    d->source_url = url;
    if (*name) d->notice = arena_printf(x->a, "%s; skills, hints and scaffolds by OATutor, %s.", name, d->licence);
    if (!d->notice) d->notice = "";
    return ST_OK;
}

static enum st read_skills(struct oatutor *x, struct err *e)
{
    if (x->skill_model < 0) {
        report_problem(x->r, "skillModel.json", 0, NULL, "oatutor.skill_model",
                       "There is no skillModel.json; the items align to no skill.");
        return ST_OK;
    }
    enum st st = oatutor_json(x, (size_t)x->skill_model, &x->skills, e);
    if (st != ST_OK) return st == ST_NOMEM ? st : ST_OK;
    for (size_t i = 0; i < x->step_count; i++) {
        size_t k;
        json_t *v;
        json_array_foreach (json_object_get(x->skills, x->steps[i].id), k, v)
            if (json_is_string(v) && strmap_put(&x->used, json_string_value(v), 0) < 0)
                return err_no_memory(e, "oatutor");
    }
    return ST_OK;
}

/* Lessons: which skills belong together, and how far each should be mastered. */
static enum st read_lessons(struct oatutor *x, struct err *e)
{
    json_t *plans, *course, *lesson, *goal;
    size_t i, k;
    const char *slug;
    if (x->course_plans < 0) return ST_OK;
    enum st st = oatutor_json(x, (size_t)x->course_plans, &plans, e);
    if (st != ST_OK) return st == ST_NOMEM ? st : ST_OK;
    json_array_foreach (plans, i, course) {
        json_array_foreach (json_object_get(course, "lessons"), k, lesson) {
            const json_t *goals = json_object_get(lesson, "learningObjectives");
            size_t n = json_object_size(goals), at = 0;
            struct content_group *g = LIST_ADD(x->a, x->pack->groups, x->pack->group_count, x->pack->group_cap);
            const char **uris = arena_array(x->a, n + 1, sizeof *uris);
            double *goal_of = arena_array(x->a, n + 1, sizeof *goal_of);
            if (!g || !uris || !goal_of) return err_no_memory(e, "oatutor");
            json_object_foreach ((json_t *)goals, slug, goal) {
                if (strmap_get(&x->used, slug) < 0) {
                    report_problem(x->r, package_name(x->p, (size_t)x->course_plans), 0, "learningObjectives",
                                   "oatutor.lesson_skill",
                                   "\"%.60s\" names the skill \"%.80s\", which no step here uses; it was left out.",
                                   json_str(lesson, "name", ""), slug);
                    continue;
                }
                uris[at] = oatutor_skill(x, slug);
                if (!uris[at]) continue;
                goal_of[at++] = json_is_number(goal) ? json_number_value(goal) : 0;
            }
            *g = (struct content_group){keep_text(&x->framework, json_str(lesson, "id", "")),
                                        keep_text(&x->framework, json_str(lesson, "name", "")),
                                        keep_text(&x->framework, json_str(lesson, "topics", "")),
                                        uris,
                                        goal_of,
                                        at};
        }
    }
    return ST_OK;
}

enum st oatutor_read(struct arena *a, struct package *p, struct import_report *r, struct content_pack **out,
                     struct err *e)
{
    struct oatutor x = {.a = a,
                        .p = p,
                        .r = r,
                        .pack = content_new(a),
                        .skill_model = -1,
                        .course_plans = -1,
                        .by_problem.arena = a,
                        .pathways.arena = a,
                        .used.arena = a};
    if (!x.pack) return err_no_memory(e, "oatutor");
    for (size_t i = 0; i < package_count(p); i++) TRY(sort_entry(&x, i, e));
    if (!x.step_count)
        return err_fail(e, ST_INVALID, "oatutor.unknown",
                        "there is no step (content-pool/PROBLEM/steps/STEP/STEP.json) in this package");
    qsort(x.steps, x.step_count, sizeof *x.steps, by_step);
    TRY(read_problems(&x, e));
    TRY(begin_framework(&x, e));
    TRY(read_skills(&x, e));
    TRY(read_lessons(&x, e));
    for (size_t i = 0; i < x.step_count;) {
        size_t n = 1;
        while (i + n < x.step_count && strcmp(x.steps[i + n].problem, x.steps[i].problem) == 0) n++;
        TRY(oatutor_problem_items(&x, &x.steps[i], n, e));
        i += n;
    }
    TRY(framework_finish(&x.framework, e));
    x.pack->framework = x.framework.f;
    *out = x.pack;
    return ST_OK;
}
