/* content: tools for people who write questions. check here; the rest in content_show.c, content_score.c,
 * content_new.c. */
#include "content.h"
#include "content_load.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/list.h"
#include "base/strmap.h"
#include "interop/report.h"
#include "items/items.h"

enum { REVIEW_BYTES = 1 << 20, VARIANTS_DEFAULT = 200, VARIANTS_MAX = 100000, ITEMS_ADVISED = 6, SHOWN = 60 };

/* A finding: what the reader or the review said. */
struct finding {
    const char *file, *field, *code, *text, *item;
    int64_t row, variant;
    bool advice;
};

struct check {
    struct loaded l;
    struct finding *found;
    size_t count, cap, errors;
    size_t families, variants, scaffolds;
    struct strmap items_of; /* competency -> its place in tally */
    size_t *tally;
    size_t competencies;
};

static enum st note(struct check *k, struct finding f, struct err *e)
{
    struct finding *p = LIST_ADD(&k->l.arena, k->found, k->count, k->cap);
    if (!p) return err_fail(e, ST_NOMEM, "err.memory", "check");
    *p = f;
    if (!f.advice) k->errors++;
    return ST_OK;
}

/* Readers of foreign content go round its quirks and tell of them; in content of our own form they are for the
 * author to mend. */
static enum st reader_findings(struct check *k, struct err *e)
{
    bool own = k->l.kind == CONTENT_PACK || k->l.kind == CONTENT_ITEMS;
    for (size_t i = 0; i < k->l.report.problem_count; i++) {
        const struct import_problem *p = &k->l.report.problems[i];
        TRY(note(k,
                 (struct finding){.file = p->file,
                                  .field = p->field,
                                  .code = p->code,
                                  .text = p->text,
                                  .row = p->row,
                                  .variant = -1,
                                  .advice = !own},
                 e));
    }
    return ST_OK;
}

static size_t count_scaffolds(const json_t *hints)
{
    size_t n = 0, i;
    json_t *h;
    json_array_foreach ((json_t *)(uintptr_t)hints, i, h) n += strcmp(json_str(h, "type", ""), "scaffold") == 0;
    return n;
}

static enum st count_item(struct check *k, const struct content_item *it, struct err *e)
{
    size_t i;
    json_t *v;
    k->families += json_object_size(json_object_get(it->doc, "vars")) > 0;
    k->scaffolds += count_scaffolds(json_object_get(it->doc, "hints"));
    json_array_foreach (json_object_get(it->doc, "competencies"), i, v) {
        if (!json_is_string(v)) continue;
        int at = strmap_put(&k->items_of, json_string_value(v), (int)k->competencies);
        if (at < 0) return err_fail(e, ST_NOMEM, "err.memory", "check");
        if ((size_t)at == k->competencies) k->competencies++;
        k->tally[at]++;
    }
    return ST_OK;
}

static enum st review_item(struct check *k, const struct content_item *it, uint32_t variants, struct err *e)
{
    struct item_problem *p;
    size_t n;
    struct arena own;
    arena_init(&own, (size_t)REVIEW_BYTES * 64);
    enum st st = item_review(&own, it->doc, variants, &p, &n, e);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        /* Foreign items are aligned when they are imported. */
        if (k->l.kind == CONTENT_MATHCAMPS && strcmp(p[i].code, "item.competencies") == 0) continue;
        st = note(k,
                  (struct finding){.file = it->ref.file,
                                   .row = it->ref.line,
                                   .field = arena_strdup(&k->l.arena, p[i].member),
                                   .code = p[i].code,
                                   .text = arena_strdup(&k->l.arena, p[i].text),
                                   .item = it->source_id,
                                   .variant = p[i].variant,
                                   .advice = p[i].advice},
                  e);
    }
    arena_release(&own);
    k->variants += json_object_size(json_object_get(it->doc, "vars")) > 0 ? variants : 1;
    return st;
}

