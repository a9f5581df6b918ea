/* An item document: what is accepted gives variants, and they can be answered with anything. */
#include "base/json.h"
#include "fuzz.h"
#include "items/items.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct err e;
    struct item *it, *made;
    struct item_problem *problems;
    size_t count;
    struct verdict v;
    json_t *doc;
    arena_init(&a, 64 << 20);
    if (json_read(&a, (const char *)data, n, &doc, &e) == ST_OK) {
        FUZZ_CHECK(item_check(&a, doc, &problems, &count, &e) != ST_OK || count < 1000);
        json_t *word = json_string("1/2"), *list = json_pack("[s]", "a");
        if (item_read(&a, (const char *)data, n, &it, &e) == ST_OK)
            for (uint32_t variant = 0; variant < 3; variant++)
                if (item_make(&a, it, variant, ITEM_WHOLE, &made, &e) == ST_OK) {
                    (void)!item_score(&a, made, word, &v, &e);
                    (void)!item_score(&a, made, list, &v, &e);
                }
        json_decref(word);
        json_decref(list);
    }
    arena_release(&a);
    return 0;
}
