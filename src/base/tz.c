/* TZif (RFC 8536), version 2 and later: the 64-bit block's transitions. Past the last transition the footer's rule
 * is evaluated (the "M" form, which every zone in use has). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct rule {
    int month, week, weekday, at_s;
};

struct tz {
    size_t n;
    int64_t *at_s;
    int32_t *offset_s; /* from at_s[i] on */
    int32_t first_offset_s;
    int32_t std_s, dst_s;
    bool has_rule;
    struct rule from, until;
};

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p) { return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4)); }

static const char *skip_name(const char *p)
{
    if (*p == '<') {
        while (*p && *p != '>') p++;
        return *p ? p + 1 : p;
    }
    while ((*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z')) p++;
    return p;
}

static const char *read_hms(const char *p, int *out_s)
{
    int sign = 1, part[3] = {0, 0, 0};
    if (*p == '-' || *p == '+') sign = *p++ == '-' ? -1 : 1;
    for (int i = 0; i < 3; i++) {
        while (*p >= '0' && *p <= '9') part[i] = part[i] * 10 + (*p++ - '0');
        if (*p != ':') break;
        p++;
    }
    *out_s = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
    return p;
}

static const char *read_rule(const char *p, struct rule *r)
{
    if (sscanf(p, ",M%d.%d.%d", &r->month, &r->week, &r->weekday) != 3) return NULL;
    p++;
    while (*p && *p != ',' && *p != '/') p++;
    r->at_s = 7200;
    if (*p == '/') p = read_hms(p + 1, &r->at_s);
    return p;
}

static void read_footer(struct tz *z, const char *p)
{
    int s;
    p = skip_name(p);
    p = read_hms(p, &s);
    z->std_s = z->dst_s = -s;
    if (!*p) return;
    p = skip_name(p);
    z->dst_s = z->std_s + 3600;
    if (*p && *p != ',') {
        p = read_hms(p, &s);
        z->dst_s = -s;
    }
    p = read_rule(p, &z->from);
    if (p && read_rule(p, &z->until)) z->has_rule = true;
}

struct tz *tz_open(const char *name)
{
    char path[256];
    if (!name || !*name || name[0] == '/' || strstr(name, "..") || strlen(name) > 100) return NULL;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    unsigned char *b = malloc(65537);
    size_t n = b ? fread(b, 1, 65536, f) : 0;
    fclose(f);
    struct tz *z = NULL;
    if (n < 44 || memcmp(b, "TZif", 4) != 0 || b[4] < '2') goto out;
    b[n] = 0;
    size_t head1 = 44 + (size_t)be32(b + 32) * 5 + (size_t)be32(b + 36) * 6 + be32(b + 40) + (size_t)be32(b + 28) * 8 +
                   be32(b + 24) + be32(b + 20);
    if (head1 + 44 > n) goto out;
    const unsigned char *h = b + head1;
    size_t isut = be32(h + 20), isstd = be32(h + 24), leap = be32(h + 28), times = be32(h + 32), types = be32(h + 36),
           chars = be32(h + 40);
    if (times > 4096 || types > 256 || chars > 4096 || leap > 4096) goto out;
    if (head1 + 44 + times * 9 + types * 6 + chars + leap * 12 + isstd + isut + 1 > n || types == 0) goto out;
    const unsigned char *tt = h + 44, *idx = tt + times * 8, *ty = idx + times;
    z = calloc(1, sizeof *z);
    if (!z) goto out;
    z->at_s = calloc(times + 1, sizeof *z->at_s);
    z->offset_s = calloc(times + 1, sizeof *z->offset_s);
    if (!z->at_s || !z->offset_s) {
        tz_free(z);
        z = NULL;
        goto out;
    }
    z->n = times;
    z->first_offset_s = (int32_t)be32(ty);
    for (size_t i = 0; i < times; i++) {
        z->at_s[i] = be64(tt + i * 8);
        z->offset_s[i] = idx[i] < types ? (int32_t)be32(ty + (size_t)idx[i] * 6) : z->first_offset_s;
    }
    z->std_s = z->dst_s = times ? z->offset_s[times - 1] : z->first_offset_s;
    const unsigned char *foot = ty + types * 6 + chars + leap * 12 + isstd + isut;
    if (*foot == '\n') {
        char *end = memchr(foot + 1, '\n', n - (size_t)(foot + 1 - b));
        if (end) {
            *end = 0;
            if (foot[1]) read_footer(z, (const char *)foot + 1);
        }
    }
out:
    free(b);
    return z;
}

void tz_free(struct tz *z)
{
    if (!z) return;
    free(z->at_s);
    free(z->offset_s);
    free(z);
}

/* The moment of a rule in a year, in local seconds since 1970 (before any offset). */
static int64_t rule_at(const struct rule *r, int year)
{
    int32_t first = date_from_ymd(year, r->month, 1);
    int sunday_based = (date_weekday(first) + 1) % 7;
    int day = (r->weekday - sunday_based + 7) % 7 + (r->week - 1) * 7;
    int32_t next = r->month == 12 ? date_from_ymd(year + 1, 1, 1) : date_from_ymd(year, r->month + 1, 1);
    while (first + day >= next) day -= 7;
    return (int64_t)(first + day) * 86400 + r->at_s;
}

int32_t tz_offset_s(const struct tz *z, int64_t at_ms)
{
    if (!z) return 0;
    int64_t s = at_ms / 1000 - (at_ms % 1000 < 0);
    if (z->n && s < z->at_s[z->n - 1]) {
        if (s < z->at_s[0]) return z->first_offset_s;
        size_t lo = 0, hi = z->n - 1;
        while (hi - lo > 1) {
            size_t mid = (lo + hi) / 2;
            if (z->at_s[mid] <= s) lo = mid;
            else hi = mid;
        }
        return z->offset_s[lo];
    }
    if (!z->has_rule) return z->std_s;
    int y, m, d;
    date_to_ymd((int32_t)((s + z->std_s) / 86400), &y, &m, &d);
    int64_t from = rule_at(&z->from, y) - z->std_s, until = rule_at(&z->until, y) - z->dst_s;
    bool dst = from < until ? (s >= from && s < until) : !(s >= until && s < from);
    return dst ? z->dst_s : z->std_s;
}

int32_t tz_date(const struct tz *z, int64_t at_ms)
{
    int64_t local = at_ms + (int64_t)tz_offset_s(z, at_ms) * 1000;
    return (int32_t)(local / 86400000 - (local % 86400000 < 0));
}