static enum st advise_competencies(struct check *k, struct err *e)
{
    const struct cf_package *f = k->l.pack->framework;
    for (size_t i = 0; f && k->l.kind == CONTENT_PACK && i < f->competency_count; i++) {
        const struct framework_competency *x = &f->competencies[i];
        int at = strmap_get(&k->items_of, x->uri);
        size_t n = at < 0 ? 0 : k->tally[at];
        const char *text = NULL, *field = "items";
        if (n < ITEMS_ADVISED)
            text = arena_printf(&k->l.arena, "\"%s\" has %zu items; %d or more keep practice from repeating.", x->uri,
                                n, ITEMS_ADVISED);
        if (text)
            TRY(note(k,
                     (struct finding){.file = x->ref.file,
                                      .row = x->ref.line,
                                      .field = field,
                                      .code = "pack.items",
                                      .text = text,
                                      .variant = -1,
                                      .advice = true},
                     e));
        text = NULL;
        size_t letters = 0;
        for (const char *p = x->abbreviated; *p; p++) letters += (*p & 0xC0) != 0x80;
        if (letters > 40)
            text = arena_printf(&k->l.arena, "The short title of \"%s\" has %zu letters; 40 fit.", x->uri, letters);
        else if (!letters)
            text = arena_printf(&k->l.arena, "\"%s\" has no short title in plain words for students.", x->uri);
        if (text)
            TRY(note(k,
                     (struct finding){.file = x->ref.file,
                                      .row = x->ref.line,
                                      .field = "short",
                                      .code = "pack.short",
                                      .text = text,
                                      .variant = -1,
                                      .advice = true},
                     e));
        if (!*x->try_at_home)
            TRY(note(
                k,
                (struct finding){.file = x->ref.file,
                                 .row = x->ref.line,
                                 .field = "try_at_home",
                                 .code = "pack.try_at_home",
                                 .text = arena_printf(&k->l.arena, "\"%s\" has no activity to try at home.", x->uri),
                                 .variant = -1,
                                 .advice = true},
                e));
    }
    return ST_OK;
}

static enum st check(struct check *k, uint32_t variants, struct err *e)
{
    const struct content_pack *p = k->l.pack;
    size_t mentions = 1;
    for (size_t i = 0; i < p->item_count; i++)
        mentions += json_array_size(json_object_get(p->items[i].doc, "competencies"));
    k->items_of.arena = &k->l.arena;
    k->tally = arena_array(&k->l.arena, mentions, sizeof *k->tally);
    if (!k->tally) return err_fail(e, ST_NOMEM, "err.memory", "check");
    TRY(reader_findings(k, e));
    for (size_t i = 0; i < p->item_count; i++) {
        TRY(count_item(k, &p->items[i], e));
        TRY(review_item(k, &p->items[i], variants, e));
    }
    struct strmap codes = {.arena = &k->l.arena};
    size_t aligned = 0;
    for (size_t i = 0; i < p->alignment_count; i++) {
        int at = strmap_put(&codes, p->alignments[i].code, (int)aligned);
        if (at < 0) return err_fail(e, ST_NOMEM, "err.memory", "check");
        aligned += (size_t)at == aligned;
    }
    TRY(advise_competencies(k, e));
    if (p->framework) k->competencies = p->framework->competency_count;
    else if (aligned) k->competencies = aligned;
    return ST_OK;
}

static void print_json(const struct check *k)
{
    struct text t;
    struct json_out j;
    text_init(&t, 64 << 20);
    json_out_init(&j, &t);
    json_open_obj(&j, NULL);
    json_put_str(&j, "kind", content_kind_word(k->l.kind));
    json_put_i64(&j, "competencies", (int64_t)k->competencies);
    json_put_i64(&j, "families", (int64_t)k->families);
    json_put_i64(&j, "items", (int64_t)k->l.pack->item_count);
    json_put_i64(&j, "variants", (int64_t)k->variants);
    json_put_i64(&j, "hints", (int64_t)k->l.pack->hint_count);
    json_put_i64(&j, "scaffolds", (int64_t)k->scaffolds);
    json_put_i64(&j, "errors", (int64_t)k->errors);
    json_open_list(&j, "problems");
    for (size_t i = 0; i < k->count; i++) {
        const struct finding *f = &k->found[i];
        json_open_obj(&j, NULL);
        json_put_str(&j, "severity", f->advice ? "advice" : "error");
        json_put_str(&j, "file", f->file);
        json_put_i64(&j, "row", f->row);
        json_put_str(&j, "item", f->item);
        json_put_str(&j, "field", f->field);
        if (f->variant >= 0) json_put_i64(&j, "variant", f->variant);
        json_put_str(&j, "code", f->code);
        json_put_str(&j, "text", f->text);
        json_close_obj(&j);
    }
    json_close_list(&j);
    json_close_obj(&j);
    fwrite(text_str(&t), 1, t.n, stdout);
    putchar('\n');
    text_release(&t);
}

