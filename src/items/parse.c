/* Recursive descent. expr := term (('+'|'-') term)*; term := unary (('*'|'/') unary | juxtaposed)*;
 * unary := '-' unary | power; power := atom ('^' unary)?; */
#include <ctype.h>
#include <string.h>

#include "expr.h"

struct parser {
    struct arena *arena;
    const char *p;
    struct expr_names *names;
    const char *why;
    int depth;
};

static struct expr *parse_sum(struct parser *s);

static struct expr *fail(struct parser *s, const char *why)
{
    if (!s->why) s->why = why;
    return NULL;
}

static struct expr *node(struct parser *s, enum expr_kind kind, struct expr *a, struct expr *b)
{
    struct expr *x = arena_alloc(s->arena, sizeof *x);
    if (!x) return fail(s, "score.too_long");
    x->kind = kind;
    x->a = a;
    x->b = b;
    return x;
}

static void space(struct parser *s)
{
    while (*s->p == ' ') s->p++;
}

static bool digit(char c) { return c >= '0' && c <= '9'; }

/* 1,000 but not 1,00: a comma counts inside a number only before exactly three digits. */
static bool thousands(const char *p, bool seen_point)
{
    return !seen_point && *p == ',' && digit(p[1]) && digit(p[2]) && digit(p[3]) && !digit(p[4]);
}

static struct expr *number(struct parser *s)
{
    struct expr *x = node(s, EX_NUMBER, NULL, NULL);
    int count = 0;
    bool any = false;
    if (!x) return NULL;
    x->den = 1;
    for (;; s->p++) {
        if (digit(*s->p)) {
            if (++count > 30) return fail(s, "score.too_long");
            any = true;
            x->num = x->num * 10 + (*s->p - '0');
            if (x->decimal) x->den *= 10;
        } else if (*s->p == '.' && !x->decimal) {
            x->decimal = true;
        } else if (!(any && thousands(s->p, x->decimal))) {
            break;
        }
    }
    if (!any) return fail(s, "score.cannot_read");
    if (*s->p == '.') return fail(s, "score.two_points");
    return x;
}

static bool whole(const struct expr *x) { return x->kind == EX_NUMBER && !x->decimal; }

/* "1 1/2" and "1&1/2": a whole number, then a fraction of whole numbers. */
static struct expr *mixed(struct parser *s, struct expr *x)
{
    const char *start = s->p;
    if (!whole(x)) return x;
    if (*s->p == '&') s->p++;
    else if (*s->p == ' ') space(s);
    else return x;
    if (digit(*s->p)) {
        const char *q = s->p;
        while (digit(*q)) q++;
        const char *r = q;
        while (*r == ' ') r++;
        if (*r == '/' || start[0] == '&') {
            const char *t = r + 1;
            while (*t == ' ') t++;
            if (*r == '/' && digit(*t)) {
                struct expr *n = number(s);
                s->p = t;
                struct expr *d = n ? number(s) : NULL;
                struct expr *f = d ? node(s, EX_DIV, n, d) : NULL;
                return f ? node(s, EX_MIXED, x, f) : NULL;
            }
        }
    }
    if (*start == '&') return fail(s, "score.cannot_read");
    s->p = start;
    return x;
}

static const char *const functions[] = {"gcd", "lcm", "min", "max", "mod", NULL};

static struct expr *call(struct parser *s, int which)
{
    space(s);
    if (*s->p++ != '(') return fail(s, "score.cannot_read");
    struct expr *a = parse_sum(s);
    if (!a) return NULL;
    space(s);
    if (*s->p++ != ',') return fail(s, "score.cannot_read");
    struct expr *b = parse_sum(s);
    if (!b) return NULL;
    space(s);
    if (*s->p++ != ')') return fail(s, "score.open_bracket");
    struct expr *x = node(s, EX_CALL, a, b);
    if (x) x->var = which;
    return x;
}

static struct expr *variable(struct parser *s, const char *p, size_t n)
{
    struct expr_names *v = s->names;
    size_t i = 0;
    if (n >= sizeof v->name[0]) return fail(s, "score.unknown_word");
    while (i < v->count && (strncmp(v->name[i], p, n) != 0 || v->name[i][n])) i++;
    if (i == v->count) {
        if (i == EXPR_VARS_MAX) return fail(s, "score.too_long");
        memcpy(v->name[i], p, n);
        v->name[i][n] = 0;
        v->count++;
    }
    struct expr *x = node(s, EX_VAR, NULL, NULL);
    if (x) x->var = (int)i;
    s->p = p + n;
    return x;
}

static struct expr *bracket(struct parser *s, char close)
{
    s->p++;
    struct expr *x = parse_sum(s);
    if (!x) return NULL;
    space(s);
    if (*s->p != close) return fail(s, *s->p ? "score.cannot_read" : "score.open_bracket");
    s->p++;
    x->bracketed = true;
    return x;
}

