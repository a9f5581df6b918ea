/* The item player: the question, its hints and scaffolds, answers, drafts. Works as plain forms; scripts add to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "learning/answer.h"
#include "plan/draft.h"
#include "plan/help.h"
#include "content/items.h"
#include "learning/learner.h"
#include "plan/next.h"
#include "base/json.h"
#include "plan/reason_text.h"
#include "frame/learner.h"
#include "frame/response.h"
#include "frame/route.h"
#include "core/note.h"

/* The item that a request names, with what is under way on it. */
struct in_hand {
    const struct item_ref *ref;
    const struct item *item;
    int32_t version; /* that is shown */
    int64_t variant;
    struct draft draft;
    struct mastery_view mastery;
    struct taught courses[COURSES_MAX];
    size_t course_count;
    struct next_item next; /* why this one */
};

static enum st load_item(struct call *c, int64_t item_id, int32_t version, int64_t variant, struct in_hand *h,
                         struct err *e)
{
    TRY(answer_item(c->app, c->snapshot, c->tx, c->arena, h->courses, h->course_count, item_id, version, variant,
                    ITEM_WHOLE, &h->ref, &h->item, e));
    h->version = version ? version : h->ref->version;
    h->variant = variant;
    return draft_get(c->tx, c->arena, &c->learner, item_id, variant, &h->draft, e);
}

static enum st load_learner(struct call *c, struct in_hand *h, struct err *e)
{
    TRY(call_courses(c, c->learner.learner_id, h->courses, &h->course_count, e));
    return learner_mastery(c->app, c->snapshot, c->tx, c->arena, &c->learner, 0, &h->mastery, e);
}

/* From item_id, item_version and variant of a form. */
static enum st form_item(struct call *c, struct in_hand *h, struct err *e)
{
    int64_t item_id, variant;
    int32_t version;
    const char *id = http_form(c->http, "item_id", 0);
    if (!id || !id_parse(id, &item_id)) return err_fail(e, ST_INVALID, "answer.item_id", "item_id must be an id");
    TRY(response_number(http_form(c->http, "variant", 0), "variant", INT64_C(1) << 40, &variant, e));
    TRY(response_version(c, &version, e));
    TRY(call_courses(c, c->learner.learner_id, h->courses, &h->course_count, e));
    return load_item(c, item_id, version, variant, h, e);
}

/* Hints ------------------------------------------------------------------------------------------------------------ */

static bool shown(const struct draft *d, const char *id)
{
    const json_t *list = json_object_get(d->hints, "shown");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_eq(json_string_value(json_array_get(list, i)), id)) return true;
    return false;
}

static size_t count_hints(const struct hint *h, size_t n)
{
    size_t all = n;
    for (size_t i = 0; i < n; i++) all += count_hints(h[i].hints, h[i].hint_count);
    return all;
}

static enum st put_hint(struct call *c, const struct draft *d, const struct hint *h, bool sub, struct ui_hint *out,
                        struct err *e)
{
    const json_t *given = json_object_get(json_object_get(d->hints, "answers"), h->id);
    *out = (struct ui_hint){.id = h->id,
                            .title = trusted(h->title_html),
                            .body = trusted(h->body_html),
                            .scaffold = h->type == HINT_SCAFFOLD,
                            .sub = sub};
    if (!out->scaffold) return ST_OK;
    out->kind = h->question.type->code;
    out->label = h->question.label;
    out->response = given ? json_str(given, "response", "") : "";
    out->state = !json_object_get(given, "right") ? 0 : json_is_true(json_object_get(given, "right")) ? 1 : 2;
    if (h->question.choice_count)
        TRY(response_options(c, &h->question, out->response, &out->options, &out->options_n, e));
    return ST_OK;
}

/* Shown hints in their own order; a scaffold's sub-hints follow it. The next is the first not shown: a sub-hint only
 * while its scaffold has not been answered right. */
