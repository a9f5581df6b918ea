#include "frame/based_on.h"

#include <string.h>

#include "base/list.h"
#include "base/rng.h"

static void add_text(struct basis *b, const char *text)
{
    for (const char *s = text ? text : ""; *s; s++) b->hash = hash_mix(b->hash, (unsigned char)*s);
    b->hash = hash_mix(b->hash, 256); /* where one ends and the next begins */
}

static enum st add_row(struct call *c, struct basis *b, struct basis_row row, struct err *e)
{
    struct basis_row *r = LIST_ADD(c->arena, b->rows, b->count, b->cap);
    if (!r) return err_fail(e, ST_NOMEM, "err.memory", "what a form was based on");
    *r = row;
    return ST_OK;
}

enum st basis_field(struct call *c, struct basis *b, const char *name, const char *label, const char *value,
                    struct err *e)
{
    add_text(b, name ? name : label);
    add_text(b, value);
    return add_row(c, b, (struct basis_row){.name = name, .label = label, .value = value ? value : ""}, e);
}

enum st basis_sent(struct call *c, struct basis *b, const char *name, const char *label, struct err *e)
{
    return add_row(c, b, (struct basis_row){.name = name, .label = label}, e);
}

void basis_choice(struct basis *b, const struct ui_rule_option *options, size_t n)
{
    b->rows[b->count - 1].options = options;
    b->rows[b->count - 1].option_count = n;
}

void basis_stored(struct basis *b, const char *text) { add_text(b, text); }

enum st basis_changed(struct call *c, struct tx *tx, struct basis *b, int64_t user_id, int64_t at_ms, struct err *e)
{
    struct actor who;
    if (at_ms < b->at_ms) return ST_OK;
    b->at_ms = at_ms;
    b->by = NULL;
    if (!user_id) return ST_OK;
    TRY(actor_load(tx, user_id, &who, e));
    b->by = arena_printf(c->arena, "%s %s", who.given_name, who.family_name);
    return ST_OK;
}

static const char *current(struct call *c, const struct basis *b)
{
    const char *s = arena_printf(c->arena, "%016llx", (unsigned long long)b->hash);
    return s ? s : "";
}

const char *based_on(struct call *c, const struct basis *b)
{
    const char *sent = http_form(c->http, "based_on", 0);
    return sent && *sent ? sent : current(c, b);
}

static const char *words_of(const struct basis_row *r, const char *value)
{
    for (size_t i = 0; i < r->option_count; i++)
        if (str_eq(r->options[i].value, value)) return r->options[i].label;
    return value;
}

/* Rows that were sent and are not what is stored, and those that are only shown. */
static enum st fill_rows(struct call *c, const struct basis *b, struct page_conflict *page, struct err *e)
{
    struct ui_conflict_row *rows;
    TRY(call_alloc(c, (b->count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < b->count; i++) {
        const struct basis_row *r = &b->rows[i];
        const char *sent = r->name ? http_form(c->http, r->name, 0) : NULL;
        if (sent && !*sent && b->only_cells) continue;
        if (r->name && (!sent || str_eq(sent, r->value ? r->value : ""))) continue;
        rows[page->rows_n++] =
            (struct ui_conflict_row){r->label, sent ? words_of(r, sent) : "", r->value ? words_of(r, r->value) : ""};
    }
    page->rows = rows;
    return ST_OK;
}

/* All that was sent, to be sent again. */
static enum st fill_sent(struct call *c, struct page_conflict *page, struct err *e)
{
    struct ui_sent_field *fields;
    const char *name, *value;
    size_t n = 0;
    while (http_form_field(c->http, n, &name, &value)) n++;
    TRY(call_alloc(c, (n + 1) * sizeof *fields, (void **)&fields, e));
    for (size_t i = 0; i < n && http_form_field(c->http, i, &name, &value); i++)
        if (!str_eq(name, "csrf") && !str_eq(name, "based_on"))
            fields[page->fields_n++] = (struct ui_sent_field){name, value};
    page->fields = fields;
    return ST_OK;
}

enum st based_on_check(struct call *c, const struct basis *b, struct err *e)
{
    struct page_conflict *page;
    const char *sent = http_form(c->http, "based_on", 0), *now = current(c, b);
    if (!sent || !*sent || str_eq(sent, now)) return ST_OK;
    TRY(call_alloc(c, sizeof *page, (void **)&page, e));
    *page = (struct page_conflict){.title = b->title,
                                   .by = b->by,
                                   .at = b->at_ms,
                                   .post_url = b->post_url,
                                   .back_url = b->back_url,
                                   .based_on = now};
    TRY(fill_rows(c, b, page, e));
    if (b->only_cells && !page->rows_n) return ST_OK; /* a form sent twice */
    TRY(fill_sent(c, page, e));
    c->refusal = page;
    return err_fail(e, ST_CONFLICT, "err.conflict", "%s: the form was based on %.20s, and now it is %s", c->route->path,
                    sent, now);
}

enum st based_on_latest(struct call *c, struct conn *conn, struct err *e)
{
    TRY(snapshot_refresh(c->app, conn, e));
    snapshot_drop(c->snapshot);
    c->snapshot = snapshot_hold(c->app);
    return ST_OK;
}
