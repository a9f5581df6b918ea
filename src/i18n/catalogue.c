/* The texts of messages as they stand in a catalogue, and what is written with them alone. */
#include "catalogue.h"

#include <stdio.h>

#include "i18n/i18n.h"

const char *const *catalogue_forms(enum lang *lang, enum msg_id id)
{
    if ((unsigned)id >= MSG_COUNT) id = MSG_NONE;
    if ((unsigned)*lang >= LANG_COUNT) *lang = LANG_EN;
    if (!catalogues[*lang].forms[id][0]) *lang = LANG_EN;
    return catalogues[*lang].forms[id];
}

const char *msg(enum lang lang, enum msg_id id)
{
    const char *s = catalogue_forms(&lang, id)[0];
    return s ? s : "";
}

void format_int(struct text *out, enum lang lang, int64_t n)
{
    char digits[24];
    uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)u);
    const char *sep = msg(lang, MSG_number_group);
    int least = lang == LANG_ES ? 5 : 4; /* Spanish groups from five digits on */
    if (n < 0) text_add(out, "\u2212");
    for (int i = 0; i < len; i++) {
        if (i && len >= least && (len - i) % 3 == 0) text_add(out, sep);
        text_char(out, digits[i]);
    }
}
