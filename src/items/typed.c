#include "typed.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "expr.h"

enum { ANSWER_BYTES = 256, PARTS_MAX = 16 };

static const char *behind_spaces(const char *s, char before) /* but 1 2 is not 12 */
{
    const char *p = s + strspn(s, " \t\n");
    return isdigit((unsigned char)before) && isdigit((unsigned char)*p) ? s : p;
}

static bool written_same(const char *a, const char *b) /* apart from spaces */
{
    for (char before = 0;; before = *a++, b++) {
        a = behind_spaces(a, before);
        b = behind_spaces(b, before);
        if (*a != *b) return false;
        if (!*a) return true;
    }
}

/* Reads x as a multiplication sign when the key is a number: 3.7x10^4. */
static void cross_to_times(char *s)
{
    for (char *p = s; *p; p++) {
        if (*p != 'x' && *p != 'X') continue;
        const char *l = p, *r = p + 1;
        while (l > s && l[-1] == ' ') l--;
        while (*r == ' ') r++;
        if (l > s && isdigit((unsigned char)l[-1]) && isdigit((unsigned char)*r)) *p = '*';
    }
}

/* "12 dollars" for $, "25 percent" for %: cut off. */
static bool said_in_full(char *s, size_t n, const char *unit)
{
    static const struct {
        const char *unit, *word;
    } known[] = {{"$", "dollars"}, {"$", "dollar"}, {"%", "percent"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t w = strlen(known[i].word);
        if (strcmp(unit, known[i].unit) != 0 || n <= w || strcasecmp(s + n - w, known[i].word) != 0) continue;
        s[n - w] = 0;
        return true;
    }
    return false;
}

/* Takes "$", a unit behind the number, and "x =" before it away. False: a required unit is missing. */
static bool bare_number(char *s, const struct answer_key *k, bool *had_unit)
{
    *had_unit = false;
    char *p = s;
    while (*p == ' ') p++;
    bool minus = *p == '-';
    char *d = minus ? p + 1 : p;
    while (*d == ' ') d++;
    if (*d == '$') {
        *d = ' ';
        *had_unit = !k->unit || strcmp(k->unit, "$") == 0;
    }
    const char *eq = strchr(s, '=');
    if (eq && !strchr(eq + 1, '=')) {
        const char *q = s;
        while (*q == ' ') q++;
        if (isalpha((unsigned char)*q)) {
            for (q++; *q == ' '; q++) {}
            if (q == eq) memmove(s, eq + 1, strlen(eq + 1) + 1);
        }
    }
    if (k->unit && *k->unit) {
        size_t n = strlen(s), u = strlen(k->unit);
        while (n && s[n - 1] == ' ') s[--n] = 0;
        if (n > u && str_ieq(s + n - u, k->unit)) {
            s[n - u] = 0;
            *had_unit = true;
        } else if (n > u + 1 && (s[n - 1] == 's' || s[n - 1] == '.') && strncasecmp(s + n - u - 1, k->unit, u) == 0) {
            s[n - u - 1] = 0; /* "5 apples" for the unit "apple", "5 cm." */
            *had_unit = true;
        } else if (said_in_full(s, n, k->unit)) {
            *had_unit = true;
        }
    }
    return *had_unit || !k->unit_required;
}

static bool form_ok(enum answer_form form, const struct expr *x)
{
    switch (form) {
    case FORM_LOWEST_TERMS: return form_lowest_terms(x);
    case FORM_MIXED: return form_mixed(x);
    case FORM_DECIMAL: return form_decimal(x);
    case FORM_SIMPLIFIED: return form_simplified(x);
    case FORM_FACTORED: return form_factored(x);
    case FORM_EXPANDED: return form_expanded(x);
    case FORM_ANY:
    case FORM_EXACT:
    case FORM_COUNT: return true;
    }
    return true;
}

static double magnitude(double v) { return v < 0 ? -v : v; }

static bool near_enough(const struct answer_key *k, const struct expr *x, const struct expr *y)
{
    double a, b, slack = k->tolerance;
    if (!expr_double(x, NULL, &a) || !expr_double(y, NULL, &b)) return false;
    if (k->places >= 0) {
        double unit = 1;
        for (int i = 0; i < k->places; i++) unit = unit / 10;
        slack = unit / 2 + 1e-12;
    }
    return slack > 0 && magnitude(a - b) <= slack * (1 + 1e-9);
}

/* Numbers, expressions --------------------------------------------------------------------------------------------- */

/* "y = 2x + 6" where 2x + 6 is asked: what stands behind a name that the key does not use. */
static const char *behind_name(const struct answer_key *k, const char *text)
{
    const char *p = text + strspn(text, " ");
    const char *eq = p + 1 + (*p ? strspn(p + 1, " ") : 0);
    if (!isalpha((unsigned char)*p) || *eq != '=') return text;
    for (size_t i = 0; i < k->count; i++)
        if (strchr(k->values[i], *p)) return text;
    return eq + 1;
}

static enum typed score_expression(struct arena *a, const struct answer_key *k, const char *plain, const char **why)
{
    char text[EXPR_TEXT_MAX], value[EXPR_TEXT_MAX];
    struct expr_names *names = arena_alloc(a, sizeof *names);
    bool unit = true;
    const char *ignored;
    if (!names) return TYPED_UNREADABLE;
    snprintf(text, sizeof text, "%s", plain);
    bool unit_ok = true;
    if (k->kind == KEY_NUMBER) {
        cross_to_times(text);
        unit_ok = bare_number(text, k, &unit);
    }
    struct expr *x = expr_parse(a, k->kind == KEY_EXPRESSION ? behind_name(k, text) : text, names, why);
    if (!x) return TYPED_UNREADABLE;
    if (k->kind == KEY_NUMBER && names->count) {
        *why = "score.not_a_number";
        return TYPED_UNREADABLE;
    }
    enum typed best = TYPED_NOT_YET;
    for (size_t i = 0; i < k->count; i++) {
        bool had;
        if (!expr_plain(k->values[i], value)) continue;
        if (k->kind == KEY_NUMBER) (void)bare_number(value, k, &had);
        struct expr *y = expr_parse(a, value, names, &ignored);
        if (!y) continue;
        bool equal = expr_equal(x, y, names->count);
        if (!equal && k->kind == KEY_NUMBER) equal = near_enough(k, x, y);
        if (!equal) continue;
        equal = k->form == FORM_EXACT ? expr_same(x, y) : form_ok(k->form, x);
        if (equal) return unit_ok ? TYPED_RIGHT : TYPED_UNIT_MISSING;
        best = TYPED_WRONG_FORM;
    }
    return best;
}

/* Equations -------------------------------------------------------------------------------------------------------- */

static struct expr *difference(struct arena *a, const char *text, struct expr_names *names, const char **why)
{
    char side[EXPR_TEXT_MAX];
    const char *eq = strchr(text, '=');
    if (!eq || strchr(eq + 1, '=')) {
        *why = "score.no_equals";
        return NULL;
    }
    memcpy(side, text, (size_t)(eq - text));
    side[eq - text] = 0;
    const char *f = side + strspn(side, " "); /* f(x) = 2x + 1 is y = 2x + 1 */
    if (*f && strchr("fgh", *f) && f[1] == '(' && isalpha((unsigned char)f[2]) && f[3] == ')' &&
        !f[4 + strspn(f + 4, " ")])
        memcpy(side, "y", 2);
    struct expr *l = expr_parse(a, side, names, why), *r = l ? expr_parse(a, eq + 1, names, why) : NULL;
    struct expr *d = r ? arena_alloc(a, sizeof *d) : NULL;
    if (d) *d = (struct expr){.kind = EX_SUB, .a = l, .b = r};
    return d;
}

/* "4" where x = 4 is asked. */
static enum typed score_solution(struct arena *a, const struct answer_key *k, const char *plain)
{
    char value[EXPR_TEXT_MAX];
    const char *ignored;
    struct expr_names *names = arena_alloc(a, sizeof *names);
    struct expr *x = names ? expr_parse(a, plain, names, &ignored) : NULL;
    if (!x || names->count) return TYPED_UNREADABLE;
    enum typed best = TYPED_UNREADABLE;
    for (size_t i = 0; i < k->count; i++) {
        if (!expr_plain(k->values[i], value)) continue;
        const char *p = value + strspn(value, " "), *eq = strchr(value, '=');
        if (!eq || !isalpha((unsigned char)*p) || p + 1 + strspn(p + 1, " ") != eq) continue;
        struct expr *y = expr_parse(a, eq + 1, names, &ignored);
        if (!y || names->count) return TYPED_UNREADABLE;
        if (expr_equal(x, y, 0)) return TYPED_RIGHT;
        best = TYPED_NOT_YET;
    }
    return best;
}

static enum typed score_equation(struct arena *a, const struct answer_key *k, const char *plain, const char **why)
{
    char value[EXPR_TEXT_MAX];
    const char *ignored;
    struct expr_names *names = arena_alloc(a, sizeof *names);
    struct expr *x = names ? difference(a, plain, names, why) : NULL;
    if (!x) return strchr(plain, '=') ? TYPED_UNREADABLE : score_solution(a, k, plain);
    for (size_t i = 0; i < k->count; i++) {
        if (!expr_plain(k->values[i], value)) continue;
        struct expr *y = difference(a, value, names, &ignored);
        if (y && expr_proportional(x, y, names->count)) return TYPED_RIGHT;
    }
    return TYPED_NOT_YET;
}

/* Intervals: unions of [a,b) written so or as inequalities --------------------------------------------------------- */

struct range {
    const struct expr *low, *high; /* NULL: without end */
    bool low_in, high_in;
};

struct ranges {
    struct range r[PARTS_MAX];
    size_t n;
};

static bool is_infinite(const char *s)
{
    while (*s == ' ' || *s == '-' || *s == '+') s++;
    return strncmp(s, "inf", 3) == 0 || strncmp(s, "oo", 2) == 0;
}

static bool end_of(struct arena *a, char *s, struct expr_names *names, const struct expr **out, const char **why)
{
    *out = NULL;
    if (is_infinite(s)) return true;
    *out = expr_parse(a, s, names, why);
    return *out != NULL;
}

static bool one_interval(struct arena *a, char *s, struct expr_names *names, struct range *r, const char **why)
{
    while (*s == ' ') s++;
    size_t n = strlen(s);
    while (n && s[n - 1] == ' ') s[--n] = 0;
    *why = "score.interval";
    if (n < 3 || !strchr("[(", s[0]) || !strchr("])", s[n - 1])) return false;
    r->low_in = s[0] == '[';
    r->high_in = s[n - 1] == ']';
    s[n - 1] = 0;
    char *comma = strchr(s, ',');
    if (!comma) return false;
    *comma = 0;
    return end_of(a, s + 1, names, &r->low, why) && end_of(a, comma + 1, names, &r->high, why);
}

/* x > 2; 2 < x <= 5; -3 >= x */
static bool one_inequality(struct arena *a, char *s, struct expr_names *names, struct range *r, const char **why)
{
    char *part[3] = {s};
    char op[2] = {0};
    bool with[2] = {0};
    size_t n = 0;
    *why = "score.interval";
    for (char *p = s; *p; p++)
        if (*p == '<' || *p == '>') {
            if (n == 2) return false;
            op[n] = *p;
            *p = 0;
            if (p[1] == '=') {
                with[n] = true;
                *++p = 0;
            }
            part[++n] = p + 1;
        }
    if (n == 0) return false;
    size_t v = n == 2 ? 1 : 0;
    const char *c = part[v];
    while (*c == ' ') c++;
    bool first = n == 2 || (isalpha((unsigned char)*c) && !is_infinite(c) && (c[1] == 0 || c[1] == ' '));
    const struct expr *x;
    *r = (struct range){0};
    if (n == 2) {
        if (op[0] != op[1]) return false;
        bool less = op[0] == '<';
        if (!end_of(a, part[0], names, less ? &r->low : &r->high, why) ||
            !end_of(a, part[2], names, less ? &r->high : &r->low, why))
            return false;
        r->low_in = less ? with[0] : with[1];
        r->high_in = less ? with[1] : with[0];
        return true;
    }
    x = expr_parse(a, first ? part[1] : part[0], names, why);
    if (!x) return false;
    bool greater = first ? op[0] == '>' : op[0] == '<';
    if (greater) {
        r->low = x;
        r->low_in = with[0];
    } else {
        r->high = x;
        r->high_in = with[0];
    }
    return true;
}

/* x >= 2 and x < 5: one range of two ends. */
static bool both_inequalities(struct arena *a, char *s, char *with, struct expr_names *names, struct range *r,
                              const char **why)
{
    struct range x, y;
    *with = 0;
    if (!one_inequality(a, s, names, &x, why) || !one_inequality(a, with + 5, names, &y, why)) return false;
    *why = "score.interval";
    if ((x.low && y.low) || (x.high && y.high)) return false;
    *r = x.low ? x : y;
    const struct range *h = x.low ? &y : &x;
    r->high = h->high;
    r->high_in = h->high_in;
    return true;
}

static bool read_ranges(struct arena *a, const char *plain, struct ranges *out, const char **why)
{
    char text[EXPR_TEXT_MAX];
    struct expr_names *names = arena_alloc(a, sizeof *names);
    out->n = 0;
    snprintf(text, sizeof text, "%s", plain);
    if (!names) return false;
    for (char *p = text, *next; p; p = next) {
        char *u = strchr(p, 'U'), *or_ = strstr(p, " or ");
        next = NULL;
        if (u && (!or_ || u < or_)) {
            *u = 0;
            next = u + 1;
        } else if (or_) {
            *or_ = 0;
            next = or_ + 4;
        }
        if (out->n == PARTS_MAX) return false;
        struct range *r = &out->r[out->n++];
        char *with = strstr(p, " and ");
        if (with ? !both_inequalities(a, p, with, names, r, why)
                 : !(strpbrk(p, "<>") ? one_inequality(a, p, names, r, why) : one_interval(a, p, names, r, why)))
            return false;
    }
    return out->n > 0;
}

static bool same_end(const struct expr *x, const struct expr *y) { return x && y ? expr_equal(x, y, 1) : x == y; }

static bool same_range(const struct range *x, const struct range *y)
{
    return same_end(x->low, y->low) && same_end(x->high, y->high) && (!x->low || x->low_in == y->low_in) &&
           (!x->high || x->high_in == y->high_in);
}

static bool same_ranges(const struct ranges *x, const struct ranges *y)
{
    if (x->n != y->n) return false;
    for (size_t i = 0; i < x->n; i++) {
        bool found = false;
        for (size_t j = 0; j < y->n; j++) found = found || same_range(&x->r[i], &y->r[j]);
        if (!found) return false;
    }
    return true;
}

static enum typed score_interval(struct arena *a, const struct answer_key *k, const char *plain, const char **why)
{
    char value[EXPR_TEXT_MAX];
    struct ranges x, y;
    const char *ignored;
    if (!read_ranges(a, plain, &x, why)) return TYPED_UNREADABLE;
    for (size_t i = 0; i < k->count; i++)
        if (expr_plain(k->values[i], value) && read_ranges(a, value, &y, &ignored) && same_ranges(&x, &y))
            return TYPED_RIGHT;
    return TYPED_NOT_YET;
}

/* Lists: sets in any order, pairs and lists of pairs in order ------------------------------------------------------ */

struct parts {
    struct expr *x[PARTS_MAX];
    int group[PARTS_MAX]; /* which bracket it stood in */
    size_t n;
};

/* "2 and 3", "x = 2 or x = 3". */
static void commas_for_words(char *s)
{
    static const char *const words[] = {" and ", " or "};
    for (size_t i = 0; i < 2; i++)
        for (char *p; (p = strstr(s, words[i]));) {
            memset(p, ' ', strlen(words[i]));
            *p = ',';
        }
}

/* The bracket that closes the one at s; NULL when none does. *comma: a comma stands between them, not deeper. */
static char *closing(char *s, bool *comma)
{
    int depth = 0;
    *comma = false;
    for (; *s; s++) {
        if (strchr("([{", *s)) depth++;
        else if (strchr(")]}", *s) && --depth == 0) return s;
        else if (depth == 1 && *s == ',') *comma = true;
    }
    return NULL;
}

/* {(1,2), (3,4)}: without the braces around its pairs. */
static void open_up(char *s)
{
    char *p = s + strspn(s, " "), *end, *q;
    bool comma;
    if (!*p || !strchr("([{", *p) || !(end = closing(p, &comma)) || end[1 + strspn(end + 1, " ")]) return;
    q = p + 1 + strspn(p + 1, " ");
    if (!strchr("([{", *q) || !closing(q, &comma) || !comma) return;
    *p = *end = ' ';
}

static bool read_parts(struct arena *a, const char *plain, struct expr_names *names, struct parts *out,
                       const char **why)
{
    char text[EXPR_TEXT_MAX], *from;
    int depth = 0, group = 0;
    out->n = 0;
    snprintf(text, sizeof text, "%s", plain);
    commas_for_words(text);
    open_up(text);
    /* Outer brackets separate; brackets deeper than that belong to an expression. */
    bool outer_only = strpbrk(text, "([{") == NULL;
    from = text;
    for (char *p = text;; p++) {
        char c = *p;
        bool open = c && strchr("([{", c), close = c && strchr(")]}", c);
        if (open && depth++ == 0 && !outer_only) {
            bool empty = true;
            for (char *q = from; q < p; q++) empty = empty && (*q == ' ' || *q == ',');
            if (empty) {
                from = p + 1;
                group++;
                continue;
            }
            depth = 2;
        }
        if (close) depth--;
        bool ends = !c || (close && depth == 0 && group) || (c == ',' && depth <= 1) || (c == ';' && depth <= 1);
        if (!ends) continue;
        *p = 0;
        bool blank = from[strspn(from, " ")] == 0;
        if (!blank) {
            const char *eq = strchr(from, '=');
            if (out->n == PARTS_MAX) return false;
            out->group[out->n] = group;
            out->x[out->n] = expr_parse(a, eq ? eq + 1 : from, names, why);
            if (!out->x[out->n++]) return false;
        }
        from = p + 1;
        if (!c) break;
    }
    *why = "score.empty";
    return out->n > 0;
}

static size_t group_size(const struct parts *x, size_t from)
{
    size_t n = 1;
    while (from + n < x->n && x->group[from + n] == x->group[from]) n++;
    return n;
}

/* Pairs in any order, each in its own. */
static bool same_pairs(const struct parts *x, const struct parts *y, size_t vars)
{
    bool used[PARTS_MAX] = {0};
    for (size_t i = 0; i < x->n; i += group_size(x, i)) {
        size_t n = group_size(x, i), j = 0;
        for (; j < y->n; j += group_size(y, j)) {
            bool same = !used[j] && group_size(y, j) == n;
            for (size_t k = 0; same && k < n; k++) same = expr_equal(x->x[i + k], y->x[j + k], vars);
            if (same) break;
        }
        if (j >= y->n) return false;
        used[j] = true;
    }
    return true;
}

static bool same_set(const struct parts *x, const struct parts *y, size_t vars)
{
    bool used[PARTS_MAX] = {0};
    if (x->n != y->n) return false;
    if (y->group[0] && y->group[y->n - 1] != y->group[0]) return same_pairs(x, y, vars);
    for (size_t i = 0; i < x->n; i++) {
        size_t j = 0;
        while (j < y->n && (used[j] || !expr_equal(x->x[i], y->x[j], vars))) j++;
        if (j == y->n) return false;
        used[j] = true;
    }
    return true;
}

static bool same_list(const struct parts *x, const struct parts *y, size_t vars)
{
    if (x->n != y->n) return false;
    for (size_t i = 0; i < x->n; i++) {
        if (!expr_equal(x->x[i], y->x[i], vars)) return false;
        if (i && x->group[0] && y->group[0] && (x->group[i] == x->group[i - 1]) != (y->group[i] == y->group[i - 1]))
            return false;
    }
    return true;
}

static enum typed score_parts(struct arena *a, const struct answer_key *k, const char *plain, const char **why)
{
    char value[EXPR_TEXT_MAX];
    struct parts x, y;
    const char *ignored;
    struct expr_names *names = arena_alloc(a, sizeof *names);
    if (!names) return TYPED_UNREADABLE;
    if (!read_parts(a, plain, names, &x, why)) { /* x, (2-2x)/3: brackets that belong to an expression */
        snprintf(value, sizeof value, "(%.*s)", EXPR_TEXT_MAX - 3, plain);
        if (!read_parts(a, value, names, &x, &ignored)) return TYPED_UNREADABLE;
    }
    for (size_t i = 0; i < k->count; i++)
        if (expr_plain(k->values[i], value) && read_parts(a, value, names, &y, &ignored) &&
            (k->kind == KEY_SET ? same_set(&x, &y, names->count) : same_list(&x, &y, names->count)))
            return TYPED_RIGHT;
    return TYPED_NOT_YET;
}

/* < > = ------------------------------------------------------------------------------------------------------------ */

static char relation_of(const char *s)
{
    static const struct {
        const char *words;
        char sign;
    } known[] = {{"<", '<'},       {">", '>'},
                 {"=", '='},       {"less than", '<'},
                 {"less", '<'},    {"is less than", '<'},
                 {"smaller", '<'}, {"greater than", '>'},
                 {"greater", '>'}, {"is greater than", '>'},
                 {"more", '>'},    {"more than", '>'},
                 {"equal", '='},   {"equal to", '='},
                 {"equals", '='},  {"same", '='}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (words_same(s, known[i].words)) return known[i].sign;
    return 0;
}

static enum typed score_relation(const struct answer_key *k, const char *plain, const char **why)
{
    char x = relation_of(plain);
    if (!x) {
        *why = "score.relation";
        return TYPED_UNREADABLE;
    }
    for (size_t i = 0; i < k->count; i++)
        if (relation_of(k->values[i]) == x) return TYPED_RIGHT;
    return TYPED_NOT_YET;
}

/* "idk", "I do not know": a word none of whose letters the key uses is no product of names. */
static bool foreign_word(const struct answer_key *k, const char *plain)
{
    static const char *const known[] = {"sqrt", "abs", "pi", "oo", "and", "or", "inf", "infinity"};
    for (const char *p = plain; *p;) {
        size_t n = 0;
        while (isalpha((unsigned char)p[n])) n++;
        bool foreign = n >= 2;
        for (size_t i = 0; foreign && i < sizeof known / sizeof *known; i++)
            foreign = strlen(known[i]) != n || strncasecmp(known[i], p, n) != 0;
        for (size_t i = 0; foreign && i < k->count; i++)
            for (size_t j = 0; foreign && j < n; j++) foreign = strchr(k->values[i], p[j]) == NULL;
        if (foreign) return true;
        p += n ? n : 1;
    }
    return false;
}

/* A telephone writes X for x. Where the key has no capital, none is meant. */
static void forgive_capitals(const struct answer_key *k, char *plain)
{
    for (size_t i = 0; i < k->count; i++)
        for (const char *p = k->values[i]; *p; p++)
            if (isupper((unsigned char)*p)) return;
    for (; *plain; plain++) *plain = (char)tolower((unsigned char)*plain);
}

static enum typed by_kind(struct arena *a, const struct answer_key *k, const char *answer, const char **why)
{
    char plain[EXPR_TEXT_MAX];
    *why = NULL;
    if (strlen(answer) > ANSWER_BYTES || !expr_plain(answer, plain)) {
        *why = "score.too_long";
        return TYPED_UNREADABLE;
    }
    if (!plain[strspn(plain, " ")]) {
        *why = "score.empty";
        return TYPED_UNREADABLE;
    }
    bool words = k->kind == KEY_TEXT || k->kind == KEY_RELATION || k->kind == KEY_NUMBER;
    if (!words && foreign_word(k, plain)) {
        *why = "score.unknown_word";
        return TYPED_UNREADABLE;
    }
    if (k->kind == KEY_EXPRESSION || k->kind == KEY_EQUATION) forgive_capitals(k, plain);
    switch (k->kind) {
    case KEY_NUMBER:
    case KEY_EXPRESSION: return score_expression(a, k, plain, why);
    case KEY_EQUATION: return score_equation(a, k, plain, why);
    case KEY_INTERVAL: return score_interval(a, k, plain, why);
    case KEY_SET:
    case KEY_PAIR: return score_parts(a, k, plain, why);
    case KEY_RELATION: return score_relation(k, plain, why);
    case KEY_TEXT:
    case KEY_CHOICE:
    case KEY_COUNT: break;
    }
    for (size_t i = 0; i < k->count; i++) {
        char value[EXPR_TEXT_MAX];
        if (words_same(answer, k->values[i]) || matrix_same(a, answer, k->values[i])) return TYPED_RIGHT;
        if (expr_plain(k->values[i], value) && words_same(plain, value)) return TYPED_RIGHT;
    }
    return TYPED_NOT_YET;
}

enum typed typed_score(struct arena *a, const struct answer_key *k, const char *answer, const char **why)
{
    enum typed t = by_kind(a, k, answer, why);
    /* What a further value of the key writes is right as it stands, even where it is no mathematics that can be
     * read. */
    for (size_t i = 1;
         (t == TYPED_UNREADABLE || t == TYPED_NOT_YET) && k->form == FORM_ANY && !k->unit_required && i < k->count; i++)
        if (written_same(answer, k->values[i])) return TYPED_RIGHT;
    return t;
}

bool typed_matches(struct arena *a, const struct answer_key *key, const char *value, const char *answer)
{
    const char *values[1] = {value}, *why;
    struct answer_key k = *key;
    k.values = values;
    k.count = 1;
    k.form = FORM_ANY;
    k.unit_required = false;
    k.tolerance = 0;
    k.places = -1;
    return by_kind(a, &k, answer, &why) == TYPED_RIGHT;
}
