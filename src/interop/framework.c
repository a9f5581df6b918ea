#include "framework_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "interop/grade.h"
#include "interop/report.h"
#include "base/list.h"
#include "table.h"

const char *keep_text(struct framework_reader *x, const char *s)
{
    if (!s || !*s) return "";
    const char *kept = arena_strdup(x->a, s);
    return kept ? text_nfc(x->a, kept) : "";
}

const char *keep_grades(struct framework_reader *x, const char *list, struct source_ref ref, const char *field)
{
    char out[128], bad[32];
    grade_list(list, out, bad);
    if (bad[0])
        report_problem(x->r, ref.file, ref.line, field, "framework.grade",
                       "\"%s\" is no grade that is known; it was left out.", bad);
    return keep_text(x, out);
}

enum st framework_begin(struct framework_reader *x, struct arena *a, const char *file, struct import_report *r,
                        struct err *e)
{
    *x = (struct framework_reader){
        .a = a, .r = r, .f = arena_alloc(a, sizeof *x->f), .by_uri.arena = a, .by_identifier.arena = a};
    x->file = arena_strdup(a, file);
    if (!x->f || !x->file) return err_fail(e, ST_NOMEM, "err.memory", "framework");
    struct framework_document *d = &x->f->document;
    *d = (struct framework_document){"", "", "", "", "", "", "", "", "", "", "", "", "", ""};
    return ST_OK;
}

enum st framework_add(struct framework_reader *x, const char *uri, const char *identifier, struct source_ref ref,
                      struct framework_competency **out, struct err *e)
{
    *out = NULL;
    int at = (int)x->f->competency_count, seen = strmap_put(&x->by_uri, uri, at);
    if (seen < 0) return err_fail(e, ST_NOMEM, "err.memory", "framework");
    if (seen != at) {
        report_problem(x->r, ref.file, ref.line, NULL, "framework.twice",
                       "\"%.120s\" is here twice; the first one counts.", uri);
        return ST_OK;
    }
    if (*identifier) strmap_put(&x->by_identifier, identifier, at);
    struct framework_competency *c = LIST_ADD(x->a, x->f->competencies, x->f->competency_count, x->f->competency_cap);
    if (!c) return err_fail(e, ST_NOMEM, "err.memory", "framework");
    *c = (struct framework_competency){.ref = ref,
                                       .identifier = identifier,
                                       .uri = uri,
                                       .code = "",
                                       .alt_code = "",
                                       .statement = "",
                                       .abbreviated = "",
                                       .notes = "",
                                       .try_at_home = "",
                                       .type = "",
                                       .language = "",
                                       .list_label = "",
                                       .grades = "",
                                       .parent = -1};
    *out = c;
    return ST_OK;
}

struct framework_association *framework_relate(struct framework_reader *x, enum association_kind kind,
                                               const char *kind_name, const char *from, const char *to)
{
    struct framework_association *v =
        LIST_ADD(x->a, x->f->associations, x->f->association_count, x->f->association_cap);
    if (v)
        *v = (struct framework_association){.ref = {x->file, 0},
                                            .kind = kind,
                                            .kind_name = kind_name,
                                            .from = from,
                                            .to = to,
                                            .from_index = -1,
                                            .to_index = -1};
    return v;
}

int framework_find(const struct framework_reader *x, const char *key)
{
    if (!*key) return -1;
    int i = strmap_get(&x->by_uri, key);
    return i >= 0 ? i : strmap_get(&x->by_identifier, key);
}

enum association_kind association_kind_of(const char *w)
{
    static const struct {
        const char *word;
        enum association_kind kind;
    } known[] = {{"isChildOf", ASSOCIATION_IS_CHILD_OF},
                 {"precedes", ASSOCIATION_PRECEDES},
                 {"exactMatchOf", ASSOCIATION_EXACT_MATCH},
                 {"isExactMatchOf", ASSOCIATION_EXACT_MATCH},
                 {"isPartOf", ASSOCIATION_IS_PART_OF},
                 {"isRelatedTo", ASSOCIATION_IS_RELATED_TO},
                 {"isPeerOf", ASSOCIATION_IS_PEER_OF},
                 {"replacedBy", ASSOCIATION_REPLACED_BY},
                 {"exemplar", ASSOCIATION_EXEMPLAR},
                 {"hasSkillLevel", ASSOCIATION_HAS_SKILL_LEVEL},
                 {"isTranslationOf", ASSOCIATION_IS_TRANSLATION_OF}};
    char plain[32];
    size_t n = 0;
    for (const char *p = w; *p && n + 1 < sizeof plain; p++)
        if (*p != ' ' && *p != '_' && *p != '-') plain[n++] = *p;
    plain[n] = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcasecmp(plain, known[i].word) == 0) return known[i].kind;
    return ASSOCIATION_OTHER;
}