static enum st walk_hints(struct call *c, const struct draft *d, const struct hint *h, size_t n, bool sub,
                          struct ui_hint *rows, struct ui_hints_view *v, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (!shown(d, h[i].id)) {
            if (!v->next_id) v->next_id = h[i].id;
            continue;
        }
        struct ui_hint *x = &rows[v->shown_n++];
        TRY(put_hint(c, d, &h[i], sub, x, e));
        if (h[i].hint_count && (x->state != 1 || shown(d, h[i].hints[0].id))) {
            const char *before = v->next_id;
            TRY(walk_hints(c, d, h[i].hints, h[i].hint_count, true, rows, v, e));
            if (x->state == 1) v->next_id = before;
        }
    }
    return ST_OK;
}

static enum st fill_hints(struct call *c, const struct in_hand *h, struct ui_hints_view *v, struct err *e)
{
    struct ui_hint *rows;
    size_t all = count_hints(h->item->hints, h->item->hint_count);
    TRY(call_alloc(c, (all + 1) * sizeof *rows, (void **)&rows, e));
    *v = (struct ui_hints_view){.item_id = id_text(c, h->ref->item_id),
                                .version = h->version,
                                .variant = h->variant,
                                .shown = rows,
                                .total = (int64_t)all};
    TRY(walk_hints(c, &h->draft, h->item->hints, h->item->hint_count, false, rows, v, e));
    v->used = (int64_t)v->shown_n;
    return ST_OK;
}

/* The page --------------------------------------------------------------------------------------------------------- */

static enum st fill_path(struct call *c, const struct in_hand *h, const struct competency *about, struct page_item *p,
                         struct err *e)
{
    for (size_t i = 0; i < h->course_count; i++) {
        const struct course *k = catalogue_course(&c->snapshot->catalogue, h->courses[i].course_id);
        struct ui_path_step *steps;
        bool mine = false;
        for (size_t j = 0; k && j < k->count; j++)
            mine = mine || &c->snapshot->catalogue.competencies[k->competency[j]] == about;
        if (!mine || k->count > 40) continue;
        TRY(call_alloc(c, k->count * sizeof *steps, (void **)&steps, e));
        for (size_t j = 0; j < k->count; j++) {
            const struct competency *x = &c->snapshot->catalogue.competencies[k->competency[j]];
            const struct competency_state *st = state_find(&h->mastery.state, x->competency_id);
            steps[j] = (struct ui_path_step){st && st->level == LEVEL_SECURE ? 2 : x == about ? 1 : 0, x->name};
            p->path_done += steps[j].state == 2;
        }
        p->path = steps;
        p->path_n = k->count;
        return ST_OK;
    }
    return ST_OK;
}

static enum st item_page(struct call *c, struct in_hand *h, const struct ui_feedback_view *fb, const char *response,
                         struct err *e)
{
    struct page *p;
    TRY(page_begin(c, "/today", &p, e));
    const struct competency *about = h->next.competency
                                         ? h->next.competency
                                         : catalogue_competency(&c->snapshot->catalogue, h->ref->competency_ids[0]);
    const struct competency_state *k = about ? state_find(&h->mastery.state, about->competency_id) : NULL;
    struct page_item page = {.item_id = id_text(c, h->ref->item_id),
                             .version = h->version,
                             .variant = h->variant,
                             .client_id = new_client_id(c),
                             .skill = about ? about->name : NULL,
                             .skill_level = k ? (int64_t)k->level : 0,
                             .response = response ? response : h->draft.response,
                             .saved_at = h->draft.updated_at_ms,
                             .leave_url = "/today",
                             .post_url = "/answer",
                             .order_url = "/draft",
                             .help_kinds = web_help_kinds,
                             .help_kinds_n = WEB_HELP_KINDS,
                             .help_client_id = new_client_id(c)};
    response_question(h->item, &page);
    TRY(response_options(c, &h->item->question, page.response, &page.options, &page.options_n, e));
    TRY(fill_hints(c, h, &page.hints, e));
    if (about) TRY(fill_path(c, h, about, &page, e));
    if (fb) page.feedback = *fb;
    page.why = reason_words(c, &h->next);
    page.why_url = about ? arena_printf(c->arena, "/why?c=%lld", (long long)about->competency_id) : NULL;
    if (http_query(c->http, "helped")) page.help_waiting = msg(page_lang(c), MSG_help_sent);
    return page_end(p, page_item(&p->html, &p->ctx, &page), e);
}

