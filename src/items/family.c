/* A family and a number -> one variant. Variables are drawn until every condition holds; the same number gives the
 * same variant everywhere. */
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"
#include "expr.h"
#include "family.h"
#include "items/interaction.h"

enum { TRIES = 400, VALUE_BYTES = 64 };
typedef __int128 i128;

/* "a < b", "gcd(a,b) = 1", "a != 2 b" */
struct condition {
    const struct expr *left, *right; /* NULL: cannot be read */
    int op;                          /* index into operators */
};
static const char *const operators[] = {"!=", "<=", ">=", "==", "<", ">", "="};
enum { OPERATORS = sizeof operators / sizeof *operators };

struct number {
    bool is; /* false: a word */
    i128 num, den;
};

/* What all variants share: the texts of the family, read. */
struct family {
    struct expr_names names; /* in the order of the family's variables */
    const struct expr **is;  /* of VAR_IS; NULL: cannot be read */
    struct number **of;      /* of VAR_OF: each choice */
    struct condition *where;
    const struct expr **error; /* known errors that are expressions; NULL: an id, a word, or filled in first */
};

struct values {
    const struct item *item;
    const struct family *family;
    bool is_number[EXPR_VARS_MAX];
    i128 num[EXPR_VARS_MAX], den[EXPR_VARS_MAX];
    const char *text[EXPR_VARS_MAX];     /* words, or the number as text */
    const char *shown[EXPR_VARS_MAX][4]; /* as put in, by enum shape; made when first asked for */
    struct text scratch;
};
enum shape { SHAPE_HTML, SHAPE_WORDS, SHAPE_KEY, SHAPE_MATHML };

static uint64_t seed_of(const char *s, uint32_t variant)
{
    uint64_t h = 14695981039346656037u;
    for (; *s; s++) h = (h ^ (unsigned char)*s) * 1099511628211u;
    return hash_mix(h, variant);
}

/* An expression over the family's variables; NULL when it cannot be read. The names are left as they were. */
static const struct expr *parse(struct arena *a, struct expr_names *names, const char *text)
{
    char plain[EXPR_TEXT_MAX];
    const char *why;
    size_t known = names->count;
    if (!text || !expr_plain(text, plain)) return NULL;
    const struct expr *x = expr_parse(a, plain, names, &why);
    if (names->count != known) x = NULL; /* it names something else */
    names->count = known;
    return x;
}

static bool value_of(const struct values *v, const struct expr *x, i128 *num, i128 *den)
{
    return x && expr_rational(x, v->num, v->den, num, den);
}

static void parse_condition(struct arena *a, struct expr_names *names, const char *text, struct condition *out)
{
    char side[EXPR_TEXT_MAX];
    for (int i = 0; i < OPERATORS; i++) {
        const char *at = strstr(text, operators[i]);
        if (!at) continue;
        snprintf(side, sizeof side, "%.*s", (int)(at - text), text);
        *out = (struct condition){parse(a, names, side), parse(a, names, at + strlen(operators[i])), i};
        return;
    }
}

static struct number parse_number(struct arena *a, const char *s)
{
    char plain[EXPR_TEXT_MAX];
    const char *why;
    struct expr_names none = {0};
    struct number out = {0};
    if (!expr_plain(s, plain)) return out;
    struct expr *x = expr_parse(a, plain, &none, &why);
    out.is = x && !none.count && expr_rational(x, NULL, NULL, &out.num, &out.den);
    return out;
}

