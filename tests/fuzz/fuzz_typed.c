/* A typed answer: three lines, "KIND FORM" as two digits (and u for a unit), a key, an answer. A key that can be
 * read is its own answer's match. */
#include <string.h>

#include "fuzz.h"
#include "items/interaction.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct err e;
    struct verdict v;
    arena_init(&a, 16 << 20);
    char *s = arena_copy(&a, (const char *)data, n), *line = s ? strchr(s, '\n') : NULL,
         *answer = line ? strchr(line + 1, '\n') : NULL;
    if (answer && answer - s < 4000) {
        *line = *answer = 0;
        const char *values[] = {line + 1};
        struct item it = {.source_id = "f", .body_html = "?", .language = "en"};
        it.question.type = interaction_find("text_entry");
        it.question.key = (struct answer_key){.kind = (enum key_kind)((unsigned char)(s[0] - '0') % KEY_CHOICE),
                                              .count = 1,
                                              .values = values,
                                              .places = -1};
        if (s[0] && s[1]) it.question.key.form = (enum answer_form)((unsigned char)(s[1] - '0') % FORM_COUNT);
        if (strchr(s, 'u')) it.question.key.unit = "cm";
        json_t *response = json_string(answer + 1);
        for (int twice = 0; response && twice < 2; twice++)
            if (item_score(&a, &it, response, &v, &e) == ST_OK)
                FUZZ_CHECK(v.code && (v.score >= 0 && v.score <= 1) && (v.readable || v.score <= 0));
        json_decref(response);
    }
    arena_release(&a);
    return 0;
}