/* Walk up from every competency; one that comes back to itself is hung below the document. */
static void cut_cycles(struct framework_reader *x)
{
    struct framework_competency *c = x->f->competencies;
    for (size_t i = 0; i < x->f->competency_count; i++) {
        size_t steps = 0;
        for (int at = c[i].parent; at >= 0 && !c[at].checked; at = c[at].parent) {
            if (at == (int)i || ++steps > x->f->competency_count) {
                report_problem(x->r, c[i].ref.file, c[i].ref.line, "isChildOf", "framework.cycle",
                               "\"%.120s\" lies inside itself; it was put at the top.", c[i].uri);
                c[i].parent = -1;
                break;
            }
        }
        for (int at = (int)i; at >= 0 && !c[at].checked; at = c[at].parent) c[at].checked = true;
    }
}

struct order {
    int parent, index;
    int64_t sequence;
};

static int by_parent(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->parent != y->parent) return x->parent < y->parent ? -1 : 1;
    int64_t s = x->sequence ? x->sequence : INT64_MAX, t = y->sequence ? y->sequence : INT64_MAX;
    if (s != t) return s < t ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

enum st framework_finish(struct framework_reader *x, struct err *e)
{
    struct cf_package *f = x->f;
    size_t n = f->competency_count;
    cut_cycles(x);
    struct order *order = arena_array(x->a, n + 1, sizeof *order);
    size_t *first = arena_array(x->a, n + 2, sizeof *first); /* of the children of parent p: order[first[p + 1]] */
    int *place = arena_array(x->a, n + 1, sizeof *place), *stack = arena_array(x->a, n + 1, sizeof *stack);
    struct framework_competency *sorted = arena_array(x->a, n + 1, sizeof *sorted);
    if (!order || !first || !place || !stack || !sorted) return err_fail(e, ST_NOMEM, "err.memory", "framework");
    for (size_t i = 0; i < n; i++)
        order[i] = (struct order){f->competencies[i].parent, (int)i, f->competencies[i].sequence};
    if (n) qsort(order, n, sizeof *order, by_parent);
    size_t k = 0;
    for (int p = -1; p < (int)n; p++) {
        first[p + 1] = k;
        while (k < n && order[k].parent == p) k++;
    }
    first[n + 1] = n;
    size_t depth = 0, out = 0;
    for (size_t i = first[1]; i > first[0]; i--) stack[depth++] = order[i - 1].index;
    while (depth) { /* a parent before its children, siblings in order */
        int at = stack[--depth];
        place[at] = (int)out;
        sorted[out++] = f->competencies[at];
        for (size_t i = first[at + 2]; i > first[at + 1]; i--) stack[depth++] = order[i - 1].index;
    }
    for (size_t p = 0; p <= n; p++)
        for (size_t i = first[p]; i < first[p + 1]; i++)
            sorted[place[order[i].index]].sequence = (int64_t)(i - first[p]) + 1;
    for (size_t i = 0; i < out; i++) sorted[i].leaf = true;
    for (size_t i = 0; i < out; i++) {
        if (sorted[i].parent < 0) continue;
        sorted[i].parent = place[sorted[i].parent];
        sorted[sorted[i].parent].leaf = false;
    }
    f->competencies = sorted;
    f->competency_count = out;
    f->competency_cap = n + 1;
    for (size_t i = 0; i < f->association_count; i++) {
        struct framework_association *v = &f->associations[i];
        int from = framework_find(x, v->from), to = framework_find(x, v->to);
        v->from_index = from >= 0 ? place[from] : -1;
        v->to_index = to >= 0 ? place[to] : -1;
    }
    return ST_OK;
}
