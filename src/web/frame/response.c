/* How each way of answering stands in a form: ui/templates/01_question.html writes it, and this reads it. */
#include "frame/response.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "plan/reason_text.h"

const char *response_field(struct call *c, const json_t *r)
{
    struct text t;
    if (json_is_string(r)) return json_string_value(r);
    text_init(&t, 8192);
    for (size_t i = 0; i < json_array_size(r); i++)
        text_printf(&t, "%s%s", i ? " " : "", json_string_value(json_array_get(r, i)));
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

enum st response_form(struct call *c, const struct question *q, json_t **out, struct err *e)
{
    const char *v;
    if (!q->type->response->list) {
        v = http_form(c->http, "response", 0);
        if (!v) return err_fail(e, ST_INVALID, "answer.response", "response is missing");
        return json_keep(c->arena, json_string(v), out, e);
    }
    TRY(json_keep(c->arena, json_array(), out, e));
    for (size_t i = 0; i < 100 && (v = http_form(c->http, "response", i)); i++)
        json_array_append_new(*out, json_string(v));
    return ST_OK;
}

const char *response_moved(struct call *c)
{
    const char *ids[100], *move = http_form(c->http, "move", 0), *id = move ? strchr(move, ':') : NULL;
    size_t n = 0, at = 100;
    if (!id) return NULL;
    while (n < 100 && (ids[n] = http_form(c->http, "response", n))) n++;
    for (size_t i = 0; i < n; i++)
        if (str_eq(ids[i], id + 1)) at = i;
    size_t other = move[0] == 'u' ? at - 1 : at + 1;
    if (at < n && other < n) {
        const char *swap = ids[at];
        ids[at] = ids[other];
        ids[other] = swap;
    }
    struct text t;
    text_init(&t, 8192);
    for (size_t i = 0; i < n; i++) text_printf(&t, "%s%s", i ? " " : "", ids[i]);
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s;
}

static bool has_word(const char *words, const char *w)
{
    size_t n = strlen(w);
    for (const char *p = words; p && *p;) {
        size_t k = strcspn(p, " ");
        if (k == n && memcmp(p, w, n) == 0) return true;
        p += k + (p[k] == ' ');
    }
    return false;
}

/* Mathematics alone is no name to every reader: 3/4 is. */
static const char *option_name(struct call *c, const char *html)
{
    struct text t;
    if (!html || !strstr(html, "<math")) return NULL;
    text_init(&t, 400);
    text_of_html(&t, html, 200);
    const char *s = t.n ? arena_strdup(c->arena, text_str(&t)) : NULL;
    text_release(&t);
    return s;
}

static struct ui_option option_of(struct call *c, const struct choice *k, bool chosen)
{
    return (struct ui_option){k->id, trusted(k->body_html), chosen, option_name(c, k->body_html)};
}

enum st response_options(struct call *c, const struct question *q, const char *chosen, const struct ui_option **out,
                         size_t *n, struct err *e)
{
    struct ui_option *o;
    TRY(call_alloc(c, (q->choice_count + 1) * sizeof *o, (void **)&o, e));
    *n = 0;
    if (q->type->ordered) /* as they were put, then what is missing */
        for (const char *p = chosen; p && *p;) {
            size_t k = strcspn(p, " ");
            for (size_t i = 0; i < q->choice_count; i++)
                if (strlen(q->choices[i].id) == k && memcmp(q->choices[i].id, p, k) == 0 && *n < q->choice_count)
                    o[(*n)++] = option_of(c, &q->choices[i], false);
            p += k + (p[k] == ' ');
        }
    for (size_t i = 0; i < q->choice_count; i++) {
        bool there = false;
        for (size_t j = 0; j < *n; j++) there = there || str_eq(o[j].id, q->choices[i].id);
        if (!there && *n < q->choice_count)
            o[(*n)++] = option_of(c, &q->choices[i], has_word(chosen, q->choices[i].id));
    }
    *out = o;
    return ST_OK;
}

enum st response_number(const char *s, const char *name, int64_t high, int64_t *out, struct err *e)
{
    if (s && parse_i64(s, out) && *out >= 0 && *out <= high) return ST_OK;
    return err_fail(e, ST_INVALID, "answer.number", "%s must be a whole number from 0 to %lld", name, (long long)high);
}

enum st response_version(struct call *c, int32_t *out, struct err *e)
{
    const char *s = http_form(c->http, "item_version", 0);
    int64_t version = 0;
    if (s && *s) TRY(response_number(s, "item_version", INT32_MAX, &version, e));
    *out = (int32_t)version;
    return ST_OK;
}

void response_question(const struct item *it, struct page_item *p)
{
    p->title = it->title_html && *it->title_html ? it->title : "";
    p->stimulus = trusted(it->stimulus_html);
    p->body = trusted(it->body_html);
    p->kind = it->question.type->code;
    p->label = it->question.label;
    p->unit = it->question.unit;
    p->attribution = it->attribution_text;
    p->attribution_url = it->attribution_url;
    p->licence = it->licence_name;
    p->licence_url = it->licence_url;
    if (it->group_count > 1 && str_eq(it->group_relation, "step")) {
        p->part_n = it->group_position;
        p->part_of = it->group_count;
    }
}

void response_feedback(struct call *c, const struct verdict *v, struct ui_feedback_view *fb)
{
    enum lang lang = page_lang(c);
    fb->body = trusted(v->feedback_html);
    if (!v->readable) {
        fb->kind = 3;
        fb->words = msg(lang, msg_find_code("", v->unreadable ? v->unreadable : "", MSG_feedback_unread_words));
        fb->again = true;
        return;
    }
    fb->kind = v->score >= 1 ? 1 : 2;
    fb->again = fb->kind == 2;
    if (fb->kind == 2 && !v->feedback_html)
        fb->words = msg(lang, str_eq(v->code, "wrong_form")     ? MSG_feedback_wrong_form
                              : str_eq(v->code, "unit_missing") ? MSG_feedback_unit_missing
                                                                : MSG_feedback_try_again);
}
