/* CSV: every field of every row is text; what the writer makes of a row reads as that row. */
#include <string.h>

#include "base/csv.h"
#include "fuzz.h"

static void again(struct arena *a, const struct csv *c)
{
    struct text t;
    struct csv back;
    struct err e;
    text_init(&t, 8 << 20);
    for (size_t i = 0; i < c->columns; i++) csv_put(&t, "x", i + 1 == c->columns);
    for (size_t i = 0; i < c->columns; i++) csv_put(&t, csv_field(c, (int)i), i + 1 == c->columns);
    bool blank = true;
    for (size_t i = 0; i < c->columns; i++) blank = blank && !*csv_field(c, (int)i);
    if (!t.failed && !blank && csv_open(&back, a, text_str(&t), t.n, &e) == ST_OK && back.separator == ',' &&
        csv_next(&back) == CSV_ROW)
        for (size_t i = 0; i < c->columns && back.columns == c->columns; i++) {
            const char *was = csv_field(c, (int)i), *is = csv_field(&back, (int)i);
            FUZZ_CHECK(strcmp(was, is) == 0 || (*is == '\'' && strcmp(was, is + 1) == 0));
        }
    text_release(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct err e;
    struct csv c;
    arena_init(&a, 64 << 20);
    if (csv_open(&c, &a, (const char *)data, n, &e) == ST_OK) {
        int rows = 0;
        for (enum csv_step s; (s = csv_next(&c)) != CSV_END;) {
            for (size_t i = 0; i < c.columns; i++)
                FUZZ_CHECK(utf8_valid(csv_field(&c, (int)i), strlen(csv_field(&c, (int)i))));
            if (s == CSV_BAD) FUZZ_CHECK(c.wrong);
            else if (rows++ < 3) again(&a, &c);
        }
    }
    arena_release(&a);
    return 0;
}
