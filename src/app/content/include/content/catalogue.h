/* Content in memory: competencies with their prerequisites, items by competency, what each course teaches.
 * Built once, then read by every thread. */
#ifndef CONTENT_CATALOGUE_H
#define CONTENT_CATALOGUE_H
#include "access/taught.h"
#include "base/arena.h"
#include "rules/next.h"
#include "store/db.h"

struct framework {
    int64_t framework_id;
    const char *uri, *title, *creator, *publisher, *language, *version, *licence, *licence_url, *notice;
};

struct competency {
    int64_t competency_id, framework_id, parent_id;
    const char *uri, *code, *statement, *name, *type, *grades, *try_at_home;
    int32_t position;
    size_t prerequisite_count, item_count;
    const uint32_t *prerequisite; /* indices of competencies */
    const uint32_t *item;         /* indices of items to start with: no later steps of a problem */
};

struct item_ref {
    int64_t item_id;
    int32_t version;
    bool open;            /* not retired */
    const char *group_id; /* "" for none */
    int32_t group_position;
    const char *source;
    uint32_t next_in_group; /* index of the item, or UINT32_MAX */
    size_t competency_count;
    const int64_t *competency_ids; /* ordered */
};

struct course {
    int64_t course_id;
    size_t count;
    const uint32_t *competency;              /* indices, in teaching order */
    const struct next_candidate *candidates; /* the same, for rules/next.h */
};

struct item_version_ref { /* competencies of every version, for folding old facts */
    int64_t item_id;
    int32_t version;
    uint32_t first, count; /* in version_competency, in order of version_since */
};

struct catalogue {
    size_t framework_count, competency_count, item_count, course_count, version_count;
    struct framework *frameworks;
    struct competency *competencies;             /* ordered by id */
    struct item_ref *items;                      /* ordered by id */
    struct course *courses;                      /* ordered by id */
    struct item_version_ref *versions;           /* ordered by id, version */
    int64_t *version_competency, *version_since; /* since: the evidence id from which an alignment counts; 0: always */
};

enum st catalogue_load(struct tx *tx, struct arena *a, struct catalogue *out, struct err *e) WARN_UNUSED;
const struct competency *catalogue_competency(const struct catalogue *c, int64_t id);
const struct item_ref *catalogue_item(const struct catalogue *c, int64_t id);
const struct course *catalogue_course(const struct catalogue *c, int64_t id);
const struct framework *catalogue_framework(const struct catalogue *c, int64_t id);
/* The competencies of an item, in that version, for a fact (INT64_MAX: for one to come); *n = 0 when unknown. */
const int64_t *catalogue_aligned(const struct catalogue *c, int64_t item_id, int32_t version, int64_t evidence_id,
                                 size_t *n);
/* Does any of these courses teach one of the item's competencies? */
bool catalogue_teaches(const struct catalogue *c, const struct taught *courses, size_t n, const struct item_ref *item);

#endif
