#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t system_now(void *ctx)
{
    (void)ctx;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct clock clock_system(void) { return (struct clock){.now_ms = system_now}; }
int64_t clock_now_ms(const struct clock *c) { return c->now_ms(c->ctx) + c->offset_ms; }

int64_t clock_mono_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Days from civil, after H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
int32_t date_from_ymd(int y, int m, int d)
{
    y -= m <= 2;
    int era = (y >= 0 ? y : y - 399) / 400;
    int yoe = y - era * 400;
    int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void date_to_ymd(int32_t day, int *y, int *m, int *d)
{
    int z = day + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = yoe + era * 400 + (*m <= 2);
}

static bool digits(const char *s, int n, int *out)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') return false;
        v = v * 10 + (s[i] - '0');
    }
    *out = v;
    return true;
}

static bool date_prefix(const char *s, int32_t *day)
{
    int y, m, d, y2, m2, d2;
    if (!s || strlen(s) < 10) return false;
    if (!digits(s, 4, &y) || s[4] != '-' || !digits(s + 5, 2, &m) || s[7] != '-' || !digits(s + 8, 2, &d)) return false;
    if (m < 1 || m > 12 || d < 1) return false;
    int32_t v = date_from_ymd(y, m, d);
    date_to_ymd(v, &y2, &m2, &d2);
    if (y2 != y || m2 != m || d2 != d) return false;
    *day = v;
    return true;
}

bool date_parse(const char *s, int32_t *day) { return date_prefix(s, day) && s[10] == 0; }

void date_format(int32_t day, char out[16])
{
    int y, m, d;
    date_to_ymd(day, &y, &m, &d);
    char wide[40]; /* years beyond 9999 are cut, not overrun */
    snprintf(wide, sizeof wide, "%04d-%02d-%02d", y, m, d);
    snprintf(out, 16, "%.15s", wide);
}

int date_weekday(int32_t day) { return (int)(((day % 7) + 7 + 3) % 7); }

void time_format_utc(int64_t at_ms, char out[32])
{
    int64_t day = floor_div(at_ms, 86400000);
    int ms = (int)(at_ms - day * 86400000), y, m, d;
    date_to_ymd((int32_t)day, &y, &m, &d);
    char wide[100];
    snprintf(wide, sizeof wide, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", y, m, d, ms / 3600000, ms / 60000 % 60,
             ms / 1000 % 60, ms % 1000);
    snprintf(out, 32, "%.31s", wide);
}

bool time_parse_utc(const char *s, int64_t *at_ms)
{
    int32_t day;
    if (!date_prefix(s, &day)) return false;
    int64_t v = (int64_t)day * 86400000;
    const char *p = s + 10;
    if (!*p) {
        *at_ms = v;
        return true;
    }
    int h, m, sec;
    if ((*p != 'T' && *p != 't' && *p != ' ') || strlen(p) < 9) return false;
    if (!digits(p + 1, 2, &h) || p[3] != ':' || !digits(p + 4, 2, &m) || p[6] != ':' || !digits(p + 7, 2, &sec))
        return false;
    if (h > 23 || m > 59 || sec > 60) return false;
    v += ((int64_t)h * 3600 + m * 60 + sec) * 1000;
    p += 9;
    if (*p == '.') {
        int scale = 100;
        for (p++; *p >= '0' && *p <= '9'; p++, scale /= 10) v += (*p - '0') * scale;
    }
    if (*p == 'Z' || *p == 'z') {
        p++;
    } else if (*p == '+' || *p == '-') {
        int sign = *p == '+' ? -1 : 1;
        if (strlen(p) != 6 || !digits(p + 1, 2, &h) || p[3] != ':' || !digits(p + 4, 2, &m)) return false;
        v += (int64_t)sign * (h * 60 + m) * 60000;
        p += 6;
    }
    if (*p) return false;
    *at_ms = v;
    return true;
}
