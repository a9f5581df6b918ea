/* Who viewed a learner's record: the access records that the gate leaves, read for the student and the family. */
#ifndef ACCESS_ACCESS_RECORD_H
#define ACCESS_ACCESS_RECORD_H
#include "access/may.h"
#include "base/arena.h"

enum { ACCESS_PAGE = 50 };

struct access_view {
    int64_t access_id, at_ms, actor_id;
    const char *name;        /* of who viewed it */
    const char *scope;       /* learner, class, school: a class or a list that the learner was part of */
    const char *class_title; /* of a class; else "" */
    const char *route;       /* which page or call */
    const char *relation;    /* relation_code(), as it was then */
};

struct access_views {
    struct access_view list[ACCESS_PAGE]; /* the latest first; strings in arena */
    size_t count;
    int64_t older_than; /* there are older ones: ask again with before = this; else 0 */
};

/* Views of the learner's own record, of the classes while the learner was in them, and of lists of their schools, with
 * ids below before (0: the latest). */
enum st access_views(struct tx *tx, struct arena *a, const struct learner_scope *who, int64_t before,
                     struct access_views *out, struct err *e) WARN_UNUSED;

#endif