const struct family *family_read(struct arena *a, const struct item *it)
{
    struct family *f = arena_alloc(a, sizeof *f);
    if (!f) return NULL;
    f->is = arena_array(a, it->var_count + 1, sizeof *f->is);
    f->of = arena_array(a, it->var_count + 1, sizeof *f->of);
    f->where = arena_array(a, it->where_count + 1, sizeof *f->where);
    f->error = arena_array(a, it->error_count + 1, sizeof *f->error);
    if (!f->is || !f->of || !f->where || !f->error) return NULL;
    f->names.words = true;
    f->names.count = it->var_count; /* a later variable may use an earlier one */
    for (size_t i = 0; i < it->var_count; i++)
        snprintf(f->names.name[i], sizeof f->names.name[i], "%s", it->vars[i].name);
    for (size_t i = 0; i < it->var_count; i++) {
        const struct item_var *x = &it->vars[i];
        if (x->kind == VAR_IS) f->is[i] = parse(a, &f->names, x->is);
        if (x->kind != VAR_OF) continue;
        f->of[i] = arena_array(a, x->of_count, sizeof *f->of[i]);
        if (!f->of[i]) return NULL;
        for (size_t k = 0; k < x->of_count; k++) f->of[i][k] = parse_number(a, x->of[k]);
    }
    for (size_t i = 0; i < it->where_count; i++) parse_condition(a, &f->names, it->where[i], &f->where[i]);
    for (size_t i = 0; it->question.type->expressions && i < it->error_count; i++)
        if (!strstr(it->errors[i].match, "{{")) f->error[i] = parse(a, &f->names, it->errors[i].match);
    return f;
}

static bool holds(const struct values *v, const struct condition *c, bool *bad)
{
    i128 ln, ld, rn, rd;
    if (!value_of(v, c->left, &ln, &ld) || !value_of(v, c->right, &rn, &rd)) {
        *bad = true;
        return false;
    }
    i128 l = ln * rd, r = rn * ld;
    switch (c->op) {
    case 0: return l != r;
    case 1: return l <= r;
    case 2: return l >= r;
    case 4: return l < r;
    case 5: return l > r;
    default: return l == r;
    }
}

static bool draw(struct values *v, struct rng *r, bool *bad)
{
    const struct item *f = v->item;
    uint32_t k;
    for (size_t i = 0; i < f->var_count; i++) {
        const struct item_var *x = &f->vars[i];
        v->is_number[i] = true;
        v->den[i] = 1;
        switch (x->kind) {
        case VAR_RANGE:
            v->num[i] = x->from + x->step * (int64_t)rng_below(r, (uint32_t)((x->to - x->from) / x->step + 1));
            break;
        case VAR_OF:
            k = rng_below(r, (uint32_t)x->of_count);
            v->text[i] = x->of[k];
            v->is_number[i] = v->family->of[i][k].is;
            v->num[i] = v->family->of[i][k].num;
            v->den[i] = v->family->of[i][k].den;
            break;
        case VAR_IS:
            if (!value_of(v, v->family->is[i], &v->num[i], &v->den[i])) {
                *bad = true; /* a division by zero here may not be one at the next draw */
                return false;
            }
            break;
        }
    }
    for (size_t i = 0; i < f->where_count; i++)
        if (!holds(v, &v->family->where[i], bad)) return false;
    return true;
}

static const char *long_text(struct arena *a, i128 n) { return arena_printf(a, "%lld", (long long)n); }

/* As prose: a real minus, 3/4 for a fraction. plain: for keys, with ASCII only. */
static const char *as_text(struct arena *a, const struct values *v, size_t i, bool plain)
{
    if (v->text[i] && (!v->is_number[i] || !plain)) return v->text[i];
    i128 n = v->num[i], d = v->den[i];
    const char *minus = n < 0 ? plain ? "-" : "\xe2\x88\x92" : "";
    if (n < 0) n = -n;
    if (d == 1) return arena_printf(a, "%s%lld", minus, (long long)n);
    return plain ? arena_printf(a, "%s(%lld/%lld)", minus, (long long)n, (long long)d)
                 : arena_printf(a, "%s%lld/%lld", minus, (long long)n, (long long)d);
}

