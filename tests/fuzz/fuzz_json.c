/* JSON: what is accepted is written and accepted again. */
#include <string.h>

#include "base/json.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct err e;
    json_t *doc, *back;
    arena_init(&a, 64 << 20);
    if (json_read(&a, (const char *)data, n, &doc, &e) == ST_OK) {
        char *text = json_dumps(doc, JSON_ENCODE_ANY);
        FUZZ_CHECK(text);
        FUZZ_CHECK(json_read(&a, text, strlen(text), &back, &e) == ST_OK);
        FUZZ_CHECK(json_equal(doc, back));
        free(text);
        (void)json_i64(doc, "a", 0);
        (void)json_str(doc, "a", "");
        (void)json_f64(doc, "a", 0);
    }
    arena_release(&a);
    return 0;
}
