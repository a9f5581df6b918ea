#include "base/csv.h"

#include <string.h>

static const uint16_t windows_1252[32] = {0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                          0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
                                          0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                          0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};

static char *put_utf8(char *o, uint32_t u)
{
    if (u < 0x80) {
        *o++ = (char)u;
    } else if (u < 0x800) {
        *o++ = (char)(0xc0 | (u >> 6));
        *o++ = (char)(0x80 | (u & 63));
    } else if (u < 0x10000) {
        *o++ = (char)(0xe0 | (u >> 12));
        *o++ = (char)(0x80 | ((u >> 6) & 63));
        *o++ = (char)(0x80 | (u & 63));
    } else {
        *o++ = (char)(0xf0 | (u >> 18));
        *o++ = (char)(0x80 | ((u >> 12) & 63));
        *o++ = (char)(0x80 | ((u >> 6) & 63));
        *o++ = (char)(0x80 | (u & 63));
    }
    return o;
}

static uint32_t unit16(const unsigned char *p, bool little)
{
    return little ? (uint32_t)(p[0] | p[1] << 8) : (uint32_t)(p[0] << 8 | p[1]);
}

static size_t from_utf16(struct csv *c, char *out, const unsigned char *p, size_t n)
{
    bool little = c->encoding == CSV_UTF16LE;
    char *o = out;
    for (size_t i = 0; i + 1 < n; i += 2) {
        uint32_t u = unit16(p + i, little);
        if (u >= 0xd800 && u < 0xdc00 && i + 3 < n) {
            uint32_t v = unit16(p + i + 2, little);
            if (v >= 0xdc00 && v < 0xe000) {
                u = 0x10000 + ((u - 0xd800) << 10) + (v - 0xdc00);
                i += 2;
            }
        }
        if (u == 0 || (u >= 0xd800 && u < 0xe000)) {
            c->repaired++;
            continue;
        }
        o = put_utf8(o, u);
    }
    return (size_t)(o - out);
}

static size_t sequence_length(unsigned char b) { return b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4; }

static size_t from_bytes(struct csv *c, char *out, const unsigned char *p, size_t n)
{
    char *o = out;
    for (size_t i = 0; i < n;) {
        if (p[i] == 0) {
            c->repaired++;
            i++;
            continue;
        }
        size_t k = sequence_length(p[i]);
        if (i + k <= n && utf8_valid((const char *)p + i, k)) {
            memcpy(o, p + i, k);
            o += k;
            i += k;
        } else {
            o = put_utf8(o, p[i] >= 0xa0 || p[i] < 0x80 ? p[i] : windows_1252[p[i] - 0x80]);
            c->encoding = CSV_LATIN1;
            c->repaired++;
            i++;
        }
    }
    return (size_t)(o - out);
}

static bool looks_utf16(const unsigned char *p, size_t n, size_t zero_at)
{
    size_t zeros = 0, pairs = n / 2 < 128 ? n / 2 : 128;
    for (size_t i = 0; i < pairs; i++) zeros += p[2 * i + zero_at] == 0 && p[2 * i + 1 - zero_at] != 0;
    return pairs >= 4 && zeros * 10 >= pairs * 9;
}

static bool space(char ch) { return ch == ' ' || ch == '\t'; }

static const char *trim(char *s)
{
    for (;;) {
        if (space(*s)) s++;
        else if ((unsigned char)s[0] == 0xc2 && (unsigned char)s[1] == 0xa0) s += 2;
        else break;
    }
    size_t n = strlen(s);
    while (n && (space(s[n - 1]) || s[n - 1] == '\r' || s[n - 1] == '\n')) n--;
    s[n] = 0;
    return s;
}

static char guess_separator(const struct csv *c)
{
    size_t commas = 0, semicolons = 0, tabs = 0;
    bool quoted = false;
    for (const char *p = c->p; p < c->end && (quoted || (*p != '\n' && *p != '\r')); p++) {
        if (*p == '"') quoted = !quoted;
        if (quoted) continue;
        commas += *p == ',';
        semicolons += *p == ';';
        tabs += *p == '\t';
    }
    if (commas) return ',';
    return tabs > semicolons ? '\t' : semicolons ? ';' : ',';
}

/* Where a field ends: at a separator, a line end, or the end. NULL: too long, or a quote is not closed. */
static char *field_end(struct csv *c, char *p, size_t *lines)
{
    char *start = p;
    if (p < c->end && *p == '"') {
        for (p++;; p++) {
            if (p >= c->end) {
                c->wrong = "a quotation mark opens here and is never closed: close it, or write it twice inside a "
                           "quoted field";
                return NULL;
            }
            if (p - start > CSV_FIELD_BYTES_MAX) {
                c->wrong = "a field is larger than 1 MB; a quotation mark may be missing";
                return NULL;
            }
            if (*p == '\n') ++*lines;
            if (*p != '"') continue;
            if (p + 1 < c->end && p[1] == '"') p++;
            else break;
        }
        p++;
    }
    while (p < c->end && *p != c->separator && *p != '\n' && *p != '\r') p++;
    if (p - start > CSV_FIELD_BYTES_MAX) {
        c->wrong = "a field is larger than 1 MB";
        return NULL;
    }
    return p;
}

static const char *decode(char *p, char *end)
{
    char *o = p, *from = p;
    if (*p == '"' && p < end) {
        for (from++; from < end; from++) {
            if (*from == '"') {
                if (from + 1 < end && from[1] == '"') from++;
                else {
                    from++;
                    break;
                }
            }
            *o++ = *from;
        }
        while (from < end) *o++ = *from++; /* text behind the closing quote is kept */
        *o = 0;
        return trim(p);
    }
    *end = 0;
    return trim(p);
}

