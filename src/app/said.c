#include "app/said.h"

#include <string.h>

enum st said_check(const char *s, struct err *e)
{
    size_t n = s ? strlen(s) : 0;
    if (n && n <= SAID_BYTES && s[strspn(s, " \t\r\n")]) return ST_OK;
    return err_fail(e, ST_INVALID, "look.words", "1 to %d bytes of words", SAID_BYTES);
}
