/* A refusal that names its clause. */
#include <stdarg.h>
#include <stdio.h>

#include "policy_private.h"

enum st policy_clause(struct err *e, const char *msg_id, const char *words, const char *fmt, ...)
{
    char clause[160];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(clause, sizeof clause, fmt, ap);
    va_end(ap);
    (void)err_fail(e, ST_INVALID, msg_id, "policy %s: %s", clause, words);
    err_arg(e, clause);
    return ST_INVALID;
}