static bool next_line(struct csv *c)
{
    while (c->p < c->end && *c->p != '\n' && *c->p != '\r') c->p++;
    if (c->p >= c->end) return false;
    c->p += *c->p == '\r' && c->p + 1 < c->end && c->p[1] == '\n' ? 2 : 1;
    c->next_line++;
    return true;
}

static enum csv_step read_row(struct csv *c, size_t cap)
{
    c->line = c->next_line;
    c->field_count = 0;
    c->extra = false;
    char *p = c->p;
    size_t lines = 0, seen = 0;
    for (;;) {
        char *stop = field_end(c, p, &lines);
        if (!stop) {
            c->raw = p;
            next_line(c);
            c->raw_bytes = (size_t)(c->p - p);
            return CSV_BAD;
        }
        char at = stop < c->end ? *stop : 0; /* decode may put its 0 here */
        char *after = stop;
        if (at == '\r') after += stop + 1 < c->end && stop[1] == '\n' ? 2 : 1;
        else if (at) after += 1;
        const char *v = decode(p, stop);
        if (seen < cap) c->fields[c->field_count++] = v;
        else if (*v) c->extra = true;
        seen++;
        p = after;
        if (at != c->separator) break;
    }
    c->p = p;
    c->next_line += lines + 1;
    return CSV_ROW;
}

static bool blank(const struct csv *c)
{
    for (size_t i = 0; i < c->field_count; i++)
        if (*c->fields[i]) return false;
    return !c->extra;
}

enum csv_step csv_next(struct csv *c)
{
    while (c->p < c->end) {
        enum csv_step s = read_row(c, c->columns);
        if (s != CSV_ROW || !blank(c)) return s;
    }
    return CSV_END;
}

enum st csv_open(struct csv *c, struct arena *a, const char *bytes, size_t n, struct err *e)
{
    const unsigned char *p = (const unsigned char *)bytes;
    *c = (struct csv){.next_line = 1, .line = 1};
    if (n > CSV_FILE_BYTES_MAX) return err_fail(e, ST_INVALID, "csv.large", "the file is larger than 256 MB");
    if (n >= 2 && p[0] == 0xff && p[1] == 0xfe) c->encoding = CSV_UTF16LE;
    else if (n >= 2 && p[0] == 0xfe && p[1] == 0xff) c->encoding = CSV_UTF16BE;
    else if (looks_utf16(p, n, 1)) c->encoding = CSV_UTF16LE;
    else if (looks_utf16(p, n, 0)) c->encoding = CSV_UTF16BE;
    bool wide = c->encoding != CSV_UTF8;
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        p += 3;
        n -= 3;
    } else if (wide && n >= 2 && (p[0] == 0xff || p[0] == 0xfe)) {
        p += 2;
        n -= 2;
    }
    bool plain = !wide && utf8_valid((const char *)p, n);
    char *copy = arena_alloc(a, (plain ? n : n * 3) + 1);
    c->fields = arena_array(a, CSV_COLUMNS_MAX, sizeof *c->fields);
    c->names = arena_array(a, CSV_COLUMNS_MAX, sizeof *c->names);
    if (!copy || !c->fields || !c->names) return err_fail(e, ST_NOMEM, "err.memory", "csv");
    size_t len = n;
    if (plain) {
        if (n) memcpy(copy, p, n);
    } else {
        len = wide ? from_utf16(c, copy, p, n) : from_bytes(c, copy, p, n);
    }
    copy[len] = 0;
    c->p = copy;
    c->end = copy + len;
    c->separator = guess_separator(c);
    while (c->p < c->end) {
        if (read_row(c, CSV_COLUMNS_MAX) != CSV_ROW)
            return err_fail(e, ST_INVALID, "csv.header", "line %zu: %s", c->line, c->wrong);
        if (c->extra) return err_fail(e, ST_INVALID, "csv.wide", "more than %d columns", CSV_COLUMNS_MAX);
        if (blank(c)) continue;
        memcpy(c->names, c->fields, c->field_count * sizeof *c->names);
        c->columns = c->field_count;
        return ST_OK;
    }
    return err_fail(e, ST_INVALID, "csv.empty", "there is no row with column names");
}

bool csv_same_name(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a == ' ' || *a == '_') a++;
        while (*b == ' ' || *b == '_') b++;
        char x = *a, y = *b;
        if (x >= 'A' && x <= 'Z') x = (char)(x + 32);
        if (y >= 'A' && y <= 'Z') y = (char)(y + 32);
        if (x != y) return false;
        if (!x) return true;
    }
}

int csv_column(const struct csv *c, const char *name)
{
    for (size_t i = 0; i < c->columns; i++)
        if (csv_same_name(c->names[i], name)) return (int)i;
    return -1;
}

const char *csv_field(const struct csv *c, int column)
{
    return column < 0 || (size_t)column >= c->field_count ? "" : c->fields[column];
}

const char *csv_get(const struct csv *c, const char *name) { return csv_field(c, csv_column(c, name)); }

void csv_put(struct text *t, const char *field, bool last)
{
    double number;
    bool formula = *field && strchr("=+-@\t\r", *field) && !parse_f64(field, &number);
    bool quote = formula || strpbrk(field, ",\"\r\n;\t") || *field == ' ';
    if (quote) text_char(t, '"');
    if (formula) text_char(t, '\'');
    for (const char *p = field; *p; p++) {
        if (*p == '"') text_char(t, '"');
        text_char(t, *p);
    }
    if (quote) text_char(t, '"');
    text_add(t, last ? "\r\n" : ",");
}