static enum st next_feedback(struct call *c, const struct learner_state *state, const struct in_hand *h,
                             struct ui_feedback_view *fb)
{
    struct next_item next;
    next_item(c->snapshot, state, c->learner.learner_id, h->courses, h->course_count, 0, c->now_ms, &next);
    fb->next_url = next.item ? item_address(c, &next) : "/today";
    fb->next_label = next.item ? MSG_player_next : MSG_player_to_today;
    return ST_OK;
}

/* /item?c=SKILL&i=ITEM&v=VARIANT names one question, so that a reload, a bookmark and another device show the same;
 * /item?c=SKILL the next of a skill; /item the next at all. */
static enum st web_item(struct call *c, struct err *e)
{
    struct in_hand h = {0};
    struct next_item next;
    int64_t skill = 0, item_id = 0, variant = 0;
    const char *cs = http_query(c->http, "c"), *is = http_query(c->http, "i"), *vs = http_query(c->http, "v");
    if (cs && *cs && !id_parse(cs, &skill)) return err_fail(e, ST_NOT_FOUND, "err.not_found", "c is not an id");
    if (is && !id_parse(is, &item_id)) return err_fail(e, ST_NOT_FOUND, "err.not_found", "i is not an id");
    TRY(load_learner(c, &h, e));
    next_item(c->snapshot, &h.mastery.state, c->learner.learner_id, h.courses, h.course_count, 0, c->now_ms, &next);
    if (skill && !(next.competency && next.competency->competency_id == skill))
        next_item(c->snapshot, &h.mastery.state, c->learner.learner_id, h.courses, h.course_count, skill, c->now_ms,
                  &next);
    if (item_id) {
        TRY(response_number(vs, "v", INT64_C(1) << 40, &variant, e));
        TRY(load_item(c, item_id, 0, variant, &h, e));
        if (!next.item || next.item->item_id != item_id)
            next = (struct next_item){.item = h.ref,
                                      .variant = variant,
                                      .competency = skill ? catalogue_competency(&c->snapshot->catalogue, skill) : NULL,
                                      .reason = REASON_CHOSEN};
    } else if (next.item) {
        TRY(load_item(c, next.item->item_id, 0, next.variant, &h, e));
    } else {
        call_redirect(c, "/today");
        return ST_OK;
    }
    h.next = next;
    const struct seen_item *seen = state_seen(&h.mastery.state, h.ref->item_id, h.variant);
    struct ui_feedback_view fb = {.kind = 1};
    if (!seen || !seen->right) return item_page(c, &h, NULL, NULL, e);
    TRY(next_feedback(c, &h.mastery.state, &h, &fb));
    return item_page(c, &h, &fb, NULL, e);
}

/* Answers ---------------------------------------------------------------------------------------------------------- */

struct web_answer {
    struct answer_cmd cmd;
    struct in_hand hand;
    struct verdict verdict;
    const char *text; /* as the form shows it again */
};

