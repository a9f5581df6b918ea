#include "rich_handle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tex_math.h"

enum st rich_open_with(struct rich **out, const struct rich_math *math, struct err *e)
{
    struct rich *r = calloc(1, sizeof *r);
    if (!r) return err_no_memory(e, "renderer");
    arena_init(&r->memory, RICH_MEMORY_MAX);
    text_init(&r->out, RICH_HTML_MAX);
    text_init(&r->source, RICH_SOURCE_MAX * 5);
    r->known.arena = &r->memory;
    r->math = *math;
    *out = r;
    return ST_OK;
}

enum st rich_open(struct rich **out, struct err *e)
{
    struct tex_math *own;
    TRY(tex_math_open(&own, e));
    enum st st = rich_open_with(out, &(struct rich_math){tex_math_make, own}, e);
    if (st == ST_OK) (*out)->own = own;
    else tex_math_close(own);
    return st;
}

void rich_close(struct rich *r)
{
    if (!r) return;
    tex_math_close(r->own);
    text_release(&r->out);
    text_release(&r->source);
    free(r->made);
    arena_release(&r->memory);
    free(r);
}

const struct rich_warning *rich_warning_next(struct rich *r)
{
    if (r->warning_next < r->warning_n) return &r->warnings[r->warning_next++];
    r->warning_next = r->warning_n = 0;
    return NULL;
}

struct rich_counts rich_counts(const struct rich *r) { return r->counts; }

void rich_warn(struct rich *r, const char *code, const char *what, const char *p, size_t n)
{
    if (r->warning_n == RICH_WARNINGS_MAX) return;
    struct rich_warning *w = &r->warnings[r->warning_n];
    struct text t;
    text_init(&t, 4096);
    text_add(&t, what);
    text_put(&t, p, n < 1000 ? n : 1000);
    text_cut(&t, sizeof w->text - 1);
    w->code = code;
    snprintf(w->text, sizeof w->text, "%s", text_str(&t));
    text_release(&t);
    for (size_t i = 0; i < r->warning_n; i++) /* the same once */
        if (r->warnings[i].code == code && strcmp(r->warnings[i].text, w->text) == 0) return;
    r->warning_n++;
}

void rich_escape(struct text *out, const char *p, size_t n)
{
    for (const char *end = p + n; p < end; p++) {
        if (*p == '<') text_add(out, "&lt;");
        else if (*p == '>') text_add(out, "&gt;");
        else if (*p == '&') text_add(out, "&amp;");
        else if (*p == '"') text_add(out, "&quot;");
        else text_char(out, *p);
    }
}
