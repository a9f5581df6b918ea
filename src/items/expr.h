/* What a student types, as an expression.
 *
 * Readable: decimals, fractions, mixed numbers, powers, roots, |x|, products without a sign, TeX's \frac \sqrt \cdot
 * \left \right, Unicode minus, times, division, root, superscripts and vulgar fractions.
 * Equality: rational functions by evaluation modulo p = 2^61 - 1 at fixed points (a false "equal" has probability under
 * degree/p); with roots or absolute values by doubles at fixed positive points, relative 1e-9. Not known: trigonometry,
 * logarithms, that sqrt(x^2) is |x| for negative x.
 */
#ifndef ITEMS_EXPR_H
#define ITEMS_EXPR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { EXPR_TEXT_MAX = 512, EXPR_DEPTH_MAX = 32, EXPR_VARS_MAX = 64 };

enum expr_kind {
    EX_NUMBER,
    EX_VAR,
    EX_ADD,
    EX_SUB,
    EX_MUL,
    EX_DIV,
    EX_POW,
    EX_NEG,
    EX_SQRT,
    EX_ABS,
    EX_PI,
    EX_MIXED,
    EX_PERCENT,
    EX_CALL
};

struct expr {
    enum expr_kind kind;
    struct expr *a, *b;
    __int128 num, den; /* EX_NUMBER: exact */
    bool decimal;      /* written with a point */
    bool bracketed;    /* stood in brackets */
    bool juxtaposed;   /* EX_MUL without a sign */
    int var;           /* EX_VAR: index into names; EX_CALL: which function */
};

/* Names are single letters for students; families use whole words. */
struct expr_names {
    size_t count;
    char name[EXPR_VARS_MAX][32];
    bool words; /* whole words are names; otherwise each letter is one */
};

/* ASCII with TeX and Unicode written out; false when it is too long. */
bool expr_plain(const char *in, char out[EXPR_TEXT_MAX]);
/* NULL with *why = a message id when it cannot be read. text is plain. */
struct expr *expr_parse(struct arena *a, const char *text, struct expr_names *names, const char **why);
bool expr_equal(const struct expr *x, const struct expr *y, size_t vars);
/* Written alike, apart from brackets and spaces: 2/4 is not 1/2, 0.50 is not 0.5. */
bool expr_same(const struct expr *x, const struct expr *y);
/* x = k y for one non-zero k at every point: equations up to scaling. */
bool expr_proportional(const struct expr *x, const struct expr *y, size_t vars);
/* The exact value, if the expression is a number without roots and it fits; false otherwise. Variables from values. */
bool expr_rational(const struct expr *x, const __int128 *var_num, const __int128 *var_den, __int128 *num,
                   __int128 *den);
bool expr_double(const struct expr *x, const double *vars, double *out);
bool expr_has_var(const struct expr *x);

/* Forms (docs/item-format.md). */
bool form_lowest_terms(const struct expr *x);
bool form_mixed(const struct expr *x);
bool form_decimal(const struct expr *x);
bool form_simplified(const struct expr *x);
bool form_factored(const struct expr *x);
bool form_expanded(const struct expr *x);

#endif
