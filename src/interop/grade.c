#include "interop/grade.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const codes[] = {"IT", "PR", "PK", "TK", "KG", "01", "02", "03", "04", "05", "06",
                                    "07", "08", "09", "10", "11", "12", "13", "PS", "UG", "AE", "Other"};
enum { CODES = sizeof codes / sizeof *codes, FIRST_NUMBER = 5 };

static const struct {
    const char *word, *code;
} words[] = {{"K", "KG"},
             {"Kindergarten", "KG"},
             {"Pre-K", "PK"},
             {"PreK", "PK"},
             {"P", "PK"},
             {"Prekindergarten", "PK"},
             {"Pre-Kindergarten", "PK"},
             {"Preschool", "PR"},
             {"Infant", "IT"},
             {"Transitional Kindergarten", "TK"},
             {"Ungraded", "UG"},
             {"Postsecondary", "PS"},
             {"PS1", "PS"},
             {"PS2", "PS"},
             {"PS3", "PS"},
             {"PS4", "PS"},
             {"undergraduate", "PS"},
             {"graduate", "PS"},
             {"Adult Education", "AE"},
             {"adultEducation", "AE"},
             {"00", "KG"},
             {"0", "KG"}};

/* "9", "K", "Kindergarten", "Grade 4", "Pre-K", "ps1": which of the codes; -1 when it is none. */
static int grade_index(const char *s, size_t n)
{
    while (n && (*s == ' ' || *s == '\t')) s++, n--;
    while (n && (s[n - 1] == ' ' || s[n - 1] == '\t')) n--;
    if (n > 6 && strncasecmp(s, "grade ", 6) == 0) s += 6, n -= 6;
    for (int i = 0; i < CODES; i++)
        if (strlen(codes[i]) == n && strncasecmp(codes[i], s, n) == 0) return i;
    const char *code = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == n && strncasecmp(words[i].word, s, n) == 0) code = words[i].code;
    for (int i = 0; code && i < CODES; i++)
        if (strcmp(codes[i], code) == 0) return i;
    if (n == 0 || n > 4) return -1;
    int v = 0;
    size_t k = 0;
    for (; k < n && s[k] >= '0' && s[k] <= '9'; k++) v = v * 10 + (s[k] - '0');
    bool ordinal = n - k == 2 && k > 0 &&
                   (strncasecmp(s + k, "st", 2) == 0 || strncasecmp(s + k, "nd", 2) == 0 ||
                    strncasecmp(s + k, "rd", 2) == 0 || strncasecmp(s + k, "th", 2) == 0);
    if ((k == n || ordinal) && v >= 1 && v <= 13) return FIRST_NUMBER + v - 1;
    return -1;
}

static bool digit(char c) { return c >= '0' && c <= '9'; }

void grade_list(const char *s, char out[128], char bad[32])
{
    bool set[CODES] = {false};
    bad[0] = 0;
    for (const char *p = s; *p;) {
        const char *q = p;
        while (*q && *q != ',' && *q != ';' && *q != '|' && !(*q == '.' && q > p && digit(q[-1]) && digit(q[1]))) q++;
        size_t n = (size_t)(q - p);
        const char *dash = n ? memchr(p + 1, '-', n - 1) : NULL;
        int i = grade_index(p, n), from = -1, to = -1;
        if (i < 0 && dash) {
            from = grade_index(p, (size_t)(dash - p));
            to = grade_index(dash + 1, (size_t)(q - dash - 1));
        }
        if (i >= 0) {
            set[i] = true;
        } else if (from >= 0 && to >= from && to < FIRST_NUMBER + 13) {
            for (int k = from; k <= to; k++) set[k] = true;
        } else if (strspn(p, " \t") < n && !bad[0]) {
            snprintf(bad, 32, "%.*s", n > 31 ? 31 : (int)n, p);
        }
        p = *q ? q + 1 : q;
    }
    char *end = out;
    *end = 0;
    for (int i = 0; i < CODES; i++) {
        if (!set[i]) continue;
        if (end != out) *end++ = ',';
        end = stpcpy(end, codes[i]);
    }
}
