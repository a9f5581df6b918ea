#include "frame/form.h"

#include <string.h>

#include "base/list.h"

struct form {
    bool again;
    const char *error;
    struct mark {
        const char *name, *words;
    } * marks;
    size_t count, cap;
};

enum st form_open(struct call *c, enum st (*page)(struct call *, struct err *), struct err *e)
{
    TRY(call_alloc(c, sizeof *c->form, (void **)&c->form, e));
    *c->form = (struct form){0};
    c->form_page = page;
    return ST_OK;
}

enum st form_again(struct call *c, const char *error, struct err *e)
{
    if (!c->form) TRY(form_open(c, NULL, e));
    c->form->again = true;
    c->form->error = error;
    return ST_OK;
}

const char *form_value(struct call *c, const char *name, size_t nth, const char *otherwise)
{
    const char *typed = c->form && c->form->again && name ? http_form(c->http, name, nth) : NULL;
    return typed ? typed : otherwise;
}

const char *form_error(const struct call *c) { return c->form ? c->form->error : NULL; }

void form_chosen(struct call *c, const char *name, size_t nth, struct ui_rule_option *options, size_t n)
{
    const char *typed = form_value(c, name, nth, NULL);
    for (size_t i = 0; typed && i < n; i++) options[i].chosen = str_eq(options[i].value, typed);
}

enum st form_mark(struct call *c, const char *name, const char *words, struct err *e)
{
    struct mark *m = LIST_ADD(c->arena, c->form->marks, c->form->count, c->form->cap);
    if (!m) return err_fail(e, ST_NOMEM, "err.memory", "marks of a form");
    *m = (struct mark){name, words};
    return ST_OK;
}

const char *form_marked(const struct call *c, const char *name)
{
    for (size_t i = 0; c->form && i < c->form->count; i++)
        if (str_eq(c->form->marks[i].name, name)) return c->form->marks[i].words;
    return NULL;
}

enum st form_check(struct call *c, struct err *e)
{
    if (!c->form->count) return ST_OK;
    char n[24];
    snprintf(n, sizeof n, "%zu", c->form->count);
    enum st st = err_fail(e, ST_INVALID, "form.marked", "%s entries of the form cannot be read; the first is %s", n,
                          c->form->marks[0].name);
    err_arg(e, n);
    return st;
}

/* In room[40], which is enough for every number; NULL: longer. */
static const char *without_spaces(const char *typed, char room[40])
{
    if (!typed) return NULL;
    typed += strspn(typed, " \t\r\n");
    size_t n = strlen(typed);
    while (n && strchr(" \t\r\n", typed[n - 1])) n--;
    if (n >= 40) return NULL;
    memcpy(room, typed, n);
    room[n] = 0;
    return room;
}

bool form_number(const char *typed, double *out)
{
    char room[40];
    return parse_f64(without_spaces(typed, room), out);
}

bool form_whole(const char *typed, int64_t *out)
{
    char room[40];
    return parse_i64(without_spaces(typed, room), out);
}

void web_render_form(struct call *c)
{
    struct err e = {0};
    const char *accept = http_header_in(c->http, "Accept");
    if (accept && strstr(accept, "application/json")) return;
    text_clear(&c->out);
    c->page_ready =
        form_again(c, words_of_error(c, &c->err), &e) == ST_OK && c->form_page(c, &e) == ST_OK && !c->out.failed;
    if (!c->page_ready) text_clear(&c->out);
}