static enum st web_answer_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_answer *a;
    json_t *response;
    TRY(call_alloc(c, sizeof *a, (void **)&a, e));
    struct answer_cmd *cmd = &a->cmd;
    struct in_hand *h = &a->hand;
    TRY(form_item(c, h, e));
    cmd->client_id = http_form(c->http, "client_id", 0);
    TRY(client_id_check(cmd->client_id, e));
    const char *took = http_form(c->http, "took_ms", 0), *at = http_form(c->http, "answered_at_ms", 0);
    cmd->took_ms = h->draft.started_at_ms ? c->now_ms - h->draft.started_at_ms : 0;
    if (took && *took) TRY(response_number(took, "took_ms", 86400000, &cmd->took_ms, e));
    if (cmd->took_ms > 86400000) cmd->took_ms = 0;
    cmd->answered_at_ms = c->now_ms;
    if (at && *at) TRY(response_number(at, "answered_at_ms", INT64_C(1) << 45, &cmd->answered_at_ms, e));
    int64_t hints = 0;
    const char *said = http_form(c->http, "hints", 0);
    if (said && *said) TRY(response_number(said, "hints", 100, &hints, e));
    int64_t known = (int64_t)draft_hints_shown(&h->draft);
    cmd->hints = (int32_t)(hints > known ? hints : known);
    TRY(response_form(c, &h->item->question, &response, e));
    a->text = response_field(c, response);
    cmd->snapshot = c->snapshot;
    cmd->arena = c->arena;
    cmd->learner_id = c->learner.learner_id;
    cmd->item = h->ref;
    cmd->item_version = h->version;
    cmd->variant = h->variant;
    TRY(answer_prepare(cmd, h->item, response, &a->verdict, e));
    *out = &cmd->command;
    return ST_OK;
}

static void fill_feedback(struct call *c, const struct web_answer *a, struct ui_feedback_view *fb)
{
    enum lang lang = page_lang(c);
    if (a->verdict.readable && a->cmd.too_fast) { /* whether it was right is not told: speed buys no peek */
        *fb = (struct ui_feedback_view){.kind = 5, .words = msg(lang, MSG_feedback_too_fast_words)};
        return;
    }
    response_feedback(c, &a->verdict, fb);
    for (size_t i = 0; i < a->cmd.moved; i++) {
        const struct fold_step *s = &a->cmd.steps[i];
        const struct competency *k = catalogue_competency(&c->snapshot->catalogue, s->competency_id);
        if (!k || s->level_after <= s->level_before) continue;
        fb->level = (int64_t)s->level_after;
        fb->level_words = SAY(c, MSG_feedback_moved_up, MSG_T("skill", k->name),
                              MSG_T("level", msg(lang, level_words(s->level_after))));
    }
}

static enum st answer_json(struct call *c, struct web_answer *a, const struct ui_feedback_view *fb, struct err *e)
{
    struct page *p;
    struct page_feedback body = {.f = *fb};
    TRY(page_begin(c, NULL, &p, e));
    TRY(page_end(p, page_feedback(&p->html, &p->ctx, &body), e));
    const char *html = arena_strdup(c->arena, text_str(&c->out));
    if (!html) return err_fail(e, ST_NOMEM, "err.memory", "feedback");
    text_clear(&c->out);
    struct json_out j;
    json_out_init(&j, &c->out);
    c->res.content_type = "application/json";
    json_open_obj(&j, NULL);
    json_put_id(&j, "evidence_id", a->cmd.evidence_id);
    json_put_f64(&j, "score", a->verdict.readable && !a->cmd.too_fast ? a->verdict.score : 0);
    json_put_bool(&j, "readable", a->verdict.readable);
    json_put_bool(&j, "too_fast", a->cmd.too_fast);
    json_put_str(&j, "feedback_html", html);
    json_put_str(&j, "next_url", fb->next_url);
    json_close_obj(&j);
    return ST_OK;
}

static enum st web_answer_reply(struct call *c, struct command *command, struct err *e)
{
    struct web_answer *a = (struct web_answer *)command;
    struct in_hand *h = &a->hand;
    struct ui_feedback_view fb = {0};
    fill_feedback(c, a, &fb);
    if (fb.kind != 3) TRY(next_feedback(c, &a->cmd.state, h, &fb));
    if (fb.kind == 2) fb.next_label = MSG_player_again;
    if (http_accepts(c->http, "application/json")) return answer_json(c, a, &fb, e);
    h->mastery.state = a->cmd.state;
    h->next = (struct next_item){.item = h->ref,
                                 .variant = h->variant,
                                 .competency = catalogue_competency(&c->snapshot->catalogue, h->ref->competency_ids[0]),
                                 .reason = REASON_CHOSEN};
    TRY(draft_get(c->tx, c->arena, &c->learner, h->ref->item_id, h->variant, &h->draft, e));
    return item_page(c, h, &fb, a->text, e);
}

