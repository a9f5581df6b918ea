#include <stdio.h>
#include <string.h>

#include "catalogue.h"
#include "i18n/i18n.h"

static const struct msg_arg *arg_find(const struct msg_arg *args, size_t n, const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (!strncmp(args[i].name, name, len) && !args[i].name[len]) return &args[i];
    return NULL;
}

void msg_format(struct text *out, enum lang lang, enum msg_id id, const struct msg_arg *args, size_t n_args)
{
    const char *const *forms = catalogue_forms(&lang, id);
    const char *s = forms[0];
    if (!s) return;
    if (forms[1]) {
        const struct msg_arg *count = arg_find(args, n_args, "n", 1);
        int64_t n = count ? count->n : 0;
        unsigned k = catalogues[lang].plural((uint64_t)(n < 0 ? -n : n));
        if (k < MSG_FORMS && forms[k]) s = forms[k];
    }
    while (*s) {
        const char *open = strchr(s, '{'), *close = open ? strchr(open, '}') : NULL;
        if (!close) break;
        text_put(out, s, (size_t)(open - s));
        const struct msg_arg *a = arg_find(args, n_args, open + 1, (size_t)(close - open - 1));
        if (!a) text_put(out, open, (size_t)(close + 1 - open));
        else if (a->text) text_add(out, a->text);
        else format_int(out, lang, a->n);
        s = close + 1;
    }
    text_add(out, s);
}

enum msg_id msg_find(const char *id)
{
    int lo = 1, hi = MSG_COUNT - 1;
    while (id && lo <= hi) {
        int mid = (lo + hi) / 2, c = strcmp(id, msg_ids[mid]);
        if (c == 0) return (enum msg_id)mid;
        if (c < 0) hi = mid - 1;
        else lo = mid + 1;
    }
    return MSG_NONE;
}

const char *msg_name(enum msg_id id) { return (unsigned)id < MSG_COUNT ? msg_ids[id] : ""; }

enum msg_id msg_find_code(const char *prefix, const char *code, enum msg_id fallback)
{
    char id[128];
    int n = snprintf(id, sizeof id, "%s.%s", prefix, code ? code : "");
    enum msg_id found = n > 0 && (size_t)n < sizeof id ? msg_find(id) : MSG_NONE;
    return found != MSG_NONE ? found : fallback;
}

void msg_err(struct text *out, enum lang lang, const char *err_user)
{
    char buf[256];
    struct msg_arg args[8];
    size_t n_args = 0;
    snprintf(buf, sizeof buf, "%s", err_user ? err_user : "");
    char *p = strchr(buf, 0x1f);
    if (p) *p++ = 0;
    enum msg_id id = msg_find(buf);
    if (id == MSG_NONE) id = MSG_error_unknown;
    for (const char *name = msg_arg_names[id]; *name && n_args < 8; name += strlen(name) + 1) {
        char *next = p ? strchr(p, 0x1f) : NULL;
        if (next) *next++ = 0;
        int64_t count = 0; /* an argument that is a number chooses the plural too */
        if (p) (void)parse_i64(p, &count);
        args[n_args++] = (struct msg_arg){.name = name, .text = p ? p : "", .n = count};
        p = next;
    }
    msg_format(out, lang, id, args, n_args);
}

const char *lang_code(enum lang lang) { return catalogues[(unsigned)lang < LANG_COUNT ? lang : LANG_EN].code; }

const char *lang_dir(enum lang lang)
{
    static const char *const rtl[] = {"ar", "fa", "he", "ur"};
    for (size_t i = 0; i < sizeof rtl / sizeof *rtl; i++)
        if (!strcmp(lang_code(lang), rtl[i])) return "rtl";
    return "ltr";
}

static enum lang find_n(const char *p, size_t n, enum lang dflt)
{
    for (int i = 0; i < LANG_COUNT; i++) {
        size_t k = strlen(catalogues[i].code);
        if (n >= k && !strncmp(p, catalogues[i].code, k) && (n == k || p[k] == '-' || p[k] == '_')) return (enum lang)i;
    }
    return dflt;
}

enum lang lang_find(const char *code, enum lang dflt) { return code ? find_n(code, strlen(code), dflt) : dflt; }

enum lang lang_from_accept(const char *accept, enum lang dflt)
{
    /* Browsers list languages in order of preference; weights are not looked at. */
    for (const char *p = accept; p && *p;) {
        p += strspn(p, " ,");
        size_t n = strcspn(p, ",;");
        enum lang got = find_n(p, n, LANG_COUNT);
        if (got != LANG_COUNT) return got;
        p += strcspn(p, ",");
    }
    return dflt;
}
