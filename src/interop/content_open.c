/* Which kind of content is this? And item documents that lie bare in JSON files. */
#include "interop/content.h"

#include <string.h>
#include <strings.h>

#include "base/strmap.h"
#include "content_private.h"
#include "interop/mathcamps.h"
#include "interop/oatutor.h"
#include "interop/pack.h"

static const char *const words[] = {"", "pack", "oatutor", "mathcamps", "items"};

enum content_kind content_kind_of(const char *word)
{
    for (int k = CONTENT_PACK; k <= CONTENT_ITEMS; k++)
        if (strcmp(words[k], word) == 0) return (enum content_kind)k;
    return CONTENT_UNKNOWN;
}

const char *content_kind_word(enum content_kind k) { return k <= CONTENT_ITEMS ? words[k] : ""; }

static bool is_json(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && strcasecmp(name + n - 5, ".json") == 0;
}

static enum st load(struct arena *a, struct package *p, size_t i, json_t **out, struct err *e)
{
    const char *bytes;
    size_t n;
    TRY(package_read(p, i, a, &bytes, &n, e));
    return json_read(a, bytes, n, out, e);
}

static const json_t *first_of(const json_t *v)
{
    while (json_is_array(v)) v = json_array_get(v, 0);
    return v;
}

/* By names first, then by what the first readable file holds. */
static enum content_kind find_kind(struct arena *a, struct package *p, struct err *why)
{
    if (package_find(p, "pack.json") >= 0) return CONTENT_PACK;
    for (size_t i = 0; i < package_count(p); i++)
        if (strstr(package_name(p, i), "/steps/")) return CONTENT_OATUTOR;
    for (size_t i = 0; i < package_count(p); i++) {
        json_t *v;
        if (!is_json(package_name(p, i)) || load(a, p, i, &v, why) != ST_OK) continue;
        const json_t *o = first_of(v);
        if (json_object_get(o, "source_id")) return CONTENT_ITEMS;
        if (json_object_get(o, "statement") && json_object_get(o, "answer")) return CONTENT_MATHCAMPS;
    }
    return CONTENT_UNKNOWN;
}

struct bare {
    struct arena *a;
    struct import_report *r;
    struct content_pack *out;
    struct strmap ids;
};

static enum st one_document(struct bare *x, const char *file, json_t *o, size_t i, struct err *e)
{
    const char *id = json_str(o, "source_id", "");
    if (!*id || strlen(id) > 255) {
        report_problem(x->r, file, (int64_t)i + 1, "source_id", "content.id",
                       "Item %zu has no source_id of at most 255 bytes; it was left out.", i + 1);
        return ST_OK;
    }
    int at = (int)x->out->item_count, seen = strmap_put(&x->ids, id, at);
    if (seen < 0) return err_no_memory(e, "content");
    if (seen != at) {
        report_problem(x->r, file, (int64_t)i + 1, "source_id", "content.twice",
                       "\"%s\" is here twice; the first one counts.", id);
        return ST_OK;
    }
    x->out->problem_count++;
    x->out->hint_count += json_array_size(json_object_get(o, "hints"));
    return content_add(x->a, x->out, (struct source_ref){file, (int64_t)i + 1}, id, json_incref(o), e);
}

static enum st read_bare(struct bare *x, struct package *p, struct err *e)
{
    struct err own = {0};
    for (size_t i = 0; i < package_count(p); i++) {
        const char *name = package_name(p, i);
        json_t *root, *v;
        size_t k;
        if (!is_json(name)) continue;
        enum st st = load(x->a, p, i, &root, &own);
        if (st == ST_NOMEM) return err_no_memory(e, "content");
        if (st != ST_OK) {
            report_problem(x->r, name, 0, NULL, "content.file", "The file cannot be read (%s); it was left out.",
                           own.detail);
            continue;
        }
        if (json_is_object(root)) TRY(one_document(x, name, root, 0, e));
        json_array_foreach (root, k, v) TRY(one_document(x, name, v, k, e));
    }
    if (!x->out->item_count)
        return err_fail(e, ST_INVALID, "content.unknown", "there is no item document (docs/item-format.md) in this%s%s",
                        *own.detail ? ": " : "", own.detail);
    return ST_OK;
}

enum st content_read(struct arena *a, const char *path, enum content_kind *kind, struct import_report *r,
                     struct content_pack **out, struct err *e)
{
    struct package *p;
    struct err why = {0};
    TRY(package_open(a, path, r, &p, e));
    enum content_kind k = *kind == CONTENT_UNKNOWN ? find_kind(a, p, &why) : *kind;
    struct bare x = {.a = a, .r = r, .ids.arena = a};
    enum st st = ST_INVALID;
    switch (k) {
    case CONTENT_PACK: st = pack_read(a, p, r, out, e); break;
    case CONTENT_OATUTOR: st = oatutor_read(a, p, r, out, e); break;
    case CONTENT_MATHCAMPS: st = mathcamps_read(a, p, r, out, e); break;
    case CONTENT_ITEMS:
        if (!(x.out = content_new(a))) return err_no_memory(e, "content");
        st = read_bare(&x, p, e);
        *out = x.out;
        break;
    case CONTENT_UNKNOWN:
        return err_fail(e, ST_INVALID, "content.unknown",
                        "%s holds no content that is known: a pack, OATutor, MathCAMPS or item documents%s%s", path,
                        *why.detail ? "; " : "", why.detail);
    }
    if (st == ST_OK) *kind = k;
    return st;
}
