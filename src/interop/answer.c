#include "answer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tex_plain.h"

static bool says(const struct answer_clues *c, const char *words)
{
    return (c->title && strcasestr(c->title, words)) || (c->prompt && strcasestr(c->prompt, words));
}

static json_t *key_new(const char *kind, const char *form)
{
    json_t *k = json_object();
    if (!k || json_object_set_new(k, "kind", json_string(kind)) || json_object_set_new(k, "values", json_array()) ||
        (form && json_object_set_new(k, "form", json_string(form)))) {
        json_decref(k);
        return NULL;
    }
    return k;
}

static json_t *key_add(json_t *k, const char *value)
{
    if (k && json_array_append_new(json_object_get(k, "values"), json_string(value))) {
        json_decref(k);
        return NULL;
    }
    return k;
}

static json_t *key_of(const char *kind, const char *form, const char *value)
{
    return key_add(key_new(kind, form), value);
}

/* Digits with a sign, a point, thousands parted by commas, or a fraction of two such; written without the commas to
 * out. */
static bool plain_number(const char *v, char *out, size_t cap)
{
    size_t n = 0;
    const char *p = v;
    bool digits = false, slash = false;
    if (*p == '-' || *p == '+') {
        if (*p == '-') out[n++] = '-';
        p++;
    }
    for (; *p; p++) {
        if (n + 2 >= cap) return false;
        if (isdigit((unsigned char)*p)) {
            digits = true;
            out[n++] = *p;
        } else if (*p == '.') {
            out[n++] = '.';
        } else if (*p == ',' && digits && strspn(p + 1, "0123456789") == 3) {
            continue;
        } else if (*p == '/' && digits && !slash && p[1]) {
            slash = true;
            out[n++] = '/';
        } else {
            return false;
        }
    }
    out[n] = 0;
    const char *dot = strchr(out, '.');
    return digits && n && !(dot && strchr(dot + 1, '.'));
}

static bool thousands(const char *v)
{
    v += *v == '-';
    size_t lead = strspn(v, "0123456789");
    if (!lead || lead > 3 || v[lead] != ',') return false;
    for (v += lead; *v == ','; v += 4)
        if (strspn(v + 1, "0123456789") != 3 && !(strspn(v + 1, "0123456789") == 3)) return false;
    return *v == 0 || *v == '.';
}

static int top_level(const char *v, char what)
{
    int depth = 0, n = 0;
    for (; *v; v++) {
        if (strchr("([{", *v)) depth++;
        else if (strchr(")]}", *v)) depth--;
        else if (*v == what && depth == 0) n++;
    }
    return n;
}

static bool wrapped(const char *v, const char *open, const char *close)
{
    size_t n = strlen(v);
    if (n < 3 || !strchr(open, v[0]) || !strchr(close, v[n - 1])) return false;
    int depth = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        depth += (strchr("([{", v[i]) != NULL) - (strchr(")]}", v[i]) != NULL);
        if (depth == 0) return false;
    }
    return true;
}

static int inside_commas(const char *v)
{
    int depth = 0, n = 0;
    for (; *v; v++) {
        if (strchr("([{", *v)) depth++;
        else if (strchr(")]}", *v)) depth--;
        else if (*v == ',' && depth == 1) n++;
    }
    return n;
}

static bool has_letter(const char *v)
{
    for (; *v; v++)
        if (isalpha((unsigned char)*v)) return true;
    return false;
}

/* Only names of one letter, numbers, signs: something an expression reader has a chance with. */
static bool expression_like(const char *v)
{
    size_t run = 0;
    for (const char *p = v; *p; p++) {
        if (isalpha((unsigned char)*p)) {
            if (strncmp(p, "sqrt(", 5) == 0) {
                p += 3;
                run = 0;
                continue;
            }
            if (++run > 4) return false;
        } else {
            run = 0;
            if (!isdigit((unsigned char)*p) && !strchr("+-*/^().|=<>! ", *p)) return false;
        }
    }
    return *v != 0;
}

/* 521a842c: amounts with the first letter of what they count. Not a product. */
static bool counted_letters(const char *v)
{
    int pairs = 0;
    while (*v) {
        size_t d = strspn(v, "0123456789.");
        if (!d || !islower((unsigned char)v[d])) return false;
        v += d + 1;
        pairs++;
    }
    return pairs >= 2;
}

