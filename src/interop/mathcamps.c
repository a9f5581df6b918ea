#include "interop/mathcamps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "content_private.h"
#include "markup.h"
#include "base/strmap.h"

struct mathcamps {
    struct arena *a;
    struct import_report *r;
    struct content_pack *pack;
    struct strmap ids;
    const char *file;
};

/* 26.3000000000000 -> 26.3 */
static void trim_zeros(char *s)
{
    char *dot = strchr(s, '.');
    if (!dot || strspn(dot + 1, "0123456789") != strlen(dot + 1)) return;
    size_t n = strlen(s);
    while (s[n - 1] == '0') s[--n] = 0;
    if (s[n - 1] == '.') s[--n] = 0;
    if (strcmp(s, "-0") == 0) memmove(s, "0", 2);
}

/* ((2, 3), (4, 5)) and [(2,3)]: every pair, in order. */
static json_t *pairs_key(const char *s)
{
    json_t *values = json_array();
    struct text t;
    text_init(&t, 4096);
    int n = 0;
    for (const char *p = s; (p = strchr(p, '('));) {
        const char *close = strchr(p, ')'), *next = strchr(p + 1, '(');
        if (next && close && next < close) {
            p++;
            continue;
        }
        if (!close) break;
        text_printf(&t, "%s%.*s", n++ ? "," : "", (int)(close - p + 1), p);
        p = close;
    }
    if (n == 1) json_array_append_new(values, json_string(text_str(&t)));
    else if (n > 1) {
        struct text set;
        text_init(&set, 4200);
        text_printf(&set, "{%s}", text_str(&t));
        json_array_append_new(values, json_string(text_str(&set)));
        text_release(&set);
    }
    text_release(&t);
    return n ? json_pack("{s:s, s:o, s:s}", "kind", n == 1 ? "pair" : "set", "values", values, "form", "any")
             : (json_decref(values), NULL);
}

static json_t *key_of(struct mathcamps *x, const char *answer, const char *id)
{
    char v[256];
    snprintf(v, sizeof v, "%s", answer);
    if (strchr(v, '(') && strchr(v, ',')) {
        json_t *k = pairs_key(v);
        if (k) return k;
    }
    trim_zeros(v);
    struct answer_clues clues = {.title = "", .prompt = ""};
    json_t *k = answer_key(v, &clues);
    if (clues.unreadable)
        report_problem(x->r, x->file, 0, "answer", "mathcamps.answer_text",
                       "The answer of %s (%.60s) is compared as text.", id, v);
    const char *dot = strchr(v, '.');
    if (k && dot && strcmp(json_str(k, "kind", ""), "number") == 0 && !strchr(v, '/') && strlen(dot + 1) >= 9) {
        /* cut off by the computer: 1.03448275862069 is right when given to two places or more */
        json_object_set_new(k, "places", json_integer(2));
        report_problem(x->r, x->file, 0, "answer", "mathcamps.rounded",
                       "The answer of %s (%s) was cut off; an answer rounded to two places is taken as right.", id, v);
    }
    return k;
}

static const char *code_of(struct mathcamps *x, const char *standard)
{
    return arena_printf(x->a, "CCSS.Math.Content.%.*s", (int)strcspn(standard, "-"), standard);
}

