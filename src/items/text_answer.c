/* Answers compared as text: words, and matrices written row by row. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "typed.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The next letter that counts, in lower case; 0 at the end. Spaces, full stops and commas count only between digits:
 * "8 lb. 13 oz" is "8lb 13oz", but 1.5 is not 15 and 1, 2 is not 12. */
static char next_letter(const char **p, char before)
{
    const char *s = *p;
    bool stop = false, gap = false;
    for (; isspace((unsigned char)*s) || *s == '.' || *s == ','; s++) {
        gap = true;
        stop = *s == '.' && is_digit(s[1]);
        if (stop) break;
    }
    if (stop) {
        *p = s + 1;
        return '.';
    }
    if (gap && is_digit(before) && is_digit(*s)) {
        *p = s;
        return ' ';
    }
    *p = *s ? s + 1 : s;
    return (char)tolower((unsigned char)*s);
}

bool words_same(const char *a, const char *b)
{
    char x = 0, y = 0;
    do {
        x = next_letter(&a, x);
        y = next_letter(&b, y);
        if (x != y) return false;
    } while (x);
    return true;
}

/* [[1,2],[3,4]], [1 2; 3 4] and \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}: rows parted by '\n', entries by ','. */
static bool rows_of(const char *s, char out[EXPR_TEXT_MAX])
{
    size_t n = 0;
    int depth = 0;
    bool any = false;
    for (const char *p = s; *p;) {
        char put = 0;
        if (strncmp(p, "\\begin{", 7) == 0 || strncmp(p, "\\end{", 5) == 0) {
            p += strcspn(p, "}");
            p += *p == '}';
            any = true;
            continue;
        }
        if (p[0] == '\\' && p[1] == '\\') put = '\n', p += 2;
        else if (*p == ';') put = '\n', p++;
        else if (*p == '&' || (*p == ',' && depth < 3)) put = ',', p++;
        else if (*p == '[') {
            any = true;
            depth++;
            p++;
            if (n && depth > 1) put = '\n';
        } else if (*p == ']') {
            depth--;
            p++;
        } else if (*p == '$') p++;
        else put = *p++;
        if (!put) continue;
        while (put == '\n' && n && (out[n - 1] == ',' || out[n - 1] == ' ' || out[n - 1] == '\n')) n--;
        if (n + 2 >= EXPR_TEXT_MAX) return false;
        out[n++] = put;
    }
    while (n && strchr(" ,\n", out[n - 1])) n--;
    out[n] = 0;
    return any && n && depth == 0;
}

/* [1 2; 3 4]: where a row has no comma, its spaces part the entries. */
static void part_by_spaces(char *rows)
{
    if (strchr(rows, ',')) return;
    for (char *p = rows; *p; p++) {
        bool edge = p == rows || p[-1] == '\n' || p[-1] == ',' || p[1] == ' ' || p[1] == '\n' || !p[1];
        if (*p == ' ' && !edge && !strchr("+-*/(", p[-1]) && !strchr("+*/)", p[1])) *p = ',';
    }
}

static bool same_entry(struct arena *a, const char *x, const char *y)
{
    char px[EXPR_TEXT_MAX], py[EXPR_TEXT_MAX];
    const char *why;
    struct expr_names *names = arena_alloc(a, sizeof *names);
    if (!names || !expr_plain(x, px) || !expr_plain(y, py)) return false;
    struct expr *ex = expr_parse(a, px, names, &why), *ey = ex ? expr_parse(a, py, names, &why) : NULL;
    return ey && expr_equal(ex, ey, names->count);
}

bool matrix_same(struct arena *a, const char *answer, const char *value)
{
    char x[EXPR_TEXT_MAX], y[EXPR_TEXT_MAX];
    if (!rows_of(answer, x) || !rows_of(value, y)) return false;
    part_by_spaces(x);
    part_by_spaces(y);
    char *p = x, *q = y;
    for (;;) {
        size_t n = strcspn(p, ",\n"), m = strcspn(q, ",\n");
        char pe = p[n], qe = q[m];
        p[n] = q[m] = 0;
        if (pe != qe || !same_entry(a, p, q)) return false;
        if (!pe) return true;
        p += n + 1;
        q += m + 1;
    }
}
