/* All versions of policies and models, which one applies at a given time, and folding a learner's facts under it. */
#ifndef POLICY_POLICY_INDEX_H
#define POLICY_POLICY_INDEX_H
#include "content/catalogue.h"
#include "domain/evidence.h"
#include "engine/bkt.h"
#include "policy/item_layer.h"
#include "policy/policy_version.h"
#include "rules/fold.h"
#include "rules/predict.h"
#include "store/db.h"

struct bkt_of {
    int64_t competency_id;
    struct bkt bkt;
};

struct model {
    int64_t model_id, effective_at_ms;
    struct bkt fallback;
    size_t count;
    struct bkt_of *own; /* ordered by competency_id */
};

/* Where every district begins: means over published skill-builder populations, rounded; nothing of any item
 * (docs/models.md). */
extern const struct bkt bkt_shipped;

struct policy_merges; /* policy_merges.c: what was merged, by the versions it was merged of */

struct policy_index {
    size_t policy_count, model_count;
    size_t school_count, learner_count;      /* versions of schools' own, of learners' own */
    struct policy_version *policies;         /* ordered by id */
    const struct policy_version **by_scope;  /* the same, by scope, scope_id, effective day and id */
    const struct policy_version **underived; /* those by which nothing was derived yet; in no order */
    size_t underived_count;
    struct policy_merges *merges;
    struct model *models; /* ordered by id */
    struct item_layer items;
};

/* Of the versions recorded and in effect at a moment, the one with the latest day applies; of one day, the latest made.
 * What applies is merged when it is first asked for and kept; any thread may ask. c must outlive the index.
 * err ST_INVALID: the current policy of the district cannot be read. */
enum st policy_index_load(struct tx *tx, struct arena *a, const struct catalogue *c, int64_t now_ms,
                          struct policy_index *out, struct err *e) WARN_UNUSED;
void policy_index_release(struct policy_index *r); /* what was merged; the rest is the arena's */
/* The district's latest in effect at a moment; never NULL once loaded. */
const struct policy_effective *policy_for_district(const struct policy_index *r, int64_t at_ms);
/* The same for a school (0: the district's). */
const struct policy_effective *policy_for_school(const struct policy_index *r, int64_t org_id, int64_t at_ms);
/* The same for a class of that school (class_id 0: the school's). */
const struct policy_effective *policy_for_class(const struct policy_index *r, int64_t org_id, int64_t class_id,
                                                int64_t at_ms);
/* The same for one learner in that class (learner_id 0: the class's): a learner's own version over it, within what
 * is left open. */
struct policy policy_for_learner(const struct policy_index *r, int64_t org_id, int64_t class_id, int64_t learner_id,
                                 int64_t at_ms);
/* For a learner: by the school, which is looked up only where a school has rules of its own. */
enum st policy_for_learners_school(const struct policy_index *r, struct tx *tx, int64_t learner_id, int64_t at_ms,
                                   const struct policy_effective **out, struct err *e) WARN_UNUSED;
/* A scope's own version in effect; NULL: it has none. */
const struct policy_version *policy_version_current(const struct policy_index *r, enum policy_scope scope,
                                                    int64_t scope_id, int64_t at_ms);
enum st learner_school(struct tx *tx, int64_t learner_id, int64_t *org_id, struct err *e) WARN_UNUSED; /* 0: none */
/* Has a version come into force by which nothing was derived yet? (derive/rebuild.h) */
bool policy_is_due(const struct policy_index *r, int64_t now_ms);
const struct policy_version *policy_version_by_id(const struct policy_index *r, int64_t policy_id); /* NULL: none */
/* What a version of the district, or of a school over the district's of its time, said; the first for an unknown id. */
const struct policy_effective *policy_by_id(const struct policy_index *r, int64_t policy_id);
const struct model *model_current(const struct policy_index *r, int64_t at_ms);
const struct model *model_by_id(const struct policy_index *r, int64_t model_id);
const struct bkt *model_bkt(const struct model *m, int64_t competency_id);

/* Room for what fold_fact() needs to know of one fact. */
struct fact_view {
    struct fold_fact fact;
    int64_t ids[BKT_SKILLS_MAX];
    struct bkt bkt[BKT_SKILLS_MAX];
    const struct mastery_rule *rule[BKT_SKILLS_MAX];
    uint32_t place[BKT_SKILLS_MAX];
};
/* Fill in a fact's competencies, the parameters of the model it names, and the rules of the policy. */
void fact_view_init(const struct policy_index *r, const struct catalogue *c, const struct policy *p,
                    const struct evidence *v, struct fact_view *out);
/* The rule in force for a competency. */
const struct mastery_rule *mastery_rule_for(const struct catalogue *c, const struct policy *p, int64_t competency_id);

#endif