static enum st one(struct mathcamps *x, const json_t *v, size_t group, const char *group_id, size_t position,
                   size_t count, struct err *e)
{
    const char *id = json_str(v, "id", ""), *statement = json_str(v, "statement", ""),
               *standard = json_str(v, "standard", "");
    const json_t *answer_json = json_object_get(v, "answer");
    char *spelt = json_is_string(answer_json)
                      ? NULL
                      : json_dumps(answer_json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) | JSON_COMPACT);
    const char *answer =
        json_is_string(answer_json) ? json_string_value(answer_json) : arena_strdup(x->a, spelt ? spelt : "");
    free(spelt);
    int64_t row = (int64_t)group + 1;
    if (!*id || !*statement || !answer || !*answer || strcmp(answer, "null") == 0) {
        report_problem(x->r, x->file, row,
                       !*id          ? "id"
                       : !*statement ? "statement"
                                     : "answer",
                       "mathcamps.problem", "Group %lld: a problem without %s was left out.", (long long)row,
                       !*id          ? "id"
                       : !*statement ? "statement"
                                     : "answer");
        return ST_OK;
    }
    id = arena_strdup(x->a, id);
    if (!id) return err_fail(e, ST_NOMEM, "err.memory", "mathcamps");
    int next = (int)x->pack->item_count;
    if (strmap_put(&x->ids, id, next) != next) {
        report_problem(x->r, x->file, row, "id", "mathcamps.twice", "\"%s\" is here twice; the second was left out.",
                       id);
        return ST_OK;
    }
    json_t *key = key_of(x, answer, id), *doc = json_object();
    struct text body;
    text_init(&body, 64 << 10);
    bool break_before = false;
    for (const char *p = statement; *p;) { /* lines stay lines */
        size_t n = strcspn(p, "\n");
        if (n) {
            if (break_before) text_add(&body, "\n\n");
            markdown_words(&body, p, n);
            break_before = true;
        }
        p += n + (p[n] == '\n');
    }
    json_t *interaction = json_pack("{s:s}", "type", "text_entry");
    if (key && strcmp(json_str(key, "kind", ""), "relation") == 0)
        json_object_set_new(interaction, "label", json_string("<, > or ="));
    const char *code = code_of(x, standard);
    json_object_set_new(doc, "source_id", json_string(id));
    json_object_set_new(doc, "group",
                        json_pack("{s:s, s:I, s:I, s:s}", "id", group_id, "position", (json_int_t)position, "count",
                                  (json_int_t)count, "relation", "follow_up"));
    json_object_set_new(doc, "body", json_string(text_str(&body)));
    json_object_set_new(doc, "interaction", interaction);
    json_object_set_new(doc, "key", key);
    json_object_set_new(doc, "hints", json_array());
    /* filled by whoever knows the framework, from the alignments */
    json_object_set_new(doc, "competencies", json_array());
    json_object_set_new(doc, "language", json_string("en"));
    json_object_set_new(doc, "licence",
                        json_pack("{s:s, s:s}", "name", "MIT", "url", "https://opensource.org/license/mit"));
    json_object_set_new(doc, "attribution",
                        json_pack("{s:s, s:s}", "text", "MathCAMPS", "url", "https://github.com/gpoesia/mathcamps"));
    text_release(&body);
    if (!key || !code) {
        json_decref(doc);
        return err_fail(e, ST_NOMEM, "err.memory", "mathcamps");
    }
    if (!*standard)
        report_problem(x->r, x->file, row, "standard", "mathcamps.standard",
                       "\"%s\" names no standard; it moves no mastery until it is aligned.", id);
    else {
        struct content_alignment *al =
            LIST_ADD(x->a, x->pack->alignments, x->pack->alignment_count, x->pack->alignment_cap);
        if (!al) {
            json_decref(doc);
            return err_fail(e, ST_NOMEM, "err.memory", "mathcamps");
        }
        *al = (struct content_alignment){x->pack->item_count, code};
    }
    x->pack->step_count++;
    return content_add(x->a, x->pack, (struct source_ref){x->file, row}, id, doc, e);
}

static enum st read_groups(struct mathcamps *x, const json_t *root, bool *any, struct err *e)
{
    size_t i, k;
    json_t *group, *v;
    json_array_foreach ((json_t *)root, i, group) {
        const json_t *first = json_is_array(group) ? json_array_get(group, 0) : group;
        if (!json_is_object(first) || !json_object_get(first, "statement")) {
            report_problem(x->r, x->file, (int64_t)i + 1, NULL, "mathcamps.group",
                           "Group %zu holds no problem; it was left out.", i + 1);
            continue;
        }
        *any = true;
        const char *group_id = arena_strdup(x->a, json_str(first, "id", ""));
        if (!group_id) return err_fail(e, ST_NOMEM, "err.memory", "mathcamps");
        x->pack->problem_count++;
        if (!json_is_array(group)) {
            TRY(one(x, group, i, group_id, 1, 1, e));
            continue;
        }
        size_t before = x->pack->item_count;
        json_array_foreach (group, k, v) {
            TRY(one(x, v, i, group_id, k + 1, json_array_size(group), e));
            if (k == 0 && x->pack->item_count == before) {
                if (json_array_size(group) > 1)
                    report_problem(
                        x->r, x->file, (int64_t)i + 1, NULL, "mathcamps.follow_up",
                        "Group %zu: its follow-ups make no sense without the first problem and were left out.", i + 1);
                break;
            }
        }
    }
    return ST_OK;
}

enum st mathcamps_read(struct arena *a, struct package *p, struct import_report *r, struct content_pack **out,
                       struct err *e)
{
    struct mathcamps x = {.a = a, .r = r, .pack = content_new(a), .ids.arena = a};
    bool any = false;
    if (!x.pack) return err_fail(e, ST_NOMEM, "err.memory", "mathcamps");
    for (size_t i = 0; i < package_count(p); i++) {
        x.file = package_name(p, i);
        size_t n = strlen(x.file), bytes_n;
        if (n < 5 || strcasecmp(x.file + n - 5, ".json") != 0) {
            if (!strcasestr(x.file, "licen") && !strcasestr(x.file, "readme"))
                report_problem(r, x.file, 0, NULL, "mathcamps.not_read", "This is no JSON file; it was not read.");
            continue;
        }
        const char *bytes;
        json_t *root;
        struct err own = {0};
        enum st st = package_read(p, i, a, &bytes, &bytes_n, &own);
        if (st == ST_OK) st = json_read(a, bytes, bytes_n, &root, &own);
        if (st == ST_NOMEM) return err_fail(e, ST_NOMEM, "err.memory", "mathcamps");
        if (st != ST_OK || !json_is_array(root)) {
            report_problem(r, x.file, 0, NULL, "mathcamps.file", "The file cannot be read (%s); it was left out.",
                           st != ST_OK ? own.detail : "it is no list of groups");
            continue;
        }
        TRY(read_groups(&x, root, &any, e));
    }
    if (!any)
        return err_fail(e, ST_INVALID, "mathcamps.unknown",
                        "no file here holds problems of MathCAMPS (a list of groups with statement and answer)");
    *out = x.pack;
    return ST_OK;
}
