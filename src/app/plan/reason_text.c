#include "plan/reason_text.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "items/interaction.h"

static void say_reason(struct text *out, enum lang lang, const char *form, const struct next_item *n)
{
    const char *code = n->item ? reason_code(n->reason) : "nothing_open";
    if (n->reason == REASON_READY) {
        if (n->about) code = "ready_after";
        else if (n->competency && !n->competency->prerequisite_count) code = "start_here";
    }
    enum msg_id id = msg_find_code(form, code, msg_find_code("reason", code, MSG_NONE));
    if (id == MSG_NONE) return;
    msg_format(out, lang, id,
               MSG_ARGS(MSG_T("skill", n->competency ? n->competency->name : ""),
                        MSG_T("other", n->about ? n->about->name : "")));
}

void reason_text(struct text *out, enum lang lang, const struct next_item *n) { say_reason(out, lang, "reason", n); }
void reason_text_here(struct text *out, enum lang lang, const struct next_item *n)
{
    say_reason(out, lang, "here", n);
    if (n->item && n->harder) text_printf(out, " %s", msg(lang, MSG_here_harder));
}
void reason_text_card(struct text *out, enum lang lang, const struct next_item *n) { say_reason(out, lang, "card", n); }

/* Which elements stand open, to put / and ^ where a fraction's or a power's second part begins. */
enum { OPEN_MAX = 64 };
struct open_element {
    bool fraction, power, block;
    int children;
};

static bool named(const char *tag, size_t n, const char *name)
{
    return strlen(name) == n && strncasecmp(tag, name, n) == 0;
}

static const char *entity(const char *p, char *out)
{
    static const struct {
        const char *name;
        char c;
    } known[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},  {"&quot;", '"'},
                 {"&#39;", '\''}, {"&#x27;", '\''}, {"&nbsp;", ' '}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(p, known[i].name, strlen(known[i].name)) == 0) {
            *out = known[i].c;
            return p + strlen(known[i].name);
        }
    *out = '&';
    return p + 1;
}

static void space(struct text *out, size_t from)
{
    if (out->n > from && text_str(out)[out->n - 1] != ' ') text_char(out, ' ');
}

void text_of_html(struct text *out, const char *html, size_t most)
{
    struct open_element open[OPEN_MAX] = {{0}};
    size_t depth = 0, from = out->n;
    const char *p = html ? html : "";
    while (*p && out->n - from < most) {
        if (*p != '<') {
            char c = *p;
            if (c == '&') p = entity(p, &c);
            else p++;
            if (c == ' ' || c == '\n' || c == '\t') space(out, from);
            else text_char(out, c);
            continue;
        }
        const char *end = strchr(p, '>');
        if (!end) break;
        bool closing = p[1] == '/';
        const char *tag = p + 1 + closing;
        size_t n = strcspn(tag, " />");
        if (closing) {
            if (depth && depth-- <= OPEN_MAX && open[depth].block) space(out, from);
        } else if (end[-1] != '/' && !named(tag, n, "br") && !named(tag, n, "img")) {
            if (depth && depth <= OPEN_MAX) {
                struct open_element *parent = &open[depth - 1];
                if (++parent->children == 2) {
                    if (parent->fraction) text_char(out, '/');
                    if (parent->power) text_char(out, '^');
                }
            }
            if (depth < OPEN_MAX)
                open[depth] =
                    (struct open_element){named(tag, n, "mfrac"), named(tag, n, "msup"),
                                          named(tag, n, "p") || named(tag, n, "li") || named(tag, n, "td"), 0};
            depth++;
        } else {
            space(out, from);
        }
        p = end + 1;
    }
    while (out->n > from && text_str(out)[out->n - 1] == ' ') text_cut(out, out->n - 1);
    if (!*p) return;
    size_t n = out->n; /* cut at a word, unless it is a long one */
    while (n > from + most / 2 && text_str(out)[n - 1] != ' ') n--;
    text_cut(out, n > from + most / 2 ? n - 1 : out->n - 1);
    text_add(out, "…");
}

void question_text(struct text *out, const struct item *it, size_t most)
{
    text_of_html(out, it->title && *it->title ? it->title_html : it->body_html, most);
}

void response_text(struct text *out, const struct item *it, const char *response)
{
    json_t *v;
    struct err e;
    if (!response || json_read_owned(response, strlen(response), &v, &e) != ST_OK) return;
    const struct interaction_type *type = it ? it->question.type : NULL;
    if (json_is_string(v)) text_add(out, json_string_value(v));
    for (size_t i = 0; i < json_array_size(v); i++) {
        const char *said = json_string_value(json_array_get(v, i)), *body = NULL;
        size_t part = 0;
        if (i) text_add(out, ", ");
        for (; said && type && type->named && (body = type->named(&it->question, said, part)); part++) {
            if (part) text_add(out, " – ");
            text_of_html(out, body, 80);
        }
        if (said && !part) text_add(out, said);
    }
    json_decref(v);
}
