/* The helper that runs KaTeX is handed hostile TeX, so what it says is read as foreign too. */
#include "mathml.h"

#include <string.h>

enum { DEPTH_MAX = 120, ATTRIBUTE_MAX = 60 };

enum keep { KEEP, UNWRAP, DROP }; /* DROP: with all that is in it */

struct element {
    const char *name;
    enum keep keep;
};
static const struct element elements[] = {
    {"math", KEEP},        {"mrow", KEEP},       {"mi", KEEP},       {"mn", KEEP},       {"mo", KEEP},
    {"mtext", KEEP},       {"mspace", KEEP},     {"mfrac", KEEP},    {"msqrt", KEEP},    {"mroot", KEEP},
    {"msub", KEEP},        {"msup", KEEP},       {"msubsup", KEEP},  {"munder", KEEP},   {"mover", KEEP},
    {"munderover", KEEP},  {"mtable", KEEP},     {"mtr", KEEP},      {"mtd", KEEP},      {"mlabeledtr", KEEP},
    {"mstyle", KEEP},      {"mpadded", KEEP},    {"mphantom", KEEP}, {"menclose", KEEP}, {"mglyph", DROP},
    {"semantics", UNWRAP}, {"annotation", DROP}, {"span", UNWRAP}};

static const char *const attributes[] = {
    "display",   "mathvariant",   "mathcolor",    "mathbackground", "stretchy",    "fence",
    "separator", "accent",        "accentunder",  "lspace",         "rspace",      "minsize",
    "maxsize",   "linethickness", "rowspacing",   "columnspacing",  "columnalign", "columnlines",
    "rowlines",  "rowalign",      "width",        "height",         "depth",       "voffset",
    "notation",  "scriptlevel",   "displaystyle", "movablelimits",  "symmetric"};

struct rebuild {
    struct text *out;
    const struct tex_variable *vars;
    size_t var_count;
    const struct element *open[DEPTH_MAX];
    bool double_struck[DEPTH_MAX];
    int depth, dropped; /* dropped: depth below which all is left out, 0: nothing is */
};

static bool name_sign(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ':' || c == '-'; }

static bool value_sign(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("#.%+- ", c));
}

/* The number of the variable whose stand-in is all of p[0..n), or -1. */
static int stand_in(const struct rebuild *x, const char *p, size_t n)
{
    const size_t k = sizeof MATHML_STAND_IN - 1;
    if (n != k + 2 || memcmp(p, MATHML_STAND_IN, k) != 0 || p[k] < '0' || p[k] > '9' || p[k + 1] < '0' ||
        p[k + 1] > '9')
        return -1;
    int i = (p[k] - '0') * 10 + p[k + 1] - '0';
    return (size_t)i < x->var_count ? i : -1;
}

static const struct element *element_of(const char *p, size_t n)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strlen(elements[i].name) == n && memcmp(elements[i].name, p, n) == 0) return &elements[i];
    return NULL;
}

static void attribute(struct rebuild *x, const char *name, size_t n, const char *value, size_t value_n,
                      bool *double_struck)
{
    size_t i = 0, count = sizeof attributes / sizeof *attributes;
    while (i < count && !(strlen(attributes[i]) == n && memcmp(attributes[i], name, n) == 0)) i++;
    if (i == count || value_n > ATTRIBUTE_MAX) return;
    for (size_t k = 0; k < value_n; k++)
        if (!value_sign(value[k])) return;
    if (n == 11 && memcmp(name, "mathvariant", 11) == 0 && value_n == 13 && memcmp(value, "double-struck", 13) == 0) {
        *double_struck = true; /* browsers know the letters, not the attribute */
        return;
    }
    text_printf(x->out, " %.*s=\"%.*s\"", (int)n, name, (int)value_n, value);
}

static bool in_words(const struct element *el)
{
    return strcmp(el->name, "mi") == 0 || strcmp(el->name, "mn") == 0 || strcmp(el->name, "mo") == 0 ||
           strcmp(el->name, "mtext") == 0;
}

/* <mpadded ...><mn>stand-in</mn></mpadded>, which keeps digits beside a variable from joining it: behind it, or
 * NULL. */
static const char *variable(struct rebuild *x, const char *p)
{
    static const char box[] = "<mpadded height=\"0px\" depth=\"0px\">", box_end[] = "</mpadded>";
    if (strncmp(p, box, sizeof box - 1) != 0 || (x->depth && in_words(x->open[x->depth - 1]))) return NULL;
    p += sizeof box - 1;
    bool words = strncmp(p, "<mtext", 6) == 0;
    if (!words && strncmp(p, "<mn", 3) != 0) return NULL;
    const char *from = p + strcspn(p, ">");
    if (!*from) return NULL;
    size_t n = strcspn(++from, "<");
    int i = stand_in(x, from, n);
    const char *end = words ? "</mtext>" : "</mn>";
    p = from + n;
    if (i < 0 || strncmp(p, end, strlen(end)) != 0) return NULL;
    p += strlen(end);
    if (strncmp(p, box_end, sizeof box_end - 1) != 0) return NULL;
    text_printf(x->out, words ? "<mtext>{{%.*s}}</mtext>" : "{{m:%.*s}}", (int)x->vars[i].n, x->vars[i].name);
    return p + sizeof box_end - 1;
}

