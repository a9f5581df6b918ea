/* Checks a note that one person writes to another: present, not blank, not too long; and the id of a request. */
#ifndef CORE_NOTE_H
#define CORE_NOTE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { NOTE_BYTES = 4000 }; /* 1,000 characters, as the forms allow, are never more */

/* err ST_INVALID look.words: nothing, blanks alone, or more than NOTE_BYTES. s may be NULL. */
enum st note_check(const char *s, struct err *e) WARN_UNUSED;

/* 8 to 64 visible characters. err ST_INVALID answer.client_id; id may be NULL. */
enum st client_id_check(const char *id, struct err *e) WARN_UNUSED;

#endif
