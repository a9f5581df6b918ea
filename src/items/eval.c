#include <string.h>

#include "base/rng.h"
#include "expr.h"

typedef unsigned __int128 u128;
typedef __int128 i128;

/* Modulo p = 2^61 - 1 ---------------------------------------------------------------------------------------------- */

static const uint64_t P = (UINT64_C(1) << 61) - 1;

static uint64_t mul(uint64_t a, uint64_t b)
{
    u128 x = (u128)a * b;
    uint64_t r = (uint64_t)(x & P) + (uint64_t)(x >> 61);
    return r >= P ? r - P : r;
}

static uint64_t add(uint64_t a, uint64_t b)
{
    uint64_t r = a + b;
    return r >= P ? r - P : r;
}

static uint64_t negate(uint64_t a) { return a ? P - a : 0; }

static uint64_t power_of(uint64_t a, uint64_t n)
{
    uint64_t r = 1;
    for (; n; n >>= 1, a = mul(a, a))
        if (n & 1) r = mul(r, a);
    return r;
}

static uint64_t reduce(i128 v)
{
    i128 r = v % (i128)P;
    return (uint64_t)(r < 0 ? r + (i128)P : r);
}

/* A whole number written in the exponent, within bounds. */
static bool exponent(const struct expr *x, int64_t *n)
{
    i128 num, den;
    if (!expr_rational(x, NULL, NULL, &num, &den) || den != 1 || num > 100000 || num < -100000) return false;
    *n = (int64_t)num;
    return true;
}

/* false: not a rational function, or a division by zero at this point. */
static bool modular(const struct expr *x, const uint64_t *vars, uint64_t *out)
{
    uint64_t a = 0, b = 0;
    int64_t n;
    if (x->a && !modular(x->a, vars, &a)) return false;
    if (x->b && x->kind != EX_POW && !modular(x->b, vars, &b)) return false;
    switch (x->kind) {
    case EX_NUMBER: *out = mul(reduce(x->num), power_of(reduce(x->den), P - 2)); return true;
    case EX_VAR: *out = vars[x->var]; return true;
    case EX_ADD:
    case EX_MIXED: *out = add(a, b); return true;
    case EX_SUB: *out = add(a, negate(b)); return true;
    case EX_MUL: *out = mul(a, b); return true;
    case EX_DIV:
        if (!b) return false;
        *out = mul(a, power_of(b, P - 2));
        return true;
    case EX_NEG: *out = negate(a); return true;
    case EX_PERCENT: *out = mul(a, power_of(100, P - 2)); return true;
    case EX_PI: *out = 1234567890123456789u % ((UINT64_C(1) << 61) - 1); return true; /* a number of its own */
    case EX_POW:
        if (!exponent(x->b, &n) || (n <= 0 && a == 0)) return false;
        *out = n >= 0 ? power_of(a, (uint64_t)n) : power_of(power_of(a, P - 2), (uint64_t)-n);
        return true;
    case EX_SQRT:
    case EX_ABS:
    case EX_CALL: return false;
    }
    return false;
}

/* Doubles, for roots and absolute values --------------------------------------------------------------------------- */

static double root(double v) { return __builtin_sqrt(v); }

static bool whole_power(double a, double e, double *out)
{
    if (e == 0.5) {
        if (a < 0) return false;
        *out = root(a);
        return true;
    }
    if (!(e <= 1000 && e >= -1000) || e != (double)(int64_t)e) return false;
    int64_t n = (int64_t)(e < 0 ? -e : e);
    double r = 1, b = a;
    for (; n; n >>= 1, b = b * b)
        if (n & 1) r = r * b;
    if (e < 0 && r == 0) return false;
    *out = e < 0 ? 1 / r : r;
    return true;
}

bool expr_double(const struct expr *x, const double *vars, double *out)
{
    double a = 0, b = 0;
    if (x->a && !expr_double(x->a, vars, &a)) return false;
    if (x->b && !expr_double(x->b, vars, &b)) return false;
    switch (x->kind) {
    case EX_NUMBER: *out = (double)x->num / (double)x->den; return true;
    case EX_VAR: *out = vars ? vars[x->var] : 0; return vars != NULL;
    case EX_ADD:
    case EX_MIXED: *out = a + b; return true;
    case EX_SUB: *out = a - b; return true;
    case EX_MUL: *out = a * b; return true;
    case EX_DIV: *out = a / b; return b != 0;
    case EX_NEG: *out = -a; return true;
    case EX_PERCENT: *out = a / 100; return true;
    case EX_PI: *out = 3.14159265358979323846; return true;
    case EX_POW: return whole_power(a, b, out);
    case EX_SQRT: *out = a >= 0 ? root(a) : 0; return a >= 0;
    case EX_ABS: *out = a < 0 ? -a : a; return true;
    case EX_CALL: return false;
    }
    return false;
}

static bool rational_function(const struct expr *x)
{
    int64_t n;
    if (x->kind == EX_SQRT || x->kind == EX_ABS || x->kind == EX_CALL) return false;
    if (x->kind == EX_POW) return rational_function(x->a) && exponent(x->b, &n);
    return (!x->a || rational_function(x->a)) && (!x->b || rational_function(x->b));
}

enum { POINTS = 4, TRIES = 24 };

static bool close_to(double a, double b)
{
    double d = a > b ? a - b : b - a, m = (a < 0 ? -a : a) + (b < 0 ? -b : b);
    return d <= 1e-9 * (m > 1 ? m : 1);
}

