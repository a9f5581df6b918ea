/* What the way a question is asked says about its answers. */
#include "items/interaction.h"

/* The fastest readers take in some sixty letters a second when they skim (about 700 words a minute: Rayner and others
 * 2016, "So Much to Read, So Little Time"), and nobody answers within .4 s of having read. */
enum { LETTER_MS = 16, REACT_MS = 400, GLANCE = 20, LONGEST_MS = 6000 };

int32_t item_choices(const struct item *it)
{
    const struct question *q = &it->question;
    return q->type && q->type->one ? (int32_t)q->choice_count : 0;
}

/* Letters and digits outside tags; an entity is one. */
static size_t letters(const char *html)
{
    size_t n = 0;
    bool tag = false;
    for (const char *p = html; p && *p; p++) {
        if (*p == '<') tag = true;
        else if (*p == '>') tag = false;
        else if (!tag && *p == '&') {
            while (p[1] && p[1] != ';' && p[1] != '<') p++;
            n++;
        } else if (!tag && ((unsigned char)*p & 0xC0) != 0x80 && *p > ' ') n++;
    }
    return n;
}

int32_t item_floor_ms(const struct item *it)
{
    size_t n = letters(it->body_html);
    for (size_t i = 0; i < it->question.choice_count; i++) n += letters(it->question.choices[i].body_html);
    if (n <= GLANCE) return 0;
    return n * LETTER_MS + REACT_MS < LONGEST_MS ? (int32_t)(n * LETTER_MS + REACT_MS) : LONGEST_MS;
}