static const char *escaped(struct arena *a, const char *s)
{
    struct text t;
    text_init(&t, 1 << 16);
    for (; s && *s; s++) {
        if (*s == '<') text_add(&t, "&lt;");
        else if (*s == '>') text_add(&t, "&gt;");
        else if (*s == '&') text_add(&t, "&amp;");
        else if (*s == '"') text_add(&t, "&quot;");
        else text_char(&t, *s);
    }
    const char *out = t.failed || !s ? NULL : arena_copy(a, text_str(&t), t.n);
    text_release(&t);
    return out;
}

/* A word of one sign is a letter of mathematics, a longer one is words. */
static const char *as_mathml(struct arena *a, const struct values *v, size_t i)
{
    if (!v->is_number[i]) {
        const char *word = escaped(a, v->text[i]), *tag = strlen(v->text[i]) == 1 ? "mi" : "mtext";
        return word ? arena_printf(a, "<%s>%s</%s>", tag, word, tag) : NULL;
    }
    i128 n = v->num[i], d = v->den[i];
    bool minus = n < 0;
    if (minus) n = -n;
    const char *num = long_text(a, n), *body = NULL;
    if (!num) return NULL;
    body = d == 1 ? arena_printf(a, "<mn>%s</mn>", num)
                  : arena_printf(a, "<mfrac><mn>%s</mn><mn>%lld</mn></mfrac>", num, (long long)d);
    return minus && body ? arena_printf(a, "<mrow><mo>\xe2\x88\x92</mo>%s</mrow>", body) : body;
}

static const char *shown(struct arena *a, struct values *v, size_t i, enum shape shape)
{
    const char **slot = &v->shown[i][shape];
    if (*slot) return *slot;
    switch (shape) {
    case SHAPE_MATHML: *slot = as_mathml(a, v, i); break;
    case SHAPE_KEY: *slot = as_text(a, v, i, true); break;
    case SHAPE_WORDS: *slot = as_text(a, v, i, false); break;
    case SHAPE_HTML: *slot = escaped(a, as_text(a, v, i, false)); break;
    }
    return *slot;
}

/* The text with the variables' values in it. */
static const char *fill(struct arena *a, struct values *v, const char *s, enum shape shape)
{
    if (!s || !strstr(s, "{{")) return s;
    struct text *t = &v->scratch;
    text_clear(t);
    while (*s) {
        const char *open = strstr(s, "{{"), *close = open ? strstr(open, "}}") : NULL;
        if (!close) {
            text_add(t, s);
            break;
        }
        text_put(t, s, (size_t)(open - s));
        const char *name = open + 2;
        bool math = name[0] == 'm' && name[1] == ':';
        if (math) name += 2;
        size_t n = (size_t)(close - name), i = 0;
        while (i < v->item->var_count &&
               !(strlen(v->item->vars[i].name) == n && strncmp(v->item->vars[i].name, name, n) == 0))
            i++;
        const char *put = i == v->item->var_count ? NULL : shown(a, v, i, math ? SHAPE_MATHML : shape);
        if (put) text_add(t, put);
        s = close + 2;
    }
    return t->failed ? NULL : arena_copy(a, text_str(t), t->n);
}

static bool fill_list(struct arena *a, struct values *v, const char ***list, size_t n)
{
    const char **out = arena_array(a, n + 1, sizeof *out);
    for (size_t i = 0; out && i < n; i++)
        if (!(out[i] = fill(a, v, (*list)[i], SHAPE_KEY))) return false;
    *list = out;
    return out != NULL;
}

/* What a question is filled with: the values, and what its variant draws after them. */
struct filler {
    struct arena *arena;
    struct values *values;
    struct rng *rng;
};

struct arena *filler_arena(struct filler *f) { return f->arena; }
const char *filler_html(struct filler *f, const char *html) { return fill(f->arena, f->values, html, SHAPE_HTML); }
uint32_t filler_below(struct filler *f, uint32_t n) { return rng_below(f->rng, n); }

static bool fill_question(struct arena *a, struct values *v, struct question *q, struct rng *r)
{
    struct filler f = {a, v, r};
    return fill_list(a, v, &q->key.values, q->key.count) && (!q->type->fill || q->type->fill(&f, q));
}