/* Compares at points until enough have answered; scaled allows one factor for all points. */
static bool compare(const struct expr *x, const struct expr *y, size_t vars, bool scaled)
{
    struct rng r;
    int good = 0;
    bool exact = rational_function(x) && rational_function(y);
    uint64_t kx = 0, ky = 0;
    double dx = 0, dy = 0;
    rng_seed(&r, 0x57617965);
    for (int t = 0; t < TRIES && good < (vars || scaled ? POINTS : 1); t++) {
        if (exact) {
            uint64_t v[EXPR_VARS_MAX], a, b;
            for (size_t i = 0; i < vars; i++) v[i] = rng_u64(&r) % P;
            bool xa = modular(x, v, &a), yb = modular(y, v, &b);
            if (!xa && !yb) continue;
            if (xa != yb) return false;
            if (!scaled && a != b) return false;
            if (scaled && (a == 0) != (b == 0)) return false;
            if (scaled && kx && mul(a, ky) != mul(b, kx)) return false;
            if (scaled && !kx) kx = a, ky = b;
        } else {
            double v[EXPR_VARS_MAX], a, b;
            for (size_t i = 0; i < vars; i++)
                v[i] = 1.0 + (double)rng_below(&r, 64) / 16.0 + (double)(t % 3 == 0 ? 0 : i) / 7.0;
            if (t % 3 == 1)
                for (size_t i = 0; i < vars; i++) v[i] = (double)(2 + rng_below(&r, 5));
            bool xa = expr_double(x, v, &a), yb = expr_double(y, v, &b);
            if (!xa && !yb) continue;
            if (xa != yb) return false;
            if (!scaled && !close_to(a, b)) return false;
            if (scaled && dx != 0 && !close_to(a * dy, b * dx)) return false;
            if (scaled && dx == 0) dx = a, dy = b;
        }
        good++;
    }
    if (scaled && (exact ? !kx || !ky : dx == 0 || dy == 0)) return false;
    return good > 0;
}

bool expr_equal(const struct expr *x, const struct expr *y, size_t vars) { return compare(x, y, vars, false); }
bool expr_proportional(const struct expr *x, const struct expr *y, size_t vars) { return compare(x, y, vars, true); }

bool expr_has_var(const struct expr *x)
{
    return x->kind == EX_VAR || (x->a && expr_has_var(x->a)) || (x->b && expr_has_var(x->b));
}

/* Exact rationals -------------------------------------------------------------------------------------------------- */

static i128 gcd128(i128 a, i128 b)
{
    if (a < 0) a = -a;
    if (b < 0) b = -b;
    while (b) {
        i128 t = a % b;
        a = b;
        b = t;
    }
    return a;
}

static bool fits(i128 v)
{
    i128 limit = (i128)1 << 62;
    return v < limit && v > -limit;
}

static bool settle(i128 num, i128 den, i128 *n, i128 *d)
{
    if (den == 0) return false;
    if (den < 0) {
        num = -num;
        den = -den;
    }
    i128 g = gcd128(num, den);
    if (g > 1) {
        num /= g;
        den /= g;
    }
    *n = num;
    *d = den;
    return fits(num) && fits(den);
}

static bool call_value(int which, i128 an, i128 ad, i128 bn, i128 bd, i128 *num, i128 *den)
{
    if (which == 2 || which == 3) { /* min, max */
        bool less = an * bd < bn * ad;
        bool first = which == 2 ? less : !less;
        *num = first ? an : bn;
        *den = first ? ad : bd;
        return true;
    }
    if (ad != 1 || bd != 1) return false;
    *den = 1;
    if (which == 0) *num = gcd128(an, bn);
    else if (which == 1) *num = an && bn ? (an / gcd128(an, bn)) * bn : 0;
    else if (bn == 0) return false;
    else *num = ((an % bn) + bn) % bn;
    return fits(*num);
}

bool expr_rational(const struct expr *x, const i128 *vn, const i128 *vd, i128 *num, i128 *den)
{
    i128 an = 0, ad = 1, bn = 0, bd = 1;
    if (x->a && !expr_rational(x->a, vn, vd, &an, &ad)) return false;
    if (x->b && !expr_rational(x->b, vn, vd, &bn, &bd)) return false;
    switch (x->kind) {
    case EX_NUMBER: return settle(x->num, x->den, num, den);
    case EX_VAR: return vn && settle(vn[x->var], vd[x->var], num, den);
    case EX_ADD:
    case EX_MIXED: return settle(an * bd + bn * ad, ad * bd, num, den);
    case EX_SUB: return settle(an * bd - bn * ad, ad * bd, num, den);
    case EX_MUL: return settle(an * bn, ad * bd, num, den);
    case EX_DIV: return bn != 0 && settle(an * bd, ad * bn, num, den);
    case EX_NEG: return settle(-an, ad, num, den);
    case EX_ABS: return settle(an < 0 ? -an : an, ad, num, den);
    case EX_PERCENT: return settle(an, ad * 100, num, den);
    case EX_POW: {
        if (bd != 1 || bn > 64 || bn < -64 || (bn < 0 && an == 0)) return false;
        i128 n = 1, d = 1;
        for (i128 k = bn < 0 ? -bn : bn; k > 0; k--)
            if (!settle(n * an, d * ad, &n, &d)) return false;
        return bn < 0 ? settle(d, n, num, den) : settle(n, d, num, den);
    }
    case EX_CALL: return call_value(x->var, an, ad, bn, bd, num, den);
    case EX_SQRT: {
        i128 rn = (i128)root((double)an), rd = (i128)root((double)ad);
        if (an < 0 || rn * rn != an || rd * rd != ad) return false;
        *num = rn;
        *den = rd;
        return true;
    }
    case EX_PI: return false;
    }
    return false;
}
