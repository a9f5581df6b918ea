#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fault.h"

void text_init(struct text *t, size_t max_bytes) { *t = (struct text){.max = max_bytes}; }

void text_release(struct text *t)
{
    free(t->p);
    *t = (struct text){.max = t->max};
}

void text_clear(struct text *t)
{
    t->n = 0;
    t->failed = false;
    if (t->p) t->p[0] = 0;
}

static bool reserve(struct text *t, size_t n)
{
    if (t->failed) return false;
    if (n > t->max || t->n > t->max - n) return !(t->failed = true);
    size_t need = t->n + n + 1;
    if (need <= t->cap) return true;
    size_t cap = t->cap ? t->cap * 2 : 256;
    while (cap < need) cap *= 2;
    char *p = fault_hits(FAULT_ALLOC) ? NULL : realloc(t->p, cap);
    if (!p) return !(t->failed = true);
    t->p = p;
    t->cap = cap;
    return true;
}

void text_put(struct text *t, const char *p, size_t n)
{
    if (!reserve(t, n)) return;
    if (n) memcpy(t->p + t->n, p, n);
    t->n += n;
    t->p[t->n] = 0;
}

void text_add(struct text *t, const char *s) { text_put(t, s, strlen(s)); }

void text_cut(struct text *t, size_t n)
{
    if (n >= t->n) return;
    while (n && ((unsigned char)t->p[n] & 0xc0) == 0x80) n--;
    t->n = n;
    t->p[n] = 0;
}

void text_char(struct text *t, char c) { text_put(t, &c, 1); }

void text_printf(struct text *t, const char *fmt, ...)
{
    char small[256];
    va_list ap, ap2;
    va_start(ap, fmt);
    va_copy(ap2, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n < 0) {
        t->failed = true;
    } else if ((size_t)n < sizeof small) {
        text_put(t, small, (size_t)n);
    } else if (reserve(t, (size_t)n)) {
        vsnprintf(t->p + t->n, (size_t)n + 1, fmt, ap2);
        t->n += (size_t)n;
    }
    va_end(ap2);
}

const char *text_str(const struct text *t) { return t->p ? t->p : ""; }

bool parse_i64(const char *s, int64_t *out)
{
    if (!s || !(*s == '-' || (*s >= '0' && *s <= '9'))) return false;
    char *end;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (errno || end == s || *end) return false;
    *out = v;
    return true;
}

bool parse_f64(const char *s, double *out)
{
    if (!s || !*s) return false;
    char *end = (char *)(uintptr_t)s;
    int64_t n = 0; /* up to fifteen digits are exact as they stand, and most numbers are no more */
    while (end - s < 15 && *end >= '0' && *end <= '9') n = n * 10 + (*end++ - '0');
    if (!*end) {
        *out = (double)n;
        return true;
    }
    if (strspn(s, "0123456789+-.eE") != strlen(s)) return false;
    errno = 0;
    double v = strtod(s, &end);
    if (end == s || *end || v != v || v > 1.7e308 || v < -1.7e308) return false;
    *out = v;
    return true;
}

bool utf8_valid(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s, *end = p + n;
    while (p < end) {
        if (*p == 0) return false;
        if (*p < 0x80) {
            p++;
            continue;
        }
        int more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : 1;
        uint32_t c = *p;
        if (c < 0xc2 || c > 0xf4 || end - p <= more) return false;
        c &= 0x3fU >> more;
        for (int i = 1; i <= more; i++) {
            if ((p[i] & 0xc0) != 0x80) return false;
            c = c << 6 | (p[i] & 0x3fU);
        }
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return false;
        p += more + 1;
    }
    return true;
}

bool str_eq(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }
bool str_ieq(const char *a, const char *b) { return a == b || (a && b && strcasecmp(a, b) == 0); }

void str_lower(char *s)
{
    for (; *s; s++)
        if (*s >= 'A' && *s <= 'Z') *s = (char)(*s + ('a' - 'A'));
}
