#include "progress/second_look.h"

#include <string.h>

#include "core/note.h"

static bool is_known(const char *matter)
{
    enum { MATTER_MAX = 40 };
    return !matter || !*matter || strcmp(matter, "grade") == 0 || strcmp(matter, "next") == 0 ||
           (strncmp(matter, "pace:", 5) == 0 && matter[5] && strlen(matter) < MATTER_MAX);
}

enum st second_look_check(const struct fact_second_look_asked *l, struct err *e)
{
    if (!is_known(l->matter))
        return err_fail(e, ST_INVALID, "err.not_found", "about is nothing, grade, next, or pace: and a requirement");
    return note_check(l->note, e);
}