static bool fill_hints(struct arena *a, struct values *v, struct hint **hints, size_t n, struct rng *r)
{
    struct hint *h = arena_array(a, n + 1, sizeof *h);
    if (!h) return false;
    for (size_t i = 0; i < n; i++) {
        h[i] = (*hints)[i];
        h[i].title_html = fill(a, v, h[i].title_html, SHAPE_HTML);
        h[i].body_html = fill(a, v, h[i].body_html, SHAPE_HTML);
        if (h[i].type == HINT_SCAFFOLD &&
            (!fill_question(a, v, &h[i].question, r) || !fill_hints(a, v, &h[i].hints, h[i].hint_count, r)))
            return false;
    }
    *hints = h;
    return true;
}

/* What a known error shows as: an expression over the variables becomes its value; an id or a word stays. */
static bool fill_errors(struct arena *a, struct values *v, struct item *it)
{
    struct known_error *errors = arena_array(a, it->error_count + 1, sizeof *errors);
    for (size_t i = 0; errors && i < it->error_count; i++) {
        i128 n, d;
        const char *match = fill(a, v, it->errors[i].match, SHAPE_KEY),
                   *feedback = fill(a, v, it->errors[i].feedback_html, SHAPE_HTML);
        const struct expr *x = v->family->error[i];
        if (!x && it->question.type->expressions && match && match != it->errors[i].match) {
            struct expr_names names = v->family->names;
            x = parse(a, &names, match); /* made of values: it can be read only now */
        }
        if (match && value_of(v, x, &n, &d))
            match = d == 1 ? arena_printf(a, "%lld", (long long)n)
                           : arena_printf(a, "%lld/%lld", (long long)n, (long long)d);
        if (!match || !feedback) return false;
        errors[i] = (struct known_error){match, feedback};
    }
    it->errors = errors;
    return errors != NULL;
}

static bool fill_parts(struct arena *a, struct values *v, enum item_use use, struct item *it, struct rng *r)
{
    if (!fill_question(a, v, &it->question, r)) return false;
    if (use != ITEM_TO_SCORE) {
        it->title_html = fill(a, v, it->title_html, SHAPE_HTML);
        it->title = fill(a, v, it->title, SHAPE_WORDS);
        it->stimulus_html = fill(a, v, it->stimulus_html, SHAPE_HTML);
        it->body_html = fill(a, v, it->body_html, SHAPE_HTML);
    }
    if (use == ITEM_TO_ASK) return true;
    it->right_html = fill(a, v, it->right_html, SHAPE_HTML);
    return fill_errors(a, v, it) && (use == ITEM_TO_SCORE || fill_hints(a, v, &it->hints, it->hint_count, r));
}

enum st item_make(struct arena *a, const struct item *family, uint32_t variant, enum item_use use, struct item **out,
                  struct err *e)
{
    if (!family->var_count && !family->question.shuffle) {
        *out = (struct item *)(uintptr_t)family; /* nothing of it differs */
        return ST_OK;
    }
    struct rng r;
    struct values *v = arena_alloc(a, sizeof *v);
    struct item *it = arena_alloc(a, sizeof *it);
    bool found = false, bad = false;
    if (!v || !it) return err_fail(e, ST_NOMEM, "err.memory", "variant");
    v->item = family;
    v->family = family->family;
    rng_seed(&r, seed_of(family->source_id, variant));
    for (int t = 0; t < TRIES && !found; t++) found = draw(v, &r, &bad);
    if (!found)
        return err_fail(e, ST_INVALID, bad ? "item.expression" : "item.where",
                        bad ? "%s: an expression cannot be computed" : "%s: the conditions are not met in 400 draws",
                        family->source_id);
    *it = *family;
    text_init(&v->scratch, 1 << 20);
    bool ok = fill_parts(a, v, use, it, &r);
    text_release(&v->scratch);
    if (!ok) return err_fail(e, ST_NOMEM, "err.memory", "variant");
    *out = it;
    return ST_OK;
}