/* Drafts, hints, scaffolds ----------------------------------------------------------------------------------------- */

struct web_draft {
    struct draft_cmd cmd;
    struct in_hand hand;
    const char *unread; /* a scaffold's answer that could not be read */
};

static enum st draft_begin(struct call *c, struct web_draft **out, struct err *e)
{
    struct web_draft *d;
    TRY(call_alloc(c, sizeof *d, (void **)&d, e));
    TRY(form_item(c, &d->hand, e));
    draft_init(&d->cmd);
    d->cmd.learner_id = c->learner.learner_id;
    d->cmd.item_id = d->hand.ref->item_id;
    d->cmd.variant = d->hand.variant;
    *out = d;
    return ST_OK;
}

static enum st web_draft_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_draft *d;
    TRY(draft_begin(c, &d, e));
    d->cmd.response = response_moved(c);
    if (!d->cmd.response) d->cmd.response = http_form(c->http, "text", 0);
    if (d->cmd.response && strlen(d->cmd.response) > 4000)
        return err_fail(e, ST_INVALID, "err.too_large", "a draft takes at most 4,000 bytes");
    *out = &d->cmd.command;
    return ST_OK;
}

static const char *hand_address(struct call *c, const struct in_hand *h)
{
    const char *s = arena_printf(c->arena, "/item?c=%lld&i=%lld&v=%lld", (long long)h->ref->competency_ids[0],
                                 (long long)h->ref->item_id, (long long)h->variant);
    return s ? s : "/today";
}

static enum st web_draft_reply(struct call *c, struct command *command, struct err *e)
{
    struct web_draft *d = (struct web_draft *)command;
    (void)e;
    if (http_accepts(c->http, "application/json")) {
        c->res.content_type = "application/json";
        text_add(&c->out, "{}");
    } else {
        call_redirect(c, hand_address(c, &d->hand));
    }
    return ST_OK;
}

static enum st form_hint(struct call *c, const struct item *it, const struct hint **out, struct err *e)
{
    const char *id = http_form(c->http, "hint_id", 0);
    *out = id ? item_hint(it, id) : NULL;
    return *out ? ST_OK : err_fail(e, ST_NOT_FOUND, "err.not_found", "there is no such hint");
}

static enum st web_hint_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_draft *d;
    const struct hint *h;
    TRY(draft_begin(c, &d, e));
    TRY(form_hint(c, d->hand.item, &h, e));
    d->cmd.show_hint = h->id;
    *out = &d->cmd.command;
    return ST_OK;
}

static enum st web_scaffold_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_draft *d;
    const struct hint *h;
    json_t *response;
    struct verdict v = {0};
    TRY(draft_begin(c, &d, e));
    TRY(form_hint(c, d->hand.item, &h, e));
    if (h->type != HINT_SCAFFOLD) return err_fail(e, ST_INVALID, "answer.response", "this hint asks nothing");
    d->cmd.show_hint = h->id;
    d->cmd.answer_hint = h->id;
    d->cmd.answer_response = response_moved(c);
    d->cmd.answer_open = d->cmd.answer_response != NULL;
    if (!d->cmd.answer_open) {
        TRY(response_form(c, &h->question, &response, e));
        TRY(hint_score(c->arena, h, response, &v, e));
        d->cmd.answer_response = response_field(c, response);
    }
    if (strlen(d->cmd.answer_response) > 1000)
        return err_fail(e, ST_INVALID, "err.too_large", "an answer takes at most 1,000 bytes");
    d->cmd.answer_right = !d->cmd.answer_open && v.readable && v.score >= 1;
    *out = &d->cmd.command;
    return ST_OK;
}

