/* TeX and Unicode -> the plain ASCII that the parser reads. '&' joins a whole number and a fraction: 2\frac{1}{3}. */
#include <ctype.h>
#include <string.h>

#include "expr.h"

struct out {
    char *p;
    size_t n;
    bool full;
};

static void put(struct out *o, const char *s)
{
    size_t k = strlen(s);
    if (o->n + k >= EXPR_TEXT_MAX) {
        o->full = true;
        return;
    }
    memcpy(o->p + o->n, s, k);
    o->n += k;
    o->p[o->n] = 0;
}

static const struct {
    const char *from, *to;
} signs[] = {
    {"\xe2\x88\x92", "-"},
    {"\xe2\x80\x93", "-"},
    {"\xe2\x80\x94", "-"},
    {"\xef\xbc\x8d", "-"},
    {"\xc3\x97", "*"},
    {"\xe2\x8b\x85", "*"},
    {"\xc2\xb7", "*"},
    {"\xe2\x88\x99", "*"},
    {"\xc3\xb7", "/"},
    {"\xe2\x81\x84", "/"},
    {"\xe2\x88\x95", "/"},
    {"\xc2\xb2", "^2"},
    {"\xc2\xb3", "^3"},
    {"\xc2\xb9", "^1"},
    {"\xe2\x81\xb4", "^4"},
    {"\xe2\x88\x9a", "sqrt"},
    {"\xcf\x80", "pi"},
    {"\xc2\xa0", " "},
    {"\xe2\x80\xaf", " "},
    {"\xe2\x80\x89", " "},
    {"\xe3\x80\x80", " "},
    {"\xe2\x89\xa4", "<="},
    {"\xe2\x89\xa5", ">="},
    {"\xe2\x88\x9e", "inf"},
    {"\xe2\x88\xaa", "U"},
    {"\xc2\xbd", "&1/2"},
    {"\xc2\xbc", "&1/4"},
    {"\xc2\xbe", "&3/4"},
    {"\xe2\x85\x93", "&1/3"},
    {"\xe2\x85\x94", "&2/3"},
    {"\xe2\x85\x95", "&1/5"},
    {"\xe2\x85\x9b", "&1/8"},
    {"\xe2\x85\x9c", "&3/8"},
    {"\xe2\x85\x9d", "&5/8"},
    {"\xe2\x85\x9e", "&7/8"},
    {"\xe2\x84\x9d", "R"},
    {"\\left", ""},
    {"\\right", ""},
    {"\\cdot", "*"},
    {"\\times", "*"},
    {"\\div", "/"},
    {"\\infty", "inf"},
    {"\\leq", "<="},
    {"\\le", "<="},
    {"\\geq", ">="},
    {"\\ge", ">="},
    {"\\lt", "<"},
    {"\\gt", ">"},
    {"\\cup", "U"},
    {"\\pi", "pi"},
    {"\\{", "["},
    {"\\}", "]"},
    {"\\,", " "},
    {"\\;", " "},
    {"\\!", ""},
    {"\\:", " "},
    {"\\ ", " "},
    {"\\quad", " "},
    {"\\$", "$"},
    {"\\%", "%"},
    {"\\mathrm", ""},
    {"\\text", ""},
    {"\\ldots", "..."},
    {"$$", ""},
    {"**", "^"},
};

/* The end of the group at p: {…} or one character. */
static const char *group(const char *p, const char **from, size_t *n)
{
    while (*p == ' ') p++;
    if (*p != '{') {
        *from = p;
        *n = *p ? 1 : 0;
        return p + *n;
    }
    int depth = 0;
    const char *q = p;
    for (; *q; q++) {
        if (*q == '{') depth++;
        if (*q == '}' && --depth == 0) break;
    }
    *from = p + 1;
    *n = (size_t)(q - p - 1);
    return *q ? q + 1 : q;
}

static void walk(struct out *o, const char *p, size_t n, int depth);

static bool digits_only(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isdigit((unsigned char)p[i])) return false;
    return n > 0;
}

