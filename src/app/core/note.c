#include "core/note.h"

#include <string.h>

enum st note_check(const char *s, struct err *e)
{
    size_t n = s ? strlen(s) : 0;
    if (n && n <= NOTE_BYTES && s[strspn(s, " \t\r\n")]) return ST_OK;
    return err_fail(e, ST_INVALID, "look.words", "1 to %d bytes of words", NOTE_BYTES);
}

enum st client_id_check(const char *id, struct err *e)
{
    size_t n = id ? strlen(id) : 0;
    bool ok = n >= 8 && n <= 64;
    for (size_t i = 0; ok && i < n; i++) ok = id[i] > 0x20 && id[i] < 0x7f;
    return ok ? ST_OK : err_fail(e, ST_INVALID, "answer.client_id", "client_id must be 8 to 64 visible characters");
}
