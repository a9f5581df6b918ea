#include "interop/report.h"

#include "base/list.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void report_init(struct import_report *r, struct arena *a) { *r = (struct import_report){.arena = a}; }

static void count_code(struct import_report *r, const char *code)
{
    for (size_t i = 0; i < r->code_count; i++)
        if (strcmp(r->codes[i].code, code) == 0) {
            r->codes[i].count++;
            return;
        }
    if (r->code_count < IMPORT_CODES_MAX) r->codes[r->code_count++] = (struct import_code_count){code, 1};
}

static bool make_room(struct import_report *r)
{
    if (r->problem_count < r->problem_cap) return true;
    size_t cap = r->problem_cap ? r->problem_cap * 2 : 32;
    if (cap > IMPORT_PROBLEMS_KEPT) cap = IMPORT_PROBLEMS_KEPT;
    if (cap <= r->problem_count) return false;
    struct import_problem *more = arena_array(r->arena, cap, sizeof *more);
    if (!more) return false;
    if (r->problem_count) memcpy(more, r->problems, r->problem_count * sizeof *more);
    r->problems = more;
    r->problem_cap = cap;
    return true;
}

void report_problem(struct import_report *r, const char *file, int64_t row, const char *field, const char *code,
                    const char *fmt, ...)
{
    r->problem_total++;
    count_code(r, code);
    if (!make_room(r)) return;
    char words[600];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    for (char *w = words; *w;) { /* a cut inside a character */
        size_t k = (unsigned char)*w < 0x80 ? 1 : (unsigned char)*w < 0xe0 ? 2 : (unsigned char)*w < 0xf0 ? 3 : 4;
        if (strnlen(w, k) == k && utf8_valid(w, k)) w += k;
        else *w++ = '?';
    }
    const char *text = arena_strdup(r->arena, words);
    if (!text) return;
    r->problems[r->problem_count++] = (struct import_problem){file ? file : "", row, field, code, text};
}

struct import_count *report_kind(struct import_report *r, const char *kind)
{
    for (size_t i = 0; i < r->kind_count; i++)
        if (strcmp(r->kinds[i].kind, kind) == 0) return &r->kinds[i];
    size_t at = r->kind_count < IMPORT_KINDS_MAX ? r->kind_count++ : IMPORT_KINDS_MAX - 1;
    r->kinds[at].kind = kind;
    return &r->kinds[at];
}

void report_difference(struct import_report *r, const char *action, const char *kind, const char *id, const char *name)
{
    if (r->difference_count >= IMPORT_DIFFERENCES_KEPT) return;
    struct import_difference *d = LIST_ADD(r->arena, r->differences, r->difference_count, r->difference_cap);
    if (d) *d = (struct import_difference){action, kind, id, name};
}

static struct import_count sum(const struct import_report *r)
{
    struct import_count all = {0};
    for (size_t i = 0; i < r->kind_count; i++) {
        all.added += r->kinds[i].added;
        all.changed += r->kinds[i].changed;
        all.closed += r->kinds[i].closed;
        all.unchanged += r->kinds[i].unchanged;
    }
    return all;
}

static void put_counts(struct json_out *j, const struct import_count *c)
{
    json_put_i64(j, "added", c->added);
    json_put_i64(j, "changed", c->changed);
    json_put_i64(j, "closed", c->closed);
    json_put_i64(j, "unchanged", c->unchanged);
}

void report_json(const struct import_report *r, struct text *out)
{
    struct json_out j;
    struct import_count all = sum(r);
    json_out_init(&j, out);
    json_open_obj(&j, NULL);
    put_counts(&j, &all);
    json_open_obj(&j, "by_kind");
    for (size_t i = 0; i < r->kind_count; i++) {
        json_open_obj(&j, r->kinds[i].kind);
        put_counts(&j, &r->kinds[i]);
        json_close_obj(&j);
    }
    json_close_obj(&j);
    if (r->stopped) json_put_str(&j, "stopped", r->stopped);
    json_put_i64(&j, "problem_count", r->problem_total);
    json_open_obj(&j, "problems_by_code");
    for (size_t i = 0; i < r->code_count; i++) json_put_i64(&j, r->codes[i].code, r->codes[i].count);
    json_close_obj(&j);
    json_open_list(&j, "differences");
    for (size_t i = 0; i < r->difference_count; i++) {
        json_open_obj(&j, NULL);
        json_put_str(&j, "action", r->differences[i].action);
        json_put_str(&j, "kind", r->differences[i].kind);
        json_put_str(&j, "id", r->differences[i].id);
        json_close_obj(&j);
    }
    json_close_list(&j);
    json_open_list(&j, "problems");
    for (size_t i = 0; i < r->problem_count; i++) {
        const struct import_problem *p = &r->problems[i];
        json_open_obj(&j, NULL);
        json_put_str(&j, "file", p->file);
        if (p->row) json_put_i64(&j, "row", p->row);
        else json_put_null(&j, "row");
        json_put_str(&j, "field", p->field);
        json_put_str(&j, "code", p->code);
        json_put_str(&j, "text", p->text);
        json_close_obj(&j);
    }
    json_close_list(&j);
    json_close_obj(&j);
}

void report_words(const struct import_report *r, struct text *out, size_t problems_shown)
{
    struct import_count all = sum(r);
    for (size_t i = 0; i < r->kind_count; i++) {
        const struct import_count *c = &r->kinds[i];
        text_printf(out, "  %-16s %6lld added %6lld changed %6lld closed %6lld unchanged\n", c->kind,
                    (long long)c->added, (long long)c->changed, (long long)c->closed, (long long)c->unchanged);
    }
    text_printf(out, "  %-16s %6lld added %6lld changed %6lld closed %6lld unchanged\n", "all", (long long)all.added,
                (long long)all.changed, (long long)all.closed, (long long)all.unchanged);
    if (r->problem_total) text_printf(out, "%lld problems:\n", (long long)r->problem_total);
    for (size_t i = 0; i < r->code_count; i++)
        text_printf(out, "  %6lld x %s\n", (long long)r->codes[i].count, r->codes[i].code);
    for (size_t i = 0; i < r->problem_count && i < problems_shown; i++) {
        const struct import_problem *p = &r->problems[i];
        text_add(out, p->file);
        if (p->row) text_printf(out, ":%lld", (long long)p->row);
        if (p->field) text_printf(out, " %s", p->field);
        text_printf(out, ": %s [%s]\n", p->text, p->code);
    }
    if (r->problem_total > (int64_t)problems_shown)
        text_printf(out, "... and %lld more; --json lists the first %d\n",
                    (long long)(r->problem_total - (int64_t)problems_shown), IMPORT_PROBLEMS_KEPT);
    if (r->stopped) text_printf(out, "%s\n", r->stopped);
}
