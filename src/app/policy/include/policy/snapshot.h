/* What rarely changes about one district: its policies, models and content, as an immutable snapshot in memory that is
 * replaced when they change. A user holds a reference until done. */
#ifndef POLICY_SNAPSHOT_H
#define POLICY_SNAPSHOT_H
#include "content/catalogue.h"
#include "core/app.h"
#include "policy/policy_index.h"

enum { STAMPS = 4 };

struct snapshot {
    int refs;
    /* The latest import, framework edit, policy and model that were read: what has changed since, and the floor of ids.
     * Each by itself: two ids are never added. */
    int64_t stamp[STAMPS];
    int64_t district_id;
    char name[120], host[120];
    struct tz *zone;
    struct policy_index policy_index; /* policies and models, all versions */
    struct catalogue catalogue;
    struct arena arena;
};

/* Read the district's rules and content anew. ST_NOT_FOUND: no district yet. */
enum st snapshot_reload(struct app *app, struct conn *c, struct err *e) WARN_UNUSED;
/* The same, only when another process has written rules or content since. */
enum st snapshot_refresh(struct app *app, struct conn *c, struct err *e) WARN_UNUSED;
struct snapshot *snapshot_hold(struct app *app);
void snapshot_drop(struct snapshot *s);

#endif
