/* What staff say about the rules: that they have read a version; and barriers, which no setting can express, with an
 * owner, a day and an answer that all staff can read. */
#ifndef LEADING_TOGETHER_H
#define LEADING_TOGETHER_H
#include "core/writer.h"

enum { BARRIER_KINDS = 6 };
extern const char *const barrier_kinds[BARRIER_KINDS]; /* policy schedule money staffing curriculum accountability */

struct reader_cmd {
    struct command command;
    int64_t policy_id, user_id;
};
void reader_ready(struct reader_cmd *r); /* once is enough: again changes nothing */

struct barrier_cmd {
    struct command command;
    const char *client_id, *kind, *note;
    int64_t org_id, filer_id;
};
/* err ST_INVALID: client_id, a kind that is none, no words or too many */
enum st barrier_check(struct barrier_cmd *b, struct err *e) WARN_UNUSED;

struct barrier_answer_cmd {
    struct command command;
    int64_t barrier_id, user_id;
    const char *owner;  /* who sees to it, as people know them */
    int32_t due_date;   /* 0: none */
    const char *answer; /* NULL or "": not yet; an answer can be mended, the day it first came stays */
};
enum st barrier_answer_check(struct barrier_answer_cmd *b, struct err *e) WARN_UNUSED;

#endif
