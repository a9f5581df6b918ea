/* What all parts of a pool are read with: its files, skills, links and figures. */
#include <ctype.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "oatutor_private.h"

enum st oatutor_json(struct oatutor *x, size_t entry, json_t **out, struct err *e)
{
    const char *bytes;
    size_t n;
    struct err own = {0};
    enum st st = package_read(x->p, entry, x->a, &bytes, &n, &own);
    if (st == ST_OK) st = json_read(x->a, bytes, n, out, &own);
    if (st == ST_NOMEM) return err_no_memory(e, "oatutor");
    if (st != ST_OK) {
        report_problem(x->r, package_name(x->p, entry), 0, NULL, "oatutor.file",
                       "The file cannot be read (%s); it was left out.", own.detail);
        if (e) *e = own;
        return ST_INVALID;
    }
    return ST_OK;
}

/* "solve_equations_using_the_general_strategy" -> "Solve equations using the general strategy" */
static const char *readable(struct oatutor *x, const char *slug)
{
    char *v = arena_strdup(x->a, slug);
    if (!v) return slug;
    for (char *p = v; *p; p++)
        if (*p == '_') *p = ' ';
    v[0] = (char)toupper((unsigned char)v[0]);
    return v;
}

const char *oatutor_skill(struct oatutor *x, const char *slug)
{
    char *uri = arena_printf(x->a, "urn:oatutor:skill:%s", slug);
    if (!uri) return NULL;
    for (char *p = uri; *p; p++)
        if (*p == ' ') *p = '_';
    int at = strmap_get(&x->framework.by_uri, uri);
    if (at >= 0) return x->framework.f->competencies[at].uri;
    struct framework_competency *c;
    struct err e;
    struct source_ref ref = {x->skill_model >= 0 ? package_name(x->p, (size_t)x->skill_model) : "", 0};
    if (framework_add(&x->framework, uri, "", ref, &c, &e) != ST_OK || !c) return NULL;
    c->statement = readable(x, slug);
    c->type = "Skill";
    c->language = "en";
    return uri;
}

/* "https://… <CC BY 4.0>" */
void oatutor_link(struct oatutor *x, const char *s, const char **url, const char **name)
{
    const char *open = strchr(s, '<'), *close = open ? strchr(open, '>') : NULL;
    size_t n = open ? (size_t)(open - s) : strlen(s);
    while (n && s[n - 1] == ' ') n--;
    *url = arena_copy(x->a, s, n);
    *name = close ? arena_copy(x->a, open + 1, (size_t)(close - open - 1)) : *url;
    if (!*url) *url = "";
    if (!*name) *name = "";
    if (strncmp(*url, "https://", 8) != 0 && strncmp(*url, "http://", 7) != 0) *url = "";
}

/* What the bytes are; names lie (most .gif of the pool are PNG or JPEG). NULL: no image that a page may show. */
static const char *media_type(const unsigned char *p, size_t n)
{
    if (n > 6 && memcmp(p, "GIF8", 4) == 0) return "image/gif";
    if (n > 8 && memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0) return "image/png";
    if (n > 3 && p[0] == 0xff && p[1] == 0xd8 && p[2] == 0xff) return "image/jpeg";
    if (n > 12 && memcmp(p, "RIFF", 4) == 0 && memcmp(p + 8, "WEBP", 4) == 0) return "image/webp";
    return NULL;
}

const char *oatutor_figure(void *ctx, const char *name, size_t n)
{
    struct oatutor *x = ctx;
    for (size_t i = 0; i < x->figure_count; i++) {
        struct oatutor_figure *f = &x->figures[i];
        if (strcmp(f->problem, x->now->id) != 0 || strlen(f->name) != n || strncasecmp(f->name, name, n) != 0) continue;
        if (f->sha || f->bad) return f->sha;
        const char *bytes, *type = NULL;
        size_t len = 0;
        struct err e = {0};
        f->bad = true;
        if (package_read(x->p, f->entry, x->a, &bytes, &len, &e) == ST_OK)
            type = media_type((const unsigned char *)bytes, len);
        if (!type) {
            report_problem(x->r, package_name(x->p, f->entry), 0, NULL, "oatutor.figure",
                           "This is no image that can be shown (GIF, PNG, JPEG, WebP); the text stays without it.");
            return NULL;
        }
        struct content_figure *out = LIST_ADD(x->a, x->pack->figures, x->pack->figure_count, x->pack->figure_cap);
        if (!out) return NULL;
        unsigned char h[crypto_hash_sha256_BYTES];
        crypto_hash_sha256(h, (const unsigned char *)bytes, len);
        *out = (struct content_figure){.file = package_name(x->p, f->entry),
                                       .media_type = type,
                                       .bytes = (const unsigned char *)bytes,
                                       .byte_count = len};
        sodium_bin2hex(out->sha256, sizeof out->sha256, h, sizeof h);
        f->bad = false;
        return f->sha = arena_strdup(x->a, out->sha256);
    }
    report_problem(x->r, x->now_file, 0, NULL, "oatutor.figure_missing",
                   "The text names the figure %.*s, which is not in the package.", n > 80 ? 80 : (int)n, name);
    return NULL;
}