/* A tag at p, which is on '<': behind it, or NULL. */
static const char *close_tag(struct rebuild *x, const char *p)
{
    const char *name = p + 2, *end = name;
    while (name_sign(*end)) end++;
    const struct element *el = element_of(name, (size_t)(end - name));
    if (!el || *end != '>' || !x->depth || x->open[x->depth - 1] != el) return NULL;
    x->depth--;
    if (x->dropped && x->depth < x->dropped) x->dropped = 0;
    else if (!x->dropped && el->keep == KEEP) text_printf(x->out, "</%s>", el->name);
    return end + 1;
}

static const char *open_tag(struct rebuild *x, const char *p)
{
    const char *name = p + 1, *end = name;
    while (name_sign(*end)) end++;
    const struct element *el = element_of(name, (size_t)(end - name));
    if (!el || x->depth == DEPTH_MAX) return NULL;
    bool shown = !x->dropped && el->keep == KEEP, double_struck = false;
    if (shown) text_printf(x->out, "<%s", el->name);
    while (*end == ' ') {
        const char *attr = ++end;
        while (name_sign(*end)) end++;
        size_t n = (size_t)(end - attr);
        if (end[0] != '=' || end[1] != '"') return NULL;
        const char *value = end + 2;
        size_t value_n = strcspn(value, "\"<>");
        if (value[value_n] != '"') return NULL;
        if (shown) attribute(x, attr, n, value, value_n, &double_struck);
        end = value + value_n + 1;
    }
    bool empty = *end == '/';
    if (end[empty] != '>') return NULL;
    if (shown) text_char(x->out, '>');
    if (empty) {
        if (shown) text_printf(x->out, "</%s>", el->name);
        return end + 2;
    }
    x->double_struck[x->depth] = double_struck;
    x->open[x->depth++] = el;
    if (!x->dropped && el->keep == DROP) x->dropped = x->depth;
    return end + 1;
}

static void put_double_struck(struct text *out, char c)
{
    static const struct {
        char c;
        const char *sign;
    } old[] = {{'C', "ℂ"}, {'H', "ℍ"}, {'N', "ℕ"}, {'P', "ℙ"}, {'Q', "ℚ"}, {'R', "ℝ"}, {'Z', "ℤ"}};
    for (size_t i = 0; i < sizeof old / sizeof *old; i++)
        if (old[i].c == c) {
            text_add(out, old[i].sign);
            return;
        }
    unsigned at = c >= 'a' ? 0x1d552u + (unsigned)(c - 'a') : 0x1d538u + (unsigned)(c - 'A');
    const char sign[] = {(char)(0xf0 | (at >> 18)), (char)(0x80 | ((at >> 12) & 63)), (char)(0x80 | ((at >> 6) & 63)),
                         (char)(0x80 | (at & 63))};
    text_put(out, sign, sizeof sign);
}

/* Words between two tags. */
static bool words(struct rebuild *x, const char *p, size_t n)
{
    const char *end = p + n;
    if (x->dropped) return true;
    /* a variable where none can be */
    if (x->var_count && memmem(p, n, MATHML_STAND_IN, sizeof MATHML_STAND_IN - 1)) return false;
    while (p < end) {
        bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
        if (*p == '&') {
            const char *q = p + 1;
            while (q < end && ((*q >= 'a' && *q <= 'z') || (*q >= '0' && *q <= '9') || *q == '#')) q++;
            if (q == end || *q != ';' || q == p + 1) return false;
            text_put(x->out, p, (size_t)(q + 1 - p));
            p = q + 1;
            continue;
        }
        if (*p == '>') text_add(x->out, "&gt;");
        else if (*p == '{' || *p == '}') text_add(x->out, *p == '{' ? "&#123;" : "&#125;"); /* no variables but ours */
        else if (letter && x->depth && x->double_struck[x->depth - 1]) put_double_struck(x->out, *p);
        else text_char(x->out, *p);
        p++;
    }
    return true;
}

bool mathml_put(struct text *out, const char *s, const struct tex_variable *vars, size_t var_count)
{
    struct rebuild x = {.out = out, .vars = vars, .var_count = var_count};
    size_t was = out->n;
    bool ok = utf8_valid(s, strlen(s)); /* signs above U+FFFF may come as two halves */
    while (ok && s && *s) {
        if (*s == '<') {
            const char *next = x.dropped ? NULL : variable(&x, s);
            s = next ? next : s[1] == '/' ? close_tag(&x, s) : open_tag(&x, s);
        } else {
            size_t n = strcspn(s, "<");
            ok = words(&x, s, n);
            s += n;
        }
    }
    if (ok && s && !x.depth && !out->failed) return true;
    text_cut(out, was);
    return false;
}
