/* Growing text with a maximum, and a few checked readers of numbers.
 *
 * A text is born with a maximum; a failed append (too long, no memory) is remembered in `failed` and later appends do
 * nothing, so a writer checks once at the end. `p` is always terminated by a 0 once something was added.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *p;
    size_t n, cap, max;
    bool failed;
};

void text_init(struct text *t, size_t max_bytes);
void text_release(struct text *t);
void text_clear(struct text *t); /* empty, keeps its memory and forgets a failure */
void text_put(struct text *t, const char *p, size_t n);
void text_add(struct text *t, const char *s);
void text_char(struct text *t, char c);
void text_cut(struct text *t, size_t n); /* to at most n bytes, at the end of a character */
void text_printf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *text_str(const struct text *t); /* never NULL */

/* The whole of s must be the number; false (and *out untouched) otherwise. */
bool parse_i64(const char *s, int64_t *out);
bool parse_f64(const char *s, double *out); /* decimal, '.' whatever the locale; no inf, no nan */
bool utf8_valid(const char *p, size_t n);   /* well-formed, no surrogates, no NUL */
bool str_eq(const char *a, const char *b);  /* NULL equals NULL only */
bool str_ieq(const char *a, const char *b); /* ASCII letters without case */
void str_lower(char *s);                    /* ASCII letters alone, as the database's LOWER has them */

#endif