static bool terms(const char *v) /* more than one term at the top */
{
    int depth = 0;
    for (const char *p = v; *p; p++) {
        if (*p == '(') depth++;
        else if (*p == ')') depth--;
        else if (depth == 0 && p > v && (*p == '+' || *p == '-') && !strchr("*/^(", p[-1])) return true;
    }
    return false;
}

static bool asks_to_simplify(const struct answer_clues *c)
{
    static const char *const words[] = {"simplif",
                                        "add ",
                                        "subtract",
                                        "divide",
                                        "quotient",
                                        "find the sum",
                                        "find the difference",
                                        "find the product",
                                        "combine",
                                        "distributive",
                                        "associative property",
                                        "evaluate"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (says(c, words[i])) return true;
    return false;
}

static const char *expression_form(const char *v, const struct answer_clues *c)
{
    if (says(c, "translate") || says(c, "in terms of") || says(c, "write the mathematical expression") ||
        says(c, "as a mathematical expression"))
        return "any";
    if (says(c, "factor") && !says(c, "find the greatest common factor") &&
        !says(c, "what is the greatest common factor") && strchr(v, '('))
        return "factored";
    if (says(c, "multiply") || says(c, "expand") || says(c, "square each binomial") || says(c, "conjugates pattern") ||
        says(c, "distributive"))
        return terms(v) ? "expanded" : "simplified";
    if (!has_letter(v) && strchr(v, '/')) return "any"; /* 1/10^2 is as good as 0.01 */
    return asks_to_simplify(c) ? "simplified" : "any";
}

/* "$$\frac{-32}{56}$$" alone is what is to be simplified: then the form is the answer. */
static bool prompt_is_fraction(const struct answer_clues *c)
{
    const char *p = c->prompt ? c->prompt : "";
    while (isspace((unsigned char)*p) || *p == '$') p++;
    p += *p == '-';
    if (strncmp(p, "\\frac{", 6) != 0) return false;
    p += 6;
    p += *p == '-';
    p += strspn(p, "0123456789");
    if (strncmp(p, "}{", 2) != 0) return false;
    p += 2;
    p += *p == '-';
    p += strspn(p, "0123456789");
    if (*p++ != '}') return false;
    while (isspace((unsigned char)*p) || *p == '$' || *p == '.') p++;
    return !*p;
}

static json_t *number_key(const char *number, const char *unit, const struct answer_clues *c)
{
    const char *form = "any";
    if (strchr(number, '/')) {
        if (says(c, "ratio of two integers")) form = "exact";
        else if (says(c, "simplif") && prompt_is_fraction(c)) form = "lowest_terms";
    }
    if (!strchr(number, '/') && says(c, "scientific notation")) form = "exact";
    json_t *k = key_of("number", form, number);
    if (k && unit && json_object_set_new(k, "unit", json_string(unit))) {
        json_decref(k);
        return NULL;
    }
    return k;
}

static json_t *list_key(const char *v, struct answer_clues *c)
{
    bool ordered = says(c, "enter the a") || says(c, "entere the a") || says(c, "largest to smallest") ||
                   says(c, "smallest to largest") || says(c, "larger number first") ||
                   says(c, "smaller number first") || says(c, "separated by commas") || says(c, "ordered pair");
    char both[1200];
    const char *equals = strchr(v, '='), *comma = strrchr(v, ',');
    if (equals && comma > equals && top_level(v, ',') == 1 && strlen(comma + 1) == (size_t)(comma - equals - 1) &&
        strncmp(equals + 1, comma + 1, strlen(comma + 1)) == 0) {
        snprintf(both, sizeof both, "%.*s", (int)(comma - v), v); /* "y=2z,2z": the same twice */
        c->two_readings = true;
        return key_of("equation", "any", both);
    }
    if (equals) {
        c->unreadable = true;
        c->advice = "Write the equations in order, parted by commas.";
        return key_of("text", "any", v);
    }
    if (ordered) {
        c->advice = "Write the values in the order asked for, parted by commas.";
        snprintf(both, sizeof both, "(%s)", v);
        return key_of("pair", "any", both);
    }
    c->advice = "Write the numbers parted by commas.";
    snprintf(both, sizeof both, "{%s}", v);
    return key_of("set", "any", both);
}

static json_t *scientific(const char *v)
{
    char alt[200];
    json_t *k = key_of("number", "exact", v);
    const char *star = strchr(v, '*');
    if (star && strlen(v) < 100) {
        snprintf(alt, sizeof alt, "%.*s×%s", (int)(star - v), v, star + 1);
        k = key_add(k, alt);
        const char *open = strstr(star, "^(");
        if (open) { /* 10^(-3) and 10^-3 */
            snprintf(alt, sizeof alt, "%.*s^%.*s", (int)(open - v), v, (int)strcspn(open + 2, ")"), open + 2);
            k = key_add(k, alt);
            snprintf(alt, sizeof alt, "%.*s×%.*s^%.*s", (int)(star - v), v, (int)(open - star - 1), star + 1,
                     (int)strcspn(open + 2, ")"), open + 2);
            k = key_add(k, alt);
        }
    }
    return k;
}

static json_t *text_key(const char *answer, struct answer_clues *c, const char *advice)
{
    c->unreadable = true;
    c->advice = advice;
    return key_of("text", "any", answer);
}

static json_t *classify(const char *v, const char *raw, struct answer_clues *c)
{
    char number[256];
    size_t n = strlen(v);
    if (!n) return text_key(raw, c, NULL);
    if (n > 1000) return text_key(raw, c, NULL);
    if (strcmp(v, "<") == 0 || strcmp(v, ">") == 0 || strcmp(v, "=") == 0) return key_of("relation", NULL, v);
    if (strncmp(v, "[[", 2) == 0) {
        c->advice = "Write each row in brackets: [[1,2],[3,4]]";
        return key_of("text", "any", v);
    }
    if (v[0] == '$' && plain_number(v + 1, number, sizeof number)) return number_key(number, "$", c);
    if (v[n - 1] == '%' && n < sizeof number) {
        char body[256];
        snprintf(body, sizeof body, "%.*s", (int)n - 1, v);
        if (plain_number(body, number, sizeof number)) return number_key(number, "%", c);
    }
    if ((!strchr(v, ',') || thousands(v)) && plain_number(v, number, sizeof number)) return number_key(number, NULL, c);
    if (wrapped(v, "([", ")]") && inside_commas(v) == 1 && (strstr(v, "inf") || v[0] == '[' || v[n - 1] == ']'))
        return key_of("interval", "any", v);
    if (wrapped(v, "(", ")") && inside_commas(v) >= 1) return key_of("pair", "any", v);
    if (wrapped(v, "{", "}")) return key_of("set", "any", v);
    if (top_level(v, ',') > 0) return list_key(v, c);
    if (strpbrk(v, "<>") && expression_like(v)) { /* x>3 is the interval it names */
        json_t *k = key_of("interval", "any", v);
        for (const char *p = v; k && *p; p++)
            if (isalpha((unsigned char)*p)) {
                char name[2] = {*p, 0};
                json_object_set_new(k, "variable", json_string(name));
                break;
            }
        return k;
    }
    if (says(c, "scientific notation") && strstr(v, "*10^")) return scientific(v);
    if (counted_letters(v) && (says(c, "in the form") || says(c, "followed by"))) {
        c->advice = NULL;
        return key_of("text", "any", v);
    }
    if (!expression_like(v)) return text_key(v, c, NULL);
    int equals = top_level(v, '=');
    if (equals == 1) return key_of(has_letter(v) ? "equation" : "text", "any", v);
    if (equals > 1) return text_key(raw, c, "Write the equations in order, parted by spaces.");
    if (!has_letter(v) && !strchr(v, '^')) return key_of("number", "any", v);
    return key_of("expression", expression_form(v, c), v);
}

/* 10\\frac{1}{10}a: ten and a tenth, or ten times a tenth. */
static bool digit_before_fraction(const char *s)
{
    for (const char *p = s; (p = strstr(p, "\\frac")); p += 5)
        if (p > s && isdigit((unsigned char)p[-1])) return true;
    return false;
}

json_t *answer_key(const char *answer, struct answer_clues *c)
{
    struct text plain;
    text_init(&plain, 16384);
    c->odd_exponent = c->unreadable = c->two_readings = false;
    c->advice = NULL;
    bool ok = tex_to_plain(answer, &plain, &c->odd_exponent);
    json_t *k = ok ? classify(text_str(&plain), answer, c) : text_key(answer, c, NULL);
    text_release(&plain);
    const char *kind = k ? json_string_value(json_object_get(k, "kind")) : "";
    if (c->odd_exponent ||
        ((strcmp(kind, "equation") == 0 || strcmp(kind, "expression") == 0) && digit_before_fraction(answer)))
        c->two_readings = true;
    return c->two_readings ? key_add(k, answer) : k;
}