static struct expr *word(struct parser *s)
{
    size_t n = 0;
    while (isalpha((unsigned char)s->p[n]) ||
           (s->names->words && n && (isdigit((unsigned char)s->p[n]) || s->p[n] == '_')))
        n++;
    if (n >= 4 && strncmp(s->p, "sqrt", 4) == 0 && (n == 4 || !s->names->words)) {
        s->p += 4;
        space(s);
        struct expr *a = *s->p == '('                    ? bracket(s, ')')
                         : digit(*s->p) || *s->p == '.'  ? number(s)
                         : isalpha((unsigned char)*s->p) ? variable(s, s->p, 1)
                                                         : fail(s, "score.cannot_read");
        return a ? node(s, EX_SQRT, a, NULL) : NULL;
    }
    if (n == 3 && strncmp(s->p, "abs", 3) == 0) {
        s->p += 3;
        space(s);
        struct expr *a = *s->p == '(' ? bracket(s, ')') : fail(s, "score.cannot_read");
        return a ? node(s, EX_ABS, a, NULL) : NULL;
    }
    if (n == 2 && strncmp(s->p, "pi", 2) == 0) {
        s->p += 2;
        return node(s, EX_PI, NULL, NULL);
    }
    if (s->names->words) {
        for (int i = 0; functions[i]; i++)
            if (strlen(functions[i]) == n && strncmp(s->p, functions[i], n) == 0) {
                s->p += n;
                return call(s, i);
            }
        return variable(s, s->p, n);
    }
    if (n > 4) return fail(s, "score.unknown_word"); /* a word, not a product of letters */
    return variable(s, s->p, 1);
}

static struct expr *atom(struct parser *s)
{
    struct expr *x = NULL;
    space(s);
    char c = *s->p;
    if (++s->depth > EXPR_DEPTH_MAX) return fail(s, "score.too_long");
    if (digit(c) || (c == '.' && digit(s->p[1]))) {
        x = number(s);
        if (x) x = mixed(s, x);
    } else if (isalpha((unsigned char)c)) {
        x = word(s);
    } else if (c == '(') {
        x = bracket(s, ')');
    } else if (c == '[') {
        x = bracket(s, ']');
    } else if (c == '|') {
        s->p++;
        x = parse_sum(s);
        if (x && *s->p++ != '|') x = fail(s, "score.open_bracket");
        if (x) x = node(s, EX_ABS, x, NULL);
    } else if (!c) {
        x = fail(s, "score.unfinished");
    } else if (strchr("+*/^", c)) {
        x = fail(s, "score.two_operators");
    } else if (c == ')' || c == ']') {
        x = fail(s, "score.open_bracket");
    } else {
        x = fail(s, "score.cannot_read");
    }
    s->depth--;
    if (x && *s->p == '%') {
        s->p++;
        x = node(s, EX_PERCENT, x, NULL);
    }
    return x;
}

static struct expr *unary(struct parser *s);

static struct expr *power(struct parser *s)
{
    struct expr *x = atom(s);
    if (!x) return NULL;
    space(s);
    if (*s->p != '^') return x;
    s->p++;
    if (++s->depth > EXPR_DEPTH_MAX) return fail(s, "score.too_long");
    struct expr *e = unary(s);
    s->depth--;
    return e ? node(s, EX_POW, x, e) : NULL;
}

static struct expr *unary(struct parser *s)
{
    space(s);
    if (*s->p == '-' || *s->p == '+') {
        bool minus = *s->p++ == '-';
        if (++s->depth > EXPR_DEPTH_MAX) return fail(s, "score.too_long");
        struct expr *x = unary(s);
        s->depth--;
        return x && minus ? node(s, EX_NEG, x, NULL) : x;
    }
    return power(s);
}

static struct expr *product(struct parser *s)
{
    struct expr *x = unary(s);
    while (x) {
        space(s);
        char c = *s->p;
        if (c == '*' || c == '/') {
            s->p++;
            struct expr *y = unary(s);
            x = y ? node(s, c == '*' ? EX_MUL : EX_DIV, x, y) : NULL;
        } else if (isalpha((unsigned char)c) || c == '(' || c == '[' ||
                   (digit(c) && x->kind != EX_NUMBER && x->kind != EX_MIXED)) {
            struct expr *y = power(s);
            x = y ? node(s, EX_MUL, x, y) : NULL;
            if (x) x->juxtaposed = true;
        } else {
            break;
        }
    }
    return x;
}

static struct expr *parse_sum(struct parser *s)
{
    if (++s->depth > EXPR_DEPTH_MAX) return fail(s, "score.too_long");
    struct expr *x = product(s);
    while (x) {
        space(s);
        char c = *s->p;
        if (c != '+' && c != '-') break;
        s->p++;
        struct expr *y = product(s);
        x = y ? node(s, c == '+' ? EX_ADD : EX_SUB, x, y) : NULL;
    }
    s->depth--;
    return x;
}

struct expr *expr_parse(struct arena *a, const char *text, struct expr_names *names, const char **why)
{
    struct parser s = {.arena = a, .p = text, .names = names};
    space(&s);
    struct expr *x = *s.p ? parse_sum(&s) : fail(&s, "score.empty");
    space(&s);
    if (x && *s.p) x = fail(&s, *s.p == ')' || *s.p == ']' ? "score.open_bracket" : "score.cannot_read");
    *why = x ? NULL : s.why ? s.why : "score.cannot_read";
    return x;
}
