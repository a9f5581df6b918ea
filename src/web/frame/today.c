/* What one student has to do and where every skill of the courses is: for the student, and for others who may look. */
#include <string.h>

#include "base/id.h"
#include "frame/learner.h"
#include "learning/learner.h"
#include "plan/next.h"
#include "plan/reason_text.h"
#include "progress/notice.h"
#include "store/sql/answer.h"
#include "store/sql/roster.h"

const struct ui_help_kind web_help_kinds[WEB_HELP_KINDS] = {{"hint", MSG_help_kind_hint},
                                                            {"explain", MSG_help_kind_explain},
                                                            {"check", MSG_help_kind_check},
                                                            {"talk", MSG_help_kind_talk}};

enum msg_id help_kind_words(const char *code)
{
    for (size_t i = 0; i < WEB_HELP_KINDS; i++)
        if (str_eq(web_help_kinds[i].code, code)) return web_help_kinds[i].label;
    return MSG_help_ask;
}

static const char *said(struct call *c, const struct next_item *n,
                        void (*words)(struct text *, enum lang, const struct next_item *))
{
    struct text t;
    text_init(&t, 4096);
    words(&t, page_lang(c), n);
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

const char *card_words(struct call *c, const struct next_item *n) { return said(c, n, reason_text_card); }

const char *reason_words(struct call *c, const struct next_item *n) { return said(c, n, reason_text_here); }

static const char *standing(struct call *c, const struct policy *p, const struct competency_state *k)
{
    if (!k || !k->opportunities) return msg(page_lang(c), MSG_words_not_started);
    if (k->level == LEVEL_SECURE) return SAY(c, MSG_words_secure_since, MSG_T("when", day_words(c, k->last_at_ms)));
    if (k->alone < 3) return SAY(c, MSG_words_only_answers, MSG_N("n", k->opportunities));
    if (k->level == LEVEL_NEARLY) {
        const struct bkt *model = model_bkt(model_current(&c->snapshot->policy_index, c->now_ms), k->competency_id);
        const struct mastery_rule *rule = mastery_rule_for(&c->snapshot->catalogue, p, k->competency_id);
        int64_t more = mastery_outlook(rule, model, k).right;
        if (more > 0) return SAY(c, MSG_words_secure_more, MSG_N("n", more));
    }
    /* a step, not a count of misses */
    if (k->right * 2 < k->alone) return SAY(c, MSG_words_keep_going, MSG_N("n", k->opportunities));
    return SAY(c, MSG_words_last_right, MSG_N("right", k->right), MSG_N("n", k->alone));
}

static const char *skill_address(struct call *c, int64_t competency_id)
{
    return arena_printf(c->arena, "/item?c=%lld", (long long)competency_id);
}

struct student_view {
    struct mastery_view m;
    struct taught courses[COURSES_MAX];
    size_t course_count;
    const char *class_title;
};

static enum st load(struct call *c, const struct learner_scope *who, struct student_view *s, struct err *e)
{
    struct sql_class_of_user_row r;
    struct rows rows;
    TRY(call_courses(c, who->learner_id, s->courses, &s->course_count, e));
    TRY(learner_mastery(c->app, c->snapshot, c->tx, c->arena, who, 0, &s->m, e));
    TRY(sql_class_of_user(c->tx, who->learner_id, &rows, e));
    s->class_title = sql_class_of_user_next(&rows, &r) ? arena_strdup(c->arena, r.title) : NULL;
    return rows_end(&rows);
}

const char *item_address(struct call *c, const struct next_item *n)
{
    if (!n->item) return NULL;
    const char *s = arena_printf(c->arena, "/item?c=%lld&i=%lld&v=%lld", (long long)n->competency->competency_id,
                                 (long long)n->item->item_id, (long long)n->variant);
    return s ? s : "/today";
}

static enum st fill_next(struct call *c, const struct student_view *s, const struct next_item *n,
                         struct ui_next_step **out, struct err *e)
{
    struct ui_next_step *x;
    TRY(call_alloc(c, sizeof *x, (void **)&x, e));
    const struct competency_state *k = state_find(&s->m.state, n->competency->competency_id);
    *x = (struct ui_next_step){.title = n->competency->name,
                               .skill = n->competency->name,
                               .level = k ? (int64_t)k->level : 0,
                               .why = reason_words(c, n),
                               .start_url = item_address(c, n),
                               .continuing = k && k->opportunities > 0,
                               .why_url =
                                   arena_printf(c->arena, "/suggestion/%lld?c=%lld", (long long)c->learner.learner_id,
                                                (long long)n->competency->competency_id)};
    *out = x;
    return ST_OK;
}

static enum st fill_day(struct call *c, const struct learner_scope *who, struct ui_today_view *t, struct err *e)
{
    struct sql_evidence_day_row r;
    bool row;
    TRY(sql_evidence_day(c->tx,
                         &(struct sql_evidence_day_in){.learner_id = who->learner_id,
                                                       .after = id_first_at(c->now_ms - INT64_C(36) * 3600000),
                                                       .school_date = tz_date(c->snapshot->zone, c->now_ms)},
                         &r, &row, e));
    t->answers = r.count;
    t->minutes = row ? (r.took_ms + 59999) / 60000 : 0;
    return ST_OK;
}

enum st fill_today(struct call *c, const struct learner_scope *who, struct ui_today_view *t, struct err *e)
{
    struct student_view s = {0};
    struct next_item next[NEXT_MAX];
    struct actor person;
    struct ui_plan_row *must;
    struct ui_choice_card *cards;
    TRY(actor_load(c->tx, who->learner_id, &person, e));
    TRY(load(c, who, &s, e));
    TRY(call_alloc(c, 8 * sizeof *must, (void **)&must, e));
    TRY(call_alloc(c, NEXT_MAX * sizeof *cards, (void **)&cards, e));
    size_t n =
        next_items(c->snapshot, &s.m.state, who->learner_id, s.courses, s.course_count, c->now_ms, next, NEXT_MAX);
    *t = (struct ui_today_view){.learner = arena_strdup(c->arena, person.given_name),
                                .class_title = s.class_title,
                                .must = must,
                                .choices = cards,
                                .help_kinds = web_help_kinds,
                                .help_kinds_n = WEB_HELP_KINDS,
                                .client_id = new_client_id(c)};
    if (n) {
        struct ui_next_step *x;
        TRY(fill_next(c, &s, &next[0], &x, e));
        t->next = x;
    }
    const struct policy *p = &s.m.policy->policy;
    struct ui_goal *goal;
    for (size_t i = 0; i < s.course_count && i < 1; i++) {
        const struct course *k = catalogue_course(&c->snapshot->catalogue, s.courses[i].course_id);
        struct ui_path_step *steps;
        if (!k || !k->count) continue;
        TRY(call_alloc(c, sizeof *goal, (void **)&goal, e));
        TRY(call_alloc(c, k->count * sizeof *steps, (void **)&steps, e));
        for (size_t j = 0; j < k->count; j++) {
            const struct competency *about = &c->snapshot->catalogue.competencies[k->competency[j]];
            const struct competency_state *st = state_find(&s.m.state, about->competency_id);
            steps[j] = (struct ui_path_step){st && st->level == LEVEL_SECURE ? 2
                                             : st && st->opportunities       ? 1
                                                                             : 0,
                                             about->name};
            goal->done += steps[j].state == 2;
            bool this_week = st && c->now_ms - st->last_at_ms < INT64_C(7) * 86400000;
            bool in_hand = st && st->opportunities && st->level != LEVEL_SECURE;
            bool secured = st && st->level == LEVEL_SECURE && this_week;
            if ((in_hand || secured) && t->must_n < 5) {
                must[t->must_n++] = (struct ui_plan_row){about->name, standing(c, p, st), (int64_t)st->level, secured,
                                                         skill_address(c, about->competency_id)};
                t->must_done += secured;
            }
        }
        goal->title = s.class_title ? s.class_title : "";
        goal->steps = steps;
        goal->steps_n = k->count <= 40 ? k->count : 0;
        goal->total = (int64_t)k->count;
        t->goals = goal;
        t->goals_n = 1;
    }
    for (size_t i = 1; i < n; i++) {
        bool listed = false; /* among what is to be done anyhow */
        for (size_t j = 0; j < t->must_n; j++) listed = listed || str_eq(must[j].title, next[i].competency->name);
        if (!listed)
            cards[t->choices_n++] = (struct ui_choice_card){.title = next[i].competency->name,
                                                            .note = said(c, &next[i], reason_text_card),
                                                            .address = item_address(c, &next[i])};
    }
    return fill_day(c, who, t, e);
}

enum st fill_map(struct call *c, const struct learner_scope *who, const char *why_base, struct ui_map_group **out,
                 size_t *n, int64_t *skills, int64_t *secure, struct err *e)
{
    struct student_view s = {0};
    struct ui_map_group *groups;
    TRY(load(c, who, &s, e));
    TRY(call_alloc(c, (s.course_count + 1) * sizeof *groups, (void **)&groups, e));
    *n = 0;
    *skills = *secure = 0;
    for (size_t i = 0; i < s.course_count; i++) {
        const struct course *k = catalogue_course(&c->snapshot->catalogue, s.courses[i].course_id);
        struct ui_map_row *rows;
        if (!k || !k->count) continue;
        TRY(call_alloc(c, k->count * sizeof *rows, (void **)&rows, e));
        struct ui_map_group *g = &groups[(*n)++];
        const struct competency *first = &c->snapshot->catalogue.competencies[k->competency[0]];
        const struct framework *f = catalogue_framework(&c->snapshot->catalogue, first->framework_id);
        *g = (struct ui_map_group){.title = f ? f->title : "",
                                   .rows = rows,
                                   .rows_n = k->count,
                                   .notice = f && *f->notice ? f->notice : NULL,
                                   .licence = f && *f->licence ? f->licence : NULL,
                                   .licence_url = f && *f->licence_url ? f->licence_url : NULL};
        for (size_t j = 0; j < k->count; j++) {
            const struct competency *about = &c->snapshot->catalogue.competencies[k->competency[j]];
            const struct competency_state *st = state_find(&s.m.state, about->competency_id);
            rows[j] = (struct ui_map_row){
                about->name, about->code, st ? (int64_t)st->level : 0, standing(c, &s.m.policy->policy, st),
                why_base ? arena_printf(c->arena, "%s%lld", why_base, (long long)about->competency_id) : NULL};
            g->secure += rows[j].level == LEVEL_SECURE;
        }
        *skills += (int64_t)k->count;
        *secure += g->secure;
    }
    *out = groups;
    return ST_OK;
}

/* A line for a first page; NULL when there is nothing to tell. */
enum st fill_notice(struct call *c, int64_t learner_id, const char *name, struct ui_rules_line *out, struct err *e)
{
    struct notice n;
    *out = (struct ui_rules_line){0};
    TRY(notice_find(c->app, c->snapshot, c->tx, c->arena, learner_id, &n, e));
    if (!n.after) return ST_OK;
    enum msg_id id = n.at_ms > c->now_ms ? (name ? MSG_changes_line_waits_of : MSG_changes_line_waits)
                                         : (name ? MSG_changes_line_came_of : MSG_changes_line_came);
    out->words = SAY(c, id, MSG_T("day", day_words(c, n.at_ms)), MSG_T("name", name ? name : ""));
    out->address = arena_printf(c->arena, "/changes/%lld", (long long)learner_id);
    return ST_OK;
}