static enum st web_hint_reply(struct call *c, struct command *command, struct err *e)
{
    struct web_draft *d = (struct web_draft *)command;
    struct page *p;
    struct page_hints body;
    if (!http_accepts(c->http, "application/json")) {
        call_redirect(c, hand_address(c, &d->hand));
        return ST_OK;
    }
    TRY(draft_get(c->tx, c->arena, &c->learner, d->cmd.item_id, d->cmd.variant, &d->hand.draft, e));
    TRY(page_begin(c, NULL, &p, e));
    TRY(fill_hints(c, &d->hand, &body.v, e));
    TRY(page_end(p, page_hints(&p->html, &p->ctx, &body), e));
    const char *html = arena_strdup(c->arena, text_str(&c->out));
    if (!html) return err_fail(e, ST_NOMEM, "err.memory", "hints");
    text_clear(&c->out);
    struct json_out j;
    json_out_init(&j, &c->out);
    c->res.content_type = "application/json";
    json_open_obj(&j, NULL);
    json_put_str(&j, "html", html);
    json_close_obj(&j);
    return ST_OK;
}

/* Help ------------------------------------------------------------------------------------------------------------- */

struct web_help {
    struct record_cmd cmd;
    struct fact_help_asked asked;
};

static enum st web_help_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_help *h;
    TRY(call_alloc(c, sizeof *h, (void **)&h, e));
    const char *item = http_form(c->http, "item_id", 0);
    if (item && *item && !id_parse(item, &h->asked.item_id))
        return err_fail(e, ST_INVALID, "answer.item_id", "item_id must be an id");
    TRY(call_item_is_theirs(c, h->asked.item_id, e));
    h->asked.kind = http_form(c->http, "kind", 0);
    h->asked.note = http_form(c->http, "note", 0);
    TRY(help_check(&h->asked, e));
    TRY(call_record(c, &h->cmd, &fact_help_asked, c->learner.learner_id, http_form(c->http, "client_id", 0), &h->asked,
                    e));
    *out = &h->cmd.command;
    return ST_OK;
}

static enum st web_help_reply(struct call *c, struct command *command, struct err *e)
{
    const struct web_help *h = (const struct web_help *)command;
    const char *from = http_header_in(c->http, "Referer"), *query = from ? strstr(from, "/item?") : NULL;
    (void)e;
    if (!h->asked.item_id || !query || strlen(query) > 300 || strpbrk(query, "\r\n"))
        call_redirect(c, "/today?helped=1");
    else call_redirect(c, arena_printf(c->arena, "%s%s", query, strstr(query, "helped=1") ? "" : "&helped=1"));
    return ST_OK;
}

const struct route player_routes[] = {
    GET("/item", STUDENT, web_item, .summary = "A question", .sample = "i={item}&v=0"),
    WRITE("/answer", STUDENT, web_answer_parse, web_answer_reply, .summary = "Answer a question",
          .sample = "item_id={item}&variant=0&client_id={new}&response=3/4&took_ms=1000"),
    WRITE("/draft", STUDENT, web_draft_parse, web_draft_reply, .summary = "Keep what is written so far",
          .sample = "item_id={item}&variant=0&response=3/"),
    WRITE("/hint", STUDENT, web_hint_parse, web_hint_reply, .summary = "Show a hint",
          .sample = "item_id={item}&variant=0&hint_id=pa1a-h1"),
    WRITE("/scaffold", STUDENT, web_scaffold_parse, web_hint_reply, .summary = "Answer a scaffold's question",
          .sample = "item_id={item}&variant=0&hint_id=pa1a-h2&response=3"),
    WRITE("/help", STUDENT, web_help_parse, web_help_reply, .summary = "Ask for help",
          .sample = "client_id={new}&kind=explain"),
    {0},
};
