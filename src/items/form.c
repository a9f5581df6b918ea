/* Is an answer in the form that was asked? Values are compared elsewhere. */
#include "expr.h"

typedef __int128 i128;

static i128 gcd_of(i128 a, i128 b)
{
    if (a < 0) a = -a;
    while (b) {
        i128 t = a % b;
        a = b;
        b = t;
    }
    return a;
}

static const struct expr *unsigned_part(const struct expr *x) { return x->kind == EX_NEG ? unsigned_part(x->a) : x; }

static bool is_whole(const struct expr *x) { return x->kind == EX_NUMBER && !x->decimal; }

static bool reduced_fraction(const struct expr *x)
{
    const struct expr *n = unsigned_part(x->a), *d = unsigned_part(x->b);
    return is_whole(n) && is_whole(d) && d->num > 1 && gcd_of(n->num, d->num) == 1;
}

bool form_lowest_terms(const struct expr *x)
{
    x = unsigned_part(x);
    if (x->kind == EX_MIXED) return reduced_fraction(x->b) && x->b->a->num < x->b->b->num;
    return is_whole(x) || (x->kind == EX_DIV && reduced_fraction(x));
}

bool form_mixed(const struct expr *x)
{
    x = unsigned_part(x);
    if (x->kind == EX_MIXED) return reduced_fraction(x->b) && x->b->a->num < x->b->b->num;
    if (x->kind == EX_DIV) return reduced_fraction(x) && unsigned_part(x->a)->num < unsigned_part(x->b)->num;
    return is_whole(x);
}

bool form_decimal(const struct expr *x)
{
    x = unsigned_part(x);
    return x->kind == EX_NUMBER;
}

/* Simplified: nothing left to do that is asked of a student: no sum or product of two bare numbers, no fraction of
 * numbers unreduced, no power of a number, no product left standing before a bracketed sum, no two like terms. */
static bool numeric(const struct expr *x) { return !expr_has_var(x); }

static i128 coefficient(const struct expr *x) /* of a product; 0 when there is none to see */
{
    x = unsigned_part(x);
    if (is_whole(x)) return x->num;
    if (x->kind != EX_MUL) return 0;
    i128 l = coefficient(x->a);
    return l ? l : coefficient(x->b);
}

static bool cancels(const struct expr *x) /* 10x/2 */
{
    i128 n = coefficient(x->a), d = coefficient(x->b);
    return d == 1 || (n && d && gcd_of(n, d) > 1);
}

static bool nothing_to_do(const struct expr *x)
{
    if (x->a && !nothing_to_do(x->a)) return false;
    if (x->b && x->kind != EX_POW && !nothing_to_do(x->b)) return false;
    switch (x->kind) {
    case EX_ADD:
    case EX_SUB:
    case EX_MUL: return !(is_whole(unsigned_part(x->a)) && is_whole(unsigned_part(x->b)));
    case EX_DIV:
        return is_whole(unsigned_part(x->a)) && is_whole(unsigned_part(x->b)) ? reduced_fraction(x) : !cancels(x);
    case EX_POW:
        return !(is_whole(unsigned_part(x->a)) && is_whole(unsigned_part(x->b))) || unsigned_part(x->b)->num > 6;
    case EX_NUMBER:
    case EX_VAR:
    case EX_NEG:
    case EX_SQRT:
    case EX_ABS:
    case EX_PI:
    case EX_MIXED:
    case EX_PERCENT:
    case EX_CALL: return true;
    }
    return true;
}

enum { TERMS_MAX = 24 };

struct terms {
    const struct expr *t[TERMS_MAX];
    size_t n;
    bool over;
};

static void collect(const struct expr *x, struct terms *out)
{
    if (x->kind == EX_ADD || x->kind == EX_SUB) {
        collect(x->a, out);
        collect(x->b, out);
    } else if (x->kind == EX_NEG) {
        collect(x->a, out);
    } else if (out->n == TERMS_MAX) {
        out->over = true;
    } else {
        out->t[out->n++] = x;
    }
}

static bool like_terms(const struct expr *x)
{
    struct terms ts = {.n = 0};
    collect(x, &ts);
    for (size_t i = 0; i < ts.n; i++)
        for (size_t j = i + 1; j < ts.n; j++) {
            bool ni = numeric(ts.t[i]), nj = numeric(ts.t[j]);
            if (ni && nj) return true;
            if (!ni && !nj && expr_proportional(ts.t[i], ts.t[j], EXPR_VARS_MAX)) return true;
        }
    return ts.over;
}

static bool sum_in_product(const struct expr *x)
{
    const struct expr *a = x->a, *b = x->b;
    if (x->kind == EX_MUL) {
        const struct expr *u = unsigned_part(a), *v = unsigned_part(b);
        if (u->kind == EX_ADD || u->kind == EX_SUB || v->kind == EX_ADD || v->kind == EX_SUB) return true;
    }
    if (x->kind == EX_POW) {
        const struct expr *u = unsigned_part(a);
        if (u->kind == EX_ADD || u->kind == EX_SUB) return true;
    }
    return (a && sum_in_product(a)) || (b && sum_in_product(b));
}

bool form_simplified(const struct expr *x) { return nothing_to_do(x) && !like_terms(x); }
bool form_expanded(const struct expr *x) { return !sum_in_product(x) && !like_terms(x); }

/* Factored: a product or a power at the top, and no factor that is a sum with a common numeric factor left in it. */
static bool common_factor_left(const struct expr *x)
{
    if (x->kind == EX_MUL) return common_factor_left(x->a) || common_factor_left(x->b);
    if (x->kind == EX_POW) return common_factor_left(x->a);
    if (x->kind == EX_NEG) return common_factor_left(x->a);
    if (x->kind != EX_ADD && x->kind != EX_SUB) return false;
    struct terms ts = {.n = 0};
    i128 g = 0;
    collect(x, &ts);
    for (size_t i = 0; i < ts.n; i++) {
        const struct expr *t = ts.t[i];
        while (t->kind == EX_MUL) t = t->a;
        if (!is_whole(t)) return false;
        g = gcd_of(g, t->num);
    }
    return g > 1;
}

bool form_factored(const struct expr *x)
{
    const struct expr *u = unsigned_part(x);
    return (u->kind == EX_MUL || u->kind == EX_POW) && !common_factor_left(u);
}

bool expr_same(const struct expr *x, const struct expr *y)
{
    if (!x || !y) return x == y;
    return x->kind == y->kind && x->num == y->num && x->den == y->den && x->var == y->var && x->decimal == y->decimal &&
           expr_same(x->a, y->a) && expr_same(x->b, y->b);
}
