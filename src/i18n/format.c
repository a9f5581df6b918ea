/* Numbers and dates as people write them in each language. */
#include <stdio.h>
#include <string.h>

#include "i18n/i18n.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };
static const int64_t day_ms = 24LL * HOUR_MS;

static void format1(struct text *out, enum lang lang, enum msg_id id, int64_t n)
{
    msg_format(out, lang, id, MSG_ARGS(MSG_N("n", n)));
}

void format_decimal(struct text *out, enum lang lang, double v, int places)
{
    if (!(v > -1e15 && v < 1e15)) {
        text_add(out, "\u2013");
        return;
    }
    if (places < 0) places = 0;
    if (places > 6) places = 6;
    int64_t scale = 1;
    for (int i = 0; i < places; i++) scale *= 10;
    if (v > 9e11 || v < -9e11) scale = 1, places = 0;
    double r = v * (double)scale;
    int64_t k = (int64_t)(r < 0 ? r - 0.5 : r + 0.5), whole = k / scale, part = k % scale;
    if (k < 0 && whole == 0) text_add(out, "\u2212");
    format_int(out, lang, whole);
    if (places) text_printf(out, "%s%0*lld", msg(lang, MSG_number_point), places, (long long)(part < 0 ? -part : part));
}

void format_percent(struct text *out, enum lang lang, double share)
{
    struct text t;
    text_init(&t, 64);
    format_decimal(&t, lang, share * 100.0, 0);
    msg_format(out, lang, MSG_number_percent, MSG_ARGS(MSG_T("value", text_str(&t))));
    text_release(&t);
}

void format_in_100(struct text *out, enum lang lang, double p)
{
    int64_t n = p != p ? 0 : (int64_t)(p * 100.0 + 0.5);
    if (n >= 100 && p < 1.0) n = 99;
    if (n <= 0 && p > 0.0) n = 1;
    format1(out, lang, MSG_number_in_100, n);
}

void format_duration(struct text *out, enum lang lang, int64_t took_ms)
{
    int64_t s = (took_ms + 500) / 1000, m = (s + 30) / 60;
    if (s < 100) format1(out, lang, MSG_duration_s, s);
    else if (m < 100) format1(out, lang, MSG_duration_min, m);
    else msg_format(out, lang, MSG_duration_h_min, MSG_ARGS(MSG_N("h", m / 60), MSG_N("m", m % 60)));
}

static enum msg_id nth(enum msg_id first, int i) { return (enum msg_id)((int)first + i); }

static void day_month(struct text *out, enum lang lang, int32_t day, int32_t today)
{
    int y, m, d, ty, tm, td;
    date_to_ymd(day, &y, &m, &d);
    date_to_ymd(today, &ty, &tm, &td);
    char year[16], dd[16];
    snprintf(year, sizeof year, "%d", y);
    snprintf(dd, sizeof dd, "%d", d);
    const char *mon = msg(lang, nth(MSG_date_mon_01, m - 1));
    if (y == ty) msg_format(out, lang, MSG_date_day_month, MSG_ARGS(MSG_T("day", dd), MSG_T("month", mon)));
    else
        msg_format(out, lang, MSG_date_day_month_year,
                   MSG_ARGS(MSG_T("day", dd), MSG_T("month", mon), MSG_T("year", year)));
}

void format_day(struct text *out, enum lang lang, int32_t day, int32_t today)
{
    int32_t gap = day - today;
    if (gap == 0) text_add(out, msg(lang, MSG_date_today));
    else if (gap == -1) text_add(out, msg(lang, MSG_date_yesterday));
    else if (gap == 1) text_add(out, msg(lang, MSG_date_tomorrow));
    else if (gap > -7 && gap < 7) text_add(out, msg(lang, nth(MSG_date_weekday_1, date_weekday(day))));
    else day_month(out, lang, day, today);
}