static const char *fraction(struct out *o, const char *p, int depth)
{
    const char *a, *b;
    size_t an, bn;
    p = group(p, &a, &an);
    p = group(p, &b, &bn);
    bool plain = digits_only(a, an) && digits_only(b, bn);
    /* 2\\frac{1}{3} is two and a third; 48\\frac{3}{2} is a product, as no mixed number has more thirds than a
     * whole. */
    bool mixed =
        plain && o->n && isdigit((unsigned char)o->p[o->n - 1]) && (an < bn || (an == bn && strncmp(a, b, an) < 0));
    put(o, mixed ? "&" : plain ? "" : "((");
    if (plain && !mixed) put(o, "(");
    walk(o, a, an, depth + 1);
    put(o, plain ? "/" : ")/(");
    walk(o, b, bn, depth + 1);
    put(o, mixed ? "" : plain ? ")" : "))");
    return p;
}

/* {mn}^5 reads mn^5, as it looks. */
static bool invisible_group(const char *p)
{
    if (*p++ != '{') return false;
    size_t n = 0;
    while (isalnum((unsigned char)p[n])) n++;
    return n && p[n] == '}' && p[n + 1] == '^';
}

static void walk(struct out *o, const char *p, size_t n, int depth)
{
    const char *end = p + n;
    if (depth > EXPR_DEPTH_MAX) {
        o->full = true;
        return;
    }
    while (p < end && !o->full) {
        /* Most of what is typed is plain already: no sign of the table begins like this. */
        if (!(*p & 0x80) && *p != '\\' && *p != '$' && *p != '*' && *p != '{' && *p != '}' && *p >= ' ') {
            if (o->n + 1 >= EXPR_TEXT_MAX) {
                o->full = true;
                return;
            }
            o->p[o->n++] = *p++;
            o->p[o->n] = 0;
            continue;
        }
        if (strncmp(p, "\\frac", 5) == 0 || strncmp(p, "\\dfrac", 6) == 0 || strncmp(p, "\\tfrac", 6) == 0) {
            p = fraction(o, p + (p[1] == 'f' ? 5 : 6), depth);
            continue;
        }
        if (strncmp(p, "\\sqrt", 5) == 0) {
            const char *a;
            size_t an;
            p = group(p + 5, &a, &an);
            put(o, "sqrt(");
            walk(o, a, an, depth + 1);
            put(o, ")");
            continue;
        }
        size_t k = 0;
        while (k < sizeof signs / sizeof *signs && strncmp(p, signs[k].from, strlen(signs[k].from)) != 0) k++;
        if (k < sizeof signs / sizeof *signs) {
            const char *to = signs[k].to;
            if (*to == '&' && !(o->n && isdigit((unsigned char)o->p[o->n - 1])) &&
                !(o->n > 1 && o->p[o->n - 1] == ' ' && isdigit((unsigned char)o->p[o->n - 2]))) {
                put(o, "(");
                put(o, to + 1);
                put(o, ")");
            } else {
                if (*to == '&')
                    while (o->n && o->p[o->n - 1] == ' ') o->p[--o->n] = 0;
                put(o, to);
            }
            p += strlen(signs[k].from);
        } else if (invisible_group(p)) {
            const char *a;
            size_t an;
            p = group(p, &a, &an);
            walk(o, a, an, depth + 1);
        } else if (*p == '{') {
            put(o, "(");
            p++;
        } else if (*p == '}') {
            put(o, ")");
            p++;
        } else {
            char one[2] = {*p++, 0};
            put(o, one[0] == '\t' || one[0] == '\n' || one[0] == '\r' ? " " : one);
        }
    }
}

bool expr_plain(const char *in, char out[EXPR_TEXT_MAX])
{
    struct out o = {.p = out};
    out[0] = 0;
    size_t n = strlen(in);
    if (n >= EXPR_TEXT_MAX) return false;
    walk(&o, in, n, 0);
    while (o.n && out[o.n - 1] == ' ') out[--o.n] = 0;
    return !o.full;
}
