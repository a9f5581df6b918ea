/* A district's own work on frameworks: fine skills under shared standards, prerequisites, alignments. Each is one
 * change on record, which makes the framework's next version here; what comes from outside is never touched. The caller
 * reloads (snapshot_reload). */
#ifndef CONTENT_FRAMEWORK_EDIT_H
#define CONTENT_FRAMEWORK_EDIT_H
#include "core/app.h"
#include "core/writer.h"
#include "content/catalogue.h"

enum framework_edit {
    FRAMEWORK_ADD,
    FRAMEWORK_CHANGE,
    FRAMEWORK_LINK,
    FRAMEWORK_UNLINK,
    FRAMEWORK_ALIGN,
    FRAMEWORK_EDITS
};
const char *framework_edit_code(enum framework_edit k); /* add change link unlink align */

struct framework_cmd {
    struct command command;
    const struct catalogue *catalogue; /* of a snapshot that the caller holds until it is done */
    enum framework_edit kind;
    const char *client_id;
    int64_t author_id;
    int64_t framework_id;                              /* add: where, when there is no parent */
    int64_t competency_id;                             /* add: the parent, or 0; else the skill */
    int64_t other_id;                                  /* link, unlink: the prerequisite; align: the item */
    const char *name, *statement, *code, *try_at_home; /* add, change */
    int64_t course_id;                                 /* add: that teaches it; 0: none */
    int64_t made_id;                                   /* out, of add */
};
/* err ST_INVALID: client_id, no name, too long, a link that would go round in a circle or is there already, an item
 * that is aligned already; ST_NOT_FOUND: no such skill, item, course or framework; ST_DENIED (when run): the skill or
 * link is not the district's own */
enum st framework_check(struct framework_cmd *f, struct err *e) WARN_UNUSED;

/* How a skill's words are kept in the history of its framework, as JSON; the caller frees; NULL: no memory. */
char *framework_words_json(const char *code, const char *name, const char *statement, const char *try_at_home);

#endif
