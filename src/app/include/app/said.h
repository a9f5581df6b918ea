/* What people write to each other: there, not blank, not too long. */
#ifndef APP_SAID_H
#define APP_SAID_H
#include <stddef.h>

#include "base/err.h"

enum { SAID_BYTES = 4000 }; /* 1,000 characters, as the forms allow, are never more */

/* err ST_INVALID look.words: nothing, blanks alone, or more than SAID_BYTES. s may be NULL. */
enum st said_check(const char *s, struct err *e) WARN_UNUSED;

#endif