static void print_words(const struct check *k, FILE *to)
{
    for (size_t i = 0; i < k->count && i < SHOWN; i++) {
        const struct finding *f = &k->found[i];
        fprintf(to, "%s: %s", f->advice ? "advice" : "mend", f->file ? f->file : "");
        if (f->item) fprintf(to, ": %s", f->item);
        if (f->field) fprintf(to, ": %s", f->field);
        if (f->variant >= 0) fprintf(to, " (variant %lld)", (long long)f->variant);
        fprintf(to, ": %s [%s]\n", f->text, f->code);
    }
    if (k->count > SHOWN) fprintf(to, "... and %zu more; --json lists them\n", k->count - SHOWN);
    fprintf(to,
            "%zu competencies, %zu items (%zu families, %zu variants drawn), %zu hints: %zu problems, %zu pieces of "
            "advice\n",
            k->competencies, k->l.pack->item_count, k->families, k->variants, k->l.pack->hint_count, k->errors,
            k->count - k->errors);
}

static int run_check(struct cli *c)
{
    struct err e = {0};
    struct check k = {0};
    int64_t variants = VARIANTS_DEFAULT;
    const char *n = cli_opt(c, "--variants");
    if (c->count != 1) return cli_usage(c, "name the folder, zip or file with the content");
    if (n && (!parse_i64(n, &variants) || variants < 1 || variants > VARIANTS_MAX))
        return cli_usage(c, "--variants takes a number from 1 to 100000");
    if (cli_opt(c, "--kind") && content_kind_of(cli_opt(c, "--kind")) == CONTENT_UNKNOWN)
        return cli_usage(c, "--kind is one of pack, oatutor, mathcamps, items");
    enum st st = content_load(c, c->positional[0], &k.l, &e);
    if (st == ST_OK) st = check(&k, (uint32_t)variants, &e);
    if (st == ST_OK) {
        print_words(&k, c->json ? stderr : stdout);
        if (c->json) print_json(&k);
    }
    int code = st != ST_OK ? cli_fail(&e) : k.errors ? 1 : 0;
    content_unload(&k.l);
    return code;
}

#define KIND \
    { \
        "--kind", "KIND", "pack, oatutor, mathcamps or items (default: as its files show)" \
    }

const struct cli_command cli_commands_content[] = {
    {"content check",
     "PATH",
     "Try every question: keys that score, known errors that don't, hints that lead somewhere, names in braces.\n"
     "PATH is a folder, a zip or a JSON file. Exit status 1 if there are problems to fix; advice alone is 0.",
     run_check,
     false,
     {KIND, {"--variants", "N", "how many variants of each family to draw (default 200)"}, {0}}},
    {"content preview",
     "PATH",
     "Print an item as a student meets it, with its key, hints and known errors.",
     run_content_preview,
     false,
     {KIND,
      {"--item", "ID", "which one, by source_id (default: the first)"},
      {"--variant", "N", "which variant of a family (default 0)"},
      {"--html", NULL, "print a page, with the math rendered"},
      {0}}},
    {"content score",
     "PATH",
     "Score answers: lines of JSON {source_id, response, variant?, hint?} in, lines {source_id, score, readable} out.\n"
     "A choice may be named by its id or by its text. Exit status 1 when a line names no item or no answer.",
     run_content_score,
     false,
     {KIND, {0}}},
    {"content new",
     "DIR",
     "Make a small pack to start from: one competency, two questions.",
     run_content_new,
     false,
     {{0}}},
    {0},
};
