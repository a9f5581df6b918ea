#include <ctype.h>
#include <string.h>

#include "tex_plain.h"

struct scan {
    const char *p, *end;
    struct text *out;
    int depth;
    bool ok, odd;
};

static void run(struct scan *s);

/* The group at s->p: {...}, or one character or command. */
static void group(struct scan *s, const char **from, const char **to)
{
    while (s->p < s->end && *s->p == ' ') s->p++;
    *from = *to = s->p;
    if (s->p >= s->end) return;
    if (*s->p == '{') {
        int depth = 0;
        const char *q = s->p;
        for (; q < s->end; q++) {
            if (*q == '\\' && q + 1 < s->end) {
                q++;
                continue;
            }
            if (*q == '{') depth++;
            if (*q == '}' && --depth == 0) break;
        }
        *from = s->p + 1;
        *to = q;
        s->p = q < s->end ? q + 1 : q;
        if (q >= s->end) s->ok = false;
    } else if (*s->p == '\\') {
        const char *q = s->p + 1;
        while (q < s->end && isalpha((unsigned char)*q)) q++;
        *to = s->p = q;
    } else {
        do s->p++; /* all bytes of one character */
        while (s->p < s->end && ((unsigned char)*s->p & 0xc0) == 0x80);
        *to = s->p;
    }
}

static void sub(struct scan *s, const char *from, const char *to, struct text *out)
{
    struct scan in = {from, to, out, s->depth + 1, true, false};
    if (in.depth > 24) in.ok = false;
    else run(&in);
    s->ok = s->ok && in.ok;
    s->odd = s->odd || in.odd;
}

static bool atom(const char *p)
{
    if (*p == '-') return false;
    if (isalpha((unsigned char)*p)) return p[1] == 0;
    const char *q = p + strspn(p, "0123456789.");
    return q > p && !*q;
}

static bool signed_number(const char *p)
{
    p += *p == '-';
    return *p && !p[strspn(p, "0123456789.")];
}

static bool operand_before(const struct text *t)
{
    if (!t->n) return false;
    unsigned char c = (unsigned char)t->p[t->n - 1];
    return isalnum(c) || c == ')';
}

/* Two factors side by side: a product sign where digits or names would run together. */
static void put_operand(struct scan *s, const char *v)
{
    struct text *t = s->out;
    if (operand_before(t)) text_char(t, '*');
    text_add(t, v);
}

/* Nothing binds more tightly on either side, so that a/b needs no brackets of its own. */
static bool stands_alone(const struct scan *s)
{
    char before = s->out->n ? s->out->p[s->out->n - 1] : 0;
    if (before && !strchr("=(,[<>+-", before)) return false;
    if (s->depth) return false;
    return s->p >= s->end || strchr("=,)]<>+-", *s->p) || (s->end - s->p >= 6 && memcmp(s->p, "\\right", 6) == 0);
}

static void fraction(struct scan *s)
{
    const char *a, *b, *c, *d;
    struct text top, bottom, both;
    group(s, &a, &b);
    group(s, &c, &d);
    text_init(&top, 4096);
    text_init(&bottom, 4096);
    text_init(&both, 9000);
    sub(s, a, b, &top);
    sub(s, c, d, &bottom);
    while (s->p < s->end && *s->p == ' ') s->p++;
    bool alone = stands_alone(s);
    const char *n = text_str(&top), *m = text_str(&bottom);
    if (!alone) text_char(&both, '(');
    if (atom(n) || signed_number(n)) text_add(&both, n);
    else text_printf(&both, "(%s)", n);
    text_char(&both, '/');
    if (atom(m)) text_add(&both, m);
    else text_printf(&both, "(%s)", m);
    if (!alone) text_char(&both, ')');
    put_operand(s, text_str(&both));
    text_release(&top);
    text_release(&bottom);
    text_release(&both);
}

/* 5x^{2\left(x-3\right)}: digits, then a bracket with a letter in it that reaches to the end. */
static size_t swallowed(const char *v)
{
    size_t digits = strspn(v, "0123456789"), n = strlen(v), at = digits;
    if (!digits || n < digits + 3) return 0;
    if (v[at] == '*') at++;
    if (v[at] != '(' || v[n - 1] != ')') return 0;
    bool letter = false;
    for (size_t i = at; i < n; i++) letter = letter || isalpha((unsigned char)v[i]);
    return letter ? digits : 0;
}

static void exponent(struct scan *s)
{
    const char *a, *b;
    struct text up;
    group(s, &a, &b);
    text_init(&up, 4096);
    sub(s, a, b, &up);
    const char *v = text_str(&up);
    size_t n = strlen(v), odd = swallowed(v);
    if (odd) {
        s->odd = true;
        text_char(s->out, '^');
        text_put(s->out, v, odd);
        if (v[odd] != '*') text_char(s->out, '*');
        text_add(s->out, v + odd);
    } else if (n > 2 && v[0] == '(' && v[n - 1] == ')' && !memchr(v + 1, '(', n - 2)) {
        text_printf(s->out, "^%s", v);
    } else {
        text_printf(s->out, atom(v) ? "^%s" : "^(%s)", v);
    }
    text_release(&up);
}

