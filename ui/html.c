#include "ui/html.h"

#include <string.h>

void html_init(struct html *h, struct text *out)
{
    *h = (struct html){.out = out};
    for (int i = 0; i < HTML_SCRATCH; i++) text_init(&h->scratch[i], 64 * 1024);
}

void html_release(struct html *h)
{
    for (int i = 0; i < HTML_SCRATCH; i++) text_release(&h->scratch[i]);
}

enum st html_done(struct html *h)
{
    for (int i = 0; i < HTML_SCRATCH; i++)
        if (h->scratch[i].failed) return ST_NOMEM;
    return h->out->failed ? ST_NOMEM : ST_OK;
}

void html_put(struct html *h, const char *p, size_t n) { text_put(h->out, p, n); }

/* What each byte becomes: NULL is itself. */
static const char *entity(unsigned char c, bool attr)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    case '\t': return attr ? "&#9;" : NULL;
    case '\n': return attr ? "&#10;" : NULL;
    case '\r': return attr ? "&#13;" : NULL;
    default: return c < 32 || c == 127 ? "\uFFFD" : NULL; /* controls are no text */
    }
}

static void escape(struct html *h, const char *s, bool attr)
{
    if (!s) return;
    bool bad = !utf8_valid(s, strlen(s));
    const char *from = s;
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        const char *e = c >= 0x80 ? (bad ? "\uFFFD" : NULL) : entity(c, attr);
        if (!e) continue;
        text_put(h->out, from, (size_t)(s - from));
        text_add(h->out, e);
        from = s + 1;
    }
    text_put(h->out, from, (size_t)(s - from));
}

void html_text(struct html *h, const char *s) { escape(h, s, false); }
void html_attr(struct html *h, const char *s) { escape(h, s, true); }

static bool url_ok(const char *s)
{
    if (*s == '/') return s[1] != '/' && s[1] != '\\';
    if (*s == '?' || *s == '#') return true;
    return !strncmp(s, "https://", 8) || !strncmp(s, "http://", 7);
}

static void percent(struct html *h, unsigned char c)
{
    static const char hex[] = "0123456789ABCDEF";
    char b[3] = {'%', hex[c >> 4], hex[c & 15]};
    text_put(h->out, b, 3);
}

/* Goes into an address as it is; not the end of the string. */
static bool url_plain(unsigned char c)
{
    switch (c) {
    case '"':
    case '\'':
    case '<':
    case '>':
    case '\\':
    case '^':
    case '`':
    case '{':
    case '|':
    case '}':
    case '&': return false;
    default: return c > 32 && c < 127;
    }
}

void html_url(struct html *h, const char *s)
{
    if (!s || !url_ok(s)) {
        html_lit(h, "#");
        return;
    }
    while (*s) {
        size_t n = 0;
        while (url_plain((unsigned char)s[n])) n++;
        if (n) html_put(h, s, n);
        s += n;
        if (*s == '&') html_lit(h, "&amp;"), s++;
        else if (*s) percent(h, (unsigned char)*s++);
    }
}

void html_url_part(struct html *h, const char *s)
{
    for (; s && *s; s++) {
        unsigned char c = (unsigned char)*s;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c);
        if (plain) text_char(h->out, (char)c);
        else percent(h, c);
    }
}

void html_safe(struct html *h, struct safe_html s)
{
    if (s.n) text_put(h->out, s.p, s.n);
}

void html_int(struct html *h, int64_t n) { text_printf(h->out, "%lld", (long long)n); }

static struct text *scratch(struct html *h)
{
    struct text *t = &h->scratch[h->turn++ % HTML_SCRATCH];
    t->n = 0;
    if (t->p) t->p[0] = 0;
    return t;
}

void html_int_words(struct html *h, enum lang lang, int64_t n)
{
    struct text *t = scratch(h);
    format_int(t, lang, n);
    html_text(h, text_str(t));
}

void html_decimal(struct html *h, double v)
{
    if (!(v > -1e9 && v < 1e9)) v = 0;
    int64_t k = (int64_t)(v * 10000.0 + (v < 0 ? -0.5 : 0.5));
    if (k < 0) html_lit(h, "-"), k = -k;
    char b[32];
    struct text t = {.p = b, .cap = sizeof b, .max = sizeof b - 1};
    text_printf(&t, "%lld.%04lld", (long long)(k / 10000), (long long)(k % 10000));
    while (t.n && b[t.n - 1] == '0') t.n--;
    if (t.n && b[t.n - 1] == '.') t.n--;
    text_put(h->out, b, t.n);
}

void html_msg(struct html *h, enum lang lang, enum msg_id id, const struct msg_arg *args, size_t n)
{
    struct text *t = scratch(h);
    msg_format(t, lang, id, args, n);
    html_text(h, text_str(t));
}

void html_attr_msg(struct html *h, enum lang lang, enum msg_id id, const struct msg_arg *args, size_t n)
{
    struct text *t = scratch(h);
    msg_format(t, lang, id, args, n);
    html_attr(h, text_str(t));
}

const char *html_time_words(struct html *h, enum lang lang, int64_t at_ms, int64_t now_ms, const struct tz *tz,
                            enum time_form form)
{
    struct text *t = scratch(h);
    switch (form) {
    case TIME_moment: format_moment(t, lang, at_ms, now_ms, tz); break;
    case TIME_ago: format_ago(t, lang, at_ms, now_ms); break;
    case TIME_day: format_day(t, lang, tz_date(tz, at_ms), tz_date(tz, now_ms)); break;
    case TIME_weekday: format_weekday(t, lang, tz_date(tz, at_ms)); break;
    case TIME_date: format_date(t, lang, tz_date(tz, at_ms)); break;
    case TIME_clock: format_time(t, lang, at_ms, tz); break;
    case TIME_exact: format_moment_exact(t, lang, at_ms, tz); break;
    }
    return text_str(t);
}

const char *html_prob_words(struct html *h, enum lang lang, double p, enum prob_form form)
{
    struct text *t = scratch(h);
    if (form == PROB_percent) format_percent(t, lang, p);
    else format_in_100(t, lang, p);
    return text_str(t);
}

const char *html_duration_words(struct html *h, enum lang lang, int64_t took_ms)
{
    struct text *t = scratch(h);
    format_duration(t, lang, took_ms);
    return text_str(t);
}

void html_time(struct html *h, enum lang lang, int64_t at_ms, int64_t now_ms, const struct tz *tz, enum time_form form)
{
    char iso[32];
    if (!at_ms) return;
    time_format_utc(at_ms, iso);
    html_lit(h, "<time datetime=\"");
    html_attr(h, iso);
    html_lit(h, "\" title=\"");
    html_attr(h, html_time_words(h, lang, at_ms, now_ms, tz, TIME_exact));
    html_lit(h, "\">");
    html_text(h, html_time_words(h, lang, at_ms, now_ms, tz, form));
    html_lit(h, "</time>");
}
