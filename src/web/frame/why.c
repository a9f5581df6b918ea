/* What a student's level on a skill rests on, and the second looks that were asked for at it. */
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "content/items.h"
#include "plan/reason_text.h"
#include "frame/learner.h"
#include "learning/learner.h"
#include "learning/observe.h"
#include "rules/lasting.h"
#include "store/sql/answer.h"

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

enum { LOOKS_MAX = 20 };

enum st fill_looks(struct call *c, const struct learner_scope *who, int64_t competency_id, const char *about,
                   struct ui_why_view *w, struct err *e)
{
    struct sql_look_of_row look;
    struct rows stored;
    struct ui_look_row *rows;
    TRY(call_alloc(c, LOOKS_MAX * sizeof *rows, (void **)&rows, e));
    TRY(sql_look_of(
        c->tx, &(struct sql_look_of_in){.learner_id = who->learner_id, .competency_id = competency_id, .matter = about},
        &stored, e));
    while (w->looks_n < LOOKS_MAX && sql_look_of_next(&stored, &look)) {
        struct ui_look_row *r = &rows[w->looks_n++];
        *r = (struct ui_look_row){.at = id_time_ms(look.look_id),
                                  .look_id = id_text(c, look.look_id),
                                  .learner_id = id_text(c, who->learner_id),
                                  .note = arena_strdup(c->arena, look.note),
                                  .answered_at = look.answer_id ? id_time_ms(look.answer_id) : 0};
        if (r->answered_at) r->answer = arena_strdup(c->arena, look.answer);
        if (r->answered_at) r->by = arena_printf(c->arena, "%s %s", look.given_name, look.family_name);
    }
    TRY(rows_end(&stored));
    w->looks = rows;
    return ST_OK;
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