static void matrix(struct scan *s)
{
    const char *stop = strstr(s->p, "\\end{bmatrix}");
    if (!stop || stop > s->end) {
        s->ok = false;
        s->p = s->end;
        return;
    }
    text_add(s->out, "[[");
    for (const char *p = s->p; p < stop;) {
        const char *q = p;
        int depth = 0;
        while (q < stop && (depth || (*q != '&' && !(*q == '\\' && q[1] == '\\')))) {
            depth += (*q == '{') - (*q == '}');
            q++;
        }
        const char *from = p, *to = q;
        while (from < to && *from == ' ') from++;
        while (to > from && to[-1] == ' ') to--;
        struct text cell;
        text_init(&cell, 1024);
        struct scan one = {from, to, &cell, s->depth, true, false};
        run(&one);
        s->ok = s->ok && one.ok;
        text_add(s->out, text_str(&cell));
        text_release(&cell);
        if (q < stop) text_add(s->out, *q == '&' ? "," : "],[");
        p = q < stop ? q + (*q == '&' ? 1 : 2) : q;
    }
    text_add(s->out, "]]");
    s->p = stop + strlen("\\end{bmatrix}");
}

static void command(struct scan *s)
{
    static const struct {
        const char *name, *text;
    } signs[] = {{"times", "*"},   {"cdot", "*"}, {"ast", "*"}, {"div", "/"}, {"leq", "<="}, {"le", "<="},
                 {"geq", ">="},    {"ge", ">="},  {"lt", "<"},  {"gt", ">"},  {"neq", "!="}, {"ne", "!="},
                 {"infty", "inf"}, {"pi", "pi"},  {"cup", "U"}, {"quad", " "}};
    const char *name = s->p + 1, *q = name;
    while (q < s->end && isalpha((unsigned char)*q)) q++;
    size_t n = (size_t)(q - name);
    if (!n) { /* \$ \% \{ \} \, \\ */
        char c = q < s->end ? *q : 0;
        s->p = q < s->end ? q + 1 : q;
        if (strchr("$%{}", c) && c) text_char(s->out, c);
        else if (!strchr(",;:! \\", c) || !c) s->ok = false;
        return;
    }
    s->p = q;
    const char *a, *b;
#define IS(w) (n == sizeof w - 1 && memcmp(name, w, n) == 0)
    if (IS("left") || IS("right")) return;
    if (IS("frac") || IS("dfrac") || IS("tfrac")) {
        fraction(s);
        return;
    }
    if (IS("begin") && s->end - s->p > 9 && memcmp(s->p, "{bmatrix}", 9) == 0) {
        s->p += 9;
        matrix(s);
        return;
    }
    if (IS("sqrt")) {
        struct text in;
        group(s, &a, &b);
        text_init(&in, 4096);
        sub(s, a, b, &in);
        put_operand(s, "sqrt(");
        text_printf(s->out, "%s)", text_str(&in));
        text_release(&in);
        return;
    }
    if (IS("text") || IS("mathrm") || IS("operatorname") || IS("mathbf")) {
        group(s, &a, &b);
        sub(s, a, b, s->out);
        return;
    }
#undef IS
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strlen(signs[i].name) == n && memcmp(signs[i].name, name, n) == 0) {
            text_add(s->out, signs[i].text);
            return;
        }
    s->ok = false;
}

static void run(struct scan *s)
{
    while (s->p < s->end && s->ok) {
        char c = *s->p;
        if (c == '\\') {
            command(s);
        } else if (c == '^') {
            s->p++;
            exponent(s);
        } else if (c == '{') { /* a group for show only: {10}^8, {mn}^5 */
            const char *a, *b;
            group(s, &a, &b);
            sub(s, a, b, s->out);
        } else if (c == '}') {
            s->ok = false;
        } else if (c == ' ' || c == '\n') {
            s->p++;
            while (s->p < s->end && (*s->p == ' ' || *s->p == '\n')) s->p++;
            bool next = s->p < s->end && (isalnum((unsigned char)*s->p) || *s->p == '(');
            bool bracket = s->end - s->p > 6 && memcmp(s->p, "\\left(", 6) == 0;
            if (operand_before(s->out) && (next || bracket)) text_char(s->out, '*');
        } else if (isalpha((unsigned char)c) && s->out->n && s->out->p[s->out->n - 1] == ')') {
            text_char(s->out, '*');
            text_char(s->out, c);
            s->p++;
        } else {
            text_char(s->out, c);
            s->p++;
        }
    }
}

bool tex_to_plain(const char *tex, struct text *out, bool *odd_exponent)
{
    struct text bare;
    text_init(&bare, 16384);
    for (const char *p = tex; *p; p++) {
        static const struct {
            const char *from, *to;
        } swaps[] = {{"−", "-"},  {"–", "-"},  {"×", "*"},   {"·", "*"},           {"÷", "/"},
                     {"≤", "<="}, {"≥", ">="}, {"∞", "inf"}, {"\xe2\x80\x8b", ""}, {"\xc2\xa0", " "}};
        size_t i = 0, n = sizeof swaps / sizeof *swaps;
        if (p[0] == '$' && p[1] == '$') {
            p++;
            continue;
        }
        while (i < n && strncmp(p, swaps[i].from, strlen(swaps[i].from)) != 0) i++;
        if (i < n) {
            text_add(&bare, swaps[i].to);
            p += strlen(swaps[i].from) - 1;
        } else {
            text_char(&bare, *p);
        }
    }
    const char *v = text_str(&bare);
    size_t n = strlen(v);
    while (n && (v[n - 1] == ' ' || v[n - 1] == '\n')) n--;
    while (n && *v == ' ') v++, n--;
    struct scan s = {v, v + n, out, 0, !bare.failed, false};
    run(&s);
    text_release(&bare);
    *odd_exponent = s.odd;
    return s.ok && !out->failed;
}
