/* Today, the map and why: a student's own pages, and the same seen by others who may. */
#include <stdio.h>
#include <string.h>

#include "content/items.h"
#include "learning/learner.h"
#include "plan/next.h"
#include "learning/observe.h"
#include "plan/reason_text.h"
#include "base/json.h"
#include "frame/page.h"
#include "rules/lasting.h"
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

enum st web_today(struct call *c, struct err *e)
{
    struct page *p;
    struct page_today page;
    TRY(page_begin(c, "/today", &p, e));
    TRY(fill_today(c, &c->learner, &page.t, e));
    TRY(fill_notice(c, c->learner.learner_id, NULL, &page.rules, e));
    if (http_query(c->http, "helped")) page.t.help_waiting = msg(page_lang(c), MSG_help_sent);
    return page_end(p, page_today(&p->html, &p->ctx, &page), e);
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

enum st web_map(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_map_group *groups;
    struct page_map page = {0};
    TRY(page_begin(c, "/map", &p, e));
    TRY(fill_map(c, &c->learner, "/why?c=", &groups, &page.groups_n, &page.skills, &page.secure, e));
    page.groups = groups;
    page.report_url = arena_printf(c->arena, "/report/%lld", (long long)c->learner.learner_id);
    page.standing_url = arena_printf(c->arena, "/standing/%lld", (long long)c->learner.learner_id);
    page.views_url = arena_printf(c->arena, "/views/%lld", (long long)c->learner.learner_id);
    return page_end(p, page_map(&p->html, &p->ctx, &page), e);
}

/* Why -------------------------------------------------------------------------------------------------------------- */

/* The question of a fact and what was answered, in words; NULL where there is none. */
static enum st fact_words(struct call *c, const struct why_step *s, struct ui_evidence_row *out, struct err *e)
{
    const struct item *it = NULL;
    struct text t;
    const struct evidence *v = &s->evidence;
    if (v->item_id)
        TRY(app_item_variant(c->app, c->tx, c->arena, v->item_id, v->item_version, v->variant, ITEM_WHOLE, &it, e));
    text_init(&t, 4000);
    if (it) question_text(&t, it, 90);
    out->title = arena_strdup(c->arena, text_str(&t));
    text_clear(&t);
    response_text(&t, it, s->response);
    out->response = t.n ? arena_strdup(c->arena, text_str(&t)) : NULL;
    text_release(&t);
    return ST_OK;
}

static int64_t percent_step(double before, double after)
{
    double d = (after - before) * 100;
    return (int64_t)(d < 0 ? d - 0.5 : d + 0.5);
}

enum { EVIDENCE_SHOWN = 25, FACTS_MAX = 6 };

/* The rule as a sentence, with what it asks for beside its value. */
const char *rule_words(struct call *c, const struct mastery_rule *r)
{
    static const enum msg_id ids[MASTERY_KINDS] = {
        MSG_words_rule,      MSG_rule_words_recent,    MSG_rule_words_sustained, MSG_rule_words_decaying,
        MSG_rule_words_mode, MSG_rule_words_judgement, MSG_rule_words_lasting};
    struct text t;
    const struct msg_arg args[] = {{.name = "p", .text = in_100_words(c, r->secure_at)},
                                   {.name = "n", .n = r->least_evidence},
                                   {.name = "times", .n = r->times},
                                   {.name = "last", .n = r->of_last},
                                   {.name = "days", .n = r->gap_days},
                                   {.name = "seen", .n = r->off_screen}};
    text_init(&t, 4000);
    msg_format(&t, page_lang(c), ids[r->kind], args, 6);
    const struct {
        bool asked;
        enum msg_id words;
    } beside[] = {{r->off_screen > 0, MSG_rule_words_off_screen},
                  {r->gap_days > 0 && r->kind != MASTERY_LASTING, MSG_rule_words_gap},
                  {r->checkpoint != 0, MSG_rule_words_checkpoint}};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        if (!beside[i].asked) continue;
        text_char(&t, ' ');
        msg_format(&t, page_lang(c), beside[i].words, args, 6);
    }
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

/* Of the rule that it must last: the days that are missing, and what the estimate still lacks. */
static void change_over_days(struct call *c, const struct why_view *v, struct text *t)
{
    enum lang lang = page_lang(c);
    int32_t today = tz_date(c->snapshot->zone, c->now_ms);
    if (v->outlook.showings) msg_format(t, lang, MSG_change_days, MSG_ARGS(MSG_N("n", v->outlook.showings)));
    if (v->outlook.from_day > today) {
        text_char(t, ' ');
        msg_format(t, lang, MSG_change_day_from, MSG_ARGS(MSG_T("day", date_words(c, v->outlook.from_day))));
    }
    if (!(v->outlook.needs & NEED_VALUE)) return;
    if (t->n) text_char(t, ' ');
    text_add(t, msg(lang, MSG_change_surer));
}

/* What would make it secure: so many right answers, and what else. NULL when it is. */
static const char *change_words(struct call *c, const struct why_view *v)
{
    static const struct {
        enum mastery_need need;
        enum msg_id words;
    } also[] = {{NEED_OFF_SCREEN, MSG_change_off_screen},
                {NEED_GAP, MSG_change_gap},
                {NEED_CHECKPOINT, MSG_change_checkpoint},
                {NEED_JUDGEMENT, MSG_change_judgement}};
    struct text t;
    if (!v->outlook.right && !v->outlook.needs) return NULL;
    const struct msg_arg args[] = {{.name = "n", .n = v->outlook.right}, {.name = "days", .n = v->rule.gap_days}};
    text_init(&t, 4000);
    if (v->rule.kind == MASTERY_LASTING) change_over_days(c, v, &t);
    if (v->outlook.right > 0) msg_format(&t, page_lang(c), MSG_words_secure_more, args, 2);
    if (v->outlook.right < 0) text_add(&t, msg(page_lang(c), MSG_change_long));
    for (size_t i = 0; i < sizeof also / sizeof *also; i++) {
        if (!(v->outlook.needs & also[i].need)) continue;
        if (t.n) text_char(&t, ' ');
        msg_format(&t, page_lang(c), also[i].words, args, 2);
    }
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s;
}

static struct ui_fact count_fact(struct call *c, enum msg_id label, int64_t have, int64_t need)
{
    return (struct ui_fact){msg(page_lang(c), label), id_text(c, have),
                            SAY(c, MSG_words_needs, MSG_T("value", id_text(c, need))), have >= need};
}

static struct ui_fact shown_fact(struct call *c, const char *label, bool shown_once)
{
    return (struct ui_fact){label, msg(page_lang(c), shown_once ? MSG_fact_yes : MSG_fact_not_yet), NULL, shown_once};
}

/* What the rule goes by, with how much of it there is. */
static size_t fill_facts(struct call *c, const struct why_view *v, struct ui_fact *f)
{
    static const enum msg_id labels[MASTERY_KINDS] = {MSG_words_likely,  MSG_fact_recent, MSG_fact_sustained,
                                                      MSG_fact_decaying, MSG_fact_mode,   MSG_fact_judgement,
                                                      MSG_fact_lasting};
    const struct competency_state none = {0}, *k = v->state ? v->state : &none;
    const struct mastery_rule *r = &v->rule;
    size_t n = 0;
    f[n++] = (struct ui_fact){msg(page_lang(c), labels[r->kind]), in_100_words(c, v->value),
                              SAY(c, MSG_words_needs, MSG_T("value", in_100_words(c, r->secure_at))),
                              v->value >= r->secure_at};
    if (r->kind == MASTERY_LASTING) f[n++] = count_fact(c, MSG_fact_showings, k->shown, LASTING_SHOWINGS);
    else f[n++] = count_fact(c, MSG_words_evidence, k->alone, r->least_evidence);
    if (r->off_screen) f[n++] = count_fact(c, MSG_fact_off_screen, k->off_screen, r->off_screen);
    if (r->gap_days && r->kind != MASTERY_LASTING)
        f[n++] = shown_fact(c, SAY(c, MSG_fact_gap, MSG_N("n", r->gap_days)), k->gap_shown);
    if (r->checkpoint) f[n++] = shown_fact(c, msg(page_lang(c), MSG_fact_checkpoint), k->checkpoint_right);
    return n;
}

enum st query_as_of(struct call *c, int64_t *at_ms, const char **date, struct err *e)
{
    const char *s = http_query(c->http, "as_of");
    int32_t day;
    *at_ms = 0;
    *date = NULL;
    if (!s || !*s) return ST_OK;
    if (!date_parse(s, &day)) return err_fail(e, ST_INVALID, "why.bad_date", "as_of must be a date such as 2026-03-01");
    int64_t end = ((int64_t)day + 1) * 86400000;
    end -= (int64_t)tz_offset_s(c->snapshot->zone, end) * 1000;
    if (end < c->now_ms) *at_ms = end - 1;
    *date = *at_ms ? arena_strdup(c->arena, s) : NULL;
    return ST_OK;
}

/* What a person saw or judged: by whom, which level, and the note. */
static enum st seen_words(struct call *c, const struct why_step *s, struct ui_evidence_row *out, struct err *e)
{
    const struct evidence *v = &s->evidence;
    struct actor who = {0};
    json_t *noted;
    enum level level = LEVEL_SECURE;
    while (level > LEVEL_NOT_YET && v->score < level_score(level) - 0.01) level--;
    if (v->recorder_id) TRY(actor_load(c->tx, v->recorder_id, &who, e));
    const char *name = arena_printf(c->arena, "%s %s", who.given_name, who.family_name);
    out->title = SAY(c, v->kind == EVIDENCE_JUDGEMENT ? MSG_ev_judged_by : MSG_ev_seen_by,
                     MSG_T("name", name ? name : ""), MSG_T("level", msg(page_lang(c), level_words(level))));
    if (s->response && json_read(c->arena, s->response, strlen(s->response), &noted, e) == ST_OK &&
        *json_str(noted, "note", ""))
        out->note = json_str(noted, "note", "");
    return ST_OK;
}

static enum st evidence_row(struct call *c, const struct why_step *s, struct ui_evidence_row *out, struct err *e)
{
    const struct evidence *v = &s->evidence;
    bool seen = v->kind == EVIDENCE_OBSERVATION || v->kind == EVIDENCE_JUDGEMENT;
    *out = (struct ui_evidence_row){.at = v->answered_at_ms,
                                    .outcome = seen            ? 4
                                               : v->score >= 1 ? 1
                                                               : 0,
                                    .hints = v->hints,
                                    .took_ms = v->took_ms,
                                    .before = s->before,
                                    .after = s->after,
                                    .moved = s->moved ? percent_step(s->before, s->after) : 0,
                                    .counts = s->moved};
    return seen ? seen_words(c, s, out, e) : fact_words(c, s, out, e);
}

enum st fill_why(struct call *c, const struct learner_scope *who, int64_t competency_id, bool for_student,
                 struct ui_why_view *w, struct err *e)
{
    struct why_view v;
    struct actor person;
    struct ui_evidence_row *rows;
    struct ui_fact *facts;
    int64_t at;
    const char *date;
    TRY(query_as_of(c, &at, &date, e));
    TRY(actor_load(c->tx, who->learner_id, &person, e));
    TRY(learner_why(c->app, c->snapshot, c->tx, c->arena, who, competency_id, at, &v, e));
    size_t shown = v.count < EVIDENCE_SHOWN ? v.count : EVIDENCE_SHOWN;
    TRY(call_alloc(c, (shown + 1) * sizeof *rows, (void **)&rows, e));
    TRY(call_alloc(c, FACTS_MAX * sizeof *facts, (void **)&facts, e));
    for (size_t i = 0; i < shown; i++) TRY(evidence_row(c, &v.steps[v.count - 1 - i], &rows[i], e));
    const struct competency_state *k = v.state;
    const char *full =
        arena_printf(c->arena, "%s%s%s", person.given_name, *person.family_name ? " " : "", person.family_name);
    *w = (struct ui_why_view){.learner = for_student ? NULL : full,
                              .skill = v.competency->name,
                              .code = v.competency->code,
                              .level = k ? (int64_t)k->level : 0,
                              .summary = !k || !k->alone
                                             ? ""
                                             : SAY(c, for_student ? MSG_words_last_right : MSG_words_class_last_right,
                                                   MSG_N("right", k->right), MSG_N("n", k->alone)),
                              .rule = rule_words(c, &v.rule),
                              .rule_version = policy_number(c, v.policy->policy_id),
                              .show_steps = !for_student,
                              .facts = facts,
                              .facts_n = fill_facts(c, &v, facts),
                              .change = change_words(c, &v),
                              .evidence = rows,
                              .evidence_n = shown,
                              .more = (int64_t)(v.count - shown),
                              .as_of = date,
                              .competency_id = id_text(c, competency_id),
                              .learner_id = for_student ? NULL : id_text(c, who->learner_id),
                              .form_url = "/why"};
    int64_t model_id = why_model(&v);
    if (!for_student && model_id) w->model = SAY(c, MSG_why_model, MSG_N("n", model_version_number(c, model_id)));
    return fill_looks(c, who, competency_id, "", w, e);
}

static enum st query_id(struct call *c, const char *name, int64_t *id, struct err *e)
{
    const char *s = http_query(c->http, name);
    if (s && id_parse(s, id)) return ST_OK;
    return err_fail(e, ST_NOT_FOUND, "err.not_found", "%s is not an id", name);
}

enum st web_why(struct call *c, struct err *e)
{
    struct page *p;
    bool own = c->relation == MAY_OWN_RECORD;
    struct page_why page = {
        .back_url = own ? "/map" : "/children",
        .post_url = own ? "/look" : arena_printf(c->arena, "/why/%lld/look", (long long)c->learner.learner_id)};
    int64_t id;
    TRY(query_id(c, "c", &id, e));
    TRY(page_begin(c, page.back_url, &p, e));
    TRY(fill_why(c, &c->learner, id, own, &page.w, e));
    if (own) page.practise_url = skill_address(c, id);
    if (!own) { /* a family reads words, not steps; and its date leads back here */
        page.w.form_url = arena_printf(c->arena, "/why/%lld", (long long)c->learner.learner_id);
        page.w.learner_id = NULL;
        page.w.show_steps = false;
    }
    page.client_id = new_client_id(c);
    return page_end(p, page_why(&p->html, &p->ctx, &page), e);
}

/* As the student sees it, read only. */
enum st web_student(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_map_group *groups;
    struct page_student_view page = {.back_url = page_home(c->who.roles)};
    int64_t skills, secure;
    TRY(page_begin(c, "/classes", &p, e));
    p->ctx.read_only = true;
    TRY(fill_today(c, &c->learner, &page.t, e));
    TRY(fill_map(c, &c->learner, NULL, &groups, &page.groups_n, &skills, &secure, e));
    page.groups = groups;
    page.class_title = page.t.class_title;
    page.report_url = arena_printf(c->arena, "/report/%lld", (long long)c->learner.learner_id);
    page.standing_url = arena_printf(c->arena, "/standing/%lld", (long long)c->learner.learner_id);
    if (c->relation == MAY_COUNSELS) page.class_title = msg(page_lang(c), MSG_nav_counselor);
    if (c->relation == MAY_COUNSELS)
        page.transcript_url = arena_printf(c->arena, "/transcript/%lld", (long long)c->learner.learner_id);
    else page.rules_url = arena_printf(c->arena, "/student/%lld/rules", (long long)c->learner.learner_id);
    page.next_url = arena_printf(c->arena, "/suggestion/%lld", (long long)c->learner.learner_id);
    page.letter_url = arena_printf(c->arena, "/letter/%lld", (long long)c->learner.learner_id);
    return page_end(p, page_student_view(&p->html, &p->ctx, &page), e);
}
