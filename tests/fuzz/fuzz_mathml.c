/* What a helper might say -> MathML: nothing passes but elements without links, styles or scripts; rebuilding again
 * changes nothing. */
#include <string.h>

#include "fuzz.h"
#include "mathml.h"

static void check(const char *s)
{
    FUZZ_CHECK(utf8_valid(s, strlen(s)));
    while ((s = strchr(s, '<'))) {
        char tag[2000]; /* without its attributes' values */
        size_t n = 0;
        const char *end = s;
        for (bool quoted = false; *end && *end != '>'; end++) {
            if (*end == '"') quoted = !quoted;
            if (!quoted && n < sizeof tag - 1) tag[n++] = *end;
        }
        tag[n] = 0;
        FUZZ_CHECK(*end == '>');
        FUZZ_CHECK(tag[1] == 'm' || (tag[1] == '/' && tag[2] == 'm'));
        FUZZ_CHECK(!strstr(tag, " href") && !strstr(tag, " style") && !strstr(tag, " on") && !strstr(tag, " class") &&
                   !strstr(tag, " src") && !strstr(tag, " id"));
        s = end;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct tex_variable vars[] = {{"a", 1}, {"b", 1}};
    struct text source, once, twice;
    text_init(&source, 1 << 20);
    text_init(&once, 1 << 20);
    text_init(&twice, 1 << 20);
    text_put(&source, (const char *)data, n);
    if (mathml_put(&once, text_str(&source), vars, 2)) {
        check(text_str(&once));
        FUZZ_CHECK(mathml_put(&twice, text_str(&once), NULL, 0) || strstr(text_str(&once), "{{"));
    } else {
        FUZZ_CHECK(once.n == 0);
    }
    text_release(&source);
    text_release(&once);
    text_release(&twice);
    return 0;
}