void format_weekday(struct text *out, enum lang lang, int32_t day)
{
    /* A name that begins a line: with a capital, also where the language writes it small. */
    const char *w = msg(lang, nth(MSG_date_weekday_1, date_weekday(day)));
    if (*w >= 'a' && *w <= 'z') text_char(out, (char)(*w++ - 'a' + 'A'));
    text_add(out, w);
}

void format_month(struct text *out, enum lang lang, int32_t day)
{
    int y, m, d;
    char year[16];
    date_to_ymd(day, &y, &m, &d);
    snprintf(year, sizeof year, "%d", y);
    msg_format(out, lang, MSG_date_month_year,
               MSG_ARGS(MSG_T("month", msg(lang, nth(MSG_date_month_01, m - 1))), MSG_T("year", year)));
}

void format_date(struct text *out, enum lang lang, int32_t day)
{
    int y, m, d;
    char year[16], dd[16];
    date_to_ymd(day, &y, &m, &d);
    snprintf(year, sizeof year, "%d", y);
    snprintf(dd, sizeof dd, "%d", d);
    msg_format(out, lang, MSG_date_exact,
               MSG_ARGS(MSG_T("weekday", msg(lang, nth(MSG_date_weekday_1, date_weekday(day)))), MSG_T("day", dd),
                        MSG_T("month", msg(lang, nth(MSG_date_month_01, m - 1))), MSG_T("year", year)));
}

void format_time(struct text *out, enum lang lang, int64_t at_ms, const struct tz *tz)
{
    int64_t local_s = (at_ms >= 0 ? at_ms / 1000 : -((999 - at_ms) / 1000)) + tz_offset_s(tz, at_ms);
    int64_t in_day = ((local_s % 86400) + 86400) % 86400;
    int hour = (int)(in_day / 3600), minute = (int)(in_day / 60 % 60);
    if (lang == LANG_EN) text_printf(out, "%d:%02d %s", hour % 12 ? hour % 12 : 12, minute, hour < 12 ? "AM" : "PM");
    else text_printf(out, "%d:%02d", hour, minute);
}

void format_moment(struct text *out, enum lang lang, int64_t at_ms, int64_t now_ms, const struct tz *tz)
{
    int32_t day = tz_date(tz, at_ms), today = tz_date(tz, now_ms), gap = day - today;
    struct text c;
    text_init(&c, 64);
    format_time(&c, lang, at_ms, tz);
    if (gap == 0) msg_format(out, lang, MSG_date_today_at, MSG_ARGS(MSG_T("time", text_str(&c))));
    else if (gap > -7 && gap < 7)
        msg_format(out, lang, MSG_date_weekday_at,
                   MSG_ARGS(MSG_T("weekday", msg(lang, nth(MSG_date_wday_1, date_weekday(day)))),
                            MSG_T("time", text_str(&c))));
    else day_month(out, lang, day, today);
    text_release(&c);
}

void format_moment_exact(struct text *out, enum lang lang, int64_t at_ms, const struct tz *tz)
{
    format_date(out, lang, tz_date(tz, at_ms));
    text_add(out, ", ");
    format_time(out, lang, at_ms, tz);
}

void format_ago(struct text *out, enum lang lang, int64_t at_ms, int64_t now_ms)
{
    int64_t gap = now_ms - at_ms;
    if (gap < MINUTE_MS) text_add(out, msg(lang, MSG_date_just_now));
    else if (gap < HOUR_MS) format1(out, lang, MSG_date_minutes_ago, gap / MINUTE_MS);
    else if (gap < day_ms) format1(out, lang, MSG_date_hours_ago, gap / HOUR_MS);
    else if (gap < 14 * day_ms) format1(out, lang, MSG_date_days_ago, gap / day_ms);
    else if (gap < 60 * day_ms) format1(out, lang, MSG_date_weeks_ago, gap / (7 * day_ms));
    else if (gap < 730 * day_ms) format1(out, lang, MSG_date_months_ago, gap / (30 * day_ms));
    else format1(out, lang, MSG_date_years_ago, gap / (365 * day_ms));
}
